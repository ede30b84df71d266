"""Stars of the model placed in the disk and looked at through a survey, without any density.

The exact alternative to the importance sampling of `volume`: V_S = E[S(l, b, D) f(tau)] over stars drawn from
the model in action-angle space, with even phases.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from galdask import rng
from galdask.migration.model import height
from galdask.migration.model.choices import DEFAULT, Choices
from galdask.migration.model.circles import guiding_radius
from galdask.migration.model.draws import Draws, draw
from galdask.migration.model.parameters import Parameters
from galdask.migration.model.phase import place_on_orbit
from galdask.migration.survey.selection import Selection
from galdask.migration.survey.sky import Motion, Sun
from galdask.migration.survey.tracer import Tracer
from galdask.stars.orbits import circular


class Placed(NamedTuple):
    """Stars of the model at places in the disk."""

    number: np.ndarray
    """Number of the draw."""
    stars: Draws
    motion: Motion


def place_stars(
    p: Parameters,
    n: int,
    seed: int,
    *,
    first: int = 0,
    choices: Choices = DEFAULT,
    window: float = np.pi,
    tracer: Tracer | None = None,
) -> Placed:
    """Draw stars of the model and place them at even phases.

    Parameters
    ----------
    p : Parameters
        The model.
    n : int
        Number of draws.
    seed : int
        Draws depend on it and on their number alone.
    first : int
        Number of the first draw.
    choices : Choices
        How the model is read.
    window : float
        Azimuths are even within this of the Sun's, radians.
    tracer : Tracer, optional
        Stars are kept with the probability weight(tau) / peak.

    Returns
    -------
    Placed
        Draws without a bound orbit (a tail of no weight) are left out. vz is Gaussian, with the dispersion
        of an isothermal sheet of the star's scale height.
    """
    stars = draw(p, n, seed, choices=choices, first=first)
    number = np.arange(first, first + n, dtype=np.uint64)
    even = rng.uniform(number, 2, seed, "migration model").T
    if tracer is not None:
        kept = even[3] < tracer.weight(stars.tau) / tracer.peak
        stars, number, even = Draws(*(x[kept] for x in stars)), number[kept], even[:, kept]
    potential = choices.potential_of(p)
    r, vr = place_on_orbit(stars.lz, stars.jr, 2.0 * np.pi * even[0], potential)
    bound = np.isfinite(r)
    stars, number, r, vr = Draws(*(x[bound] for x in stars)), number[bound], r[bound], vr[bound]
    even = even[:, bound]
    from scipy.special import ndtri

    guide = guiding_radius(stars.lz, potential)
    born = guiding_radius(stars.lz0, potential) if choices.birth_radius == "guiding" else stars.lz0 / p.VC
    nu = circular(guide, potential)["nu"]
    h = p.a_z * height.unit_scale(height.mean_jz(stars.tau, born, guide, choices), nu)
    vz = nu * h / np.sqrt(2.0) * ndtri(even[2])
    phi = window * (2.0 * even[1] - 1.0)
    return Placed(number, stars, Motion(r, phi, stars.z, vr, stars.lz / r, vz))


def volume_by_stars(
    p: Parameters,
    selection: Selection,
    tracer: Tracer = Tracer(),  # noqa: B008 - frozen
    *,
    n: int,
    seed: int,
    sun: Sun = Sun(),  # noqa: B008 - frozen
    choices: Choices = DEFAULT,
    azimuths: int = 8,
) -> tuple[float, float]:
    """Return V_S and its standard error.

    Parameters
    ----------
    p, selection, tracer, sun, choices :
        As `galdask.migration.survey.volume.sample_volume` takes them.
    n : int
        Number of stars.
    seed : int
        Of the draws.
    azimuths : int
        Each star is looked at from this many azimuths, evenly spaced.
    """
    placed = place_stars(p, n, seed, choices=choices)
    star, m = placed.stars, placed.motion
    total = np.zeros(star.tau.size)
    for k in range(azimuths):
        phi = m.phi + 2.0 * np.pi * k / azimuths
        x, y, z = m.r * np.cos(phi) - sun.r, m.r * np.sin(phi), m.z - sun.z
        distance = np.sqrt(x * x + y * y + z * z)
        near = distance < selection.reach
        lon, lat = np.arctan2(y[near], -x[near]), np.arcsin(z[near] / distance[near])
        total[near] += selection.probability(lon, lat, distance[near])
    value = total * tracer.weight(star.tau) / azimuths
    return float(value.sum() / n), float(np.sqrt(np.sum(value**2)) / n)
