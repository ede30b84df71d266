"""How far a file may grow when it is read: a small file that asks for much memory or disk is refused."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from galdask.errors import InputError

#: below this many bytes nothing is asked
FREE = 256 << 20
#: tables of stars shrink by factors of 2 to 20 in gzip; a thousand is what it can do with zeros
MOST_GROWTH = 200
_PIECE = 4 << 20


def unpacked(packed: BinaryIO, path: Path) -> Iterator[bytes]:
    """Yield the content of a gzip file in pieces.

    Parameters
    ----------
    packed : file
        The open file, at its begin.
    path : Path
        Its name, for messages.

    Raises
    ------
    InputError
        If it is damaged or truncated, or grows without measure.
    """
    size, total = path.stat().st_size, 0
    try:
        with gzip.GzipFile(fileobj=packed) as source:
            while piece := source.read(_PIECE):
                total += len(piece)
                if total > max(FREE, MOST_GROWTH * size):
                    raise InputError(
                        "the compressed file grows without measure",
                        where=path,
                        expected=f"at most {MOST_GROWTH} times its {size:,} bytes",
                        found=f"more than {total:,} bytes",
                        todo="if it is a table nevertheless, inflate it yourself",
                    )
                yield piece
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            "the compressed file is damaged or truncated", where=path, found=error, todo="fetch it again"
        ) from error


def check_room(rows: int, width: int, size: int, where: object) -> None:
    """Check what rows of one width come to, beside the bytes that they are made of.

    Parameters
    ----------
    rows, width : int
        Rows, and bytes that each of them would take.
    size : int
        Bytes that are really there.
    where : object
        File and column, for messages.

    Raises
    ------
    InputError
        If a few bytes would fill the memory, as one long text among many short ones does.
    """
    if rows * width > max(FREE, 16 * size):
        raise InputError(
            "a table that is mostly padding",
            where=where,
            expected=f"at most {max(FREE, 16 * size):,} bytes in memory",
            found=f"{rows:,} rows of {width:,} bytes, made of {size:,} bytes",
            todo="look for one very long text, or a description of columns far beyond the ends of the lines",
        )
