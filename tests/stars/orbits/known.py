"""Stars of the mock survey with their true places and motions, and a plain oracle of Monte Carlo draws.

The sky is that of `galdask.mocks.sky`, plain numpy, apart from the transform that the package uses.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from galdask.mocks import order, sky
from galdask.mocks.observation import Survey
from galdask.units import KMS_PER_KPC_MASYR

#: the mock's own Sun moves 12.24 km/s faster than this circular speed
POTENTIAL = {"name": "MWPotential2014", "ro": 8.3, "vo": 220.0}
MEASURED = ("distance", "pmra", "pmdec", "rv")


@lru_cache(maxsize=2)
def survey_stars(spectra: int, seed: int) -> dict[str, np.ndarray]:
    """Return the stars of a mock release, each once, that have all six coordinates.

    Parameters
    ----------
    spectra, seed : int
        As `galdask.mocks.write_dr17` takes them; about two thirds of the spectra are such stars.

    Returns
    -------
    dict of (n,) arrays
        ra, dec (deg); distance (kpc), pmra, pmdec (mas/yr), rv (km/s) as measured, each with its `_err`; and
        the truth: x, y, z (kpc), vx, vy, vz (km/s), fe_h, population.
    """
    survey, parts = Survey(seed), []
    for cell in order.cells(survey.fields, spectra, seed):
        seen = survey.observe(cell)
        star, gaia, label, vac = seen.star, seen.gaia, seen.label, seen.vac
        use = (seen.flag["extratarg"] == 0) & ~seen.flag["blank"] & np.isfinite(vac["distance"])
        use &= np.isfinite(gaia["PMRA"]) & np.isfinite(star["x"])
        found = {name: star[name] for name in ("ra", "dec", "x", "y", "z", "vx", "vy", "vz", "population")}
        found |= {"distance": vac["distance"], "distance_err": vac["distance_err"]}
        found |= {"pmra": gaia["PMRA"], "pmra_err": gaia["PMRA_ERROR"]}
        found |= {"pmdec": gaia["PMDEC"], "pmdec_err": gaia["PMDEC_ERROR"]}
        found |= {"rv": label["rv"], "rv_err": label["rv_err"]}
        parts.append({name: values[use] for name, values in found.items()})
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def velocities(
    ra: np.ndarray, dec: np.ndarray, distance: np.ndarray, pmra: np.ndarray, pmdec: np.ndarray, rv: np.ndarray
) -> np.ndarray:
    """Return Galactocentric velocities, (3, ...) in km/s; the inverse of `galdask.mocks.sky.motion`."""
    lon, lat = np.radians(ra), np.radians(dec)
    (sa, ca), (sd, cd) = (np.sin(lon), np.cos(lon)), (np.sin(lat), np.cos(lat))
    east, north = KMS_PER_KPC_MASYR * distance * pmra, KMS_PER_KPC_MASYR * distance * pmdec
    v = np.stack(
        [
            rv * cd * ca - east * sa - north * sd * ca,
            rv * cd * sa + east * ca - north * sd * sa,
            rv * sd + north * cd,
        ]
    )
    return np.tensordot(sky.TO_CENTRE, v, 1) + np.array(sky.V_SUN).reshape(3, *(1,) * (v.ndim - 1))


def cylinder(xyz: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return r, vr, vphi, z, vz; vphi > 0 is the sense of Galactic rotation, clockwise from the north."""
    r = np.hypot(xyz[0], xyz[1])
    vr = (xyz[0] * v[0] + xyz[1] * v[1]) / r
    vphi = (xyz[1] * v[0] - xyz[0] * v[1]) / r
    return tuple(np.ascontiguousarray(a) for a in (r, vr, vphi, xyz[2], v[2]))


def truth(stars: dict[str, np.ndarray]) -> tuple[np.ndarray, ...]:
    """Return r, vr, vphi, z, vz without errors."""
    return cylinder(
        np.stack([stars[name] for name in "xyz"]), np.stack([stars[f"v{name}"] for name in "xyz"])
    )


def true_measurements(stars: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return distance, pmra, pmdec and rv without errors."""
    xyz = np.stack([stars[name] for name in "xyz"])
    distance = np.sqrt(np.sum((xyz - sky.SUN[:, None]) ** 2, axis=0))
    v = np.stack([stars[f"v{name}"] for name in "xyz"])
    return {
        "distance": distance,
        **dict(zip(MEASURED[1:], sky.motion(stars["ra"], stars["dec"], distance, v), strict=True)),
    }


def measured(
    stars: dict[str, np.ndarray], values: dict[str, np.ndarray] | None = None
) -> tuple[np.ndarray, ...]:
    """Return r, vr, vphi, z, vz of stars as measured, or of `values` of the measured numbers, (n, ...)."""
    own = {name: stars[name] for name in MEASURED} if values is None else values
    shape = own["distance"].shape
    ra, dec = (np.broadcast_to(stars[k].reshape(-1, *(1,) * (len(shape) - 1)), shape) for k in ("ra", "dec"))
    xyz = np.tensordot(sky.TO_CENTRE, sky.unit_vector(ra, dec) * own["distance"], 1)
    xyz += sky.SUN.reshape(3, *(1,) * len(shape))
    return cylinder(xyz, velocities(ra, dec, *(own[name] for name in MEASURED)))


def drawn(stars: dict[str, np.ndarray], draws: int, seed: int) -> dict[str, np.ndarray]:
    """Return draws of the measured numbers, (n, draws): distances log-normal, the others normal."""
    random, size = np.random.default_rng(seed), stars["ra"].size
    normal = {name: random.standard_normal((size, draws)) for name in MEASURED}
    width = (stars["distance_err"] / stars["distance"])[:, None]
    out = {"distance": stars["distance"][:, None] * np.exp(width * normal["distance"])}
    for name in MEASURED[1:]:
        out[name] = stars[name][:, None] + stars[f"{name}_err"][:, None] * normal[name]
    return out
