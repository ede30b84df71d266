"""ln L of many sets of parameters at once, by the compiled kernel; `likelihood` is its oracle."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from galdask.errors import ConfigError
from galdask.migration.fit import kernel
from galdask.migration.fit.likelihood import FLOOR, Likelihood
from galdask.migration.model.choices import Choices
from galdask.migration.model.parameters import FREE, Parameters

#: points of the volume whose sum is kept
GROUP = 64


class ManySets(ABC):
    """ln L of sets of free parameters, where the fixed ones hold for all.

    Parameters
    ----------
    reference : Parameters
        Its fixed parameters hold.
    choices : Choices
        How the model is read.
    stars : int
        Number of stars.
    """

    def __init__(self, reference: Parameters, choices: Choices, stars: int) -> None:
        self.reference, self.choices, self.stars = reference, choices, stars

    @abstractmethod
    def at(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return ln L and the number of stars at the floor.

        Parameters
        ----------
        values : (w, 11) float64
            Free parameters in the order of `FREE`; finite and of the signs that `Parameters` asks for, which
            is not checked again here.
        """

    def evaluate(self, sets: Sequence[Parameters]) -> tuple[np.ndarray, np.ndarray]:
        """Return ln L and the number of stars at the floor, for each set."""
        return self.at(self._free(sets))

    def __call__(self, sets: Sequence[Parameters]) -> np.ndarray:
        """Return ln L for each set."""
        return self.evaluate(sets)[0]

    def _free(self, sets: Sequence[Parameters]) -> np.ndarray:
        self.reference.check_fixed(sets)
        return np.array([p.vector() for p in sets]).reshape(len(sets), len(FREE))


class CompiledLikelihood(ManySets):
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
        check_mode(likelihood)
        stars, volume = likelihood.stars, likelihood.volume
        super().__init__(stars.reference, likelihood.choices, stars.rows.tau.shape[0])
        self.draws, self.fe_h_err = stars.rows.tau.shape[1], stars.fe_h_err
        self._stars = kernel.prepare(stars.rows, self.reference, stars.fe_h[:, None])
        self._volume = kernel.prepare(volume.rows, self.reference)

    def star_terms(self, sets: Sequence[Parameters]) -> np.ndarray:
        """Return what `Likelihood.star_terms` returns, (sets, stars); -inf where it is below -690."""
        return self._terms(self._free(sets))

    def _terms(self, values: np.ndarray) -> np.ndarray:
        constants = kernel.constants(values, self.reference, self.fe_h_err, self.choices)
        return log_terms(kernel.group_sums(self._stars, self.draws, constants))

    def log_volume(self, sets: Sequence[Parameters]) -> np.ndarray:
        """Return ln V_S for each set."""
        return self._log_volume(self._free(sets))

    def _log_volume(self, values: np.ndarray) -> np.ndarray:
        constants = kernel.constants(values, self.reference, None, self.choices)
        return np.log(kernel.group_sums(self._volume, GROUP, constants).sum(axis=1))

    def at(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return ln L and the number of stars at the floor; see `ManySets.at`."""
        terms = self._terms(values)
        value = np.sum(np.maximum(terms, FLOOR), axis=1) - self.stars * self._log_volume(values)
        return value, np.count_nonzero(terms < FLOOR, axis=1)


def check_mode(likelihood: Likelihood) -> None:
    """Refuse draws of [Fe/H].

    Raises
    ------
    ConfigError
        If the draws are not those of Lz0.
    """
    if likelihood.stars.mode != "lz0":
        raise ConfigError(
            "the compiled likelihood needs draws of Lz0", found=f"mode {likelihood.stars.mode!r}"
        )


def log_terms(sums: np.ndarray) -> np.ndarray:
    """Return ln of sums over draws; -inf where hardly anything is left."""
    with np.errstate(divide="ignore"):
        return np.where(sums > 1e-300, np.log(sums), -np.inf)
