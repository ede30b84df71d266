"""Heights above the plane: eqs. 11 and 12 of Frankel et al. 2020, with the actions of Ting & Rix 2019.

    p(z | Lz, Lz0, tau) = sech^2(z / h) / (2 h),   h = a_z sqrt(2 Jz / nu)
    Jz = 0.91 + 0.183 q + 0.087 q^2 + 0.014 q^3 + (1.79 + 0.05 q) tau^(1.05 + 0.055 q)

with q = (R_birth + R_now) / 2 - 8 kpc and Jz in kpc km/s (Ting & Rix 2019, ApJ 878, 21). A population with
<Jz> = sigma_z^2 / nu has this curvature in the plane when h^2 = 2 Jz / nu.
"""

from __future__ import annotations

import numpy as np

from galdask.migration.model.choices import DEFAULT, Choices
from galdask.migration.model.parameters import Parameters


def mean_jz(
    tau: np.ndarray, r_birth: np.ndarray, r_now: np.ndarray, choices: Choices = DEFAULT
) -> np.ndarray:
    """Return the mean vertical action, kpc km/s, of stars of an age (Gyr) born and found at radii (kpc)."""
    q = np.maximum(0.5 * (np.asarray(r_birth) + np.asarray(r_now)), choices.mean_radius_floor) - 8.0
    tau = np.maximum(tau, 0.0)
    with np.errstate(over="ignore"):
        grown = (1.79 + 0.05 * q) * tau ** (1.05 + 0.055 * q)
        return 0.91 + q * (0.183 + q * (0.087 + q * 0.014)) + grown


def unit_scale(jz: np.ndarray, nu: np.ndarray) -> np.ndarray:
    """Return sqrt(2 Jz / nu), kpc: the scale height at a_z = 1."""
    return np.sqrt(2.0 * np.asarray(jz) / np.asarray(nu))


def log_p(p: Parameters, z: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """Return ln p(z), 1/kpc, with `unit` from `unit_scale`."""
    h = p.a_z * np.asarray(unit)
    x = np.abs(np.asarray(z, dtype=np.float64)) / h
    # sech^2(x) = 4 e^-2x / (1 + e^-2x)^2
    return np.log(2.0) - np.log(h) - 2.0 * x - 2.0 * np.log1p(np.exp(-2.0 * x))


def draw(p: Parameters, uniform: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """Return heights (kpc) from a uniform number in (0, 1)."""
    return 0.5 * p.a_z * np.asarray(unit) * (np.log(uniform) - np.log1p(-np.asarray(uniform)))
