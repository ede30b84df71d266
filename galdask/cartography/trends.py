"""How slopes change along the bins that they belong to: whether they become flatter."""

from __future__ import annotations

from typing import Any

import numpy as np

from galdask.cartography.cell_statistics import Variable
from galdask.reductions.lines import spread_of

#: how many errors a trend must be away from none to be called one
SIGMA = 2.0


def steepness(
    x: np.ndarray, slope: np.ndarray, err: np.ndarray, replicas: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return how the steepness of slopes changes with x, and the error of that.

    Steepness is the slope times the sign of the weighted mean slope, so that one that crosses zero goes on
    falling. The line through it is weighted by 1 / err^2.

    Parameters
    ----------
    x : (n,) float64
        Middles of the bins.
    slope, err : (..., n) float64
        Slopes and their errors; NaN is left out, and fewer than three give NaN.
    replicas : (..., n, replicas) float64
        The slopes in each replica.
    """
    good = np.isfinite(slope) & np.isfinite(err) & (err > 0)
    weight = np.where(good, 1.0 / np.where(good, err, 1.0) ** 2, 0.0)
    value = np.where(good, slope, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        sign = np.sign((weight * value).sum(axis=-1))
        own = _line(x, value, weight)
    there = good[..., None] & np.isfinite(replicas)
    weights = np.where(there, weight[..., None], 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        again = _line(x, np.moveaxis(np.where(there, replicas, 0.0), -1, -2), np.moveaxis(weights, -1, -2))
    rows = again.reshape(-1, again.shape[-1])
    spread = np.array([spread_of(row) for row in rows]).reshape(again.shape[:-1])
    few = good.sum(axis=-1) < 3
    return np.where(few, np.nan, sign * own), np.where(few, np.nan, spread)


def _line(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return slopes of weighted lines along the last axis."""
    total = weight.sum(axis=-1, keepdims=True)
    dx = x - (weight * x).sum(axis=-1, keepdims=True) / total
    return np.asarray((weight * dx * y).sum(axis=-1) / (weight * dx**2).sum(axis=-1))


def variables(
    names: tuple[str, ...], trend: np.ndarray, err: np.ndarray, unit: str, along: str, prefix: str = ""
) -> dict[str, Variable]:
    """Return labelled trends, and 1 where slopes become flatter by more than `SIGMA` errors.

    Parameters
    ----------
    names : tuple of str
        Dimensions.
    trend, err : ndarray
        From `steepness`.
    unit, along : str
        Unit of the trend, and what the slopes change with.
    prefix : str
        Set before the names.
    """
    attrs: dict[str, Any] = {"units": unit}
    falls = (trend < -SIGMA * err).astype(np.uint8)
    return {
        f"{prefix}trend": (names, trend, {**attrs, "long_name": f"change of |slope| with {along}"}),
        f"{prefix}trend_err": (names, err, {**attrs, "long_name": "error of that change, bootstrap"}),
        f"{prefix}falls": (
            names,
            falls,
            {"units": "1", "long_name": f"1 where |slope| falls with {along} by more than {SIGMA:g} errors"},
        ),
    }
