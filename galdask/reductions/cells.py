"""Tables and sums over cells: what a finished reduction looks like, and how sparse sums are added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from galdask.errors import ReductionError
from galdask.reductions.key import CLASSES, POPULATIONS, Key
from galdask.reductions.radix import sort
from galdask.reductions.states import State


@dataclass
class CellTable:
    """Values in the occupied cells of a key.

    Parameters
    ----------
    cells : (n,) int64
        Sorted cells of the finalized key (``key.final_shape`` in C order).
    values : dict of str to (n, ...) array
        One array for each statistic.
    tables : dict of str to CellTable
        Further tables at other keys, such as slopes.
    """

    cells: np.ndarray
    values: dict[str, np.ndarray]
    tables: dict[str, CellTable] = field(default_factory=dict)

    def dense(self, name: str, shape: Sequence[int], fill: float | None = None) -> np.ndarray:
        """Return one statistic in every cell.

        Parameters
        ----------
        name : str
            Name of the statistic.
        shape : sequence of int
            Shape of the finalized key.
        fill : float, optional
            Value of empty cells: by default 0 for integers (counts), NaN for the rest.

        Returns
        -------
        array of `shape`
            Of the statistic's type, or float64 where `fill` does not fit it.
        """
        values = self.values[name]
        whole = values.dtype.kind in "iub"
        if fill is None:
            fill = 0 if whole else np.nan
        dtype = np.dtype(np.float64) if whole and not float(fill).is_integer() else values.dtype
        total = int(np.prod(tuple(shape), dtype=np.int64))
        if self.cells.size and not 0 <= self.cells[0] <= self.cells[-1] < total:
            raise ReductionError(
                "a table has cells outside its shape", expected=f"below {total}", found=self.cells[-1]
            )
        out = np.full((total, *values.shape[1:]), fill, dtype=dtype)
        out[self.cells] = values
        return out.reshape((*shape, *values.shape[1:]))


def group(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the occupied cells, the rows sorted by (cell, row), and where each cell starts among them.

    Parameters
    ----------
    cells : (n,) int64
        Cell of each row; negative ones are left out.

    Returns
    -------
    unique : (m,) int64
        Sorted cells.
    rows : (k,) int64
        Rows with a cell, those of one cell next to each other and in order.
    starts : (m,) int64
        ``rows[starts[i]:starts[i + 1]]`` are the rows of ``unique[i]``.
    """
    cells = np.asarray(cells, dtype=np.int64)
    largest = int(cells.max()) if cells.size else -1
    if largest < 2**31 and cells.size < 2**32:
        rows = np.flatnonzero(cells >= 0)
        packed = (cells[rows].astype(np.uint64) << np.uint64(32)) | rows.astype(np.uint64)
        sort(packed, 32, 32 + largest.bit_length() if largest > 0 else 33)
        rows = (packed & np.uint64(0xFFFFFFFF)).astype(np.int64)
        ordered = (packed >> np.uint64(32)).astype(np.int64)
    else:
        rows = np.argsort(cells, kind="stable")
        rows = rows[np.searchsorted(cells[rows], 0) :]
        ordered = cells[rows]
    first = np.ones(ordered.size, dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    starts = np.flatnonzero(first)
    return ordered[starts], rows, starts


def add(states: Sequence[Mapping[str, np.ndarray]]) -> State:
    """Add sparse sums: states with sorted, unique ``cells`` and integer arrays with one row a cell.

    Integer sums are exact, so the result does not depend on how the states are grouped or ordered.
    """
    cells = np.concatenate([np.asarray(s["cells"]) for s in states])
    unique, rows, starts = group(cells)
    out: State = {"cells": unique}
    for name in states[0]:
        if name == "cells":
            continue
        array = np.concatenate([np.asarray(s[name]) for s in states])
        if array.dtype.kind not in "iu":
            raise ReductionError("only integer sums are exact", where=name, found=array.dtype)
        out[name] = np.add.reduceat(array[rows], starts, axis=0) if starts.size else array[:0]
    return out


def populations(state: Mapping[str, np.ndarray], key: Key) -> State:
    """Return sparse sums at the finalized key: total, low alpha and high alpha from the four classes."""
    if not key.population:
        return dict(state)
    cells = np.asarray(state["cells"])
    place, kind = np.divmod(cells, len(CLASSES))
    rows, final = [np.arange(cells.size)], [place * len(POPULATIONS)]
    for k in range(1, len(POPULATIONS)):
        rows.append(np.flatnonzero(kind == k - 1))
        final.append(place[rows[-1]] * len(POPULATIONS) + k)
    chosen = np.concatenate(rows)
    return add([{n: np.concatenate(final) if n == "cells" else np.asarray(state[n])[chosen] for n in state}])
