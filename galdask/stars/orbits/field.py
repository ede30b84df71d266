"""A potential as numbers that compiled code reads, and its value and derivatives at a place.

    Phi(R, z) = sum_l f_l(r^2) P_l(z / r) + sum_k S_k(r^2) H_k(z^2) - sum_j G M_j / sqrt(R^2 + (a_j + q_j)^2)

with even l, q_j^2 = z^2 + b_j^2: a spherical part and its even harmonics, layers of a thickness of their own
(Kuijken & Dubinski 1995), and disks of Miyamoto & Nagai (1975). f, S and H are tables of
`galdask.stars.orbits.tabulated`; most potentials need only f_0 and one disk. All functions take X = R^2 and
Y = z^2 (kpc^2), in which the derivatives stay finite on the axis and in the plane.
"""

from __future__ import annotations

import math
from typing import Any

import numba as nb
import numpy as np

from galdask.stars.orbits.compiled import IN, IN2, IN3, INLINE, KERNEL, OUT2, PART, stamp
from galdask.stars.orbits.tabulated import locate, look_up

#: radial (cells, l, 8), disks (j, 3: G M, a, b^2), S (cells, k, 8), H (cells, k, 8), Legendre (l, 3)
FIELD = nb.types.Tuple((IN3, IN2, IN3, IN3, IN2))


def legendre(degrees: int) -> np.ndarray:
    """Return (degrees, 3) factors p, q, r of P_{n+2} = p (m - q) P_n - r P_{n-2}, m = (z / r)^2, even n."""
    n = 2.0 * np.arange(degrees)
    a = (n + 1) * (n + 2) / ((2 * n + 1) * (2 * n + 3))
    b = (n + 1) ** 2 / ((2 * n + 1) * (2 * n + 3)) + n**2 / ((2 * n - 1) * (2 * n + 1))
    c = n * (n - 1) / ((2 * n + 1) * (2 * n - 1))
    return np.ascontiguousarray(np.stack([1.0 / a, b, c / a], axis=1))


@nb.njit(**INLINE)
def _value(t, k, j, s):  # type: ignore[no-untyped-def]
    high = t[k, j, 4] + s * (t[k, j, 5] + s * (t[k, j, 6] + s * t[k, j, 7]))
    return t[k, j, 0] + s * (t[k, j, 1] + s * (t[k, j, 2] + s * (t[k, j, 3] + s * high)))


@nb.njit(**INLINE)
def _jet(t, k, j, s, slope):  # type: ignore[no-untyped-def]
    c1, c2, c3, c4 = t[k, j, 1], t[k, j, 2], t[k, j, 3], t[k, j, 4]
    c5, c6, c7 = t[k, j, 5], t[k, j, 6], t[k, j, 7]
    f = t[k, j, 0] + s * (c1 + s * (c2 + s * (c3 + s * (c4 + s * (c5 + s * (c6 + s * c7))))))
    d = c1 + s * (
        2.0 * c2 + s * (3.0 * c3 + s * (4.0 * c4 + s * (5.0 * c5 + s * (6.0 * c6 + s * (7.0 * c7)))))
    )
    e = 2.0 * c2 + s * (6.0 * c3 + s * (12.0 * c4 + s * (20.0 * c5 + s * (30.0 * c6 + s * (42.0 * c7)))))
    return f, d * slope, e * slope * slope


@nb.njit(**PART)
def _beyond(field, x, y):  # type: ignore[no-untyped-def]
    """Return harmonics above l = 0, and layers."""
    radial, _, surface, height, factors = field
    k, s, _ = locate(x + y)
    m = y / (x + y) if x + y > 0.0 else 0.0
    total, before, now = 0.0, 0.0, 1.0
    for j in range(radial.shape[1] - 1):
        before, now = now, factors[j, 0] * (m - factors[j, 1]) * now - factors[j, 2] * before
        total += _value(radial, k, j + 1, s) * now
    h, u, _ = locate(y)
    for j in range(surface.shape[1]):
        total += _value(surface, k, j, s) * _value(height, h, j, u)
    return total


@nb.njit(**INLINE)
def potential(field, x, y):  # type: ignore[no-untyped-def]
    """Return Phi in (km/s)^2; x + y must lie in the table."""
    radial, disks, surface, _, _ = field
    k, s, _ = locate(x + y)
    total = _value(radial, k, 0, s)
    for j in range(disks.shape[0]):
        q = disks[j, 1] + math.sqrt(y + disks[j, 2])
        total -= disks[j, 0] / math.sqrt(x + q * q)
    if radial.shape[1] > 1 or surface.shape[1] > 0:
        total += _beyond(field, x, y)
    return total


@nb.njit(**INLINE)
def _disk(gm, a, b2, x, y):  # type: ignore[no-untyped-def]
    q = math.sqrt(y + b2)
    t = a + q
    i2 = 1.0 / (x + t * t)
    phi = -gm * math.sqrt(i2)
    g = t / q  # d(t^2)/dY
    k = -0.5 * phi * i2
    c = 1.5 * k * i2
    return phi, k, k * g, -c, -c * g, -c * g * g - k * 0.5 * a / (q * q * q)


