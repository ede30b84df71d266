"""Modes: peaks of smoothed histograms, refined by a parabola."""

from __future__ import annotations

import numpy as np

from galdask.cartography.contours import FEWEST, smoothed


def mode(counts: np.ndarray, centres: np.ndarray, sigma: float, fewest: float = FEWEST) -> np.ndarray:
    """Return the mode of each histogram.

    Parameters
    ----------
    counts : (..., m) array
        Histograms along the last axis, in equal bins.
    centres : (m,) float
        Middles of the bins.
    sigma : float
        Smoothing in bins.
    fewest : float
        Histograms of fewer stars have no mode.

    Returns
    -------
    (...) float64
        In the unit of the bins; the middle of a bin where the peak is at the border; NaN without a mode.
    """
    counts = np.asarray(counts)
    density = smoothed(counts, sigma, dimensions=1)
    out = _refined(density, np.argmax(density, axis=-1), centres)
    return np.where(counts.sum(axis=-1) >= max(fewest, 1), out, np.nan)


def _refined(density: np.ndarray, at: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Return the tops of the parabolas through the bins `at` and their neighbours."""
    last = centres.size - 1
    inner = (at > 0) & (at < last)
    near = [np.clip(at + k, 0, last) for k in (-1, 0, 1)]
    low, top, high = (np.take_along_axis(density, k[..., None], -1)[..., 0] for k in near)
    bend = low - 2.0 * top + high
    curved = inner & (bend < 0.0)
    shift = np.where(curved, 0.5 * (low - high) / np.where(curved, bend, -1.0), 0.0)
    return centres[at] + shift * (centres[1] - centres[0] if last else 0.0)


def peaks(
    counts: np.ndarray, centres: np.ndarray, sigma: float, prominence: float, fewest: float = FEWEST
) -> np.ndarray:
    """Return all modes of one histogram.

    Parameters
    ----------
    counts : (m,) array
        Numbers of stars in equal bins.
    centres, sigma, fewest
        As for `mode`.
    prominence : float
        How far a peak must stand above the valley towards a higher one, as a fraction of the highest peak.

    Returns
    -------
    (k,) float64
        In rising order; the highest peak is always among them.
    """
    if counts.sum() < max(fewest, 1):
        return np.empty(0)
    density = smoothed(counts, sigma, dimensions=1)
    found = prominent(density, prominence * density.max())
    return _refined(np.broadcast_to(density, (found.size, density.size)), found, centres)


def prominent(density: np.ndarray, height: float) -> np.ndarray:
    """Return the places of those local maxima that stand `height` above the valleys beside them.

    The valley at one side is the lowest value between a maximum and the nearest higher one, or the border;
    beyond the border the density is 0, so that the first and the last value may be maxima.
    """
    d = np.r_[0.0, density, 0.0]
    tops = np.flatnonzero((d[1:-1] > d[:-2]) & (d[1:-1] >= d[2:])) + 1
    found = []
    for top in tops:
        higher = np.flatnonzero(d > d[top])
        left = higher[higher < top].max(initial=0)
        right = higher[higher > top].min(initial=d.size - 1)
        if d[top] - max(d[left:top].min(), d[top : right + 1].min()) >= height:
            found.append(top - 1)
    return np.array(found, dtype=np.int64)
