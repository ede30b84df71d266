"""The exact radial action of motion in the plane."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from galdask.stars.orbits.potential import DEFAULT, Potential, open_potential
from galdask.stars.orbits.status import PLANAR
from galdask.units import to_internal


def planar(
    r: Any, vr: Any, vphi: Any, *, potential: Mapping[str, Any] | Potential = DEFAULT
) -> dict[str, np.ndarray]:
    """Return the action JR(R, vR, vphi) of motion in the plane z = 0, with no approximation.

    Parameters
    ----------
    r : array_like or Quantity
        Distance from the axis; bare numbers are in kpc.
    vr, vphi : array_like or Quantity
        Velocity in the plane; bare numbers are in km/s.
    potential : mapping or Potential
        As `galdask.stars.orbits.open_potential` takes it.

    Returns
    -------
    dict of str to ndarray
        ``jr`` = (1 / pi) times the integral of sqrt(2 (E - Phi) - lz^2 / R^2) dR between the turning points
        and ``lz``, kpc km/s; ``r_peri``, ``r_apo`` in kpc; ``ecc``; ``energy`` in (km/s)^2; ``status``.

    Notes
    -----
    With theta_R and theta_phi, JR and lz are canonical: dx dy dvx dvy = dJR dlz dtheta_R dtheta_phi. This
    is the fudge with a focal length of zero, which is exact for planar motion.
    """
    from galdask.stars.orbits.staeckel import ROWS, fudge

    made = open_potential(potential)
    units = ("kpc", "km/s", "km/s")
    arrays = np.broadcast_arrays(*(to_internal(v, u) for v, u in zip((r, vr, vphi), units, strict=True)))
    shape = arrays[0].shape
    r, vr, vphi = (np.ascontiguousarray(a).reshape(-1) for a in arrays)
    zero = np.zeros(r.size)
    rows, bits = fudge(made, r, vr, vphi, zero, zero, zero)
    with np.errstate(over="ignore", invalid="ignore"):
        lz = r * vphi
    found = dict(zip(ROWS, rows, strict=True), lz=lz, status=bits & np.uint16(~PLANAR & 0xFFFF))
    names = ("jr", "lz", "ecc", "r_peri", "r_apo", "energy", "status")
    return {name: found[name].reshape(shape) for name in names}
