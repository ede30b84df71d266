"""MWPotential2014 (Bovy 2015, ApJS 216, 29, table 1): a bulge with a cut-off, a disk and a halo.

In units of ro and vo: bulge rho ~ r^-1.8 exp(-(r / r_c)^2), r_c = 1.9 / 8; disk of Miyamoto & Nagai (1975),
a = 3 / 8, b = 0.28 / 8; halo of Navarro, Frenk & White (1997), scale 2. They give 0.05, 0.60 and 0.35 of the
squared circular velocity at R = 1. Lengths are ratios to 8 kpc and stretch with ro, as in galpy.
"""

from __future__ import annotations

import math

import numpy as np

from galdask.stars.orbits.field import legendre
from galdask.stars.orbits.potential import Potential
from galdask.stars.orbits.tabulated import cells, tabulate

SLOPE, CUT = 1.8, 1.9 / 8.0
DISK_A, DISK_B = 3.0 / 8.0, 0.28 / 8.0
HALO = 2.0
BULGE_SHARE, DISK_SHARE, HALO_SHARE = 0.05, 0.60, 0.35


def _bulge_mass(r: np.ndarray | float) -> np.ndarray:
    from scipy.special import gamma, gammainc

    n = 1.5 - SLOPE / 2
    return 2 * math.pi * CUT ** (3 - SLOPE) * gamma(n) * gammainc(n, (np.asarray(r) / CUT) ** 2)


def _bulge_potential(r: np.ndarray) -> np.ndarray:
    """Return the potential of the bulge, zero at infinity."""
    from scipy.special import gamma, gammaincc

    n = 1.0 - SLOPE / 2
    outside = 2 * math.pi * CUT ** (2 - SLOPE) * gamma(n) * gammaincc(n, (r / CUT) ** 2)
    return -_bulge_mass(r) / r - outside


def _halo_mass(r: np.ndarray | float) -> np.ndarray:
    u = np.asarray(r, dtype=np.float64) / HALO
    near = np.minimum(u, 0.01)
    series = sum((-1) ** k * near**k * (k - 1) / k for k in range(2, 10))
    return np.where(u < 0.01, series, np.log1p(u) - u / (1.0 + u))


def amplitudes() -> tuple[float, float, float]:
    """Return the factors of bulge, disk and halo, in units of ro and vo."""
    disk = DISK_SHARE * (1.0 + (DISK_A + DISK_B) ** 2) ** 1.5
    return BULGE_SHARE / float(_bulge_mass(1.0)), disk, HALO_SHARE / float(_halo_mass(1.0))


def make(ro: float, vo: float) -> Potential:
    """Return the potential scaled to ro (kpc) and vo (km/s)."""
    from scipy.special import gamma

    bulge, disk, halo = amplitudes()
    wide = (DISK_A + DISK_B) ** 2

    def sphere(x: np.ndarray) -> np.ndarray:
        r = np.sqrt(x) / ro
        return vo**2 * (bulge * _bulge_potential(r) - halo * np.log1p(r / HALO) / r)

    def plane(x: np.ndarray) -> np.ndarray:
        return sphere(x) - vo**2 * disk / np.sqrt(x / ro**2 + wide)

    def momentum(x: np.ndarray) -> np.ndarray:
        y = x / ro**2
        r = np.sqrt(y)
        mass = r * (bulge * _bulge_mass(r) + halo * _halo_mass(r))
        return (ro * vo) ** 2 * (mass + disk * y**2 / (y + wide) ** 1.5)

    count = cells()[0].size
    nothing = np.zeros((count, 0, 8))
    disks = np.array([[vo**2 * ro * disk, ro * DISK_A, (ro * DISK_B) ** 2]])
    field = (tabulate(sphere).reshape(count, 1, 8), disks, nothing, nothing, legendre(1))
    offset = vo**2 * bulge * 2 * math.pi * CUT ** (2 - SLOPE) * float(gamma(1.0 - SLOPE / 2))
    return Potential(
        "MWPotential2014", ro, vo, field, tabulate(plane), tabulate(momentum), ro * DISK_B, offset
    )
