"""The likelihood of a sample: eqs. 14 to 17 and A3 of Frankel et al. 2020, in plain numpy.

    ln L = sum_i ln( sum_k w_ik p(tau, Lz0, Lz, JR, z)_ik N([Fe/H]_i; [Fe/H](Lz0_ik, tau_ik), sigma) )
           - n ln V_S

Draws and weights are those of `galdask.migration.survey.marginal`, V_S is that of `survey.volume`; both are
drawn once, so ln L is a smooth function of the parameters. The integral over the true [Fe/H] is done over
Lz0, of which it is a function: there is no Jacobian, and no step where the gradient breaks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from galdask.errors import ConfigError
from galdask.migration.model import enrichment
from galdask.migration.model.choices import Choices
from galdask.migration.model.density import Geometry, geometry, log_birth_density
from galdask.migration.model.parameters import Parameters
from galdask.migration.survey.marginal import StarRows
from galdask.migration.survey.volume import Volume

#: ln p of a star whose draws are all dead: it counts, and it never makes ln L infinite
FLOOR = -300.0


class LogLikelihood(NamedTuple):
    """ln L of a sample, and what stands behind it."""

    value: float
    """ln L."""
    log_volume: float
    """ln V_S."""
    floored: int
    """Stars whose draws are all but dead, at the floor."""


@dataclass(frozen=True, slots=True, eq=False)
class Likelihood:
    """ln L of parameters, for a sample and a survey.

    Raises
    ------
    ConfigError
        If stars and volume were drawn with different fixed parameters or choices.
    """

    stars: StarRows
    volume: Volume

    def __post_init__(self) -> None:
        self.stars.reference.check_fixed([self.volume.reference])
        if self.choices.settings() != self.volume.choices.settings():
            raise ConfigError(
                "stars and survey volume were drawn with different choices",
                expected=self.choices.settings(),
                found=self.volume.choices.settings(),
                todo="draw both with the same",
            )

    @property
    def choices(self) -> Choices:
        """How the model is read."""
        return self.stars.choices

    def star_terms(self, p: Parameters) -> np.ndarray:
        """Return ln of the integral over the true values of each star, not divided by V_S and not floored."""
        from scipy.special import logsumexp

        with np.errstate(divide="ignore"):
            return np.asarray(logsumexp(self._terms(p), axis=1))

    def _terms(self, p: Parameters) -> np.ndarray:
        self.stars.reference.check_fixed([p])
        rows, err = self.stars.rows, self.stars.fe_h_err
        if self.stars.mode == "feh":
            return self._terms_of_metallicity(p)
        away = (self.stars.fe_h[:, None] - enrichment.fe_h(p, rows.lz0, rows.tau)) / err
        return rows.log_terms(p, self.choices) - 0.5 * away**2 - np.log(np.sqrt(2.0 * np.pi) * err)

    def _terms_of_metallicity(self, p: Parameters) -> np.ndarray:
        rows = self.stars.rows
        lz0 = enrichment.birth_lz(p, self.stars.fe_h, rows.tau)
        alive = (lz0 > 0.0) & np.isfinite(rows.log_weight)
        safe = np.where(alive, lz0, p.scale)
        about: Geometry = geometry(p, rows.tau, safe, rows.lz, self.choices)
        found = log_birth_density(p, rows.tau, safe, rows.lz, rows.jr, rows.z, about, self.choices)
        return np.where(alive, found + enrichment.log_jacobian(p, safe) + rows.log_weight, -np.inf)

    def evaluate(self, p: Parameters) -> LogLikelihood:
        """Return ln L with V_S and the number of stars at the floor."""
        terms = self.star_terms(p)
        log_volume = self.volume.log_volume(p)
        value = float(np.sum(np.maximum(terms, FLOOR))) - terms.size * log_volume
        return LogLikelihood(value, log_volume, int(np.count_nonzero(terms < FLOOR)))

    def __call__(self, p: Parameters) -> float:
        """Return ln L."""
        return self.evaluate(p).value

    def scatter(self, p: Parameters) -> np.ndarray:
        """Return CV^2 / K of each star, an upper limit of the variance of its ln p over new draws.

        Independent draws would reach it, and would lower ln p by half of it on average; the draws fill their
        space evenly and stay well below.
        """
        terms = self._terms(p)
        top = terms.max(axis=1, keepdims=True)
        w = np.exp(terms - np.where(np.isfinite(top), top, 0.0))
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.sum(w * w, axis=1) / np.sum(w, axis=1) ** 2 - 1.0 / terms.shape[1]
