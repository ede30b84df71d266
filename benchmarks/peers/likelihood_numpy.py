"""Peer: the sums behind ln L in numpy, in blocks that stay in the cache for all sets of parameters.

The formula is the one of `galdask.migration.fit.kernel`, from the same numbers a point and a set of
parameters; every intermediate array is written into memory that is there already.
"""

from collections.abc import Callable

import numpy as np
from scipy.special import ndtr

#: points at a time
BLOCK = 2560


class _Terms:
    """Terms of up to a block of points, in arrays that are used again."""

    def __init__(self, size: int) -> None:
        self.room = np.empty((8, size))

    def __call__(self, c: np.ndarray, points: np.ndarray) -> np.ndarray:
        fixed, lz0, tau, rate, lz, kj, grown, inward, height, left, inner, outer, fe_h = points
        e, a, x, t, heat, two_z, f, g = self.room[:, : fixed.size]
        # eq. 1 and 2
        np.multiply(lz0, c[2], out=a)
        a += c[1]
        np.multiply(a, c[3], out=x)
        np.multiply(lz0, c[0], out=e)
        e += fixed
        e += c[15]
        a *= tau
        e += a
        np.maximum(x, 0.0, out=f)
        e -= f
        np.abs(x, out=x)
        np.maximum(x, 1e-12, out=x)
        np.negative(x, out=f)
        np.expm1(f, out=f)
        x /= f  # minus |x| / (1 - e^-|x|)
        # eqs. 3 and 4
        np.multiply(tau, c[4], out=t)
        t += lz0
        np.subtract(lz, t, out=f)
        np.multiply(rate, c[5], out=g)
        t *= g
        f *= g
        f *= f
        f *= 0.5
        e -= f
        ndtr(t, out=t)
        # eqs. 5 and 6
        np.multiply(grown, c[6], out=heat)
        np.multiply(inward, c[7], out=f)
        heat += f
        e += heat
        np.exp(heat, out=heat)
        heat *= kj
        heat *= c[8]
        e -= heat
        # eq. 12
        np.multiply(height, c[9], out=two_z)
        e -= two_z
        np.negative(two_z, out=two_z)
        np.exp(two_z, out=two_z)
        two_z += 1.0
        two_z *= two_z
        t *= two_z
        # eqs. 7 to 10
        if c[14] != 0.0:
            np.multiply(left, c[10], out=f)
            np.exp(f, out=f)
            f *= c[11]
            np.multiply(inner, c[12], out=g)
            f += g
            np.multiply(outer, c[13], out=g)
            f += g
            f -= fe_h
            f *= c[14]
            f *= f
            f *= 0.5
            e -= f
        np.exp(e, out=e)
        e *= x
        e /= t
        return np.negative(e, out=e)


def log_likelihood(
    stars: np.ndarray, volume: np.ndarray, draws: int, floor: float
) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function of the constants, (2, w, 16), that returns ln L, (w,)."""
    size = max(BLOCK // draws, 1) * draws
    terms = _Terms(max(size, BLOCK))
    n = stars.shape[1] // draws

    def value(constants: np.ndarray) -> np.ndarray:
        w = constants.shape[1]
        sums, inside = np.empty((w, n)), np.zeros(w)
        for first in range(0, stars.shape[1], size):
            points = stars[:, first : first + size]
            some = slice(first // draws, first // draws + points.shape[1] // draws)
            for k in range(w):
                sums[k, some] = terms(constants[0, k], points).reshape(-1, draws).sum(axis=1)
        for first in range(0, volume.shape[1], BLOCK):
            points = volume[:, first : first + BLOCK]
            for k in range(w):
                inside[k] += terms(constants[1, k], points).sum()
        with np.errstate(divide="ignore"):
            found = np.where(sums > 1e-300, np.log(sums), -np.inf)
        return np.maximum(found, floor).sum(axis=1) - n * np.log(inside)

    return value