@nb.njit(**PART)
def _beyond_jet(field, x, y):  # type: ignore[no-untyped-def]
    """Return harmonics above l = 0 and layers, with their derivatives by X and Y."""
    radial, _, surface, height, factors = field
    k, s, slope = locate(x + y)
    i = 1.0 / (x + y)
    m, mx, my = y * i, -y * i * i, x * i * i
    mxx, mxy, myy = -2.0 * mx * i, (y - x) * i * i * i, -2.0 * my * i
    f = fx = fy = fxx = fxy = fyy = 0.0
    p0, q0, r0, p, q, r = 0.0, 0.0, 0.0, 1.0, 0.0, 0.0  # P and its derivatives by m, before and now
    for j in range(radial.shape[1] - 1):
        a, b, c = factors[j, 0], factors[j, 1], factors[j, 2]
        p1, q1, r1 = (
            a * (m - b) * p - c * p0,
            a * (p + (m - b) * q) - c * q0,
            a * (2.0 * q + (m - b) * r) - c * r0,
        )
        p0, q0, r0, p, q, r = p, q, r, p1, q1, r1
        v, d, e = _jet(radial, k, j + 1, s, slope)
        f += v * p
        fx += d * p + v * q * mx
        fy += d * p + v * q * my
        fxx += e * p + 2.0 * d * q * mx + v * (r * mx * mx + q * mxx)
        fxy += e * p + d * q * (mx + my) + v * (r * mx * my + q * mxy)
        fyy += e * p + 2.0 * d * q * my + v * (r * my * my + q * myy)
    h, u, steep = locate(y)
    for j in range(surface.shape[1]):
        v, d, e = _jet(surface, k, j, s, slope)
        p, q, r = _jet(height, h, j, u, steep)
        f += v * p
        fx += d * p
        fy += d * p + v * q
        fxx += e * p
        fxy += e * p + d * q
        fyy += e * p + 2.0 * d * q + v * r
    return f, fx, fy, fxx, fxy, fyy


@nb.njit(**INLINE)
def derivatives(field, x, y):  # type: ignore[no-untyped-def]
    """Return Phi, Phi_X, Phi_Y, Phi_XX, Phi_XY, Phi_YY; (km/s)^2 and kpc."""
    radial, disks, surface, _, _ = field
    k, s, slope = locate(x + y)
    f, d, e = _jet(radial, k, 0, s, slope)
    fx, fy, fxx, fxy, fyy = d, d, e, e, e
    for j in range(disks.shape[0]):
        v, a, b, c, g, h = _disk(disks[j, 0], disks[j, 1], disks[j, 2], x, y)
        f, fx, fy, fxx, fxy, fyy = f + v, fx + a, fy + b, fxx + c, fxy + g, fyy + h
    if radial.shape[1] > 1 or surface.shape[1] > 0:
        v, a, b, c, g, h = _beyond_jet(field, x, y)
        f, fx, fy, fxx, fxy, fyy = f + v, fx + a, fy + b, fxx + c, fxy + g, fyy + h
    return f, fx, fy, fxx, fxy, fyy


def evaluate(field: tuple[np.ndarray, ...], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return what `potential` returns, by numpy, for arrays of one shape."""
    radial, disks, surface, height, factors = field
    shape, x, y = x.shape, x.reshape(-1), y.reshape(-1)
    total = look_up(radial[:, 0], x + y)[0]
    for gm, a, b2 in disks:
        total = total - gm / np.sqrt(x + (a + np.sqrt(y + b2)) ** 2)
    m = np.divide(y, x + y, where=x + y > 0, out=np.zeros(x.shape))
    before, now = np.zeros(x.shape), np.ones(x.shape)
    for j, (p, q, r) in enumerate(factors[: radial.shape[1] - 1]):
        before, now = now, p * (m - q) * now - r * before
        total = total + look_up(radial[:, j + 1], x + y)[0] * now
    for j in range(surface.shape[1]):
        total = total + look_up(surface[:, j], x + y)[0] * look_up(height[:, j], y)[0]
    return total.reshape(shape)


def _kernel(sources: int) -> Any:
    @nb.njit(nb.void(FIELD, IN, IN, OUT2), **KERNEL)
    def all_derivatives(field, x, y, out):  # type: ignore[no-untyped-def]
        _ = sources
        for i in range(x.size):
            rows = derivatives(field, x[i], y[i])
            for j in range(6):
                out[j, i] = rows[j]

    return all_derivatives


_derivatives = _kernel(stamp())


def gradients(field: tuple[np.ndarray, ...], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return Phi, Phi_X, Phi_Y, Phi_XX, Phi_XY, Phi_YY of many places.

    Parameters
    ----------
    field : tuple of ndarray
        `Potential.field`.
    x, y : (n,) float64
        R^2 and z^2, kpc^2.

    Returns
    -------
    (6, n) float64
        (km/s)^2 and kpc.
    """
    x, y = np.ascontiguousarray(x, dtype=np.float64), np.ascontiguousarray(y, dtype=np.float64)
    out = np.empty((6, x.size))
    _derivatives(field, x, y, out)
    return out
