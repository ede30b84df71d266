"""When stars were born, inside out: eq. 2 of Frankel et al. 2020, normalised.

    p(tau | Lz0) = a exp(a tau) / (exp(a tau_m) - 1),   0 <= tau <= tau_m
    a(Lz0) = (1 - x_io Lz0 / (VC R0)) / tau_sfr

tau is an age: a > 0, in the inner disk, means more old stars. The printed term -tau_m / tau_sfr is a constant
and goes into the normalisation.
"""

from __future__ import annotations

import numpy as np

from galdask.migration.model.parameters import Parameters

#: below this |a tau_m| series are used
_SMALL = 1e-6


def rate(p: Parameters, lz0: np.ndarray) -> np.ndarray:
    """Return a(Lz0), 1/Gyr."""
    return (1.0 - p.x_io * np.asarray(lz0, dtype=np.float64) / (p.VC * p.R0)) / p.tau_sfr


def log_p(p: Parameters, tau: np.ndarray, lz0: np.ndarray) -> np.ndarray:
    """Return ln p(tau | Lz0), 1/Gyr; -inf outside 0 <= tau <= tau_m."""
    tau = np.asarray(tau, dtype=np.float64)
    a = rate(p, lz0)
    x = a * p.tau_m
    away = np.where(np.abs(x) < _SMALL, 1.0, x)
    # ln(x / (e^x - 1)) for either sign: ln|x| - max(x, 0) - ln(1 - e^-|x|)
    far = np.log(np.abs(away)) - np.maximum(away, 0.0) - np.log(-np.expm1(-np.abs(away)))
    found = np.where(np.abs(x) < _SMALL, -0.5 * x, far) - np.log(p.tau_m) + a * tau
    return np.where((tau < 0.0) | (tau > p.tau_m), -np.inf, found)


def draw(p: Parameters, uniform: np.ndarray, lz0: np.ndarray) -> np.ndarray:
    """Return ages (Gyr) from a uniform number in (0, 1), by the inverse of the cumulative density."""
    x = rate(p, lz0) * p.tau_m
    near = np.abs(x) < _SMALL
    away = np.where(near, 1.0, x)
    low = np.log1p(uniform * np.expm1(np.minimum(away, 1.0))) / away
    high = 1.0 + np.log(uniform + (1.0 - uniform) * np.exp(-np.maximum(away, 1.0))) / away
    share = np.where(away <= 1.0, low, high)
    return p.tau_m * np.where(near, uniform * (1.0 + 0.5 * x * (1.0 - uniform)), share)
