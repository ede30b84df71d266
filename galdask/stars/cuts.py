"""Cuts: one condition each on a store column, a quantity or a derived column.

A missing value passes no cut. A bound, or the value of `equals`, is compared at the precision of the
column, so that a float32 column meets "2.3" where the file says 2.3.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from galdask.config import Section
from galdask.stars.masks import Bits, bits_from_section
from galdask.stars.populations import CLASSES
from galdask.stars.readings import (
    INTEGERS,
    TEXTS,
    AbsentError,
    StoreLike,
    find,
    missing,
    nearest,
    numeric,
    scale,
)

#: where the values of a cut come from
SOURCES = ("column", "quantity")
#: every key of a cut
KEYS = (
    *SOURCES,
    "mask",
    "finite",
    "low",
    "high",
    "low_open",
    "high_open",
    "unit",
    "equals",
    "clear",
    "set",
    "any",
)


@dataclass(frozen=True, slots=True)
class Interval:
    """Between two bounds, each closed unless said otherwise; None is no bound, and infinity never passes."""

    low: float | int | None
    high: float | int | None
    low_open: bool
    high_open: bool

    def passes(self, values: np.ndarray) -> np.ndarray:
        """Return which values lie in the interval, (n,) bool."""
        if isinstance(values, np.ma.MaskedArray):
            return self.passes(values.data) & ~np.ma.getmaskarray(values)
        with np.errstate(over="ignore"):  # a bound beyond the range of float32 is no bound
            if self.low is None:
                above = values > -np.inf
            else:
                above = values > self.low if self.low_open else values >= self.low
            if self.high is None:
                return above & (values < np.inf)
            return above & (values < self.high if self.high_open else values <= self.high)

    def settings(self) -> dict[str, Any]:
        """Return the bounds."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Equals:
    """Equal to one value."""

    value: float | int | bool | str

    def passes(self, values: np.ndarray) -> np.ndarray:
        """Return which values are equal to it, (n,) bool."""
        with np.errstate(over="ignore"):
            equal = np.asarray(np.ma.getdata(values) == self.value, dtype=bool)
        if isinstance(values, np.ma.MaskedArray):
            equal &= ~np.ma.getmaskarray(values)
        return equal

    def settings(self) -> dict[str, Any]:
        """Return the value."""
        return {"equals": self.value}


@dataclass(frozen=True, slots=True)
class Finite:
    """There is a value, and it is finite."""

    def passes(self, values: np.ndarray) -> np.ndarray:
        """Return which values are there, (n,) bool."""
        if not isinstance(values, np.ma.MaskedArray) and values.dtype.kind == "f":
            return np.isfinite(values)
        there = ~missing(values)
        return there & np.isfinite(values.data) if values.dtype.kind == "f" else there

    def settings(self) -> dict[str, Any]:
        """Return the condition."""
        return {"finite": True}


@dataclass(frozen=True, slots=True)
class Cut:
    """One step of a cut flow.

    Parameters
    ----------
    name : str
        As in the pipeline file.
    source : {"column", "quantity"}
        A column of the store; or a quantity or derived column.
    target : str
        Which one.
    test : Interval, Equals, Finite or Bits
        The condition.
    """

    name: str
    source: str
    target: str
    test: Interval | Equals | Finite | Bits

    def settings(self) -> dict[str, Any]:
        """Return what decides who passes, without the name of the cut."""
        return {self.source: self.target} | self.test.settings()


def check_keys(name: str, section: Section) -> None:
    """Refuse unknown keys of a cut, also of one that no sample uses.

    Raises
    ------
    ConfigError
        If there is one.
    """
    for key in section:
        if key not in KEYS:
            raise section.fail(
                key,
                f"the cut {name!r} has an unknown key {key!r}",
                expected="of " + ", ".join(KEYS),
                todo=nearest(key, KEYS),
            )


