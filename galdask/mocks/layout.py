"""Layouts of the mock's tables: names, types and units of columns, kept as package data."""

from __future__ import annotations

import functools
import importlib.resources
from dataclasses import dataclass

import numpy as np

#: numpy type and FITS code of the types used in layout files
TYPES = {
    "char": ("S", "A"),
    "bool": ("S1", "L"),
    "int16": (">i2", "I"),
    "int32": (">i4", "J"),
    "int64": (">i8", "K"),
    "float32": (">f4", "E"),
    "float64": (">f8", "D"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    """Name in the file."""
    type: str
    """One of `TYPES`."""
    repeat: int
    """Characters of a text, elements of an array."""
    unit: str
    """Unit as FITS spells it; empty for none."""
    lite: bool
    """Whether the short file has it."""

    @property
    def tform(self) -> str:
        """FITS format, e.g. "30A", "E", "27K"."""
        code = TYPES[self.type][1]
        return f"{self.repeat}{code}" if self.repeat > 1 or code == "A" else code

    @property
    def field(self) -> tuple:
        """Entry of a structured numpy type, big-endian."""
        kind = TYPES[self.type][0]
        if self.type == "char":
            return (self.name, f"S{self.repeat}")
        return (self.name, kind, (self.repeat,)) if self.repeat > 1 else (self.name, kind)


@functools.cache
def layout(name: str, lite: bool = False) -> tuple[Column, ...]:
    """Return the columns of a layout.

    Parameters
    ----------
    name : str
        Which table: a file of the folder `layouts`, without its suffix.
    lite : bool
        Only the columns of the short file.
    """
    text = importlib.resources.files("galdask.mocks").joinpath("layouts", f"{name}.txt").read_text("utf-8")
    columns = []
    for line in text.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        words = line.split()
        unit = "" if words[3] == "-" else words[3]
        columns.append(Column(words[0], words[1], int(words[2]), unit, words[-1] == "lite"))
    return tuple(column for column in columns if column.lite or not lite)


def row_type(columns: tuple[Column, ...]) -> np.dtype:
    """Return the structured, packed, big-endian type of one row."""
    return np.dtype([column.field for column in columns])


def blank(columns: tuple[Column, ...], rows: int, filler: float = np.nan) -> np.ndarray:
    """Return rows of missing values: blank texts, zeros as integers, false flags, and `filler` as floats."""
    one = np.zeros(1, dtype=row_type(columns))
    for column in columns:
        if column.type == "char":
            one[column.name] = b" " * column.repeat
        elif column.type == "bool":
            one[column.name] = b"F"
        elif column.type.startswith("float"):
            one[column.name] = filler
    return np.repeat(one, rows)
