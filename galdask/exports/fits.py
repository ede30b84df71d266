"""Sheets as binary tables of one FITS file, written block by block."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from galdask import publish
from galdask.exports.fields import Field
from galdask.exports.sheet import Rows, Sheet

#: numpy kind and size -> FITS code and type on disk
CODES = {
    "b1": ("L", "S1"), "u1": ("B", "u1"), "i2": ("I", ">i2"), "i4": ("J", ">i4"), "i8": ("K", ">i8"),
    "f4": ("E", ">f4"), "f8": ("D", ">f8"), "u8": ("K", ">i8"), "u4": ("K", ">i8"), "u2": ("J", ">i4"),
    "i1": ("I", ">i2"),
}  # fmt: skip
#: bytes of a FITS record
RECORD = 2880
#: what turns an unsigned 64-bit number into a signed one: TZERO
HALF = np.uint64(1 << 63)


def write(path: Path, sheets: Sequence[Sheet], facts: dict[str, str]) -> None:
    """Write sheets as extensions of a FITS file.

    Units, descriptions (TCOMM) and descriptors (TUCD) stand beside each column, as TOPCAT reads them; facts
    in the first header, long ones over CONTINUE cards.

    Parameters
    ----------
    path : Path
        The file.
    sheets : sequence of Sheet
        The tables.
    facts : dict
        What is known about all of them: name -> text.

    Raises
    ------
    OutputError
        If it cannot be written; nothing half-written is left.
    """

    def fill(handle: BinaryIO) -> None:
        handle.write(_primary(facts))
        for sheet in sheets:
            _table(handle, sheet)

    publish.write(path, fill)


def _ascii(text: str) -> str:
    return " ".join(text.encode("ascii", "replace").decode("ascii").split())


def _primary(facts: dict[str, str]) -> bytes:
    from astropy.io import fits

    header = fits.PrimaryHDU().header
    for name, text in facts.items():
        header[name.upper()[:8]] = _ascii(text)
    return header.tostring().encode("ascii")


def _disk(field: Field) -> tuple[str, Any]:
    if field.is_text:
        return f"{field.width}A", f"S{field.width}"
    code, kind = CODES[field.type.str[1:]]
    return code, kind


def _null(field: Field) -> int | None:
    """Return the number that stands for none in a column of integers."""
    if not field.nullable or field.type.kind not in "iu":
        return None
    return 255 if field.type.str[1:] == "u1" else -(1 << (8 * np.dtype(_disk(field)[1]).itemsize - 1))


def _header(sheet: Sheet, rows: int, dtype: np.dtype) -> bytes:
    from astropy.io import fits

    header = fits.Header()
    header["XTENSION"], header["BITPIX"], header["NAXIS"] = "BINTABLE", 8, 2
    header["NAXIS1"], header["NAXIS2"] = dtype.itemsize, rows
    header["PCOUNT"], header["GCOUNT"], header["TFIELDS"] = 0, 1, len(sheet.fields)
    header["EXTNAME"] = _ascii(sheet.name)
    for k, field in enumerate(sheet.fields, 1):
        header[f"TTYPE{k}"], header[f"TFORM{k}"] = field.name, _disk(field)[0]
        if field.standard_unit:
            header[f"TUNIT{k}"] = field.standard_unit
        if field.type.str[1:] == "u8":
            header[f"TSCAL{k}"], header[f"TZERO{k}"] = 1, 1 << 63
        null = _null(field)
        if null is not None:
            header[f"TNULL{k}"] = null
        if field.description:
            header[f"TCOMM{k}"] = field.description
        if field.ucd:
            header[f"TUCD{k}"] = field.ucd
    if sheet.title:
        header["TITLE"] = _ascii(sheet.title)
    for name, text in sheet.facts.items():
        header[name.upper()[:8]] = _ascii(text)
    return header.tostring().encode("ascii")


def _table(handle: BinaryIO, sheet: Sheet) -> None:
    dtype = np.dtype([(field.name, _disk(field)[1]) for field in sheet.fields])
    start, rows = handle.tell(), 0
    handle.write(_header(sheet, 10**12, dtype))
    for block in sheet.blocks():
        data = _rows(sheet.fields, block, dtype)
        handle.write(data.tobytes())
        rows += data.size
    handle.write(b"\0" * (-rows * dtype.itemsize % RECORD))
    end = handle.tell()
    handle.seek(start)
    # a number's card has one width whatever the number
    handle.write(_header(sheet, rows, dtype))
    handle.seek(end)


def _rows(fields: Sequence[Field], block: Rows, dtype: np.dtype) -> np.ndarray:
    data = np.zeros(len(block[fields[0].name]), dtype=dtype)
    for field in fields:
        values, missing = np.ma.getdata(block[field.name]), np.ma.getmaskarray(block[field.name])
        if field.is_text:
            texts = ["" if value is None else str(value) for value in values]
            data[field.name] = np.array(
                [text.encode("ascii", "replace") for text in texts], dtype=f"S{field.width}"
            )
        elif field.type.kind == "b":
            # a zero byte is neither true nor false
            data[field.name] = np.where(missing, b"\0", np.where(values, b"T", b"F"))
        elif field.type.str[1:] == "u8":
            data[field.name] = (values.astype(np.uint64) ^ HALF).view(np.int64)
        else:
            data[field.name] = values
            null = _null(field)
            if null is not None:
                data[field.name][missing] = null
    return data
