"""Compressed files, inflated once to a scratch folder."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import BinaryIO

from galdask import digest, publish
from galdask.catalog.readers.limits import unpacked
from galdask.errors import InputError, OutputError

#: bytes that are left free on the scratch disk
RESERVE = 256 << 20


def is_gzip(path: Path) -> bool:
    """Return whether a file begins like a gzip file.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    try:
        with open(path, "rb") as handle:
            return handle.read(2) == b"\x1f\x8b"
    except OSError as error:
        raise InputError("the file cannot be read", where=path, found=error.strerror) from error


def inflated(path: Path, scratch: Path | None = None) -> Path:
    """Return the inflated copy of a gzip file, made if it is not there yet.

    Parameters
    ----------
    path : Path
        The compressed file.
    scratch : Path, optional
        Folder for the copy; by default one of the user's own under the system's temporary folder.

    Returns
    -------
    Path
        The copy. Its name holds a digest of the original's path, size, time and inode, so that a
        changed original is inflated anew.

    Raises
    ------
    InputError
        If the file is damaged or truncated, or grows without measure.
    OutputError
        If the scratch disk has too little space, or the scratch folder is another user's.
    """
    own = scratch or Path(tempfile.gettempdir()) / f"galdask-{os.getuid()}"
    try:
        state = path.stat()
        with publish.explained(own):
            own.mkdir(parents=True, exist_ok=True, mode=0o700)
            if scratch is None:
                _check_own(own)
        mark = digest.of_settings([str(path.resolve()), state.st_size, state.st_mtime_ns, state.st_ino])
        stem = path.name.removesuffix(".gz")
        copy = own / f"{mark[:16]}-{stem}"
        if copy.is_file():
            return copy
        _check_space(path, own, _least_size(path, state.st_size))
        with open(path, "rb") as packed:
            return publish.write(copy, lambda handle: _inflate(packed, handle, path, own))
    except OSError as error:
        raise InputError("the file cannot be read", where=path, found=error.strerror) from error


def _least_size(path: Path, packed: int) -> int:
    """The trailer holds the size modulo 4 GiB; what is packed rarely grows."""
    with open(path, "rb") as handle:
        handle.seek(max(0, packed - 4))
        size = int.from_bytes(handle.read(4), "little")
    while size < packed - packed // 100 - 1024:
        size += 1 << 32
    return size


def _check_space(path: Path, scratch: Path, needed: int) -> None:
    state = os.statvfs(scratch)
    free = state.f_bavail * state.f_frsize
    if free < needed + RESERVE:
        raise OutputError(
            "too little space to inflate a file",
            where=f"{path} into {scratch}",
            expected=f"{needed + RESERVE} bytes",
            found=f"{free} bytes free",
            todo="choose another scratch folder, or inflate the file yourself",
        )


def _inflate(packed: BinaryIO, handle: BinaryIO, path: Path, scratch: Path) -> None:
    for piece in unpacked(packed, path):
        _check_space(path, scratch, len(piece))
        handle.write(piece)


def _check_own(folder: Path) -> None:
    """Refuse a scratch folder that another user prepared, or may write: its name can be foretold."""
    facts = folder.lstat()
    if stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.getuid() and not facts.st_mode & 0o022:
        return
    raise OutputError(
        "the scratch folder is not this user's alone",
        where=folder,
        expected="a folder of your own that nobody else may write, no link",
        found=f"{stat.filemode(facts.st_mode)}, owner {facts.st_uid}",
        todo="remove it, or set TMPDIR to a folder of your own",
    )
