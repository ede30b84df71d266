"""Running-median profiles of a quantity along one position, in bins of another.

A profile and its gradient ask for the same reduction, so it is computed once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.cartography import cell_statistics as cs
from galdask.cartography.grids import SPACE
from galdask.cartography.product import Request
from galdask.cartography.settings import Setting
from galdask.reductions import Axis, CellTable, Key, RunningMedians

if TYPE_CHECKING:
    from galdask.cartography.plan import Plan

Ranges = tuple[tuple[float | None, float | None], ...]

#: settings of every profile, and of every gradient
WINDOWS = (
    Setting("window", 200, "stars in a window", "whole", low=3, high=100_000),
    Setting("window_step", 100, "stars from one window to the next", "whole", low=1, high=100_000),
)
REPLICAS = (
    Setting("replicas", 200, "bootstrap replicas of the stars", "whole", low=2, high=100_000),
    Setting("seed", 1, "seed of the replicas", "whole", low=0, high=2**32 - 1),
)
#: what captions say of the windows
CAPTION = (
    "Windows hold a fixed number of stars in the order of {along} and overlap by half; each stands at the"
    " median {along} of its stars. The last partial window is left out. Bands are +-1 sigma of the median;"
    " the dotted line is {mark}."
)


def settings_of(plan: Plan, *products: str) -> dict[str, Any]:
    """Return the settings of a profile and its gradient together.

    A pipeline may ask for one of the two; the other one's defaults then hold.
    """
    from galdask.cartography import products as catalogue

    both = {s.name: s.default for name in products for s in catalogue.load(name).settings}
    for name in products:
        both |= plan.settings.get(name, {})
    return both


@dataclass(frozen=True, slots=True)
class Profile:
    """Running medians of a quantity along a position, in bins of another, for each population.

    Parameters
    ----------
    quantity : str
        What the medians are of.
    along : str
        Position along which the windows lie.
    bins : Axis
        Bins of the other position.
    settings : mapping
        Those of `WINDOWS` and `REPLICAS`.
    within : tuple of Axis
        Axes of one bin each, that stars must lie in.
    sample : str
        Whose stars; the sample of the quantity by default.
    """

    quantity: str
    along: str
    bins: Axis
    settings: Mapping[str, Any]
    within: tuple[Axis, ...] = ()
    sample: str = ""

    def request(self, plan: Plan, fits: Ranges, folded: Ranges = ()) -> Request:
        """Ask for running medians with a line for each range of the position (`RunningMedians`)."""
        reduction = RunningMedians(
            Key((self.bins, *self.within), population=True),
            self.along,
            self.quantity,
            window=self.settings["window"],
            step=self.settings["window_step"],
            fits=fits,
            folded=folded,
            replicas=self.settings["replicas"],
            seed=self.settings["seed"],
        )
        return Request(self.sample or plan.quantities[self.quantity].sample, reduction)

    def count(self, plan: Plan) -> Request:
        """Ask for the number of stars in each bin."""
        sample = self.sample or plan.quantities[self.quantity].sample
        return cs.counts(sample, (self.bins, *self.within))

    def variables(
        self, plan: Plan, medians: CellTable, stars: CellTable, prefix: str = ""
    ) -> dict[str, cs.Variable]:
        """Return the windows of each population and bin in a row, padded to the longest.

        Parameters
        ----------
        plan : Plan
            Gives labels and units.
        medians, stars : CellTable
            Results of `request` and `count`.
        prefix : str
            Set before the names of variables and of the dimension ``window``.
        """
        about, bins = plan.quantities[self.quantity], self.bins.size
        lengths = np.bincount(medians.cells, minlength=bins * 3)
        longest = max(1, int(lengths.max(initial=0)))
        place = (medians.cells, medians.values["window"])
        n_windows = lengths.reshape(bins, 3).T.astype(np.int32)
        names = ("population", self.bins.name)

        def padded(name: str, empty: np.ndarray, units: str, long_name: str) -> cs.Variable:
            rows = np.broadcast_to(empty, (bins * 3, longest)).copy()
            rows[place] = medians.values[name]
            values = np.moveaxis(rows.reshape(bins, 3, longest), 1, 0)
            return (*names, f"{prefix}window"), values, {"units": units, "long_name": long_name}

        nan, zero, label = np.array(np.nan), np.array(0, dtype=np.int32), about.within
        unit, position = SPACE[self.along]
        why = np.where(n_windows == 0, 3, 0).astype(np.uint8)
        counts = cs.dense(stars, "n", (self.bins,)).astype(np.int64)
        found = {
            self.along: padded("abscissa", nan, unit, f"median {position} of the window"),
            f"{self.quantity}_median": padded("median", nan, about.unit, f"median {label}"),
            f"{self.quantity}_median_err": padded(
                "median_err", nan, about.unit, f"standard error of the median {label}"
            ),
            "n_window": padded("n", zero, "1", "number of stars in the window"),
            "n_windows": (names, n_windows, {"units": "1", "long_name": "number of windows"}),
            "n_panel": (names, counts, {"units": "1", "long_name": "number of stars in the panel"}),
            "reason": (names, why, cs.flag_attrs("why there is no profile")),
        }
        return {prefix + name: variable for name, variable in found.items()}


def attributes(profile: Profile) -> dict[str, Any]:
    """Return the attributes of a dataset of one profile."""
    settings = profile.settings
    return {
        "quantity": profile.quantity,
        "along": profile.along,
        "across": profile.bins.name,
        "window": settings["window"],
        "step": settings["window_step"],
    }
