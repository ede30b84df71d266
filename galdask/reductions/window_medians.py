"""Exact medians in windows of several cells, which step cell by cell and overlap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np

from galdask.errors import ReductionError
from galdask.reductions import maritz_jarrett, runs
from galdask.reductions.cells import CellTable
from galdask.reductions.key import POPULATIONS, Key
from galdask.reductions.order_statistics import OrderStatistics
from galdask.reductions.protocol import register
from galdask.reductions.states import State


@register
@dataclass(frozen=True)
class WindowMedians:
    """Medians of a quantity in windows of `spans` neighbouring cells along each axis of a key.

    Window (i, j, ...) is the union of the cells [i, i + span) x [j, j + span) ..., so that a star is in
    every window that covers its cell. Axes do not wrap.

    Parameters
    ----------
    key : Key
        Fine cells.
    quantity : str
        Column; held as float32. NaN and infinite values are missing and not counted.
    spans : tuple of int
        Cells of a window along each axis, at least 1 and at most those of the axis.

    Notes
    -----
    The state is that of `OrderStatistics` at the fine cells. Finished at windows numbered in C order over
    `shape`, with populations as last index: ``n``, ``median`` (equal to that of numpy) and ``median_err``
    (Maritz and Jarrett; NaN below 3 stars). Windows in one row of the first axis are held at a time.
    """

    key: Key
    quantity: str
    spans: tuple[int, ...]

    kind: ClassVar[str] = "window_medians"
    version: ClassVar[int] = 1
    layout: ClassVar[Literal["sum", "runs"]] = "runs"

    def __post_init__(self) -> None:
        object.__setattr__(self, "spans", tuple(int(s) for s in self.spans))
        sizes = self.key.shape
        if len(self.spans) != len(sizes) or not sizes:
            raise ReductionError("each axis needs one span", expected=len(sizes), found=self.spans)
        if not all(1 <= span <= size for span, size in zip(self.spans, sizes, strict=True)):
            raise ReductionError(
                "a window must be no wider than its axis", expected=f"1 to {sizes} cells", found=self.spans
            )
        _ = self._order  # refuses keys that are too large

    @cached_property
    def _order(self) -> OrderStatistics:
        return OrderStatistics(self.key, self.quantity, q=(0.5,))

    @property
    def shape(self) -> tuple[int, ...]:
        """Windows along each axis, populations left out."""
        return tuple(size - span + 1 for size, span in zip(self.key.shape, self.spans, strict=True))

    def columns(self) -> tuple[str, ...]:
        """Names of the columns that are read."""
        return self._order.columns()

    def parameters(self) -> dict[str, Any]:
        """Everything that decides the numbers."""
        return {"key": self.key, "quantity": self.quantity, "spans": self.spans}

    def map(self, columns: Mapping[str, np.ndarray]) -> State:
        """Return the sorted run of a block."""
        return self._order.map(columns)

    def identity(self) -> State:
        """Return the run of no star."""
        return self._order.identity()

    def combine(self, a: State, b: State) -> State:
        """Return the merged run."""
        return self._order.combine(a, b)

    def bound(self, rows: int) -> int:
        """Upper bound of the bytes of a state."""
        return self._order.bound(rows)

    def finalize(self, parts: Sequence[State], shard_bytes: int = 64 << 20) -> CellTable:
        """Return n, median and its standard error of each window with a star."""
        pieces = [np.asarray(p["run"]) for p in parts if p["run"].size]
        kinds = len(POPULATIONS) if self.key.population else 1
        found = [row for row in self._windows(pieces) if row[1]]
        cells = np.array([window * kinds + kind for window, n, kind, *_ in found], dtype=np.int64)
        columns = {"n": np.int64, "median": np.float64, "median_err": np.float64}
        order, rows = np.argsort(cells), {"n": 1, "median": 3, "median_err": 4}
        values = {k: np.array([row[rows[k]] for row in found], dtype=t)[order] for k, t in columns.items()}
        return CellTable(cells[order], values)

    def _windows(self, pieces: Sequence[np.ndarray]) -> Iterator[tuple[int, int, int, float, float]]:
        """Yield window, stars, population, median and error, row by row of the first axis."""
        if not pieces:
            return
        stride = self.key.places // self.key.shape[0]
        for first in range(self.shape[0]):
            bounds = np.array([first, first + self.spans[0]]) * stride
            limits = runs.places_of(pieces, bounds)
            words = np.concatenate([p[a:b] for p, (a, b) in zip(pieces, limits, strict=True)])
            if not words.size:
                continue
            values, kind = runs.values_of(words), (words & np.uint64(3)).astype(np.int64)
            rows = np.argsort(values, kind="stable")
            values, kind = values[rows], kind[rows]
            cell = (words[rows] >> np.uint64(34)).astype(np.int64)
            index = np.unravel_index(cell, self.key.shape)[1:]
            for place in np.ndindex(*self.shape[1:]):
                inside = np.ones(values.size, dtype=bool)
                for at, low, span in zip(index, place, self.spans[1:], strict=True):
                    inside &= (at >= low) & (at < low + span)
                window = int(np.ravel_multi_index((first, *place), self.shape))
                for k in range(len(POPULATIONS) if self.key.population else 1):
                    own = values[inside & (kind == k - 1)] if k else values[inside]
                    yield window, own.size, k, *_middle(own)


def _middle(values: np.ndarray) -> tuple[float, float]:
    """Return the median of sorted values and its standard error."""
    n = values.size
    if n == 0:
        return np.nan, np.nan
    median = 0.5 * (float(values[(n - 1) // 2]) + float(values[n // 2]))
    return median, maritz_jarrett.of_sorted(values)
