"""Where the Sun was born and where its siblings are: sections 6.4 and 6.5 of Frankel et al. 2020.

Parameters may be one set, or many at once (`sets.side_by_side`): then numbers are arrays with a row a set.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from galdask.migration.model import diffusion, enrichment, heating
from galdask.migration.model.choices import DEFAULT, Choices
from galdask.migration.model.circles import circles
from galdask.migration.model.parameters import Parameters

#: age of the Sun, Gyr (Bonanno et al. 2002), its [Fe/H] and the error of that, dex (Asplund et al. 2009)
AGE, FE_H, FE_H_ERR = 4.6, 0.0, 0.05
#: births and present angular momenta that stand for their distributions; halvings of an interval; Newton's
_BIRTHS, _STEPS, _HALVINGS, _NEWTON = 15, 300, 32, 12
Numbers = np.ndarray | float


class Birthplace(NamedTuple):
    """Where a star was born."""

    lz0: Numbers
    """Angular momentum, kpc km/s; below 0 if its [Fe/H] is above that of the centre at its time."""
    lz0_err: Numbers
    """From the error of [Fe/H] alone, kpc km/s."""
    r0: Numbers
    """Lz0 / VC, kpc."""
    r0_err: Numbers
    """Kpc."""


def birthplace(p: Parameters, tau: float = AGE, fe_h: float = FE_H, fe_h_err: float = FE_H_ERR) -> Birthplace:
    """Return where a star of an age (Gyr) and [Fe/H] was born; the Sun by default."""
    lz0 = _plain(enrichment.birth_lz(p, np.asarray(fe_h), np.asarray(tau)))
    error = _plain(fe_h_err * np.exp(enrichment.log_jacobian(p, np.asarray(lz0))))
    return Birthplace(lz0, error, lz0 / p.VC, error / p.VC)


class Siblings(NamedTuple):
    """Where stars born with a star are now, with a given probability."""

    lz: tuple[Numbers, Numbers]
    """Range of angular momentum, kpc km/s; equal shares lie below and above."""
    jr: Numbers
    """Radial action that is not exceeded, kpc km/s."""


def siblings(
    p: Parameters,
    lz0: Numbers,
    lz0_err: Numbers = 0.0,
    tau: float = AGE,
    share: float = 0.95,
    choices: Choices = DEFAULT,
) -> Siblings:
    """Return the ranges that hold a share of the stars born with angular momentum Lz0 +- its error, tau ago.

    Parameters
    ----------
    p : Parameters
        The model.
    lz0, lz0_err : float or (n, 1) ndarray
        Kpc km/s; the error is taken as Gaussian.
    tau : float
        Age, Gyr.
    share : float
        Of the stars.
    choices : Choices
        How the model is read.
    """
    from scipy.special import ndtr

    around, weights = np.polynomial.hermite_e.hermegauss(_BIRTHS)
    births = np.maximum(np.asarray(lz0) + np.asarray(lz0_err) * around, 1e-6)  # (..., births)
    s = diffusion.spread(p, np.asarray(tau))
    mean = births + diffusion.drift(p, choices) * tau
    weights = weights / weights.sum() / ndtr(mean / s)  # each Gaussian is cut at Lz = 0
    cut = np.sum(weights * ndtr(-mean / s), axis=-1, keepdims=True)
    top = np.atleast_1d(np.max(births, axis=-1, keepdims=True) + 8.0 * s)

    def quantile(wanted: float) -> np.ndarray:
        low, high = np.zeros_like(top), top
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            below = np.sum(weights * ndtr((middle - mean) / s), axis=-1, keepdims=True) - cut
            low, high = np.where(below < wanted, middle, low), np.where(below < wanted, high, middle)
        return np.asarray(0.5 * (low + high))

    lz = np.linspace(0.0, float(np.max(top)), _STEPS + 1)
    lz = 0.5 * (lz[1:] + lz[:-1])
    density = np.zeros(np.broadcast_shapes(np.shape(mean[..., :1]), np.shape(s), lz.shape))
    for k in range(_BIRTHS):
        density += weights[..., k : k + 1] * np.exp(-0.5 * ((lz - mean[..., k : k + 1]) / s) ** 2)
    density /= density.sum(axis=-1, keepdims=True)
    c = circles(lz, choices.potential_of(p))
    jr = _not_exceeded(density, 1.0 / heating.mean_jr(p, np.asarray(tau), c.r, c.kappa), share)
    low, high = (_plain(quantile(0.5 * (1.0 + side * share))) for side in (-1.0, 1.0))
    return Siblings((low, high), _plain(jr))


def _not_exceeded(density: np.ndarray, rate: np.ndarray, share: float) -> np.ndarray:
    """Return J with sum(density exp(-rate J)) = 1 - share: Newton's method, from below, on a convex curve."""
    jr = np.zeros((*density.shape[:-1], 1))
    for _ in range(_NEWTON):
        left = density * np.exp(-rate * jr)
        slope = np.sum(rate * left, axis=-1, keepdims=True)
        jr = jr + (np.sum(left, axis=-1, keepdims=True) - (1.0 - share)) / slope
    return jr


def _plain(values: np.ndarray) -> np.ndarray | float:
    """Return the number, where there is one alone."""
    values = np.asarray(values)
    return float(values.reshape(-1)[0]) if values.size == 1 and values.ndim < 2 else values
