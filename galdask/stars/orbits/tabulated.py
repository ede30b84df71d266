"""One-dimensional functions as piecewise polynomials of a squared length, in cells of binary octaves.

An argument x > 0 (kpc^2) lies in the cell that its exponent and the first four bits of its mantissa name:
16 cells an octave, found without a logarithm or a search. In each cell the function is a polynomial of
degree 7 in the exact local coordinate s in [-1, 1). Potentials vary on the scale of x itself, so one table
serves from 1e-9 to 6e4 kpc with a relative error near 1e-15.
"""

from __future__ import annotations

from collections.abc import Callable

import numba as nb
import numpy as np

from galdask.stars.orbits.compiled import INLINE

#: x lies in [2**LOW, 2**HIGH) kpc^2
LOW, HIGH = -60, 32
#: cells an octave (a power of two) and coefficients a cell
CELLS, TERMS = 16, 8
X_MIN, X_MAX = 2.0**LOW, 2.0**HIGH
_BITS = 52 - 4
_FIRST = (1023 + LOW) * CELLS
_FRACTION = (1 << 52) - 1
_ONE = 1023 << 52
#: Chebyshev points at which a cell is sampled
_POINTS = 16


def cells() -> tuple[np.ndarray, np.ndarray]:
    """Return the middle and the half width of every cell, kpc^2."""
    k = np.arange((HIGH - LOW) * CELLS)
    octave = np.ldexp(1.0, LOW + k // CELLS)
    half = octave / (2 * CELLS)
    return octave * (1.0 + (k % CELLS) / CELLS) + half, half


def tabulate(function: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return the table of a function.

    Parameters
    ----------
    function : callable
        Of x, float64 of any shape, kpc^2.

    Returns
    -------
    (cells, 8) float64
        Coefficients of s**0 ... s**7, from the Chebyshev interpolant through 16 points of each cell.
    """
    middle, half = cells()
    angle = np.pi * (np.arange(_POINTS) + 0.5) / _POINTS
    values = function(middle[:, None] + half[:, None] * np.cos(angle))
    series = values @ np.cos(np.outer(angle, np.arange(TERMS))) * (2.0 / _POINTS)
    series[:, 0] *= 0.5
    powers = np.zeros((TERMS, TERMS))
    for n in range(TERMS):
        chosen = np.polynomial.chebyshev.cheb2poly(np.eye(TERMS)[n])
        powers[n, : chosen.size] = chosen
    table = np.ascontiguousarray(series @ powers)
    table.setflags(write=False)
    return table


@nb.njit(**INLINE)
def octave(x):  # type: ignore[no-untyped-def]
    """Return floor(log2(x)) of a normal number x > 0; -1023 of zero."""
    return (np.float64(x).view(np.int64) >> 52) - 1023


@nb.njit(**INLINE)
def locate(x):  # type: ignore[no-untyped-def]
    """Return the cell of x, the local coordinate s and ds/dx; x below the table is put at its edge."""
    x = max(x, X_MIN)
    bits = np.float64(x).view(np.int64)
    cell = (bits >> _BITS) - _FIRST
    fraction = np.int64(((bits << 4) & _FRACTION) | _ONE).view(np.float64)
    slope = np.int64((2046 + 5 - (bits >> 52)) << 52).view(np.float64)
    return cell, 2.0 * fraction - 3.0, slope


@nb.njit(**INLINE)
def value(table, x):  # type: ignore[no-untyped-def]
    """Return the tabulated function at x < X_MAX."""
    k, s, _ = locate(x)
    return table[k, 0] + s * (
        table[k, 1]
        + s
        * (
            table[k, 2]
            + s * (table[k, 3] + s * (table[k, 4] + s * (table[k, 5] + s * (table[k, 6] + s * table[k, 7]))))
        )
    )


@nb.njit(**INLINE)
def jet(table, x):  # type: ignore[no-untyped-def]
    """Return the tabulated function at x < X_MAX and its first and second derivative by x."""
    k, s, slope = locate(x)
    c1, c2, c3, c4 = table[k, 1], table[k, 2], table[k, 3], table[k, 4]
    c5, c6, c7 = table[k, 5], table[k, 6], table[k, 7]
    f = table[k, 0] + s * (c1 + s * (c2 + s * (c3 + s * (c4 + s * (c5 + s * (c6 + s * c7))))))
    d = c1 + s * (
        2.0 * c2 + s * (3.0 * c3 + s * (4.0 * c4 + s * (5.0 * c5 + s * (6.0 * c6 + s * (7.0 * c7)))))
    )
    e = 2.0 * c2 + s * (6.0 * c3 + s * (12.0 * c4 + s * (20.0 * c5 + s * (30.0 * c6 + s * (42.0 * c7)))))
    return f, d * slope, e * slope * slope


def look_up(table: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return what `value` and `jet` return, by numpy: (3, n) for x of shape (n,)."""
    mantissa, exponent = np.frexp(np.maximum(x, X_MIN))
    place = (2.0 * mantissa - 1.0) * CELLS
    step = np.floor(place)
    s = 2.0 * (place - step) - 1.0
    c = table[(exponent - 1 - LOW) * CELLS + step.astype(np.int64)].T
    slope = np.ldexp(2.0 * CELLS, 1 - exponent)
    series = np.polynomial.polynomial
    columns = [c, series.polyder(c, 1), series.polyder(c, 2)]
    f, d, e = (series.polyval(s, a, tensor=False) for a in columns)
    return np.stack([f, d * slope, e * slope * slope])
