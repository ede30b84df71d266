"""Statistics of histograms: what a sample's replicas, known by their counts alone, give for its errors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def moments(counts: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return mean, standard deviation and skewness of binned values.

    Parameters
    ----------
    counts : (..., m) array
        Histograms along the last axis.
    centres : (m,) float
        Values that the bins stand for.

    Returns
    -------
    mean, std, skewness : (...) float64
        With ddof = 0; NaN without stars, and the skewness without spread.
    """
    n = counts.sum(axis=-1).astype(np.float64)
    zero = float(np.mean(centres))
    offset = centres - zero
    with np.errstate(invalid="ignore", divide="ignore"):
        first, second, third = (counts @ offset**k / n for k in (1, 2, 3))
        variance = np.maximum(second - first**2, 0.0)
        central = third - 3.0 * first * second + 2.0 * first**3
        skewness = np.where(variance > 1e-12 * np.ptp(offset) ** 2, central / variance**1.5, np.nan)
    return zero + first, np.sqrt(variance), skewness


def quantiles(counts: np.ndarray, edges: np.ndarray, q: float | Sequence[float]) -> np.ndarray:
    """Return quantiles of binned values, those of a bin spread evenly over it.

    Parameters
    ----------
    counts : (..., m) array
        Histograms along the last axis.
    edges : (m + 1,) float
        Edges of the bins.
    q : float or sequence of float
        Fractions.

    Returns
    -------
    (...) or (..., len(q)) float64
        NaN without stars.
    """
    wanted = np.atleast_1d(np.asarray(q, dtype=np.float64))
    rows = np.asarray(counts, dtype=np.float64).reshape(-1, counts.shape[-1])
    share = np.cumsum(rows, axis=1)
    out = np.full((rows.shape[0], wanted.size), np.nan)
    for k, fraction in enumerate(wanted):
        goal = fraction * share[:, -1]
        at = np.minimum((share < goal[:, None]).sum(axis=1), rows.shape[1] - 1)
        inside = np.take_along_axis(rows, at[:, None], 1)[:, 0]
        below = np.take_along_axis(share, at[:, None], 1)[:, 0] - inside
        with np.errstate(invalid="ignore", divide="ignore"):
            part = (goal - below) / inside
        out[:, k] = edges[at] + part * np.diff(edges)[at]
    shape = counts.shape[:-1]
    return out.reshape(shape) if np.ndim(q) == 0 else out.reshape(*shape, wanted.size)


def mean(replicas: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return the mean over the replicas that have a value; NaN where there is none."""
    finite = np.isfinite(replicas)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(finite, replicas, 0.0).sum(axis=axis) / finite.sum(axis=axis))


def spread(replicas: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return the standard deviation over replicas; NaN where fewer than half of them have a value."""
    finite = np.isfinite(replicas)
    number = finite.sum(axis=axis)
    mean = np.where(finite, replicas, 0.0).sum(axis=axis) / np.maximum(number, 1)
    away = np.where(finite, replicas - np.expand_dims(mean, axis), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        out = np.sqrt((away**2).sum(axis=axis) / (number - 1))
    return np.where(2 * number >= replicas.shape[axis], out, np.nan)


def sign_change(values: np.ndarray, at: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Return where values rise through zero, by linear interpolation.

    Of several such places it is the one that parts negative values from positive ones best: where the
    running sum of the (weighted) values is lowest.

    Parameters
    ----------
    values : (..., m) float
        Missing ones (NaN) are stepped over.
    at : (m,) float
        Rising places.
    weights : (..., m) float, optional
        How much each value counts where there are several such places.

    Returns
    -------
    (...) float64
        NaN if values never rise from below zero to zero or above.
    """
    every = np.ones(values.shape) if weights is None else np.broadcast_to(weights, values.shape)
    out = np.full(values.shape[:-1], np.nan)
    for place in np.ndindex(*out.shape):
        row = values[place]
        good = np.isfinite(row)
        x, y = at[good], row[good]
        rises = np.flatnonzero((y[:-1] < 0.0) & (y[1:] >= 0.0))
        if rises.size:
            k = rises[np.argmin(np.cumsum(y * every[place][good])[rises])]
            out[place] = x[k] - y[k] * (x[k + 1] - x[k]) / (y[k + 1] - y[k])
    return out


def slope(values: np.ndarray, at: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return slopes of weighted straight lines through values along the last axis.

    Parameters
    ----------
    values : (..., m) float
        Missing ones (NaN) do not enter.
    at : (m,) float
        Abscissa.
    weights : (..., m) float
        Of each value; what is 0 does not enter.

    Returns
    -------
    (...) float64
        NaN with fewer than 3 values.
    """
    good = np.isfinite(values) & (weights > 0.0)
    w, y = np.where(good, weights, 0.0), np.where(good, values, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        x = at - ((w * at).sum(axis=-1) / w.sum(axis=-1))[..., None]
        out = (w * x * y).sum(axis=-1) / (w * x * x).sum(axis=-1)
    return np.where(good.sum(axis=-1) >= 3, out, np.nan)
