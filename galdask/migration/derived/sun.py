"""Where the Sun was born and where its siblings are: sections 6.4 and 6.5 of Frankel et al. 2020."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from galdask.migration.model import diffusion, enrichment, heating
from galdask.migration.model.choices import DEFAULT, Choices
from galdask.migration.model.circles import circles
from galdask.migration.model.parameters import Parameters

#: age of the Sun, Gyr (Bonanno et al. 2002), its [Fe/H] and the error of that, dex (Asplund et al. 2009)
AGE, FE_H, FE_H_ERR = 4.6, 0.0, 0.05
#: of the tables behind quantiles
_STEPS = 4001


class Birthplace(NamedTuple):
    """Where a star was born."""

    lz0: float
    """Angular momentum, kpc km/s; below 0 if its [Fe/H] is above that of the centre at its time."""
    lz0_err: float
    """From the error of [Fe/H] alone, kpc km/s."""
    r0: float
    """Lz0 / VC, kpc."""
    r0_err: float
    """Kpc."""


def birthplace(p: Parameters, tau: float = AGE, fe_h: float = FE_H, fe_h_err: float = FE_H_ERR) -> Birthplace:
    """Return where a star of an age (Gyr) and [Fe/H] was born; the Sun by default."""
    lz0 = float(enrichment.birth_lz(p, np.asarray(fe_h), np.asarray(tau)))
    error = fe_h_err * float(np.exp(enrichment.log_jacobian(p, np.asarray(lz0))))
    return Birthplace(lz0, error, lz0 / p.VC, error / p.VC)


class Siblings(NamedTuple):
    """Where stars born with a star are now, with a given probability."""

    lz: tuple[float, float]
    """Range of angular momentum, kpc km/s; equal shares lie below and above."""
    jr: float
    """Radial action that is not exceeded, kpc km/s."""


def siblings(
    p: Parameters,
    lz0: float,
    lz0_err: float = 0.0,
    tau: float = AGE,
    share: float = 0.95,
    choices: Choices = DEFAULT,
) -> Siblings:
    """Return the ranges that hold a share of the stars born with angular momentum Lz0 +- its error, tau ago.

    Parameters
    ----------
    p : Parameters
        The model.
    lz0, lz0_err : float
        Kpc km/s; the error is taken as Gaussian.
    tau : float
        Age, Gyr.
    share : float
        Of the stars.
    choices : Choices
        How the model is read.
    """
    from scipy.optimize import brentq

    around = np.linspace(-4.0, 4.0, 81) if lz0_err > 0.0 else np.zeros(1)
    births = np.maximum(lz0 + lz0_err * around, 1e-6)
    weights = np.exp(-0.5 * around**2)
    reach = 8.0 * float(diffusion.spread(p, np.asarray(tau))) + 4.0 * lz0_err
    lz = np.linspace(0.0, max(lz0, 0.0) + reach, _STEPS)
    lz = 0.5 * (lz[1:] + lz[:-1])
    density = weights @ np.exp(diffusion.log_p(p, lz[None, :], births[:, None], np.asarray(tau), choices))
    density /= density.sum()
    below = np.cumsum(density) - 0.5 * density
    low, high = np.interp([0.5 * (1.0 - share), 0.5 * (1.0 + share)], below, lz)
    c = circles(lz, choices.potential_of(p))
    mean = heating.mean_jr(p, np.asarray(tau), c.r, c.kappa)
    above = lambda jr: float(density @ np.exp(-jr / mean)) - (1.0 - share)  # noqa: E731
    return Siblings((float(low), float(high)), float(brentq(above, 0.0, 100.0 * float(density @ mean))))
