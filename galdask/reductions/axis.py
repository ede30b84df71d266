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

F8 = numba.types.Array(numba.float64, 1, "A", readonly=True)
F4 = numba.types.Array(numba.float32, 1, "A", readonly=True)
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
    def is_uniform(self) -> bool:
        """Whether the bins are so nearly equally wide that a division finds the bin or its neighbour."""
        even = np.linspace(self.edges[0], self.edges[-1], len(self.edges))
        return bool(np.all(np.abs(even - self.edge_array) < 0.25 * (even[1] - even[0])))

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
        kernel = _uniform if self.is_uniform else _searched
        kernel(plain(values), self.edge_array, self.closed_last, cells)


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
    """Return a column as a plain one-dimensional float32 or float64 array; masked values become NaN."""
    if isinstance(values, np.ma.MaskedArray):
        return values.astype(np.float64).filled(np.nan)
    values = np.asarray(values)
    return values if values.dtype in (np.float32, np.float64) else values.astype(np.float64)


@numba.njit(
    [numba.void(F4, F8, numba.boolean, I8), numba.void(F8, F8, numba.boolean, I8)], cache=True, nogil=True
)
def _uniform(values: np.ndarray, edges: np.ndarray, closed_last: bool, cells: np.ndarray) -> None:
    n = edges.size - 1
    low, high = edges[0], edges[n]
    scale = n / (high - low)
    for i in range(values.size):
        v = np.float64(values[i])
        inside = v >= low and (v < high or (closed_last and v == high))
        if cells[i] < 0 or not inside:
            cells[i] = -1
            continue
        k = min(np.int64((v - low) * scale), n - 1)
        while v < edges[k]:
            k -= 1
        while k < n - 1 and v >= edges[k + 1]:
            k += 1
        cells[i] = cells[i] * n + k


@numba.njit(
    [numba.void(F4, F8, numba.boolean, I8), numba.void(F8, F8, numba.boolean, I8)], cache=True, nogil=True
)
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
