"""A pipeline with velocities and orbits, made-up stars that move, and the products of their motion."""

from __future__ import annotations

import numpy as np

from galdask.cartography.atlas import finish
from tests.cartography.stars import PIPELINE, plan, random_stars, results

NAMES = ("action_map", "toomre", "eccentricity_z_max", "rotation")
HEAD = PIPELINE.split("products:")[0].split("grids:")[0]
VELOCITY = "velocity: {pmra: pmra, pmdec: pmdec, rv: rv}\n"
ORBITS = "orbits: {potential: {name: MWPotential2014, ro: 8.3, vo: 220}}\n"


def pipeline(name, settings="", velocity=True, orbits=True):
    more = VELOCITY * velocity + ORBITS * orbits
    return HEAD.replace("quantities:", more + "quantities:", 1) + f"products:\n  {name}: {{{settings}}}\n"


def moving_stars(n=4_000, seed=1):
    """A disk that turns by 200 km/s beyond 2 kpc, hotter where population is 1, some stars retrograde."""
    from galdask.stars.orbits import orbit_quantities

    stars, rng = random_stars(n, seed), np.random.default_rng(seed + 100)
    r, z = stars["r"], stars["z"]
    hot = np.where(stars["population"] == 1, 60.0, 25.0)
    vphi = 200.0 * np.minimum(r / 2.0, 1.0) - 0.6 * hot + rng.normal(0, hot)
    vphi[::50] *= -1.0
    vr, vz = rng.normal(0, hot), rng.normal(0, 0.6 * hot)
    stars |= {"vphi": vphi, "v_perp": np.hypot(vr, vz)}
    found = orbit_quantities(r, vr, vphi, z, vz)
    stars |= {name: found[name] for name in ("lz", "jr", "ecc", "z_max")}
    for name in ("jr", "ecc", "z_max"):
        stars[name][7::100] = np.nan  # no orbit
    return stars


def made(name, stars, settings=""):
    chosen = plan(pipeline(name, settings))
    return finish(chosen, name, results(chosen, stars, names=(name,)))
