"""p(Lz0 | [Fe/H], age): the birth angular momentum of a star, over its errors and those of the model.

    p(Lz0, tau | observed) ~ p(Lz0) p(tau | Lz0) f(tau)
                             N(log tau_obs; log tau, e) N([Fe/H]_obs; [Fe/H](Lz0, tau), e')

Each star has K draws. Draw k has one set of parameters, an age from the Gaussian of its error in log10 cut to
the ages that model and tracer have, and a true [Fe/H] from that of its own, cut to what the centre had then.
The enrichment gives Lz0; the weight is the rest of the integrand over the density of the draws. The pairs of
a star fill the square evenly (multiples of powers of the root of x^3 = x + 1, shifted by its key).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from galdask import rng
from galdask.migration.derived.sets import side_by_side
from galdask.migration.model import birth, enrichment, star_formation
from galdask.migration.model.parameters import Parameters
from galdask.migration.survey import truncated
from galdask.migration.survey.tracer import Tracer

#: root of x^3 = x + 1; shares of a distribution below each column
_ROOT, QUANTILES = 1.3247179572447460, (0.16, 0.5, 0.84)
_TINY = 1e-12


class Measurements(NamedTuple):
    """What is known of stars, each (n,)."""

    key: np.ndarray
    """Star keys, uint64."""
    fe_h: np.ndarray
    """Dex."""
    fe_h_err: np.ndarray
    """Dex, above 0."""
    age: np.ndarray
    """Gyr, above 0."""
    age_err: np.ndarray
    """Of the decimal logarithm of the age, dex, above 0."""


class Births(NamedTuple):
    """Where stars were born."""

    lz0: np.ndarray
    """Angular momentum at the 16, 50 and 84 per cent, kpc km/s, shape (3, n)."""
    age_share: np.ndarray
    """Share of the error of the age that lies within the ages of the model, (n,)."""
    fe_h_share: np.ndarray
    """Share of the error of [Fe/H] below the centre of that time, (n,)."""


def births(
    sets: np.ndarray,
    reference: Parameters,
    tracer: Tracer,
    stars: Measurements,
    draws: int,
    seed: int,
) -> Births:
    """Return the posterior of Lz0 of stars.

    Parameters
    ----------
    sets : (m, 11) ndarray
        Sets of the free parameters; draw k takes the set k modulo m.
    reference : Parameters
        Its fixed parameters hold.
    tracer : Tracer
        Weight of ages.
    stars : Measurements
        Of the stars.
    draws, seed : int
        K, and that of the shifts.
    """
    from scipy.special import log_ndtr, ndtr

    key, fe_h, fe_h_err, age, age_err = stars
    p = side_by_side(np.resize(sets, (draws, sets.shape[1])), reference)  # (K, 1)
    u = _even(key, draws, seed)
    middle = np.log10(age)
    low, high = ((np.log10(edge) - middle) / age_err for edge in (tracer.youngest, reference.tau_m))
    log_tau = middle + age_err * truncated.draw(u[0], low, high)
    tau = np.clip(10.0**log_tau, tracer.youngest, reference.tau_m)
    top = (enrichment.central(p, tau) - fe_h) / fe_h_err
    true = fe_h + fe_h_err * truncated.draw(u[1], np.full(top.shape, -np.inf), top)
    lz0 = np.maximum(enrichment.birth_lz(p, true, tau), 1e-9)
    with np.errstate(divide="ignore"):
        log_w = birth.log_p(p, lz0) + star_formation.log_p(p, tau, lz0) + enrichment.log_jacobian(p, lz0)
        log_w += np.log(tau) + np.log(tracer.weight(tau)) + log_ndtr(top)
    return Births(_quantiles(lz0, log_w), np.exp(truncated.log_share(low, high)), ndtr(top).mean(axis=0))


def _even(key: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Return pairs of even numbers of every star, (2, K, n)."""
    shift = rng.uniform(key, 0, seed, "migration birth").T[:2]
    turns = np.outer(_ROOT ** -np.arange(1.0, 3.0), np.arange(draws))
    return np.clip((shift[:, None, :] + turns[:, :, None]) % 1.0, _TINY, 1.0 - _TINY)


def _quantiles(values: np.ndarray, log_w: np.ndarray) -> np.ndarray:
    """Return weighted quantiles of the columns of (K, n) arrays, (3, n); between draws they are linear."""
    weight = np.exp(log_w - log_w.max(axis=0))
    order = np.argsort(values, axis=0)
    values, weight = (np.take_along_axis(a, order, axis=0) for a in (values, weight))
    below = np.cumsum(weight, axis=0)
    below = (below - 0.5 * weight) / below[-1]
    found = np.empty((len(QUANTILES), values.shape[1]))
    columns = np.arange(values.shape[1])
    for row, share in zip(found, QUANTILES, strict=True):
        after = np.clip(np.count_nonzero(below < share, axis=0), 1, len(values) - 1)
        x0, x1 = below[after - 1, columns], below[after, columns]
        part = np.clip((share - x0) / np.maximum(x1 - x0, 1e-300), 0.0, 1.0)
        row[:] = values[after - 1, columns] * (1.0 - part) + values[after, columns] * part
    return found
