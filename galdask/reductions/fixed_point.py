"""Sums of 62-bit integers that cannot overflow: each in two limbs, lower 31 bits and the rest."""

from __future__ import annotations

import numpy as np
from numba import njit, types

from galdask.reductions.bootstrap import BLOCK, poisson_rows

BITS = 31
#: largest total weight of a cell: below it the limbs of terms up to 2**61 stay below 2**62
LIMIT = 2**31 - 1

_TERMS = types.Array(types.int64, 2, "C", readonly=True)
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
    types.void(_TERMS, _INDEX, _WEIGHTS, types.int64[:, ::1], types.int64[:, :, :, ::1]),
    cache=True,
    nogil=True,
)
def _add(
    terms: np.ndarray, cells: np.ndarray, weights: np.ndarray, counts: np.ndarray, sums: np.ndarray
) -> None:
    """Add weight * term of every star to its cell, for every replica."""
    mask = (1 << 31) - 1
    for b in range(weights.shape[0]):
        for i in range(cells.size):
            w = np.int64(weights[b, i])
            if w == 0:
                continue
            counts[cells[i], b] += w
            out = sums[cells[i], b]
            for k in range(terms.shape[0]):
                out[k, 0] += w * (terms[k, i] >> 31)
                out[k, 1] += w * (terms[k, i] & mask)


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
    for first in range(0, star.size, BLOCK):
        rows = slice(first, first + BLOCK)
        weights = poisson_rows(star[rows], replicas, seed)
        _add(np.ascontiguousarray(terms[:, rows]), cells[rows], weights, counts, sums)
    return counts, sums


def add_once(cells: np.ndarray, terms: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return counts (size,) and sums of terms (size, t, 2), every star once; see `add_replicas`."""
    counts = np.zeros((size, 1), dtype=np.int64)
    sums = np.zeros((size, 1, len(terms), 2), dtype=np.int64)
    if cells.size:
        once = np.ones((1, cells.size), dtype=np.uint8)
        _add(np.ascontiguousarray(terms), cells, once, counts, sums)
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
