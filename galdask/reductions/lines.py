"""The straight line y = intercept + slope x by least squares, and why there is none."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

#: reasons of a missing line
OK, TOO_FEW, NO_SPREAD = 0, 1, 2
REASONS = {OK: "", TOO_FEW: "fewer than 3 points", NO_SPREAD: "all points at one abscissa"}


class Line(NamedTuple):
    """A line through `n` points; NaN where `reason` is not 0."""

    slope: float
    intercept: float
    slope_err_naive: float
    n: int
    reason: int


def straight_line(x: np.ndarray, y: np.ndarray) -> Line:
    """Return the ordinary least-squares line through points.

    Parameters
    ----------
    x, y : (n,) float64
        Points; fewer than 3, or all at one x, give NaN with a reason.

    Notes
    -----
    slope = Sxy/Sxx about the means; naive error = sqrt(sum of squared residuals / (n - 2) / Sxx).
    """
    n = int(x.size)
    if n < 3:
        return Line(np.nan, np.nan, np.nan, n, TOO_FEW)
    dx, dy = x - x.mean(), y - y.mean()
    spread = float(np.sum(dx * dx))
    if x.min() == x.max() or spread == 0.0:
        return Line(np.nan, np.nan, np.nan, n, NO_SPREAD)
    slope = float(np.sum(dx * dy)) / spread
    residual = float(np.sum((dy - slope * dx) ** 2))
    intercept = float(y.mean()) - slope * float(x.mean())
    return Line(slope, intercept, float(np.sqrt(residual / (n - 2) / spread)), n, OK)


def spread_of(slopes: np.ndarray) -> float:
    """Return the standard deviation (ddof = 1) of the finite slopes of replicas; NaN below two of them."""
    slopes = slopes[np.isfinite(slopes)]
    return float(np.std(slopes, ddof=1)) if slopes.size > 1 else float("nan")
