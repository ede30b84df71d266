"""Cylindrical coordinates about the Galactic centre, with the signs of `docs/conventions.md`.

theta is in degrees, [0, 360), with the Sun at 180. vphi and lz are positive in the sense of Galactic
rotation: in a right-handed frame with the Sun at x < 0 and y along rotation that is lz = y vx - x vy.
"""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from galdask.stars.transform import IN, OUT

_DEGREE = 180.0 / math.pi
#: slope of a line at 22.5 deg
_SPLIT = math.tan(math.pi / 8.0)
_A1, _A2, _A3, _A4, _A5, _A6, _A7, _A8, _A9, _A10, _A11 = ((-1) ** k / (2 * k + 1) for k in range(1, 12))


@nb.njit(nb.void(IN, IN, nb.float64, OUT, OUT), cache=True, nogil=True, error_model="numpy")
def _cylinder(x, y, y_sign, r, theta):  # type: ignore[no-untyped-def]
    # arc tangent by its series, after folding into 0-45 deg, turning by 45 deg and halving: plain arithmetic
    # that is vectorised and has the same bits everywhere, unlike the library's atan2
    for i in range(x.size):
        u, v = x[i], y_sign * y[i]
        a, b = abs(u), abs(v)
        r[i] = math.sqrt(u * u + v * v)
        steep = b > a
        small, large = (a if steep else b), (b if steep else a)
        far = small > _SPLIT * large
        above, below = (small - large if far else small), (small + large if far else large)
        t = above / (1.0 if below == 0.0 else below)
        t = t / (1.0 + math.sqrt(1.0 + t * t))
        w = t * t
        s = w * (_A5 + w * (_A6 + w * (_A7 + w * (_A8 + w * (_A9 + w * (_A10 + w * _A11))))))
        s = 1.0 + w * (_A1 + w * (_A2 + w * (_A3 + w * (_A4 + s))))
        angle = 2.0 * _DEGREE * t * s + (45.0 if far else 0.0)
        angle = 90.0 - angle if steep else angle
        angle = 180.0 - angle if u < 0.0 else angle
        angle = 360.0 - angle if v < 0.0 else angle
        theta[i] = 0.0 if angle >= 360.0 else angle


@nb.njit(nb.void(IN, IN, IN, IN, OUT, OUT, OUT), cache=True, nogil=True, error_model="numpy")
def _rotation(x, y, vx, vy, vr, vphi, lz):  # type: ignore[no-untyped-def]
    for i in range(x.size):
        r = math.sqrt(x[i] * x[i] + y[i] * y[i])
        momentum = y[i] * vx[i] - x[i] * vy[i]
        lz[i] = momentum
        vr[i] = (x[i] * vx[i] + y[i] * vy[i]) / r
        vphi[i] = momentum / r


def cylinder(x: np.ndarray, y: np.ndarray, y_sign: float) -> tuple[np.ndarray, np.ndarray]:
    """Return R and theta of stars.

    Parameters
    ----------
    x, y : (n,) float64
        Position in the plane, kpc.
    y_sign : {1, -1}
        `Frame.y_sign`: theta = atan2(y_sign * y, x).

    Returns
    -------
    r : (n,) float64, kpc
    theta : (n,) float64, deg in [0, 360)
    """
    r, theta = np.empty(x.size), np.empty(x.size)
    _cylinder(x, y, y_sign, r, theta)
    return r, theta


def cylinder_numpy(x: np.ndarray, y: np.ndarray, y_sign: float) -> tuple[np.ndarray, np.ndarray]:
    """Return what `cylinder` returns, by numpy."""
    theta = np.arctan2(y_sign * y, x + 0.0) * _DEGREE  # -0.0 is the axis, too
    theta = np.where(theta < 0.0, theta + 360.0, theta)
    return np.sqrt(x * x + y * y), np.where(theta >= 360.0, 0.0, theta)


def rotation(
    x: np.ndarray, y: np.ndarray, vx: np.ndarray, vy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the motion about the Galactic centre.

    Parameters
    ----------
    x, y : (n,) float64
        Position in the plane, kpc.
    vx, vy : (n,) float64
        Velocity in the plane, km/s.

    Returns
    -------
    vr : (n,) float64, km/s
        Outward; NaN on the axis.
    vphi : (n,) float64, km/s
        In the sense of Galactic rotation; NaN on the axis.
    lz : (n,) float64, kpc km/s
        Angular momentum about the axis, positive in the sense of Galactic rotation.
    """
    vr, vphi, lz = np.empty(x.size), np.empty(x.size), np.empty(x.size)
    _rotation(x, y, vx, vy, vr, vphi, lz)
    return vr, vphi, lz


def rotation_numpy(
    x: np.ndarray, y: np.ndarray, vx: np.ndarray, vy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what `rotation` returns, by numpy."""
    r = np.sqrt(x * x + y * y)
    lz = y * vx - x * vy
    with np.errstate(invalid="ignore", divide="ignore"):
        return (x * vx + y * vy) / r, lz / r, lz


def cartesian(r: np.ndarray, theta: np.ndarray, y_sign: float) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y (kpc) of R (kpc) and theta (deg), the inverse of `cylinder`."""
    angle = theta / _DEGREE
    return r * np.cos(angle), y_sign * r * np.sin(angle)
