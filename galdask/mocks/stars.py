"""The true stars of the mock: where and what they are, how they move, before any measurement."""

from __future__ import annotations

import numpy as np

from galdask.mocks import atmospheres, chemistry, dust, kinematics, sky
from galdask.mocks.components import COMPONENTS, MAGELLANIC
from galdask.mocks.footprint import CLASSES, CLOUDS, KINDS, Footprint
from galdask.mocks.selection import Selection

#: classes of targets
MAIN, OTHER, TELLURIC, ONE_METRE = range(4)
#: population, median age (Gyr) and its scatter (dex) of each component; no star is older than the oldest
POPULATION_OF = np.array([c.population for c in COMPONENTS])
AGE_OF = np.array([c.age for c in COMPONENTS])
AGE_SCATTER_OF = np.array([c.age_scatter for c in COMPONENTS])
OLDEST = 13.5
#: distance of the Magellanic stars and its spread, kpc
CLOUD_DISTANCE, CLOUD_DEPTH = 50.0, 1.5

Arrays = dict[str, np.ndarray]


def draw_class(uniform: np.ndarray, field: np.ndarray, fields: Footprint) -> np.ndarray:
    """Return the class of targets, by the mix of their field's kind."""
    edges = np.cumsum([CLASSES[kind] for kind in range(len(KINDS))], axis=1)[fields.kind[field]]
    return (uniform[:, None] > edges[:, :3]).sum(axis=1).astype(np.int8)


def draw(
    rng: np.random.Generator,
    fields: Footprint,
    selection: Selection,
    field: np.ndarray,
    ra: np.ndarray,
    dec: np.ndarray,
    target: np.ndarray | None = None,
) -> Arrays:
    """Draw everything true about stars that were seen in these fields and directions.

    Parameters
    ----------
    rng : numpy.random.Generator
        Stream to draw from; the same number of draws for any star.
    fields, selection : Footprint, Selection
        The survey.
    field : (n,) integer
        Field of each star.
    ra, dec : (n,) float64
        Degrees.
    target : (n,) integer, optional
        Class of each star; drawn if not given.

    Returns
    -------
    dict of (n,) arrays
        field, cohort, target, component, population (integers); ra, dec (deg), distance, x, y, z, r
        (kpc), age (Gyr), fe_h, mg_fe (dex), m_h, a_k (mag), clump (bool), mass (Msun), teff (K), logg,
        h_mag, g_mag (apparent, mag).
    """
    u = rng.random((7, field.size))
    normal = rng.standard_normal((2, field.size))
    if target is None:
        target = draw_class(u[0], field, fields)
    cohort = selection.draw_cohort(u[1], field)
    component, distance = selection.draw_place(u[2], u[3], field, cohort)
    a_k = selection.extinction(field, distance) * (1.0 + 0.5 * (u[4] - 0.5))
    m_h = selection.draw_magnitude(u[5], field, cohort, distance, a_k)
    distance, m_h, a_k = _bright(u[5], target, distance, m_h, a_k)
    # most special targets of the Magellanic fields belong to the Clouds
    clouds = (fields.kind[field] == CLOUDS) & (target == OTHER) & (u[2] < 0.7)
    population = np.where(clouds, MAGELLANIC, POPULATION_OF[component])
    distance = np.where(clouds, CLOUD_DISTANCE + CLOUD_DEPTH * normal[0], distance)
    m_h = np.where(clouds, -6.6 + 1.6 * u[5], m_h)
    age = np.minimum(AGE_OF[component] * 10.0 ** (AGE_SCATTER_OF[component] * normal[0]), OLDEST)
    x, y, z = sky.position(ra, dec, distance)
    r = np.hypot(x, y)
    fe_h, mg_fe = chemistry.draw(rng, population, r, np.abs(z), age)
    clump = selection.luminosity.is_clump(u[6], m_h) & ~clouds
    star = atmospheres.atmosphere(m_h, age, fe_h, clump, normal[1])
    hot = target == TELLURIC
    teff = np.where(hot, 7600.0 + 3000.0 * u[6], star.teff)
    logg = np.where(hot, 4.1 + 0.1 * normal[1], star.logg)
    h_mag = m_h + 5.0 * np.log10(distance) + 10.0 + dust.LAW["h"] * a_k
    g_mag = h_mag + atmospheres.colour(teff, "g_h") + (dust.LAW["g"] - dust.LAW["h"]) * a_k
    return {
        "field": field, "cohort": cohort, "target": target, "component": component, "population": population,
        "ra": ra, "dec": dec, "distance": distance, "x": x, "y": y, "z": z, "r": r, "age": age,
        "fe_h": fe_h, "mg_fe": mg_fe, "m_h": m_h, "a_k": a_k, "clump": clump & ~hot, "mass": star.mass,
        "teff": teff, "logg": logg, "h_mag": h_mag, "g_mag": g_mag,
    }  # fmt: skip


def _bright(
    uniform: np.ndarray, target: np.ndarray, distance: np.ndarray, m_h: np.ndarray, a_k: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bring telluric standards (hot, H 6 to 10) and stars of the 1-m telescope (H 2 to 8) near the Sun."""
    hot, near = target == TELLURIC, target == ONE_METRE
    if not (hot.any() or near.any()):
        return distance, m_h, a_k
    m_h = np.where(hot, 0.4 + 1.2 * ((uniform * 7.0) % 1.0), m_h)
    bright = np.where(hot, 6.0 + 4.0 * uniform, 2.0 + 6.0 * uniform)
    close = 10.0 ** ((bright - m_h) / 5.0 - 2.0)
    moved = hot | near
    return np.where(moved, close, distance), m_h, np.where(moved, np.minimum(0.05 * close, a_k), a_k)


def draw_motion(rng: np.random.Generator, stars: Arrays) -> Arrays:
    """Draw velocities of stars; returns vx, vy, vz, rv (km/s), pmra, pmdec (mas/yr)."""
    xyz = np.stack([stars["x"], stars["y"], stars["z"]])
    v = kinematics.draw(rng, stars["component"], stars["population"], xyz)
    pmra, pmdec, rv = sky.motion(stars["ra"], stars["dec"], stars["distance"], v)
    return {"vx": v[0], "vy": v[1], "vz": v[2], "pmra": pmra, "pmdec": pmdec, "rv": rv}


def draw_directions(
    rng: np.random.Generator, fields: Footprint, field: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return ra, dec (deg) spread evenly over the circles of these fields."""
    u = rng.random((2, field.size))
    return in_circle(fields.ra[field], fields.dec[field], fields.radius[field], u[0], u[1])


def in_circle(
    ra: np.ndarray | float,
    dec: np.ndarray | float,
    radius: np.ndarray | float,
    out: np.ndarray,
    turn: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return directions (deg) in circles about (ra, dec) of a radius (deg), for two uniform numbers each."""
    cos_off = 1.0 - out * (1.0 - np.cos(np.radians(radius)))
    sin_off = np.sqrt(1.0 - cos_off**2)
    angle = 2.0 * np.pi * turn
    cos_dec, sin_dec = np.cos(np.radians(dec)), np.sin(np.radians(dec))
    sine = sin_dec * cos_off + cos_dec * sin_off * np.cos(angle)
    east = np.arctan2(sin_off * np.sin(angle) * cos_dec, cos_off - sin_dec * sine)
    # as the survey lists them: to the millionth of a degree
    return np.round((ra + np.degrees(east)) % 360.0, 6) % 360.0, np.round(np.degrees(np.arcsin(sine)), 6)
