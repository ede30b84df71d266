"""A folder in the place of a server."""

from __future__ import annotations

from pathlib import Path

from galdask.catalog.fetch.address import local_path
from galdask.catalog.fetch.reply import RefusedError, Reply


def open_file(address: str, start: int = 0, mark: str | None = None) -> Reply:
    """Open a file from byte `start` on, or from the first if it is not the one that `mark` names.

    Raises
    ------
    RefusedError
        If it is not there or cannot be read.
    """
    path = local_path(address)
    size, now = _look(path)
    try:
        handle = open(path, "rb")  # noqa: SIM115 - closed with the reply
    except OSError as error:
        raise RefusedError(f"{path}: {error.strerror}") from error
    first = start if mark == now and start <= size else 0
    handle.seek(first)
    return Reply(first, size, now, handle.read, handle.close)


def size_of(address: str) -> int:
    """Return the bytes of a file.

    Raises
    ------
    RefusedError
        If it is not there or cannot be read.
    """
    return _look(local_path(address))[0]


def _look(path: Path) -> tuple[int, str]:
    try:
        facts = path.stat()
    except OSError as error:
        gone = isinstance(error, FileNotFoundError | NotADirectoryError)
        raise RefusedError("there is no such file" if gone else f"{path}: {error.strerror}", gone) from error
    if not path.is_file():
        raise RefusedError(f"{path} is not a file")
    return facts.st_size, f"{facts.st_size}-{facts.st_mtime_ns}-{facts.st_ino}"
