"""Radial heating: eqs. 5 and 6 of Frankel et al. 2020, normalised in JR.

    p(JR | tau, Lz) = kappa / sigma_R^2 exp(-kappa JR / sigma_R^2),   JR >= 0
    sigma_R = sigma_vR0 ((tau + tau_1) / (tau_m + tau_1))^beta exp((R_ref - Rc) / R_sigmaR)

with kappa at the guiding radius Rc(Lz). The printed eq. 5 has a factor 1 / (2 pi) more: that is the density
in JR and its angle. Here the angles are counted once, where actions become places (`survey/`).
"""

from __future__ import annotations

import numpy as np

from galdask.migration.model.parameters import Parameters


def dispersion(p: Parameters, tau: np.ndarray, r_guide: np.ndarray) -> np.ndarray:
    """Return sigma_R, km/s, at ages (Gyr, >= 0) and guiding radii (kpc)."""
    grown = ((np.asarray(tau, dtype=np.float64) + p.tau_1) / (p.tau_m + p.tau_1)) ** p.beta
    return p.sigma_vR0 * grown * np.exp((p.R_ref - np.asarray(r_guide)) / p.R_sigmaR)


def mean_jr(p: Parameters, tau: np.ndarray, r_guide: np.ndarray, kappa: np.ndarray) -> np.ndarray:
    """Return the mean radial action sigma_R^2 / kappa, kpc km/s."""
    return dispersion(p, tau, r_guide) ** 2 / kappa


def log_p(
    p: Parameters, jr: np.ndarray, tau: np.ndarray, r_guide: np.ndarray, kappa: np.ndarray
) -> np.ndarray:
    """Return ln p(JR | tau, Lz), 1/(kpc km/s), with Rc and kappa of Lz; -inf where JR < 0."""
    jr = np.asarray(jr, dtype=np.float64)
    grown = np.log((np.maximum(tau, 0.0) + p.tau_1) / (p.tau_m + p.tau_1))
    log_sigma = np.log(p.sigma_vR0) + p.beta * grown + (p.R_ref - r_guide) / p.R_sigmaR
    rate = np.log(kappa) - 2.0 * log_sigma
    return np.where(jr < 0.0, -np.inf, rate - np.exp(rate) * jr)


def draw(
    p: Parameters, uniform: np.ndarray, tau: np.ndarray, r_guide: np.ndarray, kappa: np.ndarray
) -> np.ndarray:
    """Return JR (kpc km/s) from a uniform number in (0, 1)."""
    return -np.log(uniform) * mean_jr(p, tau, r_guide, kappa)
