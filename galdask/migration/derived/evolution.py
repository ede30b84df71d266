"""How far orbits of an age have changed: eqs. 21 to 24 of Frankel et al. 2020, axes of Figure 7.

Parameters may be one set, or many at once (`sets.side_by_side`): a row of the result each.
"""

from __future__ import annotations

import numpy as np

from galdask.migration.model import diffusion, heating
from galdask.migration.model.choices import DEFAULT, Choices
from galdask.migration.model.parameters import Parameters
from galdask.stars.orbits import circular


def rms_lz(p: Parameters, tau: np.ndarray | float, choices: Choices = DEFAULT) -> np.ndarray:
    """Return the rms of Lz - Lz0 of stars of an age (eq. 21).

    Parameters
    ----------
    p : Parameters
        The model.
    tau : array_like
        Age, Gyr.
    choices : Choices
        How the model is read.

    Returns
    -------
    ndarray
        Kpc km/s. Valid for Lz0 well above sigma: the truncation at Lz = 0 is left out, as in the paper.
    """
    tau = np.asarray(tau, dtype=np.float64)
    return np.hypot(diffusion.spread(p, tau), diffusion.drift(p, choices) * tau)


def rms_lz_from(
    p: Parameters, lz0: np.ndarray | float, tau: np.ndarray | float, choices: Choices = DEFAULT
) -> np.ndarray:
    """Return the rms of Lz - Lz0 of stars born at Lz0 (kpc km/s), with the truncation at Lz = 0."""
    mean, deviation = diffusion.moments(p, np.asarray(lz0), np.asarray(tau), choices)
    return np.hypot(mean - lz0, deviation)


def drift_share(p: Parameters, tau: float, choices: Choices = DEFAULT) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of the drift in the variance of Lz - Lz0, and by how much the rms falls without it."""
    total = rms_lz(p, tau, choices)
    drift = diffusion.drift(p, choices) * tau
    return (drift / total) ** 2, 1.0 - diffusion.spread(p, np.asarray(tau)) / total


def migration_kpc(p: Parameters, tau: np.ndarray | float, choices: Choices = DEFAULT) -> np.ndarray:
    """Return rms(Lz - Lz0) / VC, kpc: the right-hand axis of Figure 7, top."""
    return rms_lz(p, tau, choices) / p.VC


def mean_jr(
    p: Parameters, tau: np.ndarray | float, r: np.ndarray | float, choices: Choices = DEFAULT
) -> np.ndarray:
    """Return <JR> = sigma_R^2 / kappa, kpc km/s, of stars of an age (Gyr) with a guiding radius (kpc)."""
    r = np.asarray(r, dtype=np.float64)
    kappa = circular(r, choices.potential_of(p))["kappa"]
    return heating.mean_jr(p, np.asarray(tau), r, kappa)


def rms_jr(
    p: Parameters, tau: np.ndarray | float, r: np.ndarray | float, choices: Choices = DEFAULT
) -> np.ndarray:
    """Return the rms of JR - JR0 with JR0 = 0 (eq. 22): sqrt(2) <JR>, kpc km/s."""
    return np.sqrt(2.0) * mean_jr(p, tau, r, choices)


def ratio(
    p: Parameters, tau: np.ndarray | float, r: np.ndarray | float, choices: Choices = DEFAULT
) -> np.ndarray:
    """Return rms(JR - JR0) / rms(Lz - Lz0) (eq. 24)."""
    return rms_jr(p, tau, r, choices) / rms_lz(p, tau, choices)


def epicycle_spread(
    p: Parameters, jr: np.ndarray | float, r: np.ndarray | float, choices: Choices = DEFAULT
) -> np.ndarray:
    """Return sqrt(JR / kappa), kpc: the right-hand axis of Figure 7, bottom."""
    return np.sqrt(
        np.asarray(jr) / circular(np.asarray(r, dtype=np.float64), choices.potential_of(p))["kappa"]
    )


def epicycle_amplitude(p: Parameters, tau: float, r: float, choices: Choices = DEFAULT) -> np.ndarray:
    """Return sqrt(2) sigma_R / kappa, kpc: section 5.1, whose printed formula lacks the sqrt(2)."""
    kappa = circular(np.asarray(r), choices.potential_of(p))["kappa"]
    return np.asarray(np.sqrt(2.0) * heating.dispersion(p, np.asarray(tau), np.asarray(r)) / kappa)
