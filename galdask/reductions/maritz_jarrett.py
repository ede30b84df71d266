"""Standard error of a median: the exact bootstrap, without replicas.

The median of a bootstrap sample of n stars is one of the order statistics (odd n) or the mean of two
neighbours (even n), with probabilities known in closed form. The variance over all n**n samples is then a
weighted sum over the sorted stars. Only those within about 4.4 sqrt(n) of the middle weigh more than 1e-17.

References
----------
Maritz and Jarrett 1978, JASA 73, 194 (odd n); Hutson and Ernst 2000, JRSS B 62, 89 (means of order
statistics, here for even n).

Notes
-----
`scipy.stats.mstats.mjci` uses the Beta(m - 1, n - m) of Wilcox's book in place of the exact
Beta(m, n - m + 1), which makes errors 20-40 percent too large for n <= 10; both agree as n grows.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numba
import numpy as np

#: fewer stars than this have no standard error
MINIMUM = 3
#: tables of up to so many stars are kept (less than 40 MB in all)
REMEMBERED = 4096


def window(n: int) -> tuple[int, int]:
    """Return the first rank and the number of ranks (of n, from 0) that carry weight."""
    first = max(0, n // 2 - math.ceil(4.4 * math.sqrt(n)) - 1)
    return first, n - 2 * first


def table(n: int) -> np.ndarray:
    """Return what `standard_error` needs for n stars.

    Parameters
    ----------
    n : int
        Number of stars, at least `MINIMUM`.

    Returns
    -------
    (3, w) float64
        For the `w` ranks of `window`: the weight of each star; for even n the probability that the median
        spans the gap above the star, and the factor by which that fades into the next gap (else 0).
    """
    return _remembered(n) if n <= REMEMBERED else _table(n)


@lru_cache(maxsize=REMEMBERED)
def _remembered(n: int) -> np.ndarray:
    return _table(n)


def _table(n: int) -> np.ndarray:
    from scipy.special import betainc, gammaln

    first, width = window(n)
    half = (n + 1) // 2
    below = betainc(half, half, np.arange(first, half + 1) / n)
    lower = np.diff(below)
    if n % 2:
        lower[-1] = 1.0 - 2.0 * below[-2]
    out = np.zeros((3, width))
    out[0, : half - first] = lower
    out[0, width - (half - first) :] = lower[::-1]
    if n % 2 == 0:
        under = np.arange(first + 1, first + width)
        peak = gammaln(n + 1) - 2.0 * gammaln(half + 1) - n * math.log(2.0)
        out[1, :-1] = np.exp(peak + half * np.log1p(-(((2 * under - n) / n) ** 2)))
        with np.errstate(divide="ignore"):
            out[2, :-1] = np.exp(half * np.log1p(-1.0 / (n - under)))
    out.flags.writeable = False
    return out


@numba.njit(
    numba.float64(numba.float64[::1], numba.types.Array(numba.float64, 2, "A", readonly=True)),
    cache=True,
    nogil=True,
)
def standard_error(values: np.ndarray, weights: np.ndarray) -> float:
    """Return the standard error of the median.

    Parameters
    ----------
    values : (w,) float64
        Sorted values at the ranks of `window`.
    weights : (3, w) float64
        From `table`.

    Returns
    -------
    float
        In the unit of `values`.
    """
    width = values.size
    centre = values[width // 2]
    mean = 0.0
    for i in range(width):
        mean += weights[0, i] * (values[i] - centre)
    variance = 0.0
    for i in range(width):
        variance += weights[0, i] * (values[i] - centre - mean) ** 2
    spanned, before = 0.0, 0.0
    for i in range(width - 1):
        step = values[i + 1] - values[i]
        here = weights[1, i] * step
        spanned += step * (here + 2.0 * before)
        before = (before + here) * weights[2, i]
    return math.sqrt(max(variance - 0.25 * spanned, 0.0))


def of_sorted(values: np.ndarray) -> float:
    """Return the standard error of the median of sorted values, NaN for fewer than `MINIMUM`.

    Parameters
    ----------
    values : (n,) float
        Sorted, finite.
    """
    n = len(values)
    if n < MINIMUM:
        return math.nan
    first, width = window(n)
    return float(
        standard_error(np.ascontiguousarray(values[first : first + width], dtype=np.float64), table(n))
    )
