"""Percentiles of draws: a few order statistics of a few hundred numbers, for many stars at once.

A sorting network makes the same comparisons whatever the numbers are, so that one comparison is made for
a whole row of stars, which the compiler turns into vector instructions: twenty times the speed of sorting
star by star.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numba as nb
import numpy as np

_PAIRS = nb.types.Array(nb.int64, 2, "C", readonly=True)
_IN = nb.types.Array(nb.float64, 1, "C", readonly=True)
_ROWS = nb.float64[:, ::1]
#: stars that are sorted side by side
_WIDTH = 64


@lru_cache(maxsize=16)
def network(count: int) -> np.ndarray:
    """Return the comparisons that sort `count` numbers, (k, 2) int64: Batcher's odd-even merge sort.

    References
    ----------
    Knuth, The Art of Computer Programming, volume 3, algorithm 5.2.2M.
    """
    pairs = []
    t = max(1, (count - 1).bit_length())
    p = 1 << (t - 1)
    while p > 0:
        q, r, d = 1 << (t - 1), 0, p
        while True:
            pairs += [(i, i + d) for i in range(count - d) if i & p == r]
            if q == p:
                break
            d, q, r = q - p, q >> 1, p
        p >>= 1
    found = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    found.setflags(write=False)
    return found


@nb.njit(nb.void(_ROWS, _PAIRS, _IN, nb.int64, _ROWS, _ROWS), cache=True, nogil=True, error_model="numpy")
def _percentiles(rows, pairs, q, least, sorted_, out):  # type: ignore[no-untyped-def]
    draws, stars = rows.shape
    for start in range(0, stars, _WIDTH):
        width = min(_WIDTH, stars - start)
        for j in range(draws):
            for i in range(width):
                v = rows[j, start + i]
                sorted_[j, i] = v if abs(v) < np.inf else np.inf
        for k in range(pairs.shape[0]):
            a, b = sorted_[pairs[k, 0]], sorted_[pairs[k, 1]]
            for i in range(_WIDTH):
                x, y = a[i], b[i]
                a[i], b[i] = (x if x < y else y), (y if x < y else x)
        for i in range(width):
            count = draws
            while count > 0 and sorted_[count - 1, i] == np.inf:
                count -= 1
            for k in range(q.size):
                if count < least:
                    out[k, start + i] = math.nan
                    continue
                place = (count - 1) * q[k]
                j = math.floor(place)
                t = place - j
                x, y = sorted_[j, i], sorted_[min(j + 1, count - 1), i]
                out[k, start + i] = x + (y - x) * t if t < 0.5 else y - (y - x) * (1.0 - t)


def percentiles(rows: np.ndarray, q: tuple[int, ...], least: int = 1) -> np.ndarray:
    """Return percentiles over the finite numbers of each star.

    Parameters
    ----------
    rows : (draws, n) float64
        Draws; what is not finite is left out.
    q : tuple of int
        Percentiles.
    least : int
        Fewest finite draws; a star with fewer has NaN.

    Returns
    -------
    (len(q), n) float64
        Equal to ``numpy.quantile`` of the finite draws, with its linear interpolation.
    """
    fractions = np.array(q) / 100.0
    out, work = np.empty((len(q), rows.shape[1])), np.full((rows.shape[0], _WIDTH), np.inf)
    _percentiles(np.ascontiguousarray(rows), network(rows.shape[0]), fractions, max(1, least), work, out)
    return out


def percentiles_numpy(rows: np.ndarray, q: tuple[int, ...], least: int = 1) -> np.ndarray:
    """Return what `percentiles` returns, by numpy, star by star."""
    out = np.full((len(q), rows.shape[1]), np.nan)
    for i in range(rows.shape[1]):
        values = rows[np.isfinite(rows[:, i]), i]
        if values.size >= max(1, least):
            out[:, i] = np.quantile(values, np.array(q) / 100.0)
    return out
