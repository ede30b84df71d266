"""Order statistics of one cell with more stars than fit a shard: selection by digits, in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence

import numba
import numpy as np

from galdask.reductions.runs import RUN, values_of

DIGIT = 1 << 16


@numba.njit(numba.void(RUN, numba.int64[:, ::1]), cache=True, nogil=True)
def _count_high(words: np.ndarray, counts: np.ndarray) -> None:
    """Count words by the upper 16 bits of the value: row 0 all, row 1 and 2 the classes 0 and 1."""
    for i in range(words.size):
        digit = np.int64((words[i] >> np.uint64(18)) & np.uint64(0xFFFF))
        kind = np.int64(words[i] & np.uint64(3))
        counts[0, digit] += 1
        if kind < 2:
            counts[kind + 1, digit] += 1


@numba.njit(
    numba.int64(
        RUN, numba.int64, numba.int64, numba.int64, numba.int64[:, ::1], numba.uint64[::1], numba.int64
    ),
    cache=True,
    nogil=True,
)
def _split(
    words: np.ndarray,
    group: int,
    first: int,
    last: int,
    counts: np.ndarray,
    between: np.ndarray,
    m: int,
) -> int:
    """Count by the lower 16 bits the words whose upper digit is `first` or `last`; copy those between."""
    for i in range(words.size):
        if group > 0 and np.int64(words[i] & np.uint64(3)) != group - 1:
            continue
        digit = np.int64((words[i] >> np.uint64(18)) & np.uint64(0xFFFF))
        if first < digit < last:
            between[m] = words[i]
            m += 1
        elif first <= digit <= last:
            low = np.int64((words[i] >> np.uint64(2)) & np.uint64(0xFFFF))
            counts[0 if digit == first else 1, low] += 1
    return m


class LargeCell:
    """The stars of one cell in several runs, never gathered.

    Parameters
    ----------
    pieces : sequence of (n,) uint64
        The cell's words in each run, perhaps memory-mapped.
    """

    def __init__(self, pieces: Sequence[np.ndarray]) -> None:
        self.pieces = [p for p in pieces if p.size]
        counts = np.zeros((3, DIGIT), dtype=np.int64)
        for piece in self.pieces:
            _count_high(piece, counts)
        self.ends = np.cumsum(counts, axis=1)

    def values(self, group: int, first: int, stop: int) -> np.ndarray:
        """Return the values at the ranks [first, stop) of all stars (group 0) or of class group - 1.

        Returns
        -------
        (stop - first,) float64
            The memory used grows with ``stop - first``, not with the number of stars.
        """
        ends = self.ends[group]
        lowest = int(np.searchsorted(ends, first, side="right"))
        highest = int(np.searchsorted(ends, stop - 1, side="right"))
        between = np.empty(
            max(int(ends[highest - 1] - ends[lowest]), 0) if highest > lowest else 0, np.uint64
        )
        counts = np.zeros((2, DIGIT), dtype=np.int64)
        m = 0
        for piece in self.pieces:
            m = _split(piece, group, lowest, highest, counts, between, m)
        before = int(ends[lowest - 1]) if lowest else 0
        out = [self._edge(lowest, counts[0], first - before, min(stop, int(ends[lowest])) - before)]
        if highest > lowest:
            between.sort()
            out += [values_of(between), self._edge(highest, counts[1], 0, stop - int(ends[highest - 1]))]
        return np.concatenate(out)

    def _edge(self, digit: int, counts: np.ndarray, first: int, stop: int) -> np.ndarray:
        """Return the values at ranks [first, stop) among the words with one upper digit."""
        low = np.searchsorted(np.cumsum(counts), np.arange(first, stop), side="right").astype(np.uint64)
        return values_of((np.uint64(digit) << np.uint64(18)) | (low << np.uint64(2)))
