"""Sums of 62-bit integers that cannot overflow: each in two limbs, lower 31 bits and the rest."""

from __future__ import annotations

import numpy as np
from numba import njit, types

from galdask.reductions.bootstrap import BLOCK, poisson_rows

BITS = 31
#: largest total weight of a cell: below it the limbs of terms up to 2**61 stay below 2**62
LIMIT = 2**31 - 1

_LIMBS = types.Array(types.int32, 3, "C", readonly=True)
_INDEX = types.Array(types.int64, 1, "C", readonly=True)
_WEIGHTS = types.Array(types.uint8, 2, "C", readonly=True)


def split(terms: np.ndarray) -> np.ndarray:
    """Return int64 terms as limbs (higher, lower) along a new last axis: term = higher * 2**31 + lower."""
    return np.stack([terms >> BITS, terms & ((1 << BITS) - 1)], axis=-1)


def joined(limbs: np.ndarray) -> np.ndarray:
    """Return summed limbs as whole Python integers, an array of objects without the last axis."""
    limbs = limbs.astype(object)
    return limbs[..., 0] * (1 << BITS) + limbs[..., 1]


@njit(
    types.void(_LIMBS, _INDEX, _INDEX, types.int64, _WEIGHTS, types.int64[:, ::1], types.int64[:, :, :, ::1]),
    cache=True,
    nogil=True,
)
def _add(
    limbs: np.ndarray,
    starts: np.ndarray,
    cells: np.ndarray,
    begin: int,
    weights: np.ndarray,
    counts: np.ndarray,
    sums: np.ndarray,
) -> None:
    """Add weight * limb of the stars from `begin` on to their cells, for every replica.

    Stars are sorted: those of ``cells[r]`` are ``starts[r]`` to ``starts[r + 1]``. Sums over a run of stars
    are whole numbers, so they compile to vector instructions.
    """
    end = begin + weights.shape[1]
    first = np.searchsorted(starts, begin, side="right") - 1
    for b in range(weights.shape[0]):
        row = weights[b]
        r = first
        while r < cells.size and starts[r] < end:
            low, high = max(starts[r], begin), min(starts[r + 1], end)
            own = row[low - begin : high - begin]
            number = np.int64(0)
            for i in range(own.size):
                number += np.int64(own[i])
            counts[cells[r], b] += number
            out = sums[cells[r], b]
            for k in range(limbs.shape[0]):
                for half in range(2):
                    limb = limbs[k, half, low:high]
                    total = np.int64(0)
                    for i in range(own.size):
                        total += np.int64(own[i]) * np.int64(limb[i])
                    out[k, half] += total
            r += 1


def _runs(
    cells: np.ndarray, terms: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the order by cell, the limbs of terms in it (t, 2, n), where cells start, and the cells."""
    small = cells.astype(np.uint16) if size <= 1 << 16 else cells
    order = np.argsort(small, kind="stable")
    limbs = np.empty((len(terms), 2, cells.size), dtype=np.int32)
    for term, pair in zip(terms, limbs, strict=True):
        ordered = term[order]
        pair[0], pair[1] = ordered >> BITS, ordered & ((1 << BITS) - 1)
    ordered = cells[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    return order, limbs, np.append(starts, cells.size), ordered[starts]


def add_replicas(
    star: np.ndarray, cells: np.ndarray, terms: np.ndarray, size: int, replicas: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return Poisson-weighted counts and sums of terms in each cell and replica.

    Parameters
    ----------
    star : (n,) uint64
        Star keys, which decide the weights.
    cells : (n,) int64
        Cell of each star, 0 <= cell < size.
    terms : (t, n) int64
        Terms below 2**61.
    size, replicas, seed : int
        Number of cells, of replicas, and seed of the weights.

    Returns
    -------
    counts : (size, replicas) int64
    sums : (size, replicas, t, 2) int64
        Limbs, see `split`.
    """
    counts = np.zeros((size, replicas), dtype=np.int64)
    sums = np.zeros((size, replicas, len(terms), 2), dtype=np.int64)
    order, limbs, starts, occupied = _runs(cells, terms, size)
    star = star[order]
    for first in range(0, star.size, BLOCK):
        weights = poisson_rows(star[first : first + BLOCK], replicas, seed)
        _add(limbs, starts, occupied, first, weights, counts, sums)
    return counts, sums


def add_once(cells: np.ndarray, terms: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return counts (size,) and sums of terms (size, t, 2), every star once; see `add_replicas`."""
    counts = np.zeros((size, 1), dtype=np.int64)
    sums = np.zeros((size, 1, len(terms), 2), dtype=np.int64)
    if cells.size:
        _, limbs, starts, occupied = _runs(cells, terms, size)
        _add(limbs, starts, occupied, 0, np.ones((1, cells.size), dtype=np.uint8), counts, sums)
    return counts[:, 0], sums[:, 0]


def add_replicas_plainly(
    star: np.ndarray, cells: np.ndarray, terms: np.ndarray, size: int, replicas: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return what `add_replicas` returns, by plain numpy."""
    weights = poisson_rows(star, replicas, seed).astype(np.int64)
    counts = np.zeros((size, replicas), dtype=np.int64)
    sums = np.zeros((size, replicas, len(terms), 2), dtype=np.int64)
    np.add.at(counts, cells, weights.T)
    np.add.at(sums, cells, np.einsum("bi,til->ibtl", weights, split(terms)))
    return counts, sums
