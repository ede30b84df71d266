"""Columns of characters at fixed places of a line, as numbers and texts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from galdask.catalog.readers.strings import strip
from galdask.errors import InputError


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a line.

    Parameters
    ----------
    name : str
        Its name.
    start, stop : int
        First byte of the line and the one after the last.
    kind : {"text", "whole", "number"}
        What the characters mean.
    unit : str, optional
        Unit as the file spells it.
    fillers : tuple of str
        Contents that mean "no value", besides blanks.
    """

    name: str
    start: int
    stop: int
    kind: str
    unit: str | None = None
    fillers: tuple[str, ...] = ()


def matrix(lines: list[bytes], width: int) -> np.ndarray:
    """Return lines as an array of characters, short ones padded with blanks.

    Parameters
    ----------
    lines : list of bytes
        The lines without their ends.
    width : int
        Number of bytes that matter.

    Returns
    -------
    ndarray of uint8, shape (n, width)
    """
    text = b"".join(line[:width].ljust(width) for line in lines)
    return np.frombuffer(text, dtype=np.uint8).reshape(len(lines), width)


def decode(letters: np.ndarray, field: Field, where: str, declared: str | None = None) -> np.ndarray:
    """Return one column.

    Parameters
    ----------
    letters : ndarray of uint8, shape (n, width)
        The lines.
    field : Field
        Which characters, and what they mean.
    where : str
        File, for messages.
    declared : str, optional
        Type that the release gives the column; it goes before the file's own.

    Returns
    -------
    ndarray, shape (n,)
        Texts; float64 with NaN for blanks; or int64, a MaskedArray if there are blanks.

    Raises
    ------
    InputError
        If characters are not what they should be; names the row.
    """
    where = f"{where}, column {field.name}"
    piece = np.ascontiguousarray(letters[:, field.start : field.stop])
    texts = strip(piece.view(f"S{field.stop - field.start}").ravel(), where)
    texts = np.strings.lstrip(texts, b" ")
    blank = texts == b""
    for filler in field.fillers:
        blank |= texts == filler.encode()
    kind = _kind(field, declared, where)
    if kind == "text":
        return np.where(blank, np.bytes_(b""), texts).astype(texts.dtype)
    if kind == "number":
        values = _parse(np.where(blank, b"nan", texts), np.dtype(np.float64), where)
        for filler in field.fillers:
            if _is_number(filler.encode(), values.dtype):
                values[values == float(filler)] = np.nan
        return values.astype(declared if declared == "float32" else np.float64, copy=False)
    blank |= np.strings.lower(texts) == b"nan"
    whole = _parse(np.where(blank, b"0", texts), np.dtype(np.int64), where)
    whole = _narrow(whole, declared, where)
    return np.ma.MaskedArray(whole, blank) if blank.any() else whole


def _kind(field: Field, declared: str | None, where: str) -> str:
    if declared is None:
        return field.kind
    if declared == "bool":
        raise InputError(
            "a column of fixed width cannot be read as bool", where=where, todo="declare it as an integer"
        )
    return {"string": "text", "float32": "number", "float64": "number"}.get(declared, "whole")


def _parse(texts: np.ndarray, dtype: np.dtype, where: str) -> np.ndarray:
    if dtype.kind == "f" and (np.strings.find(texts, b"D") >= 0).any():
        texts = np.strings.replace(texts, b"D", b"E")
    try:
        if (np.strings.find(texts, b"_") >= 0).any():
            raise ValueError
        return texts.astype(dtype)
    except (ValueError, OverflowError):
        row, text = next(((i, t) for i, t in enumerate(texts) if not _is_number(t, dtype)), (0, b"?"))
    raise InputError(
        "a number cannot be read",
        where=f"{where}, row {row}",
        expected="a whole number" if dtype.kind == "i" else "a number",
        found=repr(text.decode("utf-8", "replace")),
    )


def _is_number(text: bytes, dtype: np.dtype) -> bool:
    try:
        np.array([text]).astype(dtype)
    except (ValueError, OverflowError):
        return False
    return b"_" not in text and b"\0" not in text


def _narrow(whole: np.ndarray, declared: str | None, where: str) -> np.ndarray:
    if declared is None or declared == "int64":
        return whole
    narrow = whole.astype(declared)
    if not np.array_equal(narrow, whole):
        raise InputError(
            f"numbers too large for {declared}",
            where=f"{where}, row {int(np.flatnonzero(narrow != whole)[0])}",
            found=whole[narrow != whole][0],
        )
    return narrow
