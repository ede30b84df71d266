"""FITS headers and data units of the mock, written by hand so that rows can stream to the disk in blocks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

import numpy as np

from galdask.mocks.layout import Column

#: bytes of a FITS record
RECORD = 2880

Card = tuple[str, bool | int | str, str]


def header(cards: Iterable[Card]) -> bytes:
    """Return a header: (keyword, value, comment) as 80-character cards, END, padded to whole records."""
    text = "".join(_card(*card) for card in cards) + "END".ljust(80)
    return text.ljust(-(-len(text) // RECORD) * RECORD).encode("ascii")


def _card(keyword: str, value: bool | int | str, comment: str) -> str:
    if isinstance(value, bool):
        shown = ("T" if value else "F").rjust(20)
    elif isinstance(value, int):
        shown = str(value).rjust(20)
    else:
        shown = f"'{value:<8}'".ljust(20)
    text = f"{keyword:<8}= {shown}" + (f" / {comment}" if comment else "")
    return text[:80].ljust(80)


def primary(extra: Iterable[Card] = ()) -> bytes:
    """Return a primary header without data."""
    cards: list[Card] = [
        ("SIMPLE", True, "conforms to FITS standard"),
        ("BITPIX", 8, "array data type"),
        ("NAXIS", 0, "number of array dimensions"),
        ("EXTEND", True, ""),
    ]
    return header([*cards, *extra])


def table_header(columns: Iterable[Column], rows: int) -> bytes:
    """Return the header of a binary table with these columns."""
    columns = tuple(columns)
    width = sum(np.dtype(column.field[1]).itemsize * _elements(column) for column in columns)
    cards: list[Card] = [
        ("XTENSION", "BINTABLE", "binary table extension"),
        ("BITPIX", 8, "array data type"),
        ("NAXIS", 2, "number of array dimensions"),
        ("NAXIS1", width, "length of dimension 1"),
        ("NAXIS2", rows, "length of dimension 2"),
        ("PCOUNT", 0, "number of group parameters"),
        ("GCOUNT", 1, "number of groups"),
        ("TFIELDS", len(columns), "number of table fields"),
    ]
    for k, column in enumerate(columns, 1):
        cards += [(f"TTYPE{k}", column.name, ""), (f"TFORM{k}", column.tform, "")]
        if column.unit:
            cards.append((f"TUNIT{k}", column.unit, ""))
    return header(cards)


def _elements(column: Column) -> int:
    return 1 if column.type == "char" else column.repeat


def image(values: np.ndarray) -> bytes:
    """Return a one-dimensional int64 image extension, header and data."""
    cards: list[Card] = [
        ("XTENSION", "IMAGE", "image extension"),
        ("BITPIX", 64, "array data type"),
        ("NAXIS", 1, "number of array dimensions"),
        ("NAXIS1", int(values.size), ""),
        ("PCOUNT", 0, "number of parameters"),
        ("GCOUNT", 1, "number of groups"),
    ]
    data = values.astype(">i8").tobytes()
    return header(cards) + data + padding(len(data))


def table(columns: tuple[Column, ...], rows: np.ndarray) -> bytes:
    """Return a whole binary table extension."""
    data = rows.tobytes()
    return table_header(columns, rows.size) + data + padding(len(data))


def padding(size: int) -> bytes:
    """Return the zeros that fill the last record of `size` bytes of data."""
    return b"\0" * (-size % RECORD)


class TableWriter:
    """Write the rows of one table block by block.

    Parameters
    ----------
    handle : binary file
        Open for writing, at the place of the table's header.
    columns : tuple of Column
        The layout.
    rows : int
        Rows to come; where another number came, `close` puts it into the header.
    """

    def __init__(self, handle: BinaryIO, columns: tuple[Column, ...], rows: int):
        self._handle, self._columns, self._promised = handle, columns, rows
        self._size = self._rows = 0
        self._start = handle.tell()
        handle.write(table_header(columns, rows))

    def write(self, rows: np.ndarray) -> None:
        """Append rows (structured, packed, big-endian)."""
        if rows.size:
            self._handle.write(np.ascontiguousarray(rows).view(np.uint8).data)
        self._size += rows.nbytes
        self._rows += rows.size

    def close(self) -> None:
        """Pad the table to whole records."""
        self._handle.write(padding(self._size))
        if self._rows != self._promised:
            end = self._handle.tell()
            self._handle.seek(self._start)
            self._handle.write(table_header(self._columns, self._rows))
            self._handle.seek(end)
