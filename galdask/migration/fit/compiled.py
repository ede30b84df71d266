"""ln L of many sets of parameters at once, by the compiled kernel; `likelihood` is its oracle."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from galdask.errors import ConfigError
from galdask.migration.fit import kernel
from galdask.migration.fit.likelihood import FLOOR, Likelihood
from galdask.migration.model.parameters import Parameters

#: points of the volume whose sum is kept
GROUP = 64


class CompiledLikelihood:
    """ln L of a sample and a survey, with everything that the free parameters do not change computed once.

    Parameters
    ----------
    likelihood : Likelihood
        The sample and the volume; its draws must be those of Lz0.

    Raises
    ------
    ConfigError
        If the draws are those of [Fe/H], for which ln L is not smooth.
    """

    def __init__(self, likelihood: Likelihood) -> None:
        stars, volume = likelihood.stars, likelihood.volume
        if stars.mode != "lz0":
            raise ConfigError("the compiled likelihood needs draws of Lz0", found=f"mode {stars.mode!r}")
        self.reference, self.choices = stars.reference, likelihood.choices
        self.draws, self.fe_h_err = stars.rows.tau.shape[1], stars.fe_h_err
        self._stars = kernel.prepare(stars.rows, self.reference, stars.fe_h[:, None])
        self._volume = kernel.prepare(volume.rows, self.reference)

    def star_terms(self, sets: Sequence[Parameters]) -> np.ndarray:
        """Return what `Likelihood.star_terms` returns, (sets, stars); -inf where it is below -690."""
        constants = kernel.constants(self._same(sets), self.fe_h_err, self.choices)
        sums = kernel.group_sums(self._stars, self.draws, constants)
        with np.errstate(divide="ignore"):
            return np.where(sums > 1e-300, np.log(sums), -np.inf)

    def log_volume(self, sets: Sequence[Parameters]) -> np.ndarray:
        """Return ln V_S for each set."""
        constants = kernel.constants(self._same(sets), None, self.choices)
        return np.log(kernel.group_sums(self._volume, GROUP, constants).sum(axis=1))

    def evaluate(self, sets: Sequence[Parameters]) -> tuple[np.ndarray, np.ndarray]:
        """Return ln L and the number of stars at the floor, for each set."""
        terms = self.star_terms(sets)
        value = np.sum(np.maximum(terms, FLOOR), axis=1) - terms.shape[1] * self.log_volume(sets)
        return value, np.count_nonzero(terms < FLOOR, axis=1)

    def __call__(self, sets: Sequence[Parameters]) -> np.ndarray:
        """Return ln L for each set."""
        return self.evaluate(sets)[0]

    def _same(self, sets: Sequence[Parameters]) -> Sequence[Parameters]:
        self.reference.check_fixed(sets)
        return sets
