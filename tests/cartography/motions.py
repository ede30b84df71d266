"""A pipeline with velocities and orbits, or without, and the products of motion from made-up stars."""

from __future__ import annotations

from galdask.cartography.atlas import finish
from tests.cartography.stars import PIPELINE, plan, random_stars, results

NAMES = ("action_map", "toomre", "eccentricity_z_max", "rotation")
HEAD = PIPELINE.split("products:")[0].split("grids:")[0].split("variants:")[0]


def pipeline(name, settings="", velocity=True, orbits=True):
    gone = tuple(word for word, kept in (("velocity:", velocity), ("orbits:", orbits)) if not kept)
    lines = [line for line in HEAD.splitlines() if not (gone and line.startswith(gone))]
    return "\n".join([*lines, f"products:\n  {name}: {{{settings}}}", ""])


def moving_stars(n=4_000, seed=1):
    return random_stars(n, seed)


def made(name, stars, settings=""):
    chosen = plan(pipeline(name, settings))
    return finish(chosen, name, results(chosen, stars, names=(name,)))
