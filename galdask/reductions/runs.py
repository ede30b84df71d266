"""Sorted runs: the values of stars and their cells, packed in words whose order is (cell, value, class).

A word holds the cell (30 bits), the float32 value as bits that sort like the number (32 bits) and the
population class (2 bits). One run a partition; runs are merged by ranges of cells, so that memory stays
bounded however many stars there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numba
import numpy as np

from galdask.errors import ReductionError
from galdask.reductions.axis import F4
from galdask.reductions.cells import group
from galdask.reductions.radix import sort

#: most cells that a word can tell apart
CELLS = 1 << 30
#: words merged at a time where cells are small enough: what stays in the second-level cache
WORDS = 1 << 16

RUN = numba.types.Array(numba.uint64, 1, "A", readonly=True)


@numba.njit(
    numba.int64(F4, numba.types.Array(numba.int64, 1, "A", readonly=True), numba.boolean, numba.uint64[::1]),
    cache=True,
    nogil=True,
)
def pack(values: np.ndarray, cells: np.ndarray, population: bool, out: np.ndarray) -> int:
    """Pack the finite values of rows with a cell (cell * 4 + class with populations); return how many.

    Zero has one sign: -0.0 becomes 0.0.
    """
    m: Any = 0
    for i in range(values.size):
        value = values[i]
        cell = cells[i]
        bits = np.uint64(np.float32(value + np.float32(0.0)).view(np.uint32))
        bits ^= np.uint64(0xFFFFFFFF) if bits >> np.uint64(31) else np.uint64(0x80000000)
        word = np.uint64(cell) if population else np.uint64(cell) << np.uint64(2)
        kind = word & np.uint64(3)
        # written in any case and kept only if wanted: quicker than a branch that cannot be foretold
        out[m] = ((word >> np.uint64(2)) << np.uint64(34)) | (bits << np.uint64(2)) | kind
        m += np.int64((cell >= 0) & np.isfinite(value))
    return m


@numba.njit(numba.float64(numba.uint64), cache=True, nogil=True)
def value_of(word: int) -> float:
    """Return the value held by a word."""
    bits = np.uint32((word >> np.uint64(2)) & np.uint64(0xFFFFFFFF))
    if bits >> np.uint32(31):
        bits ^= np.uint32(0x80000000)
    else:
        bits ^= np.uint32(0xFFFFFFFF)
    return np.float64(np.uint32(bits).view(np.float32))


def values_of(words: np.ndarray) -> np.ndarray:
    """Return the values held by words, (n,) float64."""
    bits = ((words >> np.uint64(2)) & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    flip = np.where(bits >> np.uint32(31), np.uint32(0x80000000), np.uint32(0xFFFFFFFF))
    return (bits ^ flip).view(np.float32).astype(np.float64)


@numba.njit(numba.int64(RUN, numba.int64[::1], numba.int64[:, ::1]), cache=True, nogil=True)
def _lengths(run: np.ndarray, cells: np.ndarray, counts: np.ndarray) -> int:
    """Write the cells of a run and their stars of each class; return how many cells there are."""
    m = -1
    last = np.int64(-1)
    for i in range(run.size):
        cell = np.int64(run[i] >> np.uint64(34))
        if cell != last:
            m += 1
            if m == cells.size:
                return -1
            cells[m] = cell
            counts[m, :] = 0
            last = cell
        counts[m, np.int64(run[i] & np.uint64(3))] += 1
    return m + 1


def census(runs: Sequence[np.ndarray], places: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the occupied cells of all runs, (m,), and their stars of each class, (m, 4), both int64."""
    found, numbers = [np.empty(0, dtype=np.int64)], [np.empty((0, 4), dtype=np.int64)]
    for run in runs:
        room = min(run.size, places)
        cells, counts = np.empty(room, dtype=np.int64), np.empty((room, 4), dtype=np.int64)
        m = _lengths(run, cells, counts)
        if m < 0:
            raise ReductionError("a run has more cells than its key", expected=places)
        found.append(cells[:m].copy())
        numbers.append(counts[:m].copy())
    cells, rows, starts = group(np.concatenate(found))
    counts = np.concatenate(numbers)[rows]
    return cells, np.add.reduceat(counts, starts, axis=0) if starts.size else counts


def shards(stars: np.ndarray, words: int) -> Iterator[tuple[int, int]]:
    """Split cells in ranges [first, stop) of at most `words` stars, or of one cell with more."""
    ends = np.cumsum(stars)
    first = 0
    while first < stars.size:
        done = ends[first - 1] if first else 0
        stop = max(int(np.searchsorted(ends, done + words, side="right")), first + 1)
        yield first, stop
        first = stop


def places_of(runs: Sequence[np.ndarray], bounds: np.ndarray) -> np.ndarray:
    """Return where each of the cells `bounds` starts in each run, (runs, bounds) int64."""
    words = bounds.astype(np.uint64) << np.uint64(34)
    out = np.empty((len(runs), words.size), dtype=np.int64)
    for row, run in zip(out, runs, strict=True):
        row[:] = np.searchsorted(run, words)
    return out


def merged(pieces: Sequence[np.ndarray], population: bool) -> np.ndarray:
    """Return the words of several sorted pieces as one sorted array."""
    words = np.concatenate(pieces)
    if len(pieces) > 1 and words.size:
        low = min(int(p[0]) for p in pieces if p.size)
        high = max(int(p[-1]) for p in pieces if p.size)
        sort(words, 0 if population else 2, (low ^ high).bit_length())
    return words
