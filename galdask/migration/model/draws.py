"""Stars drawn from the model, each from its own keyed random numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from galdask import rng
from galdask.errors import ConfigError
from galdask.migration.model import birth, diffusion, enrichment, heating, height, star_formation
from galdask.migration.model.choices import Choices, choices_of
from galdask.migration.model.density import geometry
from galdask.migration.model.parameters import Parameters, parameters_of


class Draws(NamedTuple):
    """Stars of the model, one array a quantity; also by name, ``draws["tau"]``."""

    lz0: np.ndarray
    """Angular momentum at birth, kpc km/s."""
    tau: np.ndarray
    """Age, Gyr."""
    fe_h: np.ndarray
    """[Fe/H], dex."""
    lz: np.ndarray
    """Angular momentum, kpc km/s."""
    jr: np.ndarray
    """Radial action, kpc km/s."""
    z: np.ndarray
    """Height, kpc."""

    def __getitem__(self, key: Any) -> Any:
        return getattr(self, key) if isinstance(key, str) else tuple.__getitem__(self, key)


def draw(
    parameters: Mapping[str, Any] | Parameters,
    n: int,
    seed: int,
    *,
    choices: Mapping[str, Any] | Choices | None = None,
    first: int = 0,
) -> Draws:
    """Return stars drawn from the model, before any survey sees them.

    Parameters
    ----------
    parameters : mapping or Parameters
        As `log_density` takes them.
    n : int
        Number of stars.
    seed : int
        0 <= seed < 2**32.
    choices : mapping or Choices, optional
        How the model is read. ``vertical_frequency: present`` cannot be drawn: z then depends on where on its
        orbit a star is.
    first : int
        Number of the first star: star k of a seed is the same however many are drawn at once.

    Returns
    -------
    Draws
        (lz0, tau, fe_h, lz, jr, z), each of shape (n,).

    Raises
    ------
    ConfigError
        If a parameter, a choice, the number or the seed cannot be.
    """
    p, chosen = parameters_of(parameters), choices_of(choices)
    if n < 0 or not 0 <= seed < 2**32:
        raise ConfigError(
            "stars cannot be drawn so", expected="n >= 0, 0 <= seed < 2**32", found=f"n = {n}, seed = {seed}"
        )
    star = np.arange(first, first + n, dtype=np.uint64)
    u = rng.uniform(star, 0, seed, "migration model").T
    v = rng.uniform(star, 1, seed, "migration model").T
    lz0 = birth.draw(p, u[0], u[1])
    tau = np.maximum(star_formation.draw(p, u[2], lz0), np.finfo(np.float64).tiny)
    lz = diffusion.draw(p, u[3], lz0, tau, chosen)
    about = geometry(p, tau, lz0, lz, chosen)
    jr = heating.draw(p, v[0], tau, about.r_guide, about.kappa)
    z = height.draw(p, v[1], about.unit_height)
    return Draws(lz0, tau, enrichment.fe_h(p, lz0, tau), lz, jr, z)
