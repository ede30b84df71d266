"""McMillan's (2017, MNRAS 465, 76) best-fitting potential, taken apart from galpy's.

galpy writes each of the stellar and gas disks after Kuijken & Dubinski (1995), as a known function of
r times one of z, adds a smooth remainder in harmonics of even degree up to 28, a bulge in harmonics up to 8
(Hernquist & Ostriker 1992) and a halo of Navarro, Frenk & White. Every piece is a function of one variable:
the tables hold it to near rounding, and no two-dimensional grid is needed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from galdask.stars.orbits.field import evaluate, legendre
from galdask.stars.orbits.galpy_backend import quiet_galpy
from galdask.stars.orbits.potential import Potential
from galdask.stars.orbits.tabulated import look_up, tabulate

#: kpc; the thinner gas disk of the fit
THICKNESS = 0.085


def _radial_function(expansion: Any, degree: int, r: np.ndarray) -> np.ndarray:
    """Return the factor of P_l of a self-consistent field expansion, natural units."""
    coefficients, a = expansion._Acos[:, :, 0], float(expansion._a)
    if degree >= coefficients.shape[1]:
        return np.zeros(r.shape)
    xi, alpha = (r - a) / (r + a), 2 * degree + 1.5
    before, now = np.zeros(r.shape), np.ones(r.shape)
    total = coefficients[0, degree] * now
    for n in range(1, coefficients.shape[0]):
        before, now = now, (2 * (n - 1 + alpha) * xi * now - (n - 2 + 2 * alpha) * before) / n
        total = total + coefficients[n, degree] * now
    size = np.exp(degree * (np.log(a) + np.log(r)) - (2 * degree + 1) * np.log(r + a))
    return -float(expansion._amp) * math.sqrt(4 * math.pi) * size * total


def _surface(layer: dict[str, Any]) -> Callable[[np.ndarray], np.ndarray]:
    """Return 4 pi times a surface density of r: exponential, with or without a hole."""
    scale, hole, amplitude = layer["h"], layer.get("Rhole", 0.0), 4 * math.pi * float(layer["amp"])
    return lambda r: amplitude * np.exp(-hole / r - r / scale)


def _height(layer: dict[str, Any]) -> Callable[[np.ndarray], np.ndarray]:
    """Return the twice integrated vertical profile of |z|, exact to rounding near the plane."""
    h = layer["h"]

    def exponential(z: np.ndarray) -> np.ndarray:
        u = z / h
        near = np.minimum(u, 0.1)
        series = sum((-near) ** k / math.factorial(k) for k in range(2, 13))
        return 0.5 * h * np.where(u < 0.1, series, np.expm1(-u) + u)

    def sech2(z: np.ndarray) -> np.ndarray:
        s = 0.5 * z / h
        near = np.minimum(s, 1.0)
        far = s + np.log1p(np.exp(-2 * s)) - math.log(2)
        return h * np.where(s < 1.0, np.log1p(2 * np.sinh(near / 2) ** 2), far)

    return {"exp": exponential, "sech2": sech2}[layer["type"]]


def make() -> Potential:
    """Return the potential; galpy takes some ten seconds to set its own up."""
    with quiet_galpy():
        fit = import_module("galpy.potential.McMillan17")
    disk, halo, bulge = fit.McMillan_disk, fit.McMillan_halo, fit.McMillan_bulge
    remainder = disk._me if hasattr(disk, "_me") else disk._scf
    ro, vo, size = float(fit.ro), float(fit.vo), float(disk._amp)
    degrees = range(0, max(remainder._Acos.shape[1], bulge._Acos.shape[1]), 2)

    def part(degree: int) -> np.ndarray:
        def f(x: np.ndarray) -> np.ndarray:
            r = np.sqrt(x) / ro
            total = size * _radial_function(remainder, degree, r) + _radial_function(bulge, degree, r)
            if degree == 0:
                total = total - float(halo._amp) * np.log1p(r / halo.a) / r
            return vo**2 * total

        return tabulate(f)

    def by_length(function: Callable[[np.ndarray], np.ndarray], factor: float) -> np.ndarray:
        return tabulate(lambda x: factor * function(np.sqrt(x) / ro))

    def together(tables: list[np.ndarray]) -> np.ndarray:
        return np.ascontiguousarray(np.stack(tables, axis=1))

    surfaces = together([by_length(_surface(layer), size * vo**2) for layer in fit.sigmadict])
    heights = together([by_length(_height(layer), 1.0) for layer in fit.hzdict])
    radial = together([part(degree) for degree in degrees])
    field = (radial, np.zeros((0, 3)), surfaces, heights, legendre(len(degrees)))
    plane = tabulate(lambda x: evaluate(field, x, np.zeros(x.shape)))
    momentum = tabulate(lambda x: 2 * x**2 * look_up(plane, x.reshape(-1))[1].reshape(x.shape))
    return Potential("McMillan17", ro, vo, field, plane, momentum, THICKNESS, 0.0)
