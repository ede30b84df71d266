"""How anything reaches the disk: a temporary name, then one rename; and who may write where."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from galdask.errors import OutputError


@contextlib.contextmanager
def explained(path: Path | str) -> Iterator[None]:
    """Turn the operating system's refusals under `path` into one clear error."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            full = error.errno == errno.ENOSPC
            raise OutputError(
                "the disk is full" if full else "the disk quota or the file size limit is reached",
                where=path,
                expected=f"more than {getattr(error, 'written', _free(path))} bytes",
                found=f"{_free(path)} bytes free",
                todo="free some space or write elsewhere; nothing half-written was published",
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise OutputError(
                "cannot write here", where=path, found=error.strerror, todo="choose another directory"
            ) from error
        if error.errno in (errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG):
            raise OutputError(
                "this place cannot hold the output",
                where=path,
                expected="a directory, or a name that is free",
                found=error.strerror,
                todo="choose another directory",
            ) from error
        raise


def _new(path: str, flags: int) -> int:
    """Open a file that must not be there yet."""
    return os.open(path, flags | os.O_EXCL, 0o666)


def _free(path: Path | str) -> int:
    place = Path(path)
    while not place.exists() and place != place.parent:
        place = place.parent
    return os.statvfs(place).f_bavail * os.statvfs(place).f_frsize


def write(path: Path | str, fill: Callable[[BinaryIO], Any], *, durable: bool = False) -> Path:
    """Write a file under a temporary name and publish it by one rename.

    Parameters
    ----------
    path : path
        Final name; its folder is made.
    fill : callable
        Receives the open binary file.
    durable : bool
        Flush to the disk before the rename (for commits, not for caches).

    Raises
    ------
    OutputError
        If the disk is full or the place cannot be written.
    """
    path = Path(path)
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.parent / f".{path.name}.{secrets.token_hex(4)}.tmp"
        try:
            with open(temporary, "wb", opener=_new) as handle:  # astropy does not know the mode "xb"
                fill(handle)
                if durable:
                    handle.flush()
                    os.fsync(handle.fileno())
            os.replace(temporary, path)
        except BaseException as error:
            with contextlib.suppress(OSError):
                if isinstance(error, OSError):
                    error.written = temporary.stat().st_size  # type: ignore[attr-defined]
                temporary.unlink()
            raise
    return path


def write_text(path: Path | str, text: str, *, durable: bool = False) -> Path:
    """Publish a text file."""
    return write(path, lambda handle: handle.write(text.encode()), durable=durable)


def write_json(path: Path | str, value: Any, *, durable: bool = False) -> Path:
    """Publish a JSON file with sorted keys."""
    return write_text(path, json.dumps(value, indent=1, sort_keys=True) + "\n", durable=durable)


def point(link: Path | str, target: Path | str) -> None:
    """Make the symbolic link `link` point to `target` in one step."""
    link = Path(link)
    temporary = link.parent / f".{link.name}.{secrets.token_hex(4)}.tmp"
    with explained(link):
        os.symlink(target, temporary)
        os.replace(temporary, link)


@contextlib.contextmanager
def locked(folder: Path | str, what: str) -> Iterator[None]:
    """Hold the one write lock of a folder, or say who has it.

    Raises
    ------
    OutputError
        If another process is writing there, or the folder cannot be made.
    """
    folder = Path(folder)
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        handle = open(folder / ".lock", "a+")  # noqa: SIM115 - held for as long as the lock
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            handle.seek(0)
            raise OutputError(
                f"another process is writing this {what}",
                where=folder,
                found=handle.read().strip() or "a lock without a name",
                todo="wait for it to end, or choose another directory",
            ) from error
        handle.seek(0)
        handle.truncate()
        handle.write(f"process {os.getpid()}\n")
        handle.flush()
        yield
    finally:
        handle.close()


#: seconds after which a temporary folder without an owner's lock is nobody's
_NOBODYS = 3600.0


@contextlib.contextmanager
def scratch(prefix: str) -> Iterator[Path]:
    """Make a folder for temporary files that is removed at the end.

    Folders of this prefix whose processes were killed are removed, too: a folder belongs to the process
    that holds the lock of its file `.owner`.

    Parameters
    ----------
    prefix : str
        Begin of the folder's name, such as "galdask-workers-".

    Raises
    ------
    OutputError
        If it cannot be made.
    """
    base = Path(tempfile.gettempdir())
    with explained(base):
        for rest in (*base.glob(f"{prefix}*"), *base.glob(f".{prefix}*")):
            _remove_if_nobodys(rest)
        made = Path(tempfile.mkdtemp(prefix=f".{prefix}", dir=base))
        folder = made.with_name(made.name[1:])
        handle = open(made / ".owner", "w")  # noqa: SIM115 - held for as long as the lock
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        made.rename(folder)  # seen by others from here on, locked
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        handle.close()


def _remove_if_nobodys(folder: Path) -> None:
    """Remove a temporary folder of this user whose process is dead."""
    with contextlib.suppress(OSError):
        about = folder.lstat()
        if about.st_uid != os.getuid() or folder.is_symlink():
            return
        if folder.name.startswith(".") or not (folder / ".owner").exists():
            if time.time() - about.st_mtime > _NOBODYS:
                shutil.rmtree(folder, ignore_errors=True)
            return
        with open(folder / ".owner") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
