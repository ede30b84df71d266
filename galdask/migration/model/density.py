"""The factors together: eq. A1 of Frankel et al. 2020.

    p(tau, Lz0, Lz, JR, z) = p(Lz0) p(tau | Lz0) p(Lz | Lz0, tau) p(JR | tau, Lz) p(z | Lz, Lz0, tau)

[Fe/H] is a function of Lz0 and tau, so the density in [Fe/H] is the one above at Lz0([Fe/H], tau), times
|dLz0 / d[Fe/H]|: eq. A1 with its integral over Lz0 done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from galdask.errors import ConfigError
from galdask.migration.model import birth, diffusion, enrichment, heating, height, star_formation
from galdask.migration.model.choices import DEFAULT, Choices, choices_of
from galdask.migration.model.circles import circles, guiding_radius
from galdask.migration.model.parameters import Parameters, parameters_of
from galdask.stars.orbits import circular
from galdask.units import to_internal


class Geometry(NamedTuple):
    """What the potential says about a star's actions; no parameter to be fitted enters."""

    r_guide: np.ndarray
    """Rc(Lz), kpc."""
    kappa: np.ndarray
    """Radial frequency at Rc(Lz), km/s/kpc."""
    unit_height: np.ndarray
    """sqrt(2 Jz / nu), kpc."""


def geometry(
    p: Parameters,
    tau: np.ndarray,
    lz0: np.ndarray,
    lz: np.ndarray,
    choices: Choices = DEFAULT,
    r: np.ndarray | None = None,
) -> Geometry:
    """Return the geometry of stars with ages (Gyr) and angular momenta (kpc km/s); NaN where Lz, Lz0 <= 0.

    Raises
    ------
    ConfigError
        If nu is wanted at the star's radius and no radius `r` (kpc) is given.
    """
    potential = choices.potential_of(p)
    now = circles(lz, potential)
    lz0 = np.asarray(lz0, dtype=np.float64)
    born = (
        guiding_radius(lz0, potential)
        if choices.birth_radius == "guiding"
        else np.where(lz0 > 0.0, lz0, np.nan) / p.VC
    )
    nu = now.nu
    if choices.vertical_frequency == "present":
        if r is None:
            raise ConfigError(
                "vertical_frequency: present needs the radius of every star",
                todo="give r, or choose vertical_frequency: guiding",
            )
        nu = circular(r, potential)["nu"]
    jz = height.mean_jz(tau, born, now.r, choices)
    return Geometry(now.r, now.kappa, height.unit_scale(jz, nu))


def log_birth_density(
    p: Parameters,
    tau: np.ndarray,
    lz0: np.ndarray,
    lz: np.ndarray,
    jr: np.ndarray,
    z: np.ndarray,
    about: Geometry,
    choices: Choices = DEFAULT,
) -> np.ndarray:
    """Return ln p(tau, Lz0, Lz, JR, z), 1/(Gyr (kpc km/s)^3 kpc); -inf where it is zero.

    `about` holds the geometry of the same stars.
    """
    found = birth.log_p(p, lz0) + star_formation.log_p(p, tau, lz0)
    found = found + diffusion.log_p(p, lz, lz0, tau, choices)
    found = found + heating.log_p(p, jr, tau, about.r_guide, about.kappa)
    found = found + height.log_p(p, z, about.unit_height)
    nowhere = (np.asarray(lz0) <= 0.0) | (np.asarray(lz) <= 0.0) | (np.asarray(tau) <= 0.0)
    return np.where(nowhere | (np.asarray(jr) < 0.0) | (np.asarray(tau) > p.tau_m), -np.inf, found)


def log_density(
    parameters: Mapping[str, Any] | Parameters,
    tau: Any,
    fe_h: Any,
    jr: Any,
    lz: Any,
    z: Any,
    *,
    choices: Mapping[str, Any] | Choices | None = None,
    r: Any = None,
) -> np.ndarray:
    """Return ln p_MW(tau, [Fe/H], JR, Lz, z), the density of the low-alpha disk.

    Parameters
    ----------
    parameters : mapping or Parameters
        The eleven free parameters by name, and fixed ones where they differ from the paper's.
    tau : array_like or Quantity
        Age, Gyr.
    fe_h : array_like
        [Fe/H], dex.
    jr, lz : array_like or Quantity
        Radial action and angular momentum (positive with the rotation of the disk), kpc km/s.
    z : array_like or Quantity
        Height, kpc. All arrays are broadcast together.
    choices : mapping or Choices, optional
        How the model is read; see `Choices`.
    r : array_like or Quantity, optional
        Distance from the axis, kpc; only ``vertical_frequency: present`` needs it.

    Returns
    -------
    ndarray
        Natural logarithm, 1/(Gyr dex (kpc km/s)^2 kpc); -inf where the density is zero (ages of 0 and beyond
        tau_m, stars more metal-rich than the centre, JR < 0, Lz <= 0); NaN where a value is NaN.

    Raises
    ------
    ConfigError
        If a parameter or a choice cannot be.

    References
    ----------
    Frankel, Sanders, Ting & Rix 2020, ApJ 896, 15, eqs. 1-12 and A1; `docs/orbit_migration.md`.
    """
    p, chosen = parameters_of(parameters), choices_of(choices)
    units = ("Gyr", "dex", "kpc km/s", "kpc km/s", "kpc")
    stars = [to_internal(value, unit) for value, unit in zip((tau, fe_h, jr, lz, z), units, strict=True)]
    radius = None if r is None else to_internal(r, "kpc")
    tau, fe_h, jr, lz, z = np.broadcast_arrays(*stars)
    missing = np.isnan(tau) | np.isnan(fe_h) | np.isnan(jr) | np.isnan(lz) | np.isnan(z)
    possible = ~missing & (tau > 0.0) & (tau <= p.tau_m) & (jr >= 0.0) & (lz > 0.0) & np.isfinite(lz)
    age = np.where(possible, tau, p.tau_m)
    lz0 = np.where(possible, enrichment.birth_lz(p, np.where(possible, fe_h, 0.0), age), -1.0)
    possible &= (lz0 > 0.0) & np.isfinite(lz0)
    safe = np.where(possible, lz0, p.scale)
    lz = np.where(possible, lz, p.scale)
    jr = np.where(possible, jr, 0.0)
    about = geometry(p, age, safe, lz, chosen, radius)
    found = log_birth_density(p, age, safe, lz, jr, np.where(possible, z, 0.0), about, chosen)
    found = found + enrichment.log_jacobian(p, safe)
    return np.where(missing, np.nan, np.where(possible, found, -np.inf))
