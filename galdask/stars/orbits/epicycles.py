"""Actions in the epicycle approximation, for comparison: they are not those of the real motion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from galdask.stars.orbits.guiding import circular, r_guide
from galdask.stars.orbits.potential import DEFAULT, Potential, open_potential
from galdask.units import to_internal


def epicycle(
    r: Any, vr: Any, vphi: Any, z: Any, vz: Any, *, potential: Mapping[str, Any] | Potential = DEFAULT
) -> dict[str, np.ndarray]:
    """Return actions of two harmonic oscillations about the guiding centre.

    Parameters
    ----------
    r, z : array_like or Quantity
        Position, kpc.
    vr, vphi, vz : array_like or Quantity
        Velocity, km/s.
    potential : mapping or Potential
        As `galdask.stars.orbits.open_potential` takes it.

    Returns
    -------
    dict of str to ndarray
        ``jr = (vr^2 + kappa^2 (r - rg)^2) / (2 kappa)``, ``jz = (vz^2 + nu^2 z^2) / (2 nu)`` and ``lz``,
        kpc km/s, with the frequencies at the guiding radius ``r_guide``, kpc.
    """
    made = open_potential(potential)
    units = ("kpc", "km/s", "km/s", "kpc", "km/s")
    stars = (to_internal(value, unit) for value, unit in zip((r, vr, vphi, z, vz), units, strict=True))
    r, vr, vphi, z, vz = np.broadcast_arrays(*stars)
    lz = r * vphi
    guide = r_guide(lz, made)
    about = circular(guide, made)
    kappa, nu = about["kappa"], about["nu"]
    with np.errstate(invalid="ignore", divide="ignore"):
        jr = (vr**2 + (kappa * (r - guide)) ** 2) / (2.0 * kappa)
        jz = (vz**2 + (nu * z) ** 2) / (2.0 * nu)
    return {name: np.asarray(v) for name, v in (("jr", jr), ("lz", lz), ("jz", jz), ("r_guide", guide))}
