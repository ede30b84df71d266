"""Radial and vertical profiles of [Fe/H] in bins of age, and how their slopes change with age."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from galdask.cartography import cell_statistics as cs
from galdask.cartography import gradients, overlays, profiles, radial, trends
from galdask.cartography.dataset import build
from galdask.cartography.grids import coordinates
from galdask.cartography.maps import heights
from galdask.cartography.product import Product, Request
from galdask.cartography.profiles import Profile
from galdask.cartography.settings import Setting
from galdask.cartography.tables import long_table
from galdask.reductions import Axis

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

NAME = "profiles_by_age"
#: profiles along R and along Z, and what each line is against
WAYS = {"radial_": "r", "vertical_": "abs_z"}
#: names of a line's numbers that differ from those of other gradients, as profiles have these names too
LINE = {"n_windows": "line_n_windows", "n": "line_n", "reason": "slope_reason"}
TREND = ("trend", "trend_err", "falls")


def ways(plan: Plan) -> dict[str, Profile]:
    """Return the two profiles: along R near the plane, along Z in a ring."""
    settings = plan.settings[NAME]
    ages, sample = Axis("age", "age", settings["age_bins"]), plan.quantities["age"].sample
    ring = Axis("r", "r", settings["ring"])
    plane = heights((0.0, settings["max_abs_z"]))
    return {
        "radial_": Profile("fe_h", "r", ages, settings, (plane,), sample),
        "vertical_": Profile("fe_h", "z", ages, settings, (ring,), sample),
    }


def line_requests(plan: Plan) -> dict[str, Request]:
    """Ask for running medians with their lines, and for lines through the stars."""
    settings, out = plan.settings[NAME], {}
    r_min, reach = settings["r_min"], settings["fit_abs_z"]
    along_r, along_z = ways(plan).values()
    out["radial_medians"] = along_r.request(plan, ((r_min, None),))
    out["radial_line"] = gradients.of_stars(plan, along_r, (r_min, None), **radial.SUMS)
    out["vertical_medians"] = along_z.request(plan, (), ((0.0, reach),))
    folded = replace(along_z, along="abs_z")
    out["vertical_line"] = gradients.of_stars(plan, folded, (0.0, reach), reach_x=reach)
    return out


def lines_of(plan: Plan, tables: Tables, prefix: str) -> tuple[gradients.Lines, gradients.Lines]:
    """Return the lines of one way, through the profile and through the stars."""
    ages = ways(plan)[prefix].bins.size
    slopes = tables[f"{prefix}medians"].tables["slopes"]
    return (
        gradients.lines(slopes, ages, 1, "profile"),
        gradients.lines(tables[f"{prefix}line"], ages, 1, "stars"),
    )


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for the lines, and for the stars."""
    out = line_requests(plan)
    for prefix, profile in ways(plan).items():
        out[f"{prefix}stars"] = profile.count(plan)
    return out


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them, and find how the slopes change with age."""
    found: dict[str, cs.Variable] = {}
    unit = f"{plan.quantities['fe_h'].unit}/kpc/{plan.quantities['age'].unit}"
    for prefix, profile in ways(plan).items():
        ages = profile.bins
        found |= profile.variables(plan, tables[f"{prefix}medians"], tables[f"{prefix}stars"], prefix)
        each = lines_of(plan, tables, prefix)
        names = ("fit_to", "line", "population", "age")
        lines = gradients.variables(plan, "fe_h", WAYS[prefix], names, each)
        found |= {
            prefix + LINE.get(name, name): (names[:1] + names[2:], values[:, 0], attrs)
            for name, (_, values, attrs) in lines.items()
        }
        slope, err, replicas = (
            np.stack([one[name][0] for one in each]) for name in ("slope", "slope_err", "slope_replicas")
        )
        trend = trends.steepness(ages.centres, slope, err, replicas)
        found |= trends.variables(("fit_to", "population"), *trend, unit, "age", prefix)
    labels = {**coordinates((ages,), plan), **gradients.labels(plan)}
    points, about = overlays.variables(plan, NAME, *(("age", f"{prefix}slope") for prefix in WAYS))
    attrs = {"quantity": "fe_h", "ring": list(plan.settings[NAME]["ring"]), **about}
    return build(plan, NAME, labels, found | points, **attrs)


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return slopes by age and their trends, along R and along Z."""
    lines = [LINE.get(name, name) for name in gradients.LINE]
    out = {}
    for prefix, name in (("radial_", "radial"), ("vertical_", "vertical")):
        out[f"{NAME}_{name}"] = long_table(dataset, [prefix + line for line in lines])
    both = [prefix + name for prefix in WAYS for name in TREND]
    out[f"{NAME}_trends"] = long_table(dataset, both)
    return out


PRODUCT = Product(
    name=NAME,
    title="Profiles of [Fe/H] of the low-alpha population by age",
    figure="Figure 17",
    caption=(
        "Running median of [Fe/H] of the low-alpha population, one line for each bin of age: against R near"
        " the plane (top), against Z in a ring near the Sun (bottom). Windows hold a fixed number of stars"
        " and overlap by half; bands are +-1 sigma of the median. Right: the slopes of straight lines through"
        " these profiles (filled) and through the stars (open) against age, with +-1 sigma from a Poisson"
        " bootstrap of the stars."
    ),
    quantities=("fe_h", "age"),
    coordinates=("r", "z", "abs_z"),
    settings=(
        Setting("age_bins", (0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 14.0), "bins of age, Gyr", "edges", low=0.0),
        Setting("max_abs_z", 0.5, "largest |Z| of the radial profiles, kpc", low=1e-3),
        Setting("ring", (7.0, 9.0), "range of R of the vertical profiles, kpc", "edges", low=0.0),
        Setting("r_min", 7.0, "smallest R of the radial lines, kpc; 0 is no limit", low=0.0),
        Setting("fit_abs_z", 2.0, "largest |Z| of the vertical lines, kpc", low=1e-3),
        *profiles.WINDOWS,
        *profiles.REPLICAS,
    ),
    requests=requests,
    finish=finish,
    tables=tables,
)
