"""Is a file the published one? By checksum, or by size, or at least by its form."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from galdask.catalog.fetch.wanted import Wanted
from galdask.catalog.readers.fits_header import BLOCK
from galdask.errors import InputError

_PIECE = 4 << 20


class WrongFileError(Exception):
    """A file that is not the published one.

    Parameters
    ----------
    expected, found : str
        What should be there, and what is.
    """

    def __init__(self, expected: str, found: str) -> None:
        self.expected, self.found = expected, found
        super().__init__(f"expected {expected}, found {found}")


def check(
    path: Path, wanted: Wanted, said: int | None = None, tell: Callable[[int], None] = lambda done: None
) -> str:
    """Return how a file was verified.

    Parameters
    ----------
    path : Path
        The file.
    wanted : Wanted
        What it should be.
    said : int, optional
        Bytes that the server says it has.
    tell : callable
        Receives the bytes read so far.

    Returns
    -------
    {"sha1", "size", "length", "form"}
        By the published checksum, by the published size, by the length that the server says, or only by
        its form: whole FITS blocks, whole gzip file.

    Raises
    ------
    WrongFileError
        If it is not the published one.
    InputError
        If it cannot be read.
    """
    try:
        size = path.stat().st_size
        if wanted.size is not None and size != wanted.size:
            raise WrongFileError(f"{wanted.size:,} bytes", f"{size:,} bytes{_begins(path)}")
        if wanted.sha1 is not None:
            found = sha1_of(path, tell)
            if found != wanted.sha1:
                raise WrongFileError(f"sha1 {wanted.sha1}", f"sha1 {found}, {size:,} bytes{_begins(path)}")
            return "sha1"
        if wanted.size is None and said is not None and size != said:
            raise WrongFileError(f"{said:,} bytes, as the server says", f"{size:,} bytes{_begins(path)}")
        _form(path, size, tell)
    except OSError as error:
        raise InputError("the file cannot be read", where=path, found=error.strerror) from error
    return "size" if wanted.size is not None else "length" if said is not None else "form"


def sha1_of(path: Path, tell: Callable[[int], None] = lambda done: None) -> str:
    """Return the SHA-1 of a file, 40 hexadecimal digits."""
    state, done = hashlib.sha1(usedforsecurity=False), 0
    with open(path, "rb") as handle:
        while piece := handle.read(_PIECE):
            state.update(piece)
            tell(done := done + len(piece))
    return state.hexdigest()


def _begins(path: Path) -> str:
    """Say so if a file is a web page: what a login or an error page looks like."""
    with open(path, "rb") as handle:
        head = handle.read(256).lstrip().lower()
    return " of a web page" if head.startswith((b"<!doctype html", b"<html")) else ""


def _form(path: Path, size: int, tell: Callable[[int], None]) -> None:
    packed = path.name.removesuffix(".part").endswith(".gz")
    plain = path.name.removesuffix(".part").removesuffix(".gz")
    if size == 0:
        raise WrongFileError("a file with contents", "0 bytes")
    with open(path, "rb") as handle:
        magic = handle.read(2)
    if packed != (magic == b"\x1f\x8b") and (packed or plain.endswith((".fits", ".fit"))):
        kind = "a gzip file" if packed else "a FITS file"
        raise WrongFileError(kind, f"one that begins with {magic!r}{_begins(path)}")
    if packed:
        size = _inflated(path, tell)
    if plain.endswith((".fits", ".fit")):
        with gzip.open(path) if packed else open(path, "rb") as source:
            _fits(source, size, path)


def _fits(source: BinaryIO | gzip.GzipFile, size: int, path: Path) -> None:
    if not source.read(9).startswith(b"SIMPLE  ="):
        raise WrongFileError("a FITS file", f"one that does not begin with SIMPLE{_begins(path)}")
    if size % BLOCK:
        raise WrongFileError(f"whole FITS blocks of {BLOCK} bytes", f"{size:,} bytes: it is cut off")


def _inflated(path: Path, tell: Callable[[int], None]) -> int:
    """Return the bytes in a gzip file, read to its end, where its own checksum stands."""
    size = 0
    try:
        with open(path, "rb") as raw, gzip.GzipFile(fileobj=raw) as source:
            while piece := source.read(_PIECE):
                size += len(piece)
                tell(raw.tell())
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise WrongFileError("a whole gzip file", f"a damaged one: {error}") from error
    return size
