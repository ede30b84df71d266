"""Metallicity at birth, as a function of age and birth angular momentum: eqs. 7 to 10 of Frankel et al. 2020.

    [Fe/H] = F(tau) + grad_in r0                             r0 = Lz0 / VC < R_break
    [Fe/H] = F(tau) + (grad_in - grad_feh) R_break + grad_feh r0            otherwise
    F(tau) = feh_max (1 - tau / T_enr)^gamma_feh

The printed eq. 9 has Lz0 / 235 in place of R_break: then grad_feh would cancel. Continuity at the break,
which the paper asks for, gives the constant above. At fixed age the relation has one inverse,
Lz0([Fe/H], tau); its derivative jumps at the break, and with it any density in [Fe/H].
"""

from __future__ import annotations

import numpy as np

from galdask.migration.model.parameters import Parameters


def central(p: Parameters, tau: np.ndarray) -> np.ndarray:
    """Return F(tau), the [Fe/H] of the centre, dex, at ages of 0 to T_enr (Gyr)."""
    return p.feh_max * (1.0 - np.asarray(tau, dtype=np.float64) / p.T_enr) ** p.gamma_feh


def fe_h(p: Parameters, lz0: np.ndarray, tau: np.ndarray) -> np.ndarray:
    """Return [Fe/H] at birth, dex, of stars with Lz0 >= 0 (kpc km/s)."""
    r0 = np.asarray(lz0, dtype=np.float64) / p.VC
    inner, outer = np.minimum(r0, p.R_break), np.maximum(r0 - p.R_break, 0.0)
    return np.asarray(central(p, tau) + p.grad_in * inner + p.grad_feh * outer)


def birth_lz(p: Parameters, fe_h: np.ndarray, tau: np.ndarray) -> np.ndarray:
    """Return Lz0, kpc km/s, of stars of a metallicity and an age.

    Notes
    -----
    Stars more metal-rich than the centre of their time get Lz0 < 0, where every density is zero.
    """
    below = np.asarray(fe_h, dtype=np.float64) - central(p, tau)
    knee = p.grad_in * p.R_break
    inner, outer = below / p.grad_in, p.R_break + (below - knee) / p.grad_feh
    return p.VC * np.asarray(np.where(below >= knee, inner, outer))


def log_jacobian(p: Parameters, lz0: np.ndarray) -> np.ndarray:
    """Return ln |dLz0 / d[Fe/H]|, kpc km/s / dex."""
    inner, outer = np.log(-p.VC / p.grad_in), np.log(-p.VC / p.grad_feh)
    return np.asarray(np.where(np.asarray(lz0) <= p.VC * p.R_break, inner, outer))
