"""Quadrature points of the action integrals: trapezoids in an angle, graded towards what is sharp.

Both integrands are square roots that vanish at turning points. In an angle theta that makes them periodic
and even the trapezoidal rule converges geometrically, at a rate set by the nearest singularity: the barrier
of angular momentum beside a small pericentre or beside the pole, and the thickness of the disk beside the
plane. A map with one or two parameters moves these away; the parameters are chosen by powers of two, so
that the points of all classes are made once. Each class has nested levels: 6 or 8 intervals, then doublings.

Radial, theta in (0, pi):  R = R1 + (R2 - R1) f,  f = (cosh(c sin(theta / 2)) - 1) / (cosh(c) - 1)
Vertical, theta in [0, pi / 2):  cos v = cos v1 M,  M = tanh(p S) / tanh(p),  S = sinh(c sin(theta)) / sinh(c)
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

#: intervals of the radial and the vertical rule at the first level, and levels
RADIAL, VERTICAL, LEVELS = 6, 8, 7
#: classes of x1 / x2 = (R1 / R2)^2, a factor 2 each
RADIAL_CLASSES = 48
#: classes of thickness / z_max, a factor 2 each from 4 down, and of sin^2 v1, a factor 4 each
THIN_CLASSES, POLE_CLASSES = 13, 20


def _angles(end: float, intervals: int, with_zero: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return angles in the order of the levels, and where each level starts."""
    parts = [np.arange(0 if with_zero else 1, intervals) * (end / intervals)]
    for level in range(1, LEVELS):
        count = intervals << level
        parts.append(np.arange(1, count, 2) * (end / count))
    return np.concatenate(parts), np.cumsum([0, *(p.size for p in parts)])


def _fixed(array: np.ndarray) -> np.ndarray:
    array = np.ascontiguousarray(array)
    array.setflags(write=False)
    return array


@lru_cache(maxsize=1)
def radial() -> tuple[np.ndarray, np.ndarray]:
    """Return (class, 2, point) of f and df/dtheta times the first step, and the starts of the levels."""
    theta, starts = _angles(np.pi, RADIAL, False)
    ratio = 2.0 ** (-0.5 * (np.arange(RADIAL_CLASSES) + 0.5))
    c = np.log(4.0 / ratio)[:, None]
    inner = c * np.sin(theta / 2)
    f = (np.sinh(inner / 2) / np.sinh(c / 2)) ** 2
    slope = 0.25 * np.sinh(inner) * c * np.cos(theta / 2) / np.sinh(c / 2) ** 2
    return _fixed(np.stack([f, slope * np.pi / RADIAL], axis=1)), _fixed(starts)


@lru_cache(maxsize=1)
def vertical() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the vertical points.

    Returns
    -------
    points : (thin class, pole class, 3, point) float64
        M^2, 1 - M^2 and dM/dtheta times the first step; the plane (theta = 0) counts half.
    starts : (levels + 1,) int64
    pole : (thin class,) float64
        Half the first step times the square root of dM/d(sin theta) at the pole, in the first pole class:
        the last point of an orbit that passes over the pole.
    """
    theta, starts = _angles(np.pi / 2, VERTICAL, True)
    thin = 4.0 * 2.0 ** -(np.arange(THIN_CLASSES) + 0.5)
    c = np.maximum(np.log(8.0 / thin), 0.5)[:, None, None]
    p = (0.5 * np.log(4.0) * (np.arange(POLE_CLASSES) + 0.5) + 0.5)[:, None]
    s, end = np.sinh(c * np.sin(theta)) / np.sinh(c), np.pi / 2 / VERTICAL
    m = np.tanh(p * s) / np.tanh(p)
    # 1 - M^2 without cancellation near the pole: M = sinh(p s) cosh(p) / (cosh(p s) sinh(p))
    gap = 2.0 * np.cosh(c * 0.5 * (1 + np.sin(theta))) * np.sinh(c * np.sin(np.pi / 4 - theta / 2) ** 2)
    rest = np.sinh(p * gap / np.sinh(c)) / (np.cosh(p * s) * np.sinh(p))
    ds = np.cosh(c * np.sin(theta)) * c * np.cos(theta) / np.sinh(c)
    dm = p / (np.cosh(p * s) ** 2 * np.tanh(p)) * ds * end
    dm[..., 0] *= 0.5
    points = np.stack([m * m, rest * (1.0 + m), dm], axis=2)
    c, steep = c[:, 0, 0], 2.0 * p[0, 0] / np.sinh(2.0 * p[0, 0])
    return _fixed(points), _fixed(starts), _fixed(0.5 * end * np.sqrt(steep * c / np.tanh(c)))
