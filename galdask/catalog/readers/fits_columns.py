"""Columns of a FITS binary table: type, place in the row, scaling and nulls.

Source: FITS Standard 4.0, section 7.3.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from galdask.catalog.readers.base import ColumnType
from galdask.catalog.readers.fits_header import Header
from galdask.catalog.readers.names import distinct
from galdask.errors import InputError

#: bytes of a row; one of a survey has some ten thousand
MAX_ROW = 64 << 20
_FORM = re.compile(r"\s*(\d{0,12})([A-Z])(.*)")
_CODES = {"L": "S1", "B": "u1", "I": ">i2", "J": ">i4", "K": ">i8", "E": ">f4", "D": ">f8"}
_BYTES = {"X": 0, "C": 8, "M": 16, "P": 8, "Q": 16}
_REASONS = {
    "X": "an array of single bits",
    "C": "complex numbers",
    "M": "complex numbers",
    "P": "arrays of varying length",
    "Q": "arrays of varying length",
}
#: TZERO by which unsigned and signed integers are written as the other kind
_OFFSETS = {("u1", -128.0): "i1", (">i2", 2.0**15): "u2", (">i4", 2.0**31): "u4", (">i8", 2.0**63): "u8"}


@dataclass(frozen=True, slots=True)
class Field:
    """One column of the row.

    Parameters
    ----------
    offset : int
        First byte in the row.
    file_type : numpy.dtype
        Type in the file, big-endian.
    shape : tuple of int
        Shape of one row's value.
    kind : {"plain", "text", "logical", "unsigned", "scaled"}
        How the file's values become ours.
    type : ColumnType
        What the reader returns.
    scale, zero : float
        value = zero + scale * stored, for "scaled".
    null : int, optional
        Stored integer that means "no value".
    """

    offset: int
    file_type: np.dtype
    shape: tuple[int, ...]
    kind: str
    type: ColumnType
    scale: float = 1.0
    zero: float = 0.0
    null: int | None = None


def fields(header: Header) -> tuple[dict[str, Field], dict[str, str]]:
    """Return the columns that can be read, and the others with the reason.

    Raises
    ------
    InputError
        If the cards contradict each other.
    """
    count = header.whole("TFIELDS")
    if not 0 <= count <= 999:
        raise InputError("TFIELDS is out of range", where=header.where, expected="0 to 999", found=count)
    names = distinct(header.text(f"TTYPE{i}") or "" for i in range(1, count + 1))
    forms = [_form(header, i) for i in range(1, count + 1)]
    ends = list(accumulate((_width(code, repeat) for code, repeat, _ in forms), initial=0))
    row = header.whole("NAXIS1")
    if ends[-1] != row or not 0 <= row <= MAX_ROW:
        raise InputError(
            "the columns do not fill the row",
            where=header.where,
            expected=f"{ends[-1]} bytes by TFORM, at most {MAX_ROW}",
            found=f"NAXIS1 = {row}",
        )
    readable: dict[str, Field] = {}
    refused: dict[str, str] = {}
    for i, (name, (code, repeat, rest)) in enumerate(zip(names, forms, strict=True)):
        if code in _REASONS:
            refused[name] = f"{_REASONS[code]} (TFORM{i + 1} = {header.text(f'TFORM{i + 1}')!r})"
        elif repeat == 0:
            refused[name] = "a column without content"
        else:
            readable[name] = _field(header, i + 1, code, repeat, rest, ends[i])
    return readable, refused


def _width(code: str, repeat: int) -> int:
    if code == "X":
        return -(-repeat // 8)
    return repeat * (_BYTES.get(code) or np.dtype(_CODES.get(code, "S1")).itemsize)


def _form(header: Header, i: int) -> tuple[str, int, str]:
    form = header.text(f"TFORM{i}")
    match = _FORM.fullmatch(form or "")
    if match is None or (match[2] not in _CODES and match[2] not in _BYTES and match[2] != "A"):
        raise InputError(
            f"the type of column {i} is unknown", where=header.where, found=f"TFORM{i} = {form!r}"
        )
    return match[2], int(match[1] or 1), match[3].strip()


def _field(header: Header, i: int, code: str, repeat: int, rest: str, offset: int) -> Field:
    unit = header.text(f"TUNIT{i}") or None
    if code == "A":
        width, shape = _text_shape(header, i, repeat, rest)
        kind = np.dtype(f"S{width}")
        return Field(offset, kind, shape, "text", ColumnType(kind, shape, unit))
    shape = () if repeat == 1 else (_dimensions(header, i, repeat) or (repeat,))
    file_type = np.dtype(_CODES[code])
    if code == "L":
        return Field(offset, file_type, shape, "logical", ColumnType(np.dtype(bool), shape, unit))
    scale, zero = header.number(f"TSCAL{i}", 1.0), header.number(f"TZERO{i}", 0.0)
    if not (math.isfinite(scale) and math.isfinite(zero)):
        raise InputError(f"the scale of column {i} is not a number", where=header.where, found=(scale, zero))
    null = None
    if code in "BIJK" and f"TNULL{i}" in header:
        null = header.whole(f"TNULL{i}")
    if (scale, zero) == (1.0, 0.0):
        kept = ColumnType(file_type.newbyteorder("="), shape, unit)
        return Field(offset, file_type, shape, "plain", kept, null=null)
    moved = _OFFSETS.get((_CODES[code], zero)) if scale == 1.0 else None
    if moved:
        return Field(
            offset, file_type, shape, "unsigned", ColumnType(np.dtype(moved), shape, unit), null=null
        )
    kept = ColumnType(np.dtype(np.float64), shape, unit)
    return Field(offset, file_type, shape, "scaled", kept, scale, zero, null)


def _dimensions(header: Header, i: int, repeat: int) -> tuple[int, ...] | None:
    """Shape by TDIM, the slowest axis first; None where TDIM is absent or contradicts the repeat."""
    text = header.text(f"TDIM{i}") or ""
    match = re.fullmatch(r"\s*\(\s*(\d{1,9}(?:\s*,\s*\d{1,9})*)\s*\)\s*", text)
    if match is None:
        return None
    shape = tuple(int(n) for n in match[1].split(","))[::-1]
    return shape if math.prod(shape) == repeat else None


def _text_shape(header: Header, i: int, repeat: int, rest: str) -> tuple[int, tuple[int, ...]]:
    """Width of a string and shape of the array of strings: by TDIM, or by the older form 30A10."""
    dimensions = _dimensions(header, i, repeat)
    if dimensions and len(dimensions) > 1:
        return dimensions[-1], dimensions[:-1]
    if rest.isdigit() and 0 < int(rest) < repeat and repeat % int(rest) == 0:
        return int(rest), (repeat // int(rest),)
    return repeat, ()
