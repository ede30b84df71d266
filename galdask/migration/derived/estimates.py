"""What one expects near the Sun before any model is fitted: eqs. 19 and 20 of Frankel et al. 2020."""

from __future__ import annotations

import math


def rms_jr(sigma_r: float = 38.0, kappa: float = 37.0) -> float:
    """Return sqrt(2) sigma_R^2 / kappa, kpc km/s (eq. 19), from km/s and km/s/kpc; old stars by default."""
    return math.sqrt(2.0) * sigma_r**2 / kappa


def rms_lz(sigma_fe_h: float = 0.2, gradient: float = -0.062, v_circ: float = 235.0) -> float:
    """Return v_circ sigma([Fe/H]) / |d[Fe/H]/dR|, kpc km/s (eq. 20), from dex, dex/kpc and km/s."""
    return v_circ * sigma_fe_h / abs(gradient)
