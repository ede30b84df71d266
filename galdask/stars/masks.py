"""Bit masks by name: which bits must be clear, set, or of which one must be set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from galdask.config import Section
from galdask.stars.readings import INTEGERS, StoreLike, find, nearest


@dataclass(frozen=True, slots=True)
class Bits:
    """A condition on the bits of an integer column.

    Parameters
    ----------
    clear, set, any : int
        Bits that must all be clear; that must all be set; of which at least one must be set. 0 asks nothing.
    """

    clear: int
    set: int
    any: int

    def passes(self, values: np.ndarray) -> np.ndarray:
        """Return which values meet the condition, (n,) bool; a null does not."""
        if isinstance(values, np.ma.MaskedArray):
            return self.passes(values.data) & ~np.ma.getmaskarray(values)
        kind = np.dtype(f"u{values.dtype.itemsize}")
        words = values.view(kind)  # bit 31 of an int32 is its sign
        result: np.ndarray | None = None
        for bits, test in ((self.clear, _none), (self.set, _all), (self.any, _some)):
            if bits:
                passed = test(words, kind.type(bits))
                result = passed if result is None else result & passed
        return np.ones(values.shape, dtype=bool) if result is None else result

    def settings(self) -> dict[str, Any]:
        """Return the resolved bits as numbers."""
        return {"clear": self.clear, "set": self.set, "any": self.any}


def _none(words: np.ndarray, bits: np.unsignedinteger[Any]) -> np.ndarray:
    return np.equal(words & bits, 0)


def _all(words: np.ndarray, bits: np.unsignedinteger[Any]) -> np.ndarray:
    return np.equal(words & bits, bits)


def _some(words: np.ndarray, bits: np.unsignedinteger[Any]) -> np.ndarray:
    return np.not_equal(words & bits, 0)


def bits_from_section(section: Section, store: StoreLike) -> tuple[str, Bits]:
    """Read ``{mask: column, clear: [...], set: [...], any: [...]}``.

    Returns
    -------
    column : str
    bits : Bits

    Raises
    ------
    ConfigError
        If the column or a bit is unknown (the nearest names are given), the column holds no integers, or
        no bit is named.
    """
    column = section.text("mask")
    stored = find(store, column, section, "mask")
    if stored.type not in INTEGERS:
        raise section.fail(
            "mask", f"{column!r} is no bit mask", expected="an integer column", found=stored.type
        )
    named = store.masks.get(column, {})
    words = {}
    for key in ("clear", "set", "any"):
        words[key] = 0
        for name in section.list(key, []):
            words[key] |= 1 << resolve(name, column, named, INTEGERS[stored.type], section, key)
    if not any(words.values()):
        raise section.fail("mask", "a cut on a mask names bits", expected="clear, set or any", found="none")
    return column, Bits(words["clear"], words["set"], words["any"])


def resolve(name: Any, column: str, named: Any, width: int, section: Section, key: str) -> int:
    """Return the number of a named bit.

    Parameters
    ----------
    name : str or int
        Name of the bit; a whole number is taken as it is.
    column : str
        The mask, for messages.
    named : mapping of str to int
        Names of its bits.
    width : int
        Bits of the column's integers.
    section, key
        Place in the pipeline file.

    Raises
    ------
    ConfigError
        If the mask has no such bit.
    """
    if isinstance(name, int) and not isinstance(name, bool):
        bit = name
    elif isinstance(name, str) and name in named:
        bit = int(named[name])
    else:
        raise section.fail(
            key,
            f"the mask {column!r} has no bit {name!r}",
            expected="one of " + ", ".join(named)
            if named
            else "a number: the release names no bits of this mask",
            found=repr(name),
            todo=nearest(name, named),
        )
    if not 0 <= bit < width:
        raise section.fail(
            key, f"bit {name!r} does not fit the column {column!r}", expected=f"0 to {width - 1}", found=bit
        )
    return bit
