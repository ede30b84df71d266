"""Star-keyed Poisson bootstrap: compiled weights, equal to `galdask.rng.poisson_weights` bit for bit.

A star has the same weight in replica b wherever it is met: in any partition, order, cell or product.
So replicas of a state merge as the state itself does.
"""

from __future__ import annotations

import numpy as np
from numba import njit, types

from galdask.rng import POISSON_1, PURPOSES

_U8 = types.Array(types.uint64, 1, "C", readonly=True)
_U4 = types.Array(types.uint32, 1, "C", readonly=True)
_PURPOSE = np.uint64(PURPOSES["bootstrap"])
_THRESHOLDS = POISSON_1.astype(np.uint32)
_LEVELS = len(POISSON_1)

#: stars whose weights are held at one time (200 replicas of them are 3.3 MB)
BLOCK = 16384
#: stars whose words are made at one time: what stays in the first-level cache
_LANE = 512


@njit(
    types.void(_U8, types.uint64, types.uint64, types.int64, _U4, types.uint8[:, ::1]),
    cache=True,
    nogil=True,
)
def _fill(
    star_key: np.ndarray,
    seed: np.uint64,
    purpose: np.uint64,
    counter: int,
    thresholds: np.ndarray,
    out: np.ndarray,
) -> None:
    """Fill `out` (replicas, stars) by Philox 4x32-10; four replicas come from one counter, from `counter` on.

    Both inner loops have no branch and compile to vector instructions: a weight is the number of thresholds
    that its word reaches.
    """
    low, shift = np.uint64(0xFFFFFFFF), np.uint64(32)
    m0, m1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
    w0, w1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
    replicas = out.shape[0]
    words = np.empty((4, _LANE), dtype=np.uint32)
    for start in range(0, star_key.size, _LANE):
        keys = star_key[start : start + _LANE]
        for first in range(0, replicas, 4):
            for i in range(keys.size):
                c0, c1 = keys[i] & low, keys[i] >> shift
                c2, c3 = np.uint64(counter + first // 4), np.uint64(0)
                k0, k1 = seed & low, purpose
                for _ in range(10):
                    p0, p1 = m0 * c0, m1 * c2
                    c0, c1 = (p1 >> shift) ^ c1 ^ k0, p1 & low
                    c2, c3 = (p0 >> shift) ^ c3 ^ k1, p0 & low
                    k0, k1 = (k0 + w0) & low, (k1 + w1) & low
                words[0, i], words[1, i] = np.uint32(c0), np.uint32(c1)
                words[2, i], words[3, i] = np.uint32(c2), np.uint32(c3)
            for j in range(min(4, replicas - first)):
                word, row = words[j], out[first + j, start : start + keys.size]
                for i in range(keys.size):
                    count = np.uint32(0)
                    for level in range(_LEVELS):
                        count += np.uint32(word[i] >= thresholds[level])
                    row[i] = np.uint8(count)


def poisson_rows(star_key: np.ndarray, replicas: int, seed: int, first: int = 0) -> np.ndarray:
    """Return Poisson(1) weights of stars, one row a replica.

    Parameters
    ----------
    star_key : (n,) uint64
        Keys of stars.
    replicas : int
        Number of replicas.
    seed : int
        Seed of the run, 0 <= seed < 2**32.
    first : int
        Replicas to leave out before these; a multiple of 4.

    Returns
    -------
    (replicas, n) uint8
        The transpose of `galdask.rng.poisson_weights`, bit for bit, without the columns before `first`.

    References
    ----------
    Chamandy et al. 2012, "Estimating uncertainty for massive data streams".
    Salmon et al. 2011, SC'11, "Parallel random numbers: as easy as 1, 2, 3".
    """
    star_key = np.ascontiguousarray(star_key, dtype=np.uint64)
    out = np.empty((replicas, star_key.size), dtype=np.uint8)
    _fill(star_key, np.uint64(seed), _PURPOSE, first // 4, _THRESHOLDS, out)
    return out
