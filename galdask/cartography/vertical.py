"""Profiles and gradients along Z in bins of R: above the plane, below it, and with both sides folded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.cartography import cell_statistics as cs
from galdask.cartography import gradients, profiles
from galdask.cartography.product import Request
from galdask.cartography.profiles import Profile
from galdask.cartography.settings import Setting
from galdask.reductions import Axis
from galdask.reductions.lines import spread_of

if TYPE_CHECKING:
    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

BINS = (
    Setting("r_step", 2.0, "width of the bins of R, kpc", low=1e-3),
    Setting("r_max", 20.0, "upper edge of the last bin of R, kpc", low=1e-3, multiple_of="r_step"),
)
MAX_ABS_Z = Setting("max_abs_z", 2.0, "largest |Z| of the line, kpc", low=1e-3)
CAPTION = profiles.CAPTION.format(along="Z", mark="the plane")
#: stars of a line against |Z|
SIDES = ("both", "above", "below")


@dataclass(frozen=True, slots=True)
class Vertical:
    """A quantity along Z.

    Parameters
    ----------
    quantity : str
        What the medians are of.
    products : tuple of str
        Names of the profile and of the gradient, whose settings hold for both.
    bins : str
        Name of the dimension of the bins of R.
    """

    quantity: str
    products: tuple[str, ...]
    bins: str = "r"

    def settings(self, plan: Plan) -> Mapping[str, Any]:
        """Return the settings of both products."""
        return profiles.settings_of(plan, *self.products)

    def profile(self, plan: Plan, bins: Axis | None = None) -> Profile:
        """Return the profile, in bins of its own by default."""
        settings = self.settings(plan)
        own = bins or Axis.regular(self.bins, "r", 0.0, settings["r_max"], settings["r_step"])
        return Profile(self.quantity, "z", own, settings)

    def _medians(self, plan: Plan, bins: Axis | None = None) -> Request:
        reach = self.settings(plan)["max_abs_z"]
        return self.profile(plan, bins).request(plan, ((0.0, reach), (-reach, 0.0)), ((0.0, reach),))

    def profile_requests(self, plan: Plan) -> dict[str, Request]:
        """Ask for the running medians and the stars in each bin."""
        return {"vertical": self._medians(plan), "vertical_stars": self.profile(plan).count(plan)}

    def profile_variables(self, plan: Plan, tables: Tables, prefix: str = "") -> dict[str, cs.Variable]:
        """Return the windows; `prefix` is set before names."""
        return self.profile(plan).variables(plan, tables["vertical"], tables["vertical_stars"], prefix)

    def gradient_requests(self, plan: Plan, bins: Axis | None = None, prefix: str = "") -> dict[str, Request]:
        """Ask for the running medians with their lines, and for lines through the stars.

        Other `bins` than those of the profile need a `prefix` of their requests.
        """
        out, profile = {f"{prefix}vertical": self._medians(plan, bins)}, self.profile(plan, bins)
        reach = profile.settings["max_abs_z"]
        for side, along, low in (("both", "abs_z", 0.0), ("above", "z", 0.0), ("below", "z", -reach)):
            line = gradients.of_stars(plan, replace(profile, along=along), (low, low + reach), reach_x=reach)
            out[f"{prefix}stars/{side}"] = line
        return out

    def gradient_variables(
        self, plan: Plan, tables: Tables, bins: Axis | None = None, prefix: str = "", name: str = ""
    ) -> dict[str, cs.Variable]:
        """Return the slopes (fit_to, side, population, bins) and how far those of the two sides differ.

        Parameters
        ----------
        plan, tables : Plan, mapping
            Results of `gradient_requests`.
        bins, prefix : Axis, str
            As for `gradient_requests`.
        name : str
            Set before the names of variables.
        """
        own = self.profile(plan, bins).bins
        found = gradients.lines(tables[f"{prefix}vertical"].tables["slopes"], own.size, 3, "profile")
        profile = {key: values[[2, 0, 1]] for key, values in found.items()}
        stars = gradients.stacked(
            [gradients.lines(tables[f"{prefix}stars/{side}"], own.size, 1, "stars") for side in SIDES]
        )
        for one in (profile, stars):  # the slope against |Z| of stars below the plane
            for key in ("slope", "slope_replicas"):
                one[key][2] *= -1.0
        names = ("fit_to", "side", "population", own.name)
        out = gradients.variables(plan, self.quantity, "abs_z", names, (profile, stars), name)
        return out | asymmetry(plan, self.quantity, (names[0], *names[2:]), (profile, stars), name)


def asymmetry(
    plan: Plan,
    quantity: str,
    names: tuple[str, ...],
    each: tuple[gradients.Lines, gradients.Lines],
    prefix: str,
) -> dict[str, cs.Variable]:
    """Return the slope above the plane less the one below it, and the bootstrap error of that."""
    slopes = np.stack([one["slope"][1] - one["slope"][2] for one in each])
    replicas = np.stack([one["slope_replicas"][1] - one["slope_replicas"][2] for one in each])
    rows = replicas.reshape(-1, replicas.shape[-1])
    err = np.array([spread_of(row) for row in rows]).reshape(slopes.shape)
    err[np.isnan(slopes)] = np.nan
    unit = {"units": f"{plan.quantities[quantity].unit}/kpc"}
    return {
        f"{prefix}asymmetry": (names, slopes, {**unit, "long_name": "slope above the plane less that below"}),
        f"{prefix}asymmetry_err": (names, err, {**unit, "long_name": "error of that difference, bootstrap"}),
    }


def labels(plan: Plan) -> dict[str, cs.Variable]:
    """Return the coordinates ``fit_to`` and ``side``."""
    return {
        **gradients.labels(plan),
        "side": (("side",), np.array(SIDES), {"long_name": "side of the plane"}),
    }
