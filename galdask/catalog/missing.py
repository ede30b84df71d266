"""What stands for "no value" in a column: NaN, fillers, limits, blanks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Missing:
    """The missing-value policy of one column.

    A NaN, a blank text and a masked element are always missing. The rest is declared.

    Parameters
    ----------
    values : tuple of float
        Fillers such as -9999.99. Floating-point columns are compared at float32, so that a filler
        that went through single precision is still found; integer columns are compared exactly.
    above, below : float, optional
        Larger (smaller) values are missing, for example 90 for magnitudes.
    not_positive : bool
        Zero and negative values are missing.
    texts : tuple of str
        Texts that mean "nothing" in a string column.
    """

    values: tuple[float, ...] = ()
    above: float | None = None
    below: float | None = None
    not_positive: bool = False
    texts: tuple[str, ...] = ()

    def mask(self, column: np.ndarray) -> np.ndarray:
        """Return which elements of a column are missing.

        Parameters
        ----------
        column : ndarray or MaskedArray
            Numbers, booleans or byte strings ('S'), any shape, native byte order.

        Returns
        -------
        ndarray of bool
            Same shape; True where there is no value.
        """
        plain = np.ma.getdata(column)
        kind = plain.dtype.kind
        if kind == "S":
            found = plain == b""
            for text in self.texts:
                found |= plain == text.encode()
        elif kind == "f":
            found = self._floats(plain)
        elif kind in "iu":
            found = self._integers(plain)
        else:
            found = np.zeros(plain.shape, dtype=bool)
        if np.ma.is_masked(column):
            found |= np.ma.getmaskarray(column)
        return found

    def _floats(self, plain: np.ndarray) -> np.ndarray:
        found = np.isnan(plain)
        if self.values:
            with np.errstate(over="ignore"):
                short = plain.astype(np.float32, copy=False)
                for filler in self.values:
                    found |= short == np.float32(filler)
        return self._limits(plain, found)

    def _integers(self, plain: np.ndarray) -> np.ndarray:
        found = np.zeros(plain.shape, dtype=bool)
        for filler in self.values:
            if float(filler).is_integer():
                found |= plain == int(filler)
        return self._limits(plain, found)

    def _limits(self, plain: np.ndarray, found: np.ndarray) -> np.ndarray:
        if self.above is not None:
            found |= plain > self.above
        if self.below is not None:
            found |= plain < self.below
        if self.not_positive:
            found |= plain <= 0
        return found

    def __or__(self, other: Missing) -> Missing:
        """Return the policy under which whatever either calls missing is missing."""
        return Missing(
            values=tuple(dict.fromkeys(self.values + other.values)),
            above=_either(min, self.above, other.above),
            below=_either(max, self.below, other.below),
            not_positive=self.not_positive or other.not_positive,
            texts=tuple(dict.fromkeys(self.texts + other.texts)),
        )


def _either(choose: Callable[[float, float], float], a: float | None, b: float | None) -> float | None:
    if a is None or b is None:
        return b if a is None else a
    return choose(a, b)
