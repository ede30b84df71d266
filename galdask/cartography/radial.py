"""Profiles and gradients along R in bins of |Z|."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.cartography import cell_statistics as cs
from galdask.cartography import gradients, profiles
from galdask.cartography.product import Request
from galdask.cartography.profiles import Profile
from galdask.cartography.settings import Setting
from galdask.reductions import Axis

if TYPE_CHECKING:
    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

#: where R is counted from in sums, and how far they reach, kpc
SUMS = {"origin_x": 8.0, "reach_x": 65536.0}
BINS = (
    Setting("z_step", 0.25, "width of the bins of |Z|, kpc", low=1e-3),
    Setting("z_max", 2.0, "upper edge of the last bin of |Z|, kpc", low=1e-3, multiple_of="z_step"),
)
R_MIN = Setting("r_min", (7.0, 0.0), "smallest R of the line, kpc; 0 is no limit", "numbers", low=0.0)
CAPTION = profiles.CAPTION.format(along="R", mark="the R of the Sun")


@dataclass(frozen=True, slots=True)
class Radial:
    """A quantity along R.

    Parameters
    ----------
    quantity : str
        What the medians are of.
    products : tuple of str
        Names of the profile and of the gradient, whose settings hold for both.
    """

    quantity: str
    products: tuple[str, ...]

    def settings(self, plan: Plan) -> Mapping[str, Any]:
        """Return the settings of both products."""
        return profiles.settings_of(plan, *self.products)

    def profile(self, plan: Plan) -> Profile:
        """Return the profile."""
        settings = self.settings(plan)
        heights = Axis.regular("abs_z", "abs_z", 0.0, settings["z_max"], settings["z_step"])
        return Profile(self.quantity, "r", heights, settings)

    def _medians(self, plan: Plan) -> Request:
        fits = tuple((low, None) for low in self.settings(plan)["r_min"])
        return self.profile(plan).request(plan, fits)

    def profile_requests(self, plan: Plan) -> dict[str, Request]:
        """Ask for the running medians and the stars in each bin."""
        return {"medians": self._medians(plan), "stars": self.profile(plan).count(plan)}

    def profile_variables(self, plan: Plan, tables: Tables) -> dict[str, cs.Variable]:
        """Return the windows."""
        return self.profile(plan).variables(plan, tables["medians"], tables["stars"])

    def gradient_requests(self, plan: Plan, most: int | None = None) -> dict[str, Request]:
        """Ask for the running medians with their lines, and for the (first) lines through the stars."""
        out, profile = {"medians": self._medians(plan)}, self.profile(plan)
        for k, r_min in enumerate(profile.settings["r_min"][:most]):
            out[f"stars/{k}"] = gradients.of_stars(plan, profile, (r_min, None), **SUMS)
        return out

    def lines(
        self, plan: Plan, tables: Tables, most: int | None = None
    ) -> tuple[gradients.Lines, gradients.Lines]:
        """Return the lines through the profile and through the stars; `most` as for the requests."""
        heights, count = self.profile(plan).bins, len(self.settings(plan)["r_min"])
        profile = gradients.lines(tables["medians"].tables["slopes"], heights.size, count, "profile")
        first = range(count)[:most]
        stars = [gradients.lines(tables[f"stars/{k}"], heights.size, 1, "stars") for k in first]
        return {name: values[:most] for name, values in profile.items()}, gradients.stacked(stars)

    def gradient_variables(self, plan: Plan, tables: Tables) -> dict[str, cs.Variable]:
        """Return the slopes (fit_to, r_min, population, abs_z)."""
        names = ("fit_to", "r_min", "population", "abs_z")
        return gradients.variables(plan, self.quantity, "r", names, self.lines(plan, tables))

    def gradient_labels(self, plan: Plan) -> dict[str, cs.Variable]:
        """Return the coordinates ``fit_to`` and ``r_min``."""
        about = {"units": "kpc", "long_name": "smallest R of the line"}
        limits = np.array(self.settings(plan)["r_min"])
        return {**gradients.labels(plan), "r_min": (("r_min",), limits, about)}
