"""Straight lines from exact sums of w, wx, wy, wxx, wxy and wyy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from galdask.reductions.fixed_point import joined
from galdask.reductions.lines import NO_SPREAD, TOO_FEW, spread_of

#: powers of (w, x, y) in each sum; replicas do without the last one
TERMS = ((1, 0, 0), (1, 1, 0), (1, 0, 1), (1, 2, 0), (1, 1, 1), (1, 0, 2))


def lines_of_sums(
    state: Mapping[str, np.ndarray], scales: Sequence[int], origin_x: float, origin_y: float
) -> dict[str, np.ndarray]:
    """Return slope, intercept, errors, stars and reason of each cell.

    Parameters
    ----------
    state : mapping
        ``n`` (m,), ``sums`` (m, 6, 2), ``replica_n`` (m, replicas), ``replica_sums`` (m, replicas, 5, 2).
    scales : (6,) int
        Bits after the point of each sum.
    origin_x, origin_y : float
        Point from which x and y were counted.
    """
    n = np.array(state["n"])
    own = _Fit(n, joined(state["sums"]), scales)
    replicas = _Fit(np.asarray(state["replica_n"]), joined(state["replica_sums"]), scales)
    slope, middle_x, middle_y = own.slope(), own.mean(1), own.mean(2)
    replica_slopes = replicas.slope()
    slope_err = np.array([spread_of(row) for row in replica_slopes], dtype=np.float64)
    return {
        "slope": slope,
        "intercept": middle_y + origin_y - slope * (middle_x + origin_x),
        "slope_err": np.where(own.valid, slope_err, np.nan),
        "slope_err_naive": own.naive_error(),
        "n": n,
        "reason": np.where(own.valid, 0, np.where(n < 3, TOO_FEW, NO_SPREAD)).astype(np.int8),
        "slope_replicas": replica_slopes,
    }


class _Fit:
    """Lines of many cells or replicas at once; sums are whole numbers of one common scale."""

    def __init__(self, n: np.ndarray, sums: np.ndarray, scales: Sequence[int]) -> None:
        self.scale = max(scales)
        self.sums = [sums[..., k] << (self.scale - scales[k]) for k in range(sums.shape[-1])]
        self.n = n
        self.spread = self._about_mean(1, 1)
        self.valid = (n >= 3) & (self.sums[0] > 0).astype(bool)
        self.valid &= self._variance() > self._rounding(scales)

    def _about_mean(self, a: int, b: int) -> np.ndarray:
        """Return W Sab - Sa Sb, exactly, for a, b = 1 (x) or 2 (y)."""
        return self.sums[0] * self.sums[a + b + 1] - self.sums[a] * self.sums[b]

    def _ratio(self, above: np.ndarray, below: np.ndarray) -> np.ndarray:
        """Return a quotient of whole numbers, rounded once; NaN where the line is not valid."""
        out = np.full(self.n.shape, np.nan)
        out[self.valid] = (above[self.valid] / below[self.valid]).astype(np.float64)
        return out

    def mean(self, k: int) -> np.ndarray:
        """Return the weighted mean of x (1), y (2), xx (3) ..."""
        return self._ratio(self.sums[k], self.sums[0])

    def _variance(self) -> np.ndarray:
        return self._ratio(self.spread, self.sums[0] * self.sums[0])

    def _rounding(self, scales: Sequence[int]) -> np.ndarray:
        """Return what rounding of the terms can add to the variance of x."""
        x, square = np.abs(self.mean(1)), self.mean(3)
        step = [2.0**-s for s in scales]
        steps = step[3] + 2.0 * x * step[1] + x * x * step[0]
        stars = self._ratio(self.n.astype(object) << self.scale, self.sums[0])
        return stars * steps + square * 2.0**-51

    def slope(self) -> np.ndarray:
        """Return the slopes."""
        return self._ratio(self._about_mean(1, 2), self.spread)

    def naive_error(self) -> np.ndarray:
        """Return the textbook error of the slopes."""
        joint = self._about_mean(1, 2)
        residual = self._about_mean(2, 2) * self.spread - joint * joint
        freedom = np.maximum(self.n - 2, 1)
        return np.sqrt(np.maximum(self._ratio(residual, self.spread * self.spread), 0.0) / freedom)
