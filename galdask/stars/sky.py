"""From the sky to the Galaxy and back, for a user's own arrays: quantities or bare numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from galdask.errors import SampleError
from galdask.stars.cylinder import cylinder, rotation
from galdask.stars.frame import Frame, affine
from galdask.stars.transform import phase_space, positions
from galdask.units import KMS_PER_KPC_MASYR, to_internal

#: system -> names of longitude, latitude and their proper motions
NAMES = {"icrs": ("ra", "dec", "pmra", "pmdec"), "galactic": ("l", "b", "pml", "pmb")}
_UNITS = ("deg", "deg", "kpc", "mas/yr", "mas/yr", "km/s")


def galactocentric(
    frame: Frame,
    *,
    distance: Any,
    ra: Any = None,
    dec: Any = None,
    l: Any = None,  # noqa: E741
    b: Any = None,
    pmra: Any = None,
    pmdec: Any = None,
    pml: Any = None,
    pmb: Any = None,
    rv: Any = None,
) -> dict[str, np.ndarray]:
    """Return where stars are in the Galaxy and, with velocities, how they move.

    Parameters
    ----------
    frame : Frame
        The Galactocentric frame, for example ``FRAMES["imig2023"]``.
    distance : array_like or Quantity
        Heliocentric distance; a bare number is in kpc. Not positive or not finite: NaN in every output.
    ra, dec : array_like or Quantity
        ICRS direction; bare numbers are in degrees.
    l, b : array_like or Quantity
        Galactic direction instead of `ra`, `dec`.
    pmra, pmdec, pml, pmb : array_like or Quantity, optional
        Proper motions, those in longitude times cos(latitude); bare numbers are in mas/yr.
    rv : array_like or Quantity, optional
        Heliocentric radial velocity; bare numbers are in km/s.

    Returns
    -------
    dict of str to ndarray
        ``x y z r`` in kpc and ``theta`` in degrees; with velocities also ``vx vy vz vr vphi`` in km/s and
        ``lz`` in kpc km/s.

    Raises
    ------
    SampleError
        If directions or velocities are incomplete or of two systems.
    ConfigError
        If a quantity has the wrong unit.

    Notes
    -----
    vphi and lz are positive in the sense of Galactic rotation; see `Frame` for the axes.

    Examples
    --------
    >>> from galdask.stars import FRAMES, galactocentric
    >>> centre = galactocentric(FRAMES["imig2023"], ra=266.4051, dec=-28.936175, distance=8.3)
    >>> bool(centre["r"] < 1e-12)
    True
    """
    given = {
        "ra": ra,
        "dec": dec,
        "l": l,
        "b": b,
        "pmra": pmra,
        "pmdec": pmdec,
        "pml": pml,
        "pmb": pmb,
        "rv": rv,
    }
    there = {name for name, value in given.items() if value is not None}
    system = "icrs" if "ra" in there else "galactic"
    names = NAMES[system]
    if there not in ({*names[:2]}, {*names, "rv"}):
        raise SampleError(
            "stars need one pair of angles, and for velocities both proper motions of that system and rv",
            expected="ra, dec [, pmra, pmdec, rv] or l, b [, pml, pmb, rv]",
            found=", ".join(sorted(there)) or "no angles",
        )
    parts = [given[names[0]], given[names[1]], distance]
    if "rv" in there:
        parts += [given[names[2]], given[names[3]], rv]
    arrays = np.broadcast_arrays(*(to_internal(p, unit) for p, unit in zip(parts, _UNITS, strict=False)))
    shape = arrays[0].shape
    stars = galactic_stars(frame, system, [np.ascontiguousarray(a).reshape(-1) for a in arrays], 1.0)
    stars["r"], stars["theta"] = cylinder(stars["x"], stars["y"], frame.y_sign)
    if "rv" in there:
        stars["vr"], stars["vphi"], stars["lz"] = rotation(stars["x"], stars["y"], stars["vx"], stars["vy"])
    return {name: values.reshape(shape) for name, values in stars.items()}


def galactic_stars(
    frame: Frame, system: str, parts: list[np.ndarray], degrees: float
) -> dict[str, np.ndarray]:
    """Return x, y, z and, with velocities, vx, vy, vz of plain arrays.

    Parameters
    ----------
    frame : Frame
        The Galactocentric frame.
    system : {"icrs", "galactic"}
        System of the directions.
    parts : list of (n,) float64, contiguous
        Longitude, latitude, distance (kpc) and perhaps the two proper motions (mas/yr) and rv (km/s).
    degrees : float
        Factor from the unit of the angles to degrees.
    """
    matrix, offset = affine(frame, system)
    names = ("x", "y", "z") if len(parts) == 3 else ("x", "y", "z", "vx", "vy", "vz")
    stars = {name: np.empty(parts[0].size) for name in names}
    if len(parts) == 3:
        lon, lat, distance = parts
        positions(lon, lat, distance, degrees, matrix, offset, stars["x"], stars["y"], stars["z"])
    else:
        phase_space(*parts, degrees, matrix, offset, np.array(frame.v_sun), *stars.values())  # type: ignore[call-arg]
    return stars


def heliocentric(
    frame: Frame,
    x: Any,
    y: Any,
    z: Any,
    vx: Any = None,
    vy: Any = None,
    vz: Any = None,
    *,
    system: str = "icrs",
) -> dict[str, np.ndarray]:
    """Return where stars of the Galaxy stand on the sky: the inverse of `galactocentric`.

    Parameters
    ----------
    frame : Frame
        The Galactocentric frame.
    x, y, z : array_like or Quantity
        Position; bare numbers are in kpc.
    vx, vy, vz : array_like or Quantity, optional
        Velocity; bare numbers are in km/s.
    system : {"icrs", "galactic"}
        System of the directions.

    Returns
    -------
    dict of str to ndarray
        ``ra dec`` (or ``l b``) in degrees, ``distance`` in kpc and, with velocities, ``pmra pmdec`` (or
        ``pml pmb``) in mas/yr, that in longitude times cos(latitude), and ``rv`` in km/s. A star at the
        Sun's place has no direction: NaN.

    Raises
    ------
    SampleError
        If the system is unknown or a component of the velocity is missing.
    """
    if system not in NAMES:
        raise SampleError("unknown system of the sky", expected=" or ".join(NAMES), found=system)
    moving = [v is not None for v in (vx, vy, vz)]
    if any(moving) != all(moving):
        raise SampleError("a velocity has three components", expected="vx, vy and vz, or none of them")
    lon_name, lat_name, pm_lon_name, pm_lat_name = NAMES[system]
    matrix, offset = affine(frame, system)
    place = np.stack(np.broadcast_arrays(*(to_internal(p, "kpc") for p in (x, y, z))))
    u, v, w = np.tensordot(matrix.T, place - offset.reshape(3, *[1] * (place.ndim - 1)), axes=1)
    across = np.hypot(u, v)
    distance = np.hypot(across, w)
    here = np.where(distance > 0.0, 0.0, np.nan)
    lon = np.degrees(np.arctan2(v, u)) % 360.0
    lon = np.where(lon >= 360.0, 0.0, lon)
    stars = {lon_name: lon + here, lat_name: np.degrees(np.arctan2(w, across)) + here, "distance": distance}
    if not all(moving):
        return stars
    motion = np.stack(np.broadcast_arrays(*(to_internal(p, "km/s") for p in (vx, vy, vz))))
    v_sun = np.array(frame.v_sun).reshape(3, *[1] * (motion.ndim - 1))
    vu, vv, vw = np.tensordot(matrix.T, motion - v_sun, axes=1)
    a, b = np.arctan2(v, u) + here, np.arctan2(w, across) + here
    out = vu * np.cos(a) + vv * np.sin(a)
    per_kpc = np.divide(
        1.0, KMS_PER_KPC_MASYR * distance, where=distance > 0.0, out=np.full_like(distance, np.nan)
    )
    stars[pm_lon_name] = (vv * np.cos(a) - vu * np.sin(a)) * per_kpc
    stars[pm_lat_name] = (vw * np.cos(b) - out * np.sin(b)) * per_kpc
    stars["rv"] = out * np.cos(b) + vw * np.sin(b)
    return stars
