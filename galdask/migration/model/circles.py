"""Circular orbits by their angular momentum: where they are and how stars oscillate about them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from galdask.stars.orbits import Potential, circular, r_guide


class Circles(NamedTuple):
    """Circular orbits, one for each angular momentum."""

    r: np.ndarray
    """Guiding radius, the root of R vc(R) = Lz, kpc; NaN where Lz <= 0."""
    kappa: np.ndarray
    """Radial frequency, km/s/kpc."""
    nu: np.ndarray
    """Vertical frequency in the plane, km/s/kpc."""


#: angular momentum that stands in where there is no circular orbit, kpc km/s
_ANY = 1000.0


def guiding_radius(lz: np.ndarray, potential: Potential) -> np.ndarray:
    """Return the guiding radius, kpc, of angular momenta (kpc km/s); NaN where they are not positive."""
    lz = np.asarray(lz, dtype=np.float64)
    return r_guide(np.where(lz > 0.0, lz, np.nan), potential)


def circles(lz: np.ndarray, potential: Potential) -> Circles:
    """Return the circular orbits of angular momenta (kpc km/s) in a potential; NaN where there is none."""
    r = guiding_radius(lz, potential)
    known = np.isfinite(r)
    about = circular(np.where(known, r, guiding_radius(np.asarray(_ANY), potential)), potential)
    return Circles(r, np.where(known, about["kappa"], np.nan), np.where(known, about["nu"], np.nan))
