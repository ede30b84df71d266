"""ASCII tables of FITS files, read whole and served from memory: they are small.

Source: FITS Standard 4.0, section 7.2.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from galdask.catalog.readers.csv import MAX_BYTES
from galdask.catalog.readers.fits_header import Header, Unit
from galdask.catalog.readers.fixed_width import Field, decode
from galdask.catalog.readers.limits import check_room
from galdask.catalog.readers.memory import MemoryTable
from galdask.catalog.readers.names import distinct
from galdask.errors import InputError

_FORM = re.compile(r"\s*([AIFED])(\d{1,9})(?:\.\d+)?\s*")
_KINDS = {"A": "text", "I": "whole", "F": "number", "E": "number", "D": "number"}


def open_ascii(path: Path, file: Path, unit: Unit) -> MemoryTable:
    """Read an ASCII table.

    Parameters
    ----------
    path : Path
        The file as the user knows it.
    file : Path
        The file to read.
    unit : Unit
        Where the table lies.

    Raises
    ------
    InputError
        If the header contradicts itself or a number cannot be read.
    """
    header, where = unit.header, str(path)
    rows, width = header.whole("NAXIS2"), header.whole("NAXIS1")
    if width == 0 and rows > 0:
        raise InputError("rows without content", where=header.where)
    if rows * width > MAX_BYTES:
        raise InputError(
            "the ASCII table is too large to be read whole",
            where=header.where,
            expected=f"at most {MAX_BYTES} bytes",
            found=f"{rows * width} bytes",
            todo="convert it to a binary table",
        )
    fields = _fields(header, width)
    check_room(rows, sum(field.stop - field.start for field in fields), rows * width, header.where)
    try:
        with open(file, "rb") as handle:
            handle.seek(unit.start)
            text = handle.read(rows * width)
    except OSError as error:
        raise InputError("the file cannot be read", where=path, found=error.strerror) from error
    if len(text) != rows * width:
        raise InputError("the file became shorter while it was read", where=path)
    letters = np.frombuffer(text, dtype=np.uint8).reshape(rows, width)
    columns = {}
    for i, field in enumerate(fields, start=1):
        columns[field.name] = _scaled(decode(letters, field, where), header, i)
    units = {field.name: field.unit for field in fields if field.unit}
    return MemoryTable(path, rows, columns, units)


def _fields(header: Header, width: int) -> list[Field]:
    count = header.whole("TFIELDS")
    if not 0 <= count <= 999:
        raise InputError("TFIELDS is out of range", where=header.where, expected="0 to 999", found=count)
    names = distinct(header.text(f"TTYPE{i}") or "" for i in range(1, count + 1))
    result = []
    for i, name in enumerate(names, start=1):
        form = header.text(f"TFORM{i}")
        match = _FORM.fullmatch(form or "")
        if match is None:
            raise InputError(
                f"the type of column {i} is unknown", where=header.where, found=f"TFORM{i} = {form!r}"
            )
        start = header.whole(f"TBCOL{i}") - 1
        stop = start + int(match[2])
        if not 0 <= start < stop <= width:
            raise InputError(
                f"column {i} does not lie within the row",
                where=header.where,
                found=f"bytes {start + 1} to {stop}",
            )
        null = header.text(f"TNULL{i}")
        fillers = (null.strip(),) if null and null.strip() else ()
        result.append(Field(name, start, stop, _KINDS[match[1]], header.text(f"TUNIT{i}") or None, fillers))
    return result


def _scaled(values: np.ndarray, header: Header, i: int) -> np.ndarray:
    scale, zero = header.number(f"TSCAL{i}", 1.0), header.number(f"TZERO{i}", 0.0)
    if values.dtype.kind == "S" or (scale, zero) == (1.0, 0.0):
        return values
    return np.ma.filled(values.astype(np.float64), np.nan) * scale + zero
