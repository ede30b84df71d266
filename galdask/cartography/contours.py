"""Contours: the regions of highest density that enclose a stated fraction of a smoothed histogram."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

#: a histogram of fewer stars is shown as points
FEWEST = 50


def smoothed(counts: np.ndarray, sigma: float, dimensions: int = 2) -> np.ndarray:
    """Return histograms smoothed by a Gaussian.

    Parameters
    ----------
    counts : (..., m) or (..., m, n) array
        Numbers of stars; the histogram runs along the last axes.
    sigma : float
        Standard deviation of the Gaussian in cells; 0 leaves the counts as they are.
    dimensions : int
        How many axes the histogram has.

    Returns
    -------
    float64 array of the same shape
        With the same sums: what would leave the grid is mirrored at its border.
    """
    from scipy.ndimage import gaussian_filter

    counts = np.asarray(counts, dtype=np.float64)
    if sigma <= 0.0 or not counts.size:
        return counts.copy()
    widths = [0.0] * (counts.ndim - dimensions) + [sigma] * dimensions
    return gaussian_filter(counts, widths, mode="reflect")


def level(density: np.ndarray, fraction: float) -> float:
    """Return the density on the border of the smallest region that holds a fraction of the whole.

    Parameters
    ----------
    density : array of any shape
        Stars in equal cells, smoothed or not.
    fraction : float
        From 0 to 1.

    Returns
    -------
    float
        Cells above it hold the fraction, between whole cells by linear interpolation; NaN without stars.
    """
    ranked = np.sort(np.ravel(density))[::-1].astype(np.float64)
    share = np.cumsum(ranked)
    if not share.size or not share[-1] > 0.0:
        return np.nan
    return float(np.interp(fraction * share[-1], np.r_[0.0, share], np.r_[ranked[0], ranked]))


def levels(
    counts: np.ndarray, density: np.ndarray, fractions: Sequence[float], fewest: int = FEWEST
) -> np.ndarray:
    """Return the levels of many histograms.

    Parameters
    ----------
    counts, density : (..., m, n) arrays
        Histograms, and the same smoothed.
    fractions : sequence of float
        Fractions to enclose.
    fewest : int
        Histograms of fewer stars have no contour.

    Returns
    -------
    (..., len(fractions)) float64
        NaN where there is no contour.
    """
    outer = counts.shape[:-2]
    out = np.full((*outer, len(fractions)), np.nan)
    for place in np.ndindex(*outer):
        if counts[place].sum() >= max(fewest, 1):
            out[place] = [level(density[place], fraction) for fraction in fractions]
    return out


def extent(density: np.ndarray, border: float, centres: np.ndarray, axis: int) -> tuple[float, float]:
    """Return how far the region above a level reaches along one axis.

    Parameters
    ----------
    density : (m, n) array
        A smoothed histogram.
    border : float
        Density on the border of the region.
    centres : (m,) or (n,) float
        Middles of the cells along `axis`.
    axis : int
        0 or 1.

    Returns
    -------
    low, high : float
        Where the highest density at each place crosses the border, linear between middles of cells, around
        the peak: islands apart from it do not count. The first or last middle where the region leaves the
        grid; NaN where there is no region.
    """
    ridge = density.max(axis=1 - axis)
    top = int(ridge.argmax())
    if not ridge[top] >= border:
        return np.nan, np.nan
    below = np.flatnonzero(ridge < border)
    first = int(below[below < top].max(initial=-1)) + 1
    last = int(below[below > top].min(initial=ridge.size)) - 1

    def crossing(inside: int, outside: int) -> float:
        if not 0 <= outside < ridge.size:
            return float(centres[inside])
        part = (ridge[inside] - border) / (ridge[inside] - ridge[outside])
        return float(centres[inside] + part * (centres[outside] - centres[inside]))

    return crossing(first, first - 1), crossing(last, last + 1)
