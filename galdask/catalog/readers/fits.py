"""Binary tables of FITS files, read by row ranges at the speed of memory.

The rows are read in blocks that fit the processor's cache, and each wanted column is copied out of
the block with its byte order turned, straight into the result. Nothing stays mapped or open.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from galdask.catalog.readers.base import ColumnType, Table
from galdask.catalog.readers.fits_ascii import open_ascii
from galdask.catalog.readers.fits_columns import Field, fields
from galdask.catalog.readers.fits_header import BLOCK, Unit, units
from galdask.catalog.readers.names import check_range, find
from galdask.catalog.readers.strings import strip
from galdask.errors import InputError

#: bytes of rows that are in work at once
BLOCK_BYTES = 4 << 20


class FitsTable:
    """A binary table; see `Table`.

    Parameters
    ----------
    path : Path
        The file as the user knows it.
    file : Path
        The file to read, which differs for a compressed one.
    unit : Unit
        Where the table lies.
    """

    def __init__(self, path: Path, file: Path, unit: Unit) -> None:
        self.path, self._file, self._start = path, file, unit.start
        self.rows, self._width = unit.header.whole("NAXIS2"), unit.header.whole("NAXIS1")
        self._fields, self.refused = fields(unit.header)
        self.types = {name: field.type for name, field in self._fields.items()}
        if self._width == 0 and self.rows > 0:
            raise InputError("rows without content", where=unit.header.where)

    def read(self, start: int, stop: int, names: Sequence[str]) -> dict[str, np.ndarray]:
        """Return rows [start, stop) of the named columns; see `Table.read`."""
        check_range(start, stop, self.rows, self.path)
        wanted = [_Wanted(self, name, stop - start) for name in dict.fromkeys(names)]
        if wanted and stop > start:
            self._fill(wanted, start, stop)
        return {one.name: one.result() for one in wanted}

    def _fill(self, wanted: list[_Wanted], start: int, stop: int) -> None:
        layout = np.dtype(
            {
                "names": [str(i) for i in range(len(wanted))],
                "formats": [one.format for one in wanted],
                "offsets": [one.offset for one in wanted],
                "itemsize": self._width,
            }
        )
        step = min(max(1, BLOCK_BYTES // self._width), stop - start)
        buffer = np.empty(step * self._width, dtype=np.uint8)
        try:
            with open(self._file, "rb", buffering=0) as handle:
                handle.seek(self._start + start * self._width)
                for row in range(start, stop, step):
                    raw = buffer[: (min(row + step, stop) - row) * self._width]
                    self._read_bytes(handle, raw)
                    block = raw.view(layout)
                    for i, one in enumerate(wanted):
                        one.take(block[str(i)], row - start, row)
        except OSError as error:
            raise InputError("the file cannot be read", where=self.path, found=error.strerror) from error

    def _read_bytes(self, handle: io.FileIO, raw: np.ndarray) -> None:
        done = 0
        while done < raw.size:
            count = handle.readinto(raw[done:].data)
            if not count:
                raise InputError(
                    "the file became shorter while it was read",
                    where=self.path,
                    expected=f"{raw.size - done} more bytes",
                    found=f"{handle.tell()} bytes",
                )
            done += count


class _Wanted:
    """One column on its way from the blocks to the result."""

    def __init__(self, table: FitsTable, name: str, rows: int) -> None:
        column, element = find(name, table.types, table.refused, table.path)
        field: Field = table._fields[column]
        self.name, self.where, self._field = name, f"{table.path}, column {column}", field
        shape = field.shape if element is None else ()
        self.offset = field.offset + (element or 0) * field.file_type.itemsize
        self.format: Any = (field.file_type, shape) if shape else field.file_type
        self._values = np.empty((rows, *shape), dtype=field.type.dtype)
        self._mask: np.ndarray | None = None

    def take(self, stored: np.ndarray, at: int, row: int) -> None:
        """Copy one block's values to place `at`; `row` is the block's first row in the file."""
        into, field = self._values[at : at + len(stored)], self._field
        if field.kind == "text":
            into[...] = strip(stored, self.where, row)
        elif field.kind == "logical":
            np.equal(stored, b"T", out=into)
            self._hide(~(into | (stored == b"F")), at)
        elif field.kind == "unsigned":
            kept = stored.astype(field.file_type.newbyteorder("="))
            self._hide_null(kept, at)
            pattern = kept.view(f"u{kept.itemsize}")
            into[...] = (pattern ^ pattern.dtype.type(1 << (8 * kept.itemsize - 1))).view(into.dtype)
        elif field.kind == "scaled":
            with np.errstate(all="ignore"):
                np.multiply(stored, field.scale, out=into, dtype=np.float64)
                into += field.zero
            if field.null is not None:
                into[stored == field.null] = np.nan
        else:
            into[...] = stored
            self._hide_null(into, at)

    def _hide_null(self, kept: np.ndarray, at: int) -> None:
        if self._field.null is not None:
            self._hide(kept == self._field.null, at)

    def _hide(self, missing: np.ndarray, at: int) -> None:
        if missing.any():
            if self._mask is None:
                self._mask = np.zeros(self._values.shape, dtype=bool)
            self._mask[at : at + len(missing)] = missing

    def result(self) -> np.ndarray:
        """Return the column."""
        if self._mask is None:
            return self._values
        return np.ma.MaskedArray(self._values, self._mask)


def open_fits(path: Path, file: Path, hdu: int | str) -> Table:
    """Open one table of a FITS file.

    Parameters
    ----------
    path : Path
        The file as the user knows it.
    file : Path
        The file to read: `path`, or what it was inflated to.
    hdu : int or str
        Number or name of the unit.

    Raises
    ------
    InputError
        If the file is not FITS, is truncated, or holds no table there.
    """
    met: list[Unit] = []
    size = 0
    try:
        size = file.stat().st_size
        for unit in units(file):
            met.append(unit)
            if unit.number == hdu or (isinstance(hdu, str) and unit.name.casefold() == hdu.casefold()):
                return _table(path, file, unit, size)
    except OSError as error:
        raise InputError("the file cannot be read", where=path, found=error.strerror) from error
    last = met[-1]
    if last.start + last.size > size:
        raise _truncated(path, last, size)
    raise InputError(
        f"no table in HDU {hdu!r}",
        where=path,
        expected="the number or name of a table",
        found="; ".join(unit.line() for unit in met),
    )


def _table(path: Path, file: Path, unit: Unit, size: int) -> Table:
    if unit.kind not in ("BINTABLE", "TABLE"):
        known = "; ".join(other.line() for other in units(file))
        raise InputError(
            f"HDU {unit.number} is not a table",
            where=path,
            expected="the number or name of a table",
            found=known,
        )
    if unit.header.whole("NAXIS") != 2 or unit.header.whole("BITPIX") != 8:
        raise InputError("this is not the header of a table", where=unit.header.where)
    if unit.start + unit.header.whole("NAXIS1") * unit.header.whole("NAXIS2") > size:
        raise _truncated(path, unit, size)
    _check_end(path, file, unit, size)
    return FitsTable(path, file, unit) if unit.kind == "BINTABLE" else open_ascii(path, file, unit)


def _check_end(path: Path, file: Path, unit: Unit, size: int) -> None:
    """Refuse a table behind which something lies that is no unit: its header counts too few rows."""
    end = -(-(unit.start + unit.size) // BLOCK) * BLOCK
    with open(file, "rb") as handle:
        handle.seek(min(end, size))
        behind = handle.read(BLOCK)
    if behind.startswith(b"XTENSION=") or not behind.strip(b"\0 "):
        return
    raise InputError(
        "the table does not end where its header says",
        where=f"{path}, HDU {unit.number}",
        expected=f"{unit.header.whole('NAXIS2')} rows, then the end of the file or another unit",
        found=f"{size - end} bytes that are neither",
        todo="fetch the file again",
    )


def _truncated(path: Path, unit: Unit, size: int) -> InputError:
    end = unit.start + unit.size
    return InputError(
        "the file is truncated",
        where=f"{path}, HDU {unit.number}",
        expected=f"{end} bytes by its header",
        found=f"{size} bytes: {end - size} are missing",
        todo="fetch the file again",
    )


__all__ = ["BLOCK_BYTES", "ColumnType", "FitsTable", "open_fits"]