def cut_from_section(
    name: str,
    section: Section,
    store: StoreLike,
    computed: Mapping[str, str],
    absent: Mapping[str, str] | None = None,
) -> Cut:
    """Read one cut.

    Parameters
    ----------
    name : str
        Its name.
    section : Section
        One of ``{column | quantity: NAME, low:, high:, low_open:, high_open:, unit:}``,
        ``{column | quantity: NAME, equals: VALUE}``, ``{finite: NAME}``,
        ``{mask: COLUMN, clear: [..], set: [..], any: [..]}``.
    store : Store
        Columns and the names of bits.
    computed : mapping of str to str
        Quantities and derived columns -> unit.
    absent : mapping of str to str, optional
        Quantities that the store cannot have, and why.

    Raises
    ------
    AbsentError
        If the store has no such column, or not those of the quantity.
    ConfigError
        If the cut says too little, too much, or names an unknown quantity or bit.
    """
    lost = section.value("quantity" if "quantity" in section else "finite", None)
    if isinstance(lost, str) and lost in (absent or {}) and lost not in store.columns:
        raise AbsentError(f"there is no quantity {lost!r}: {(absent or {})[lost]}", where=section.where())
    forms = [key for key in (*SOURCES, "mask", "finite") if key in section]
    if len(forms) != 1:
        raise section.fail(
            None,
            f"the cut {name!r} needs one subject",
            expected="one of column, quantity, mask, finite",
            found=", ".join(forms) or "none",
        )
    form = forms[0]
    if form == "mask":
        target, bits = bits_from_section(section, store)
        cut = Cut(name, "column", target, bits)
    elif form == "finite":
        target = section.text("finite")
        if target not in store.columns and target in computed:
            cut = Cut(name, "quantity", target, Finite())
        else:
            find(store, target, section, "finite")
            cut = Cut(name, "column", target, Finite())
    else:
        cut = _compared(name, form, section, store, computed)
    section.done()
    return cut


def _compared(name: str, form: str, section: Section, store: StoreLike, computed: Mapping[str, str]) -> Cut:
    target = section.text(form)
    if form == "quantity" and target not in computed:
        raise section.fail(
            form,
            f"there is no quantity or derived column {target!r}",
            expected="one of " + ", ".join(computed),
            todo=nearest(target, computed),
        )
    stored = find(store, target, section, form) if form == "column" else None
    if "equals" in section:
        value = section.value("equals")
        if form == "quantity" and target == "population" and value in CLASSES:
            value = CLASSES.index(value)
        _check_kind(value, stored.type if stored is not None else "double", target, section)
        return Cut(name, form, target, Equals(value))
    if stored is not None:
        numeric(stored, target, section, form)
    low, high = section.number("low", None), section.number("high", None)
    low_open, high_open = section.flag("low_open", False), section.flag("high_open", False)
    if low is None and high is None:
        raise section.fail(None, f"the cut {name!r} has no condition", expected="low, high or equals")
    if (low is None and low_open) or (high is None and high_open):
        raise section.fail(
            None, f"the cut {name!r} opens a bound that it does not have", expected="low, high"
        )
    unit = stored.unit if stored is not None else computed[target]
    if "unit" in section:
        factor = scale(section.text("unit"), unit, f"a bound of {target!r}", section, "unit")
        low, high = (None if b is None else b * factor if factor != 1.0 else b for b in (low, high))
    if low is not None and high is not None and (low > high or (low == high and (low_open or high_open))):
        raise section.fail(
            None, f"nothing can pass the cut {name!r}", expected="low <= high", found=f"{low}, {high}"
        )
    return Cut(name, form, target, Interval(low, high, low_open, high_open))


def _check_kind(value: Any, stored: str, target: str, section: Section) -> None:
    """Refuse a comparison that can never be true because the types differ."""
    if stored in TEXTS:
        wanted, fits = "a text", isinstance(value, str)
    elif stored == "bool":
        wanted, fits = "true or false", isinstance(value, bool)
    elif stored in INTEGERS:
        wanted, fits = "a whole number", isinstance(value, int) and not isinstance(value, bool)
    else:
        wanted = "a finite number"
        fits = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not fits:
        raise section.fail("equals", f"{target!r} cannot equal this", expected=wanted, found=repr(value))
