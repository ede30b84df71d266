"""Exact quantiles of a quantity in cells, and the standard error of its median."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numba
import numpy as np

from galdask.errors import ReductionError
from galdask.reductions import maritz_jarrett, runs, states
from galdask.reductions.axis import plain, required
from galdask.reductions.cells import CellTable
from galdask.reductions.key import POPULATIONS, Key
from galdask.reductions.large_cells import LargeCell
from galdask.reductions.protocol import register
from galdask.reductions.radix import sort
from galdask.reductions.states import State

QUANTILES = (0.16, 0.25, 0.5, 0.75, 0.84)


def quantile_name(q: float) -> str:
    """Return the name of a quantile in tables: ``q16``, ``median``, ``q02.5``."""
    whole, _, part = f"{100.0 * q:.10g}".partition(".")
    return "median" if q == 0.5 else f"q{whole:0>2}" + (f".{part}" if part else "")


@register
@dataclass(frozen=True)
class OrderStatistics:
    """Quantiles of a float32 quantity in cells, exact for any number of stars.

    Parameters
    ----------
    key : Key
        Cells; fewer than 2**30 in space.
    quantity : str
        Column; other types are converted to float32 first. NaN and infinite values are missing and not
        counted; -0.0 counts as 0.0.
    q : tuple of float
        Quantiles in [0, 1].
    median_err : bool
        Also give the standard error of the median.

    Notes
    -----
    Finalized columns: ``n``, one per quantile (`quantile_name`), each equal to
    ``numpy.quantile(v.astype(float64), q)`` of the cell's stars bit for bit, and ``median_err``, the exact
    bootstrap error of the median (`maritz_jarrett`), NaN below 3 stars.
    """

    key: Key
    quantity: str
    q: tuple[float, ...] = QUANTILES
    median_err: bool = True

    kind: ClassVar[str] = "order_statistics"
    version: ClassVar[int] = 1
    layout: ClassVar[Literal["sum", "runs"]] = "runs"

    def __post_init__(self) -> None:
        object.__setattr__(self, "q", tuple(float(q) for q in self.q))
        if not all(0.0 <= q <= 1.0 for q in self.q):
            raise ReductionError("a quantile is not between 0 and 1", found=self.q)
        if self.key.places >= runs.CELLS:
            raise ReductionError(
                "too many cells for order statistics",
                where=self.quantity,
                expected=f"fewer than {runs.CELLS}",
                found=self.key.places,
            )

    def columns(self) -> tuple[str, ...]:
        """Names of the columns that are read."""
        return tuple(dict.fromkeys((*self.key.columns(), self.quantity)))

    def parameters(self) -> dict[str, Any]:
        """Everything that decides the numbers."""
        return {"key": self.key, "quantity": self.quantity, "q": self.q, "median_err": self.median_err}

    def map(self, columns: Mapping[str, np.ndarray]) -> State:
        """Return the sorted run of a block."""
        values = plain(required(columns, self.quantity))
        if values.dtype != np.float32:
            with np.errstate(over="ignore"):
                values = values.astype(np.float32)
        cells = self.key.cells(columns, rows=values.size)
        words = np.empty(values.size, dtype=np.uint64)
        words = words[: runs.pack(values, cells, self.key.population, words)]
        low, high = (0 if self.key.population else 2), 34 + (self.key.places - 1).bit_length()
        return {"run": sort(words, low, high).copy()}

    def identity(self) -> State:
        """Return the run of no star."""
        return {"run": np.empty(0, dtype=np.uint64)}

    def combine(self, a: State, b: State) -> State:
        """Return the merged run."""
        return {"run": runs.merged([a["run"], b["run"]], self.key.population)}

    def bound(self, rows: int) -> int:
        """Upper bound of the bytes of a state."""
        return states.bound(8 * rows)

    def finalize(self, parts: Sequence[State], shard_bytes: int = 64 << 20) -> CellTable:
        """Return n, the quantiles and the standard error of the median of each occupied cell.

        Parameters
        ----------
        parts : sequence of State
            Runs, perhaps memory-mapped.
        shard_bytes : int
            Memory for merging at a time; the result does not depend on it.
        """
        pieces = [np.asarray(p["run"]) for p in parts if p["run"].size]
        cells, classes = runs.census(pieces, self.key.places)
        numbers = classes.sum(axis=1, keepdims=True)
        if self.key.population:
            numbers = np.concatenate([numbers, classes[:, : len(POPULATIONS) - 1]], axis=1)
        out = np.full((*numbers.shape, len(self.q) + 1), np.nan)
        most = max(shard_bytes // 24, 1)
        limits = list(runs.shards(numbers[:, 0], min(most, runs.WORDS)))
        bounds = cells[[first for first, _ in limits]] if limits else cells
        places = np.concatenate(
            [runs.places_of(pieces, bounds), np.array([[p.size] for p in pieces], np.int64).reshape(-1, 1)],
            axis=1,
        )
        for i, (first, stop) in enumerate(limits):
            chosen = [p[a:b] for p, a, b in zip(pieces, places[:, i], places[:, i + 1], strict=True) if b > a]
            if numbers[first:stop, 0].sum() > most:
                self._large(chosen, numbers[first], out[first])
            else:
                self._shard(runs.merged(chosen, self.key.population), numbers[first:stop], out[first:stop])
        return self._table(cells, numbers, out)

    def _shard(self, words: np.ndarray, numbers: np.ndarray, out: np.ndarray) -> None:
        """Fill the statistics of a few cells whose words are merged."""
        sizes, slots = np.unique(numbers, return_inverse=True)
        tables = [self._weights(int(n)) for n in sizes]
        widths = np.cumsum([0] + [t.shape[1] for t in tables])
        _statistics(
            words,
            numbers,
            slots.reshape(numbers.shape),
            widths,
            np.concatenate(tables, axis=1),
            np.array(self.q),
            out,
        )

    def _weights(self, n: int) -> np.ndarray:
        usable = self.median_err and n >= maritz_jarrett.MINIMUM
        return maritz_jarrett.table(n) if usable else np.empty((3, 0))

    def _large(self, pieces: Sequence[np.ndarray], numbers: np.ndarray, out: np.ndarray) -> None:
        """Fill the statistics of one cell that is too large to merge."""
        cell = LargeCell(pieces)
        for group, n in enumerate(numbers.tolist()):
            if n == 0:
                continue
            for k, q in enumerate(self.q):
                low, high, weight = _position(n, q)
                pair = cell.values(group, low, high + 1)
                out[group, k] = _between(pair[0], pair[-1], weight)
            if self.median_err and n >= maritz_jarrett.MINIMUM:
                first, width = maritz_jarrett.window(n)
                middle = cell.values(group, first, first + width)
                out[group, -1] = maritz_jarrett.standard_error(middle, maritz_jarrett.table(n))

    def _table(self, cells: np.ndarray, numbers: np.ndarray, out: np.ndarray) -> CellTable:
        kinds = numbers.shape[1]
        n = numbers.reshape(-1)
        occupied = np.flatnonzero(n)
        rows = out.reshape(-1, out.shape[-1])[occupied]
        final = (cells[:, None] * kinds + np.arange(kinds)).reshape(-1)[occupied]
        values = {"n": n[occupied]}
        values |= {quantile_name(q): rows[:, k].copy() for k, q in enumerate(self.q)}
        if self.median_err:
            values["median_err"] = rows[:, -1].copy()
        return CellTable(final, values)


@numba.njit(
    numba.types.Tuple((numba.int64, numba.int64, numba.float64))(numba.int64, numba.float64), cache=True
)
def _position(n: int, q: float) -> tuple[Any, Any, Any]:
    """Return the two ranks around a quantile and the weight of the upper one, as numpy has them."""
    at = (n - 1) * q
    if at >= n - 1:
        return n - 1, n - 1, 0.0
    low = np.int64(math.floor(at))
    return low, low + 1, at - low


@numba.njit(numba.float64(numba.float64, numba.float64, numba.float64), cache=True)
def _between(a: float, b: float, weight: float) -> float:
    """Interpolate with the roundings of ``numpy.quantile`` (from the nearer end)."""
    if weight >= 0.5:
        return b - (b - a) * (1.0 - weight)
    return a + (b - a) * weight


@numba.njit(
    numba.void(
        numba.uint64[::1],
        numba.int64[:, ::1],
        numba.int64[:, ::1],
        numba.int64[::1],
        numba.float64[:, ::1],
        numba.float64[::1],
        numba.float64[:, :, ::1],
    ),
    cache=True,
    nogil=True,
)
def _statistics(
    words: np.ndarray,
    numbers: np.ndarray,
    slots: np.ndarray,
    widths: np.ndarray,
    weights: np.ndarray,
    q: np.ndarray,
    out: np.ndarray,
) -> None:
    """Fill quantiles and standard errors; `numbers` and `slots` are (cells, groups)."""
    spare = np.empty(words.size, dtype=np.uint64)
    window = np.empty(words.size, dtype=np.float64)
    start = 0
    for cell in range(numbers.shape[0]):
        whole = words[start : start + numbers[cell, 0]]
        start += numbers[cell, 0]
        for group in range(numbers.shape[1]):
            n = numbers[cell, group]
            if n == 0:
                continue
            own = whole
            if group > 0:
                m = 0
                for i in range(whole.size):
                    if np.int64(whole[i] & np.uint64(3)) == group - 1:
                        spare[m] = whole[i]
                        m += 1
                own = spare[:m]
            for k in range(q.size):
                low, high, weight = _position(n, q[k])
                out[cell, group, k] = _between(runs.value_of(own[low]), runs.value_of(own[high]), weight)
            slot = slots[cell, group]
            width = widths[slot + 1] - widths[slot]
            if width > 0:
                first = (n - width) // 2
                for i in range(width):
                    window[i] = runs.value_of(own[first + i])
                table = weights[:, widths[slot] : widths[slot + 1]]
                out[cell, group, q.size] = maritz_jarrett.standard_error(window[:width], table)
