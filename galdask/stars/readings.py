"""Store columns as plain numbers: found by name, checked by type and unit, read as float64."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from galdask import units
from galdask.config import Section
from galdask.errors import ConfigError, StoreError

#: Arrow types of the store -> bits of an integer
INTEGERS = {f"{sign}int{bits}": bits for sign in ("", "u") for bits in (8, 16, 32, 64)}
FLOATS = ("float", "double", "halffloat", "float32", "float64")
TEXTS = ("string", "large_string")
#: the column that every partition has beside those of the release
STAR_KEY = "star_key"


class StoredColumn(Protocol):
    """What a recipe asks of a column of the store."""

    @property
    def type(self) -> str:
        """Name of its Arrow type."""

    @property
    def unit(self) -> str:
        """Unit of the stored values."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one row's value, () for a scalar."""


class StoreLike(Protocol):
    """What a recipe asks of a store: its columns and the named bits of its masks."""

    @property
    def columns(self) -> Mapping[str, StoredColumn]:
        """Columns by name."""

    @property
    def masks(self) -> Mapping[str, Mapping[str, int]]:
        """Mask column -> name of a bit -> number of the bit."""


class AbsentError(ConfigError):
    """A column that the store does not have; what is marked optional goes without it."""


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return "did you mean ...?" for a name that is not among `names`, or None."""
    near = difflib.get_close_matches(str(name), list(names), 3)
    return "did you mean " + " or ".join(repr(n) for n in near) + "?" if near else None


def find(store: StoreLike, name: str, section: Section, key: str | None = None) -> StoredColumn:
    """Return a column of the store, or say where it was asked for and what is near.

    Raises
    ------
    AbsentError
        If the store has no such column.
    ConfigError
        If the column is an array.
    """
    if name in store.columns:
        if store.columns[name].shape:
            raise section.fail(
                key,
                f"the column {name!r} holds an array in each row",
                expected="a scalar column",
                todo="name one element of it in the release file",
            )
        return store.columns[name]
    raise AbsentError(
        f"the store has no column {name!r}",
        where=section.where(key),
        expected="a column of the store",
        found=repr(name),
        todo=nearest(name, store.columns) or "see the store's columns with galdask info",
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """One numeric column of the store, read as float64 times a factor.

    Parameters
    ----------
    column : str
        Name in the store.
    factor : float
        From the stored unit to the wanted one.
    """

    column: str
    factor: float

    @classmethod
    def of(cls, store: StoreLike, section: Section, key: str, unit: str) -> Reading:
        """Resolve the column that `section` names at `key`, to be read in `unit`.

        Raises
        ------
        AbsentError
            If the store has no such column.
        ConfigError
            If the column is not numeric or measures something else.
        """
        column = section.text(key)
        stored = find(store, column, section, key)
        numeric(stored, column, section, key)
        return cls(column, scale(stored.unit, unit, f"the column {column!r}", section, key))

    def read(self, columns: Mapping[str, np.ndarray], rows: np.ndarray | None) -> np.ndarray:
        """Return the values of the chosen rows as contiguous (n,) float64; missing is NaN."""
        values = floats(take(columns, self.column, rows))
        if self.factor == 1.0:
            return np.ascontiguousarray(values, dtype=np.float64)
        return np.multiply(values, self.factor, dtype=np.float64)


def scale(found: str, wanted: str, what: str, section: Section, key: str) -> float:
    """Return the factor from one unit to another of its kind.

    Raises
    ------
    ConfigError
        If a unit is unknown or they measure different things.
    """
    where = section.where(key)
    if units.kind(found, where) != units.kind(wanted, where):
        raise section.fail(
            key,
            f"{what} has the wrong unit",
            expected=f"a unit of {units.kind(wanted)}, like {wanted!r}",
            found=repr(found) if found else "no unit",
            todo="correct it here, or the unit of the column in the release file",
        )
    return 1.0 if found == wanted else units.factor(found) / units.factor(wanted)


def numeric(stored: StoredColumn, name: str, section: Section, key: str | None) -> None:
    """Refuse a column that holds no numbers."""
    if stored.type not in INTEGERS and stored.type not in FLOATS and stored.type != "bool":
        raise section.fail(
            key, f"the column {name!r} holds no numbers", expected="a number", found=stored.type
        )


def take(columns: Mapping[str, np.ndarray], name: str, rows: np.ndarray | None) -> np.ndarray:
    """Return the chosen rows of a column.

    Raises
    ------
    StoreError
        If the partition was read without the column.
    """
    try:
        values = columns[name]
    except KeyError:
        raise StoreError(
            f"a partition was read without the column {name!r}", expected=name, found=", ".join(columns)
        ) from None
    return values if rows is None else values[rows]


def floats(values: np.ndarray) -> np.ndarray:
    """Return numbers as float32 or float64, missing ones as NaN; float arrays are returned as they are."""
    if isinstance(values, np.ma.MaskedArray):
        return np.ma.filled(values.astype(np.float64), np.nan)
    return values if values.dtype.kind == "f" else values.astype(np.float64)


def missing(values: np.ndarray) -> np.ndarray:
    """Return where an array of any kind of the store has no value, (n,) bool."""
    if isinstance(values, np.ma.MaskedArray):
        return np.ma.getmaskarray(values) | missing(values.data)
    if values.dtype.kind == "f":
        return np.isnan(values)
    if values.dtype.kind == "O":
        return np.asarray(values == None, dtype=bool)  # noqa: E711 (each element)
    return np.zeros(values.shape, dtype=bool)
