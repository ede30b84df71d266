"""Stars of the model seen through the survey, with errors; weights turn them into those of any parameters.

Points behind the survey are those of its volume (`survey.volume.propose`): for every set of parameters each
has the weight with which the model gives a star there that is observed, and the [Fe/H] that the set gives it,
with the same error. So one set of points serves the whole posterior, however narrow the survey or wide the
posterior.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from galdask.migration.model import enrichment
from galdask.migration.survey.sky import Seen, motion, observe
from galdask.migration.survey.volume import propose
from galdask.stars.orbits import planar

if TYPE_CHECKING:
    from galdask.migration.fit.folder import Fit
    from galdask.migration.products.product import Work

#: points for each star of the fit; at least and at most
_TIMES, _LEAST, _MOST = 20, 20_000, 120_000


class Predicted(NamedTuple):
    """Observed stars of the model."""

    values: dict[str, np.ndarray]
    """Quantity -> (n,), at the best parameters."""
    best: np.ndarray
    """Weight of each star at the best parameters; sum 1, (n,)."""
    fe_h: np.ndarray
    """Observed [Fe/H] for each draw of the posterior, (draws, n)."""
    weights: np.ndarray
    """Of each star for each draw; sum 1, (draws, n)."""

    def of(self, name: str) -> np.ndarray:
        """Return a quantity: (draws, n) for [Fe/H], which depends on the draw, else (n,)."""
        return self.fe_h if name == "fe_h" else self.values[name]

    @property
    def size(self) -> int:
        """Number of stars."""
        return int(self.fe_h.shape[1])

    def effective_size(self) -> float:
        """Return the smallest effective number of stars of any draw."""
        return float(np.min(1.0 / np.sum(self.weights**2, axis=1)))


def predict(work: Work) -> Predicted:
    """Return observed stars of the model and their weights for draws of the posterior."""
    fit, best = work.fit, work.fit.parameters_best
    points = work.model_stars or int(np.clip(_TIMES * len(fit.stars), _LEAST, _MOST))
    made = propose(
        best, fit.selection(), fit.tracer, points=points, seed=work.seed, sun=fit.sun, choices=fit.choices
    )
    rows, rng = made.rows, np.random.default_rng(work.seed)
    seen, age, metal_error = _with_errors(observe(made.motion, fit.sun), rows.tau, fit, rng)
    there = motion(seen, fit.sun)
    jr = planar(there.r, there.vr, there.vphi, potential=fit.choices.potential_of(best))["jr"]
    sets = [best, *work.sets()]
    metals = np.stack([enrichment.fe_h(p, rows.lz0, rows.tau) + metal_error for p in sets])
    weights = np.stack([rows.log_terms(p, fit.choices) for p in sets])
    weights = np.exp(weights - weights.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    values = {"age": age, "jr": jr, "lz": there.r * there.vphi, "r": there.r, "z": there.z}
    return Predicted({"fe_h": metals[0], **values}, weights[0], metals[1:], weights[1:])


def _with_errors(
    seen: Seen, tau: np.ndarray, fit: Fit, rng: np.random.Generator
) -> tuple[Seen, np.ndarray, np.ndarray]:
    """Return what is observed of true values, the observed ages, and errors of [Fe/H]."""
    stars, noise, n = fit.stars, fit.noise, tau.size
    step = noise.distance * rng.standard_normal(n)
    far = seen.distance * (np.exp(step) if noise.distance_law == "lognormal" else np.maximum(1.0 + step, 0.1))
    # the errors of a star that was observed, for each
    which = rng.integers(len(stars), size=n)
    moved = (
        getattr(seen, name) + stars[f"{name}_err"].to_numpy(dtype=float)[which] * rng.standard_normal(n)
        for name in ("vlos", "pml", "pmb")
    )
    age = tau * 10.0 ** (noise.log_age * rng.standard_normal(n))
    return Seen(seen.l, seen.b, far, *moved), age, noise.fe_h * rng.standard_normal(n)


def shares(predicted: Predicted, name: str, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of the stars in bins of a quantity for each draw, and the variance of it.

    Parameters
    ----------
    predicted : Predicted
        Observed stars of the model.
    name : str
        The quantity.
    edges : (k + 1,) float64
        Of the bins; stars beyond them are in none.

    Returns
    -------
    share, variance : (draws, k) float64
        The variance is that of the finite number of stars of the model.
    """
    return cell_shares(bin_of(predicted.of(name), edges), predicted.weights, edges.size - 1)


def cell_shares(cells: np.ndarray, weights: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what `shares` returns, for cells (-1: none) of shape (n,), or (draws, n) where they move."""
    found = np.empty((2, weights.shape[0], count))
    for draw, w in enumerate(weights):
        cell = cells if cells.ndim == 1 else cells[draw]
        inside = cell >= 0
        for k, power in enumerate((1, 2)):
            found[k, draw] = np.bincount(cell[inside], w[inside] ** power, count)
    return found[0], found[1]


def bin_of(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return the bin of each value, -1 outside; the last bin is closed."""
    last = edges.size - 2
    found = np.searchsorted(edges, values, side="right") - 1
    found = np.where(values == edges[-1], last, found)
    return np.where((found < 0) | (found > last) | np.isnan(values), -1, found)
