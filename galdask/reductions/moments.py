"""Mean, standard deviation and skewness in cells from exact integer sums."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numba
import numpy as np

from galdask.errors import ReductionError
from galdask.reductions import states
from galdask.reductions.axis import F8, plain, required
from galdask.reductions.cells import CellTable, add, group, populations
from galdask.reductions.key import Key
from galdask.reductions.protocol import register
from galdask.reductions.states import State
from galdask.reductions.wide import minus, plus, rounded, times, wide

#: whole numbers of quanta must be smaller than this
REACH = 2**31
#: most stars in a cell: 2**30 * 2**32 still fits a signed word
STARS = 2**30

I8 = numba.types.Array(numba.int64, 1, "C", readonly=True)
I8_2 = numba.types.Array(numba.int64, 2, "C", readonly=True)


@register
@dataclass(frozen=True)
class Moments:
    """Number, mean, standard deviation and skewness of a quantity in cells.

    Values are rounded to whole quanta, ``X = rint((x - origin) * 2**bits)``, and the sums of X, X**2 and
    X**3 are exact integers held in words of 32-bit digits. So the sums do not depend on any order, and
    neither does a result.

    Parameters
    ----------
    key : Key
        Cells.
    quantity : str
        Column; NaN and infinite values are missing and not counted.
    origin : float
        Zero of the whole numbers, in the column's unit.
    bits : int
        A quantum is 2**-bits; values must lie within 2**(31 - bits) of `origin`.

    Notes
    -----
    Finalized columns: ``n``, ``mean``, ``std`` (ddof = 0) and ``skewness`` (g1 = m3 / m2**1.5; NaN where
    std is 0). They are those of the rounded values to a few 1e-16 of the standard deviation; rounding moves
    the mean and the standard deviation by at most half a quantum. With ``origin = 0`` a float32 value is
    not rounded at all unless it is smaller than 2**(23 - bits) in absolute value.
    """

    key: Key
    quantity: str
    origin: float
    bits: int

    kind: ClassVar[str] = "moments"
    version: ClassVar[int] = 1
    layout: ClassVar[Literal["sum", "runs"]] = "sum"

    def __post_init__(self) -> None:
        if not (math.isfinite(self.origin) and -200 <= self.bits <= 200):
            raise ReductionError(
                "moments need a finite origin and a reasonable quantum",
                where=f"column {self.quantity!r}",
                found=f"origin {self.origin}, 2**-{self.bits}",
            )

    @classmethod
    def over(cls, key: Key, quantity: str, low: float, high: float) -> Moments:
        """Return the moments with the smallest quantum that holds every value from `low` to `high`."""
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise ReductionError(
                "moments need a finite range", where=f"column {quantity!r}", found=f"{low} to {high}"
            )
        origin = round(8.0 * (low + high)) / 16.0
        bits = 31 - math.frexp(max(high - origin, origin - low))[1]
        return cls(key, quantity, origin, bits)

    def columns(self) -> tuple[str, ...]:
        """Names of the columns that are read."""
        return tuple(dict.fromkeys((*self.key.columns(), self.quantity)))

    def parameters(self) -> dict[str, Any]:
        """Everything that decides the numbers."""
        return {"key": self.key, "quantity": self.quantity, "origin": self.origin, "bits": self.bits}

    def map(self, columns: Mapping[str, np.ndarray]) -> State:
        """Return the sums of a block.

        Raises
        ------
        ReductionError
            If a value lies too far from `origin`; names the column and the value.
        """
        values = plain(required(columns, self.quantity)).astype(np.float64, copy=False)
        finite = np.isfinite(values)
        cells = np.where(finite, self.key.cells(columns, rows=values.size), -1)
        occupied, rows, starts = group(cells)
        whole = np.rint((values[rows] - self.origin) * 2.0**self.bits)
        self._check(values[rows], whole)
        stops = np.append(starts[1:], rows.size)
        sums = np.empty((occupied.size, 6), dtype=np.int64)
        _add_powers(whole, starts, stops, sums)
        return {"cells": occupied, "n": stops - starts, "sums": sums}

    def _check(self, values: np.ndarray, whole: np.ndarray) -> None:
        far = np.flatnonzero(np.abs(whole) >= REACH)
        if far.size:
            reach = REACH * 2.0**-self.bits
            raise ReductionError(
                "a value is too far out for exact moments",
                where=f"column {self.quantity}",
                expected=f"between {self.origin - reach:g} and {self.origin + reach:g}",
                found=f"{float(values[far[0]])!r} ({far.size} such values in this block)",
                todo="declare the range of this quantity; values outside count as missing",
            )

    def identity(self) -> State:
        """Return the sums of no star."""
        none = np.empty(0, dtype=np.int64)
        return {"cells": none, "n": none, "sums": np.empty((0, 6), dtype=np.int64)}

    def combine(self, a: State, b: State) -> State:
        """Return the sum.

        Raises
        ------
        ReductionError
            If a cell has more stars than words can hold.
        """
        return self._limited(add([a, b]))

    def finalize(self, parts: Sequence[State], shard_bytes: int = 64 << 20) -> CellTable:
        """Return n, mean, std and skewness of each occupied cell."""
        total = self._limited(populations(self._limited(add([self.identity(), *parts])), self.key))
        out = np.empty((3, total["cells"].size))
        _finish(total["n"], total["sums"], self.origin, 2.0**-self.bits, out)
        return CellTable(total["cells"], {"n": total["n"], "mean": out[0], "std": out[1], "skewness": out[2]})

    def _limited(self, state: State) -> State:
        if state["n"].size and state["n"].max() > STARS:
            raise ReductionError(
                "a cell has too many stars for exact moments",
                where=f"column {self.quantity}",
                expected=f"at most {STARS}",
                found=state["n"].max(),
            )
        return state

    def bound(self, rows: int) -> int:
        """Upper bound of the bytes of a state."""
        most = min(rows, self.key.size)
        return states.bound(8 * most, 8 * most, 48 * most)


@numba.njit(numba.void(F8, I8, I8, numba.int64[:, ::1]), cache=True, nogil=True)
def _add_powers(whole: np.ndarray, starts: np.ndarray, stops: np.ndarray, sums: np.ndarray) -> None:
    """Sum X (1 word), X**2 (2 digits of 32 bits, lowest first) and X**3 (3 signed digits) of each cell."""
    half, mask = np.uint64(32), np.uint64(0xFFFFFFFF)
    for cell in range(starts.size):
        s1: Any = 0
        a0: Any = 0
        a1: Any = 0
        b0: Any = 0
        b1: Any = 0
        b2: Any = 0
        for i in range(starts[cell], stops[cell]):
            x = np.int64(whole[i])
            s1 += x
            size = np.uint64(abs(x))
            square = size * size
            a0 += np.int64(square & mask)
            a1 += np.int64(square >> half)
            low = (square & mask) * size
            high = (square >> half) * size + (low >> half)
            sign = -1 if x < 0 else 1
            b0 += sign * np.int64(low & mask)
            b1 += sign * np.int64(high & mask)
            b2 += sign * np.int64(high >> half)
        sums[cell, 0], sums[cell, 1], sums[cell, 2] = s1, a0, a1
        sums[cell, 3], sums[cell, 4], sums[cell, 5] = b0, b1, b2


@numba.njit(numba.void(I8, I8_2, numba.float64, numba.float64, numba.float64[:, ::1]), cache=True, nogil=True)
def _finish(n: np.ndarray, sums: np.ndarray, origin: float, quantum: float, out: np.ndarray) -> None:
    """Write mean, std and skewness. Sums are moved to the whole number nearest the mean, exactly.

    With m that number and D = X - m: sum D = S1 - n m, sum D**2 = S2 - 2 m S1 + n m**2,
    sum D**3 = S3 - 3 m S2 + 3 m**2 S1 - n m**3; below 2**127 in size, and then |mean D| <= 1/2.
    """
    digit = wide(1 << 32)
    for cell in range(n.size):
        k = n[cell]
        s1 = sums[cell, 0]
        m = (2 * s1 + k) // (2 * k)
        square = plus(wide(sums[cell, 1]), times(wide(sums[cell, 2]), digit))
        cube = plus(wide(sums[cell, 4]), times(wide(sums[cell, 5]), digit))
        cube = plus(wide(sums[cell, 3]), times(cube, digit))
        centre = wide(m)
        d1 = s1 - k * m
        moved = minus(times(centre, wide(2 * s1 - k * m)))
        d2 = rounded(plus(square, moved))
        inner = plus(times(wide(3), minus(square)), times(centre, wide(3 * s1 - k * m)))
        d3 = rounded(plus(cube, times(centre, inner)))
        shift = d1 / k
        variance = (d2 - d1 * shift) / k
        out[0, cell] = origin + (m + shift) * quantum
        out[1, cell] = math.sqrt(variance) * quantum
        third = (d3 - 3.0 * shift * d2 + 2.0 * d1 * shift * shift) / k
        out[2, cell] = third / variance**1.5 if variance > 0.0 else math.nan
