"""Counter-based random numbers keyed by star: the same for any partitioning, order or machine.

Philox 4x32 with 10 rounds (Salmon et al. 2011, SC'11, "Parallel random numbers: as easy as 1, 2, 3").
The key is (seed, purpose); the counter is (star key, index). Purposes are small registered numbers, so
that two uses never share a stream.
"""

from __future__ import annotations

import numpy as np

#: registered purposes
PURPOSES = {
    "bootstrap": 1,
    "point sample": 2,
    "mock": 3,
    "distance": 4,
    "proper motion": 5,
    "radial velocity": 6,
    "age": 7,
    "fe_h": 8,
    "migration model": 32,
    "migration volume": 33,
    "migration noise": 34,
    "migration survey": 35,
    "migration birth": 36,
}

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)


def philox(star_key: np.ndarray, index: np.ndarray | int, seed: int, purpose: str) -> np.ndarray:
    """Return four 32-bit words for each (star, index).

    Parameters
    ----------
    star_key : (n,) uint64
        Keys of stars (or of rows).
    index : int or (n,) integer
        Which draw of the star.
    seed : int
        Seed of the run, 0 <= seed < 2**32.
    purpose : str
        One of `PURPOSES`.

    Returns
    -------
    (n, 4) uint32
    """
    star_key = np.asarray(star_key, dtype=np.uint64)
    index = np.broadcast_to(np.asarray(index, dtype=np.uint64), star_key.shape)
    c0, c1 = star_key & _LOW, star_key >> _32
    c2, c3 = index & _LOW, index >> _32
    k0, k1 = np.uint64(seed) & _LOW, np.uint64(PURPOSES[purpose])
    for _ in range(10):
        p0, p1 = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (p1 >> _32) ^ c1 ^ k0, p1 & _LOW, (p0 >> _32) ^ c3 ^ k1, p0 & _LOW
        k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    return np.stack([c0, c1, c2, c3], axis=-1).astype(np.uint32)


def uniform(star_key: np.ndarray, index: np.ndarray | int, seed: int, purpose: str) -> np.ndarray:
    """Return four uniform numbers in (0, 1) for each (star, index); shape (n, 4), float64."""
    return (philox(star_key, index, seed, purpose).astype(np.float64) + 0.5) * 2.0**-32


def normal(star_key: np.ndarray, index: np.ndarray | int, seed: int, purpose: str) -> np.ndarray:
    """Return four standard normal numbers for each (star, index), by Box-Muller; shape (n, 4)."""
    u = uniform(star_key, index, seed, purpose)
    radius = np.sqrt(-2.0 * np.log(u[:, 0::2]))
    angle = 2.0 * np.pi * u[:, 1::2]
    return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


#: cumulative Poisson(1) probabilities in units of 2**-32: a word above k of them is the count k
POISSON_1 = np.floor(np.cumsum(np.exp(-1.0) / np.cumprod(np.r_[1.0, np.arange(1, 13)])) * 2.0**32).astype(
    np.uint64
)


def poisson_weights(star_key: np.ndarray, replicas: int, seed: int) -> np.ndarray:
    """Return Poisson(1) bootstrap weights, the same for a star wherever it is met.

    Parameters
    ----------
    star_key : (n,) uint64
        Keys of stars.
    replicas : int
        Number of replicas.
    seed : int
        Seed of the run.

    Returns
    -------
    (n, replicas) uint8

    References
    ----------
    Poisson bootstrap: Chamandy et al. 2012, "Estimating uncertainty for massive data streams".
    """
    star_key = np.asarray(star_key, dtype=np.uint64)
    out = np.empty((star_key.size, replicas), dtype=np.uint8)
    for first in range(0, replicas, 4):
        words = philox(star_key, first // 4, seed, "bootstrap").astype(np.uint64)
        counts = np.searchsorted(POISSON_1, words, side="right")
        out[:, first : first + 4] = counts[:, : replicas - first]
    return out
