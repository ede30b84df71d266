"""Actions and orbit quantities of a user's own arrays: quantities or bare numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from galdask.errors import ConfigError
from galdask.stars.orbits import status
from galdask.stars.orbits.potential import DEFAULT, Potential, open_potential
from galdask.units import to_internal

#: ways to the actions of a star
BACKENDS = ("fast", "galpy")
#: focal lengths that are found for each star
FOCAL = ("table", "exact")
_UNITS = ("kpc", "km/s", "km/s", "kpc", "km/s")


def actions(
    r: Any,
    vr: Any,
    vphi: Any,
    z: Any,
    vz: Any,
    *,
    potential: Mapping[str, Any] | Potential = DEFAULT,
    delta: Any = 3.69,
    backend: str = "fast",
) -> dict[str, np.ndarray]:
    """Return the actions of stars in the Staeckel approximation.

    Parameters
    ----------
    r, z : array_like or Quantity
        Distance from the axis and height above the plane; bare numbers are in kpc.
    vr, vphi, vz : array_like or Quantity
        Velocity, vr outwards and vphi positive in the sense of Galactic rotation; bare numbers are in km/s.
    potential : mapping or Potential
        ``{"name": "MWPotential2014", "ro": 8.2, "vo": 235.0}`` or ``{"name": "McMillan17"}``; see
        `galdask.stars.orbits.open_potential`.
    delta : float, array_like, Quantity, "table" or "exact"
        Focal length, kpc; one for all, one a star, or found at the place of each star, from a table over
        (R, |z|) that is made once a potential or from the derivatives of the potential themselves.
    backend : {"fast", "galpy"}
        Our own compiled code, or galpy's C code. They give the same numbers.

    Returns
    -------
    dict of str to ndarray
        ``jr``, ``lz``, ``jz`` in kpc km/s and ``status``, uint16 bits of `galdask.stars.orbits.STATUS`; all
        of the common shape of the input. A star that has no actions has NaN and a bit that says why.

    Raises
    ------
    ConfigError
        If the potential, the backend or the focal length is none, or a quantity has the wrong unit. Nothing
        that a star can be raises.

    Notes
    -----
    Binney (2012, MNRAS 426, 1324); focal lengths by Sanders (2012, MNRAS 426, 128). `docs/actions.md` has
    the errors of the approximation, region by region.

    Examples
    --------
    >>> from galdask.stars import actions
    >>> star = actions(8.0, 20.0, 220.0, 0.1, 10.0)
    >>> float(star["lz"]), float(star["jr"].round(4)), int(star["status"])
    (1760.0, 10.8964, 0)
    """
    found = _solve((r, vr, vphi, z, vz), potential, delta, backend, False)
    return {name: found[name] for name in ("jr", "lz", "jz", "status")}


def orbit_quantities(
    r: Any,
    vr: Any,
    vphi: Any,
    z: Any,
    vz: Any,
    *,
    potential: Mapping[str, Any] | Potential = DEFAULT,
    delta: Any = 3.69,
    backend: str = "fast",
) -> dict[str, np.ndarray]:
    """Return actions and orbit quantities of stars in the Staeckel approximation.

    Parameters
    ----------
    r, vr, vphi, z, vz, potential, delta, backend
        As for `actions`.

    Returns
    -------
    dict of str to ndarray
        ``jr``, ``lz``, ``jz`` in kpc km/s; ``r_guide``, ``r_peri``, ``r_apo``, ``z_max`` in kpc; ``ecc``;
        ``energy`` in (km/s)^2, zero for a star that just escapes; ``status``. r_peri is the smallest R and
        r_apo the largest distance from the centre, ecc = (r_apo - r_peri) / (r_apo + r_peri), as galpy has
        them (Mackereth & Bovy 2018, PASP 130, 114501).

    Raises
    ------
    ConfigError
        As for `actions`.
    """
    return _solve((r, vr, vphi, z, vz), potential, delta, backend, True)


def _focal(delta: Any, made: Potential, r: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return focal lengths of stars, kpc, and the bits that they bring."""
    none = np.zeros(r.size, dtype=np.uint16)
    if isinstance(delta, str):
        if delta not in FOCAL:
            expected = "a length in kpc, " + " or ".join(FOCAL)
            raise ConfigError("unknown kind of focal length", expected=expected, found=delta)
        from galdask.stars.orbits.focal import focal_length

        length, clipped = focal_length(r, z, made, exact=delta == "exact")
        return length, np.where(clipped, np.uint16(status.CLIPPED), none)
    length = to_internal(delta, "kpc")
    if length.ndim == 0 and not (math.isfinite(length) and length >= 0):
        raise ConfigError("a focal length is a number >= 0", expected="kpc", found=length)
    return length, none


def _solve(
    stars: tuple[Any, ...],
    potential: Mapping[str, Any] | Potential,
    delta: Any,
    backend: str,
    everything: bool,
) -> dict[str, np.ndarray]:
    """Return all that is known of each star."""
    if backend not in BACKENDS:
        raise ConfigError("unknown backend", expected=" or ".join(BACKENDS), found=backend)
    made = open_potential(potential)
    arrays = np.broadcast_arrays(*(to_internal(v, unit) for v, unit in zip(stars, _UNITS, strict=True)))
    shape = arrays[0].shape
    r, vr, vphi, z, vz = (np.ascontiguousarray(a).reshape(-1) for a in arrays)
    if not isinstance(delta, str):
        delta = np.broadcast_to(to_internal(delta, "kpc"), shape).reshape(-1) if np.ndim(delta) else delta
    length, remarks = _focal(delta, made, r, z)
    length = np.ascontiguousarray(np.broadcast_to(length, r.shape))
    with np.errstate(over="ignore", invalid="ignore"):
        lz = r * vphi
    if backend == "fast":
        from galdask.stars.orbits.staeckel import fudge

        rows, bits = fudge(made, r, vr, vphi, z, vz, length)
    else:
        from galdask.stars.orbits.galpy_backend import fudge_galpy

        rows, bits = fudge_galpy(made, r, vr, vphi, z, vz, length, everything=everything)
    found = {"jr": rows[0], "lz": lz, "jz": rows[1], "status": bits | remarks}
    if everything:
        from galdask.stars.orbits.guiding import r_guide
        from galdask.stars.orbits.staeckel import ROWS

        found.update(dict(zip(ROWS[2:], rows[2:], strict=True)), r_guide=r_guide(lz, made))
    return {name: values.reshape(shape) for name, values in found.items()}
