"""Radial migration as diffusion in angular momentum: eqs. 3 and 4 of Frankel et al. 2020.

    p(Lz | Lz0, tau) = exp(-(Lz - m)^2 / (2 s^2)) / (sqrt(2 pi) s Phi(m / s)),   Lz > 0
    m = Lz0 + D tau,   s = sigma_Lz sqrt(tau / tau_m),   D = -sigma_Lz^2 / (2 L0 tau_m)

Phi is the cumulative normal distribution: the part of the Gaussian at Lz > 0. The drift D (kpc km/s / Gyr) is
the one with which exp(-Lz / L0) is steady: the flux of eq. 3 vanishes for it. At tau = 0 the density is a
delta function; here it is zero at tau <= 0.
"""

from __future__ import annotations

import numpy as np

from galdask.migration.model.choices import DEFAULT, Choices
from galdask.migration.model.parameters import Parameters

_LOG_SQRT_2PI = 0.5 * np.log(2.0 * np.pi)


def drift(p: Parameters, choices: Choices = DEFAULT) -> float:
    """Return D, kpc km/s / Gyr."""
    return 0.0 if choices.drift == "none" else -(p.sigma_Lz**2) / (2.0 * p.scale * p.tau_m)


def spread(p: Parameters, tau: np.ndarray) -> np.ndarray:
    """Return s(tau), kpc km/s."""
    return p.sigma_Lz * np.sqrt(np.asarray(tau, dtype=np.float64) / p.tau_m)


def log_p(
    p: Parameters, lz: np.ndarray, lz0: np.ndarray, tau: np.ndarray, choices: Choices = DEFAULT
) -> np.ndarray:
    """Return ln p(Lz | Lz0, tau), 1/(kpc km/s); -inf where Lz <= 0 or tau <= 0."""
    from scipy.special import log_ndtr

    lz, tau = np.asarray(lz, dtype=np.float64), np.asarray(tau, dtype=np.float64)
    s = spread(p, np.where(tau <= 0.0, 1.0, tau))
    m = lz0 + drift(p, choices) * tau
    found = -0.5 * ((lz - m) / s) ** 2 - np.log(s) - _LOG_SQRT_2PI - log_ndtr(m / s)
    return np.where((lz <= 0.0) | (tau <= 0.0), -np.inf, found)


def draw(
    p: Parameters, uniform: np.ndarray, lz0: np.ndarray, tau: np.ndarray, choices: Choices = DEFAULT
) -> np.ndarray:
    """Return Lz (kpc km/s) from a uniform number in (0, 1), tau > 0."""
    from scipy.special import log_ndtr, ndtri_exp

    s = spread(p, tau)
    m = lz0 + drift(p, choices) * tau
    lz = m - s * ndtri_exp(np.log(uniform) + log_ndtr(m / s))
    return np.maximum(lz, np.finfo(np.float64).tiny)


def moments(
    p: Parameters, lz0: np.ndarray, tau: np.ndarray, choices: Choices = DEFAULT
) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and the standard deviation of p(Lz | Lz0, tau), with the truncation at Lz = 0."""
    from scipy.special import log_ndtr

    s = spread(p, tau)
    m = lz0 + drift(p, choices) * np.asarray(tau)
    ratio = np.exp(-0.5 * (m / s) ** 2 - _LOG_SQRT_2PI - log_ndtr(m / s))
    return m + s * ratio, s * np.sqrt(1.0 - ratio * (ratio + m / s))
