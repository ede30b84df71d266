"""One axis of cells: a column and the edges of its bins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numba
import numpy as np

from galdask.errors import ReductionError

F8 = numba.types.Array(numba.float64, 1, "C", readonly=True)
F4 = numba.types.Array(numba.float32, 1, "C", readonly=True)
I8 = numba.int64[::1]


@dataclass(frozen=True)
class Axis:
    """Bins [e0, e1), [e1, e2) ... of one column.

    Parameters
    ----------
    name : str
        Name of the axis.
    column : str
        Column of the sample whose values are binned, in the column's unit.
    edges : tuple of float
        Finite, increasing edges, one more than bins.
    closed_last : bool
        The last bin includes its upper edge.
    """

    name: str
    column: str
    edges: tuple[float, ...]
    closed_last: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "edges", tuple(float(e) for e in self.edges))
        good = len(self.edges) >= 2 and all(np.isfinite(self.edges))
        if not good or any(a >= b for a, b in pairwise(self.edges)):
            raise ReductionError(
                "an axis needs at least two finite, increasing edges",
                where=f"axis {self.name!r}",
                found=self.edges[:8],
            )

    @classmethod
    def regular(cls, name: str, column: str, low: float, high: float, step: float, **kwargs: Any) -> Axis:
        """Return the axis with bins of width `step` from `low` to `high`; edges are rounded to 1e-10.

        Raises
        ------
        ReductionError
            If the range is not a whole number of steps.
        """
        bins = round((high - low) / step) if step > 0 else 0
        if bins < 1 or abs(low + bins * step - high) > 1e-6 * step:
            raise ReductionError(
                "the range of an axis is not a whole number of steps",
                where=f"axis {name!r}",
                found=f"{low} to {high} in steps of {step}",
            )
        edges = tuple(round(low + k * step, 10) + 0.0 for k in range(bins + 1))
        return cls(name, column, edges, **kwargs)

    @property
    def size(self) -> int:
        """Number of bins."""
        return len(self.edges) - 1

    @cached_property
    def edge_array(self) -> np.ndarray:
        """The edges as float64."""
        return np.array(self.edges, dtype=np.float64)

    @cached_property
    def centres(self) -> np.ndarray:
        """Middles of the bins, (size,) float64."""
        return 0.5 * (self.edge_array[1:] + self.edge_array[:-1])

    @cached_property
    def margin(self) -> float:
        """How far, in bins, an edge may lie from where a division by the mean width puts it.

        A value whose quotient is farther than this from a whole number is in the bin that the quotient
        says: quotients grow with values, so they stay between those of the edges of their bin.
        """
        edges = self.edge_array
        quotient = (edges - edges[0]) * (self.size / (edges[-1] - edges[0]))
        return float(np.max(np.abs(quotient - np.arange(edges.size)))) + 1e-15

    @property
    def is_uniform(self) -> bool:
        """Whether a division finds the bin of a value or its neighbour."""
        return self.margin < 0.25

    def bins(self, values: np.ndarray) -> np.ndarray:
        """Return the bin of each value, -1 outside or missing.

        Parameters
        ----------
        values : (n,) array of numbers
            In the unit of the edges; NaN (or masked) is missing.

        Returns
        -------
        (n,) int64
            Equal to ``numpy.searchsorted(edges, values, side="right") - 1`` inside the edges.
        """
        values = plain(values)
        out = np.zeros(values.size, dtype=np.int64)
        self.accumulate(values, out)
        return out

    def bins_numpy(self, values: np.ndarray) -> np.ndarray:
        """Return the same as `bins`, written with numpy alone (the oracle of the kernel)."""
        values = np.asarray(plain(values), dtype=np.float64)
        found = np.searchsorted(self.edge_array, values, side="right") - 1
        if self.closed_last:
            found[values == self.edges[-1]] = self.size - 1
        found[(found >= self.size) | np.isnan(values)] = -1
        return found

    def accumulate(self, values: np.ndarray, cells: np.ndarray) -> None:
        """Replace each cell c >= 0 in place by c * size + bin, or by -1 outside."""
        values = plain(values)
        if not self.is_uniform:
            _searched(values, self.edge_array, self.closed_last, cells)
        elif _divided(values, self.edge_array, self.margin, self.closed_last, cells):
            _corrected(values, self.edge_array, self.margin, cells)


def required(columns: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """Return a column of a block.

    Raises
    ------
    ReductionError
        If the block does not have it.
    """
    if name not in columns:
        raise ReductionError(
            "a reduction needs a column that the sample does not have",
            expected=name,
            found=", ".join(sorted(columns)),
        )
    return columns[name]


def plain(values: np.ndarray) -> np.ndarray:
    """Return a column as a contiguous, aligned float32 or float64 array; masked values become NaN."""
    if isinstance(values, np.ma.MaskedArray):
        return np.ma.filled(values.astype(np.float64), np.nan)
    values = np.require(values, requirements=["C", "A"])
    return values if values.dtype in (np.float32, np.float64) else values.astype(np.float64)


@numba.njit([numba.int64(T, F8, numba.float64, numba.boolean, I8) for T in (F4, F8)], cache=True, nogil=True)
def _divided(
    values: np.ndarray, edges: np.ndarray, margin: float, closed_last: bool, cells: np.ndarray
) -> int:
    """Take the quotient for the bin (a loop that compiles to vector instructions); return the doubtful."""
    n = edges.size - 1
    low, high = edges[0], edges[n]
    scale = n / (high - low)
    far = 0.5 - margin
    doubtful = 0
    for i in range(values.size):
        v = np.float64(values[i])
        inside = (v >= low) & ((v < high) | (closed_last & (v == high)))
        quotient = (v - low) * scale
        k = np.int64(quotient)
        cell = cells[i]
        good = inside & (cell >= 0)
        cells[i] = cell * n + k if good else -1
        doubtful += 1 if (abs(quotient - k - 0.5) >= far) & good else 0
    return doubtful


@numba.njit([numba.void(T, F8, numba.float64, I8) for T in (F4, F8)], cache=True, nogil=True)
def _corrected(values: np.ndarray, edges: np.ndarray, margin: float, cells: np.ndarray) -> None:
    """Look doubtful values up among the edges; they are in the bin of the quotient or next to it."""
    n = edges.size - 1
    scale = n / (edges[n] - edges[0])
    far = 0.5 - margin
    for i in range(values.size):
        if cells[i] < 0:
            continue
        v = np.float64(values[i])
        quotient = (v - edges[0]) * scale
        first = np.int64(quotient)
        if abs(quotient - first - 0.5) >= far:
            k: Any = min(first, n - 1)
            if v < edges[k]:
                k -= 1
            elif k < n - 1 and v >= edges[k + 1]:
                k += 1
            cells[i] += k - first


@numba.njit([numba.void(T, F8, numba.boolean, I8) for T in (F4, F8)], cache=True, nogil=True)
def _searched(values: np.ndarray, edges: np.ndarray, closed_last: bool, cells: np.ndarray) -> None:
    n = edges.size - 1
    low, high = edges[0], edges[n]
    for i in range(values.size):
        v = np.float64(values[i])
        inside = v >= low and (v < high or (closed_last and v == high))
        if cells[i] < 0 or not inside:
            cells[i] = -1
            continue
        first, last = 0, n
        while last - first > 1:
            middle = (first + last) // 2
            if v >= edges[middle]:
                first = middle
            else:
                last = middle
        cells[i] = cells[i] * n + first
