"""The whole calibration: the truth, twenty mocks, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr

from galdask.mocks import draw_sample
from galdask.reductions import CellTable
from tests.statistics import cells
from tests.statistics.dilution import dilution
from tests.statistics.estimators import CELLS, GRADIENTS, Pass, plan
from tests.statistics.rules import finite
from tests.statistics.truth import VARIANTS, Truth, truth

#: stars of a mock: as many as in the published sample
STARS = 66_496
SEEDS = range(1, 21)
#: stars of the sample for the prediction of dilution, in mocks
DILUTED = 6


@dataclass(frozen=True)
class Study:
    """Truth and estimates."""

    truth: Truth
    slopes: xr.Dataset
    """Gradients of the mocks, dimension `seed`."""
    medians: list[dict[tuple[str, str], CellTable]]
    """Order statistics of each mock."""

    @property
    def heights(self) -> np.ndarray:
        """Lower and upper edge of the bins of |Z|, kpc."""
        return self.truth.wide["abs_z_bnds"].values

    @cached_property
    def error(self) -> xr.DataArray:
        """Stated error of a slope: root mean square over the mocks."""
        return np.sqrt((self.slopes["slope_err"] ** 2).mean("seed"))

    @cached_property
    def bias(self) -> xr.Dataset:
        """Slopes of a variant minus true slopes, in stated errors, mean over the hundred samples."""
        true = self.truth.slopes["true"]["slope"]
        return xr.Dataset(
            {
                name: ((dataset["slope"] - true).mean("sample") / self.error).where(self.truth.judged)
                for name, dataset in self.truth.slopes.items()
                if name != "true"
            }
        )

    @cached_property
    def dilution(self) -> tuple[np.ndarray, np.ndarray]:
        """Slope over true slope of low-alpha stars beyond 7 kpc at each height, predicted and found."""
        here = {"fit_to": "stars", "population": "low_alpha", "r_min": 7.0}
        true, radii = (
            self.truth.slopes[name]["slope"].sel(here).mean("sample") for name in ("true", "radii")
        )
        predicted = dilution(DILUTED * self.truth.n, SEEDS[0], 7.0, self.heights)
        return predicted, (radii / true).values

    def naive(self) -> np.ndarray:
        """Pulls of lines through running medians with the textbook error."""
        distance = self.slopes["slope"] - self.truth.mean
        pulls = (distance / self.slopes["slope_err_naive"]).where(self.truth.judged)
        return finite(pulls.sel(fit_to="profile"))

    def cell_pulls(self, of: tuple[str, str]) -> cells.Pulls:
        """Pulls of medians in the cells of a product and quantity."""
        return cells.pulls([found[of] for found in self.medians], self.truth.cells["measured"][of])

    @property
    def families(self) -> list[tuple[str, str]]:
        """Products and quantities whose cells are there."""
        return list(self.truth.cells["measured"])

    def cell_biases(self, of: tuple[str, str]) -> dict[str, dict[str, np.ndarray]]:
        """Biases of medians by population; see `cells.biases`."""
        return dict(cells.biases({name: found[of] for name, found in self.truth.cells.items()}))


def study(stars: int = STARS) -> Study:
    """Run it; some minutes, below 2 GB."""
    slopes, medians = [], []
    pipeline = plan()
    for seed in SEEDS:
        one = Pass(pipeline, [GRADIENTS, *CELLS])
        one.push(draw_sample(stars, seed))
        tables = one.tables()
        slopes.append(one.gradients(tables)[["slope", "slope_err", "slope_err_naive", "n_windows"]])
        medians.append(one.medians(tables))
    return Study(truth(stars, VARIANTS), xr.concat(slopes, "seed", join="exact"), medians)
