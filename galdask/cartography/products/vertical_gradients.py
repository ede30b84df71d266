"""Slope of [Fe/H] against |Z| at each radius, for each population, beside the published table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.cartography import comparison, gradients, profiles, published, vertical
from galdask.cartography.dataset import build
from galdask.cartography.grids import coordinates
from galdask.cartography.product import Product, Request
from galdask.cartography.settings import Setting
from galdask.cartography.tables import long_table
from galdask.reductions import Axis

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from galdask.cartography import cell_statistics as cs
    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables


WAY = vertical.Vertical("fe_h", ("vertical_profiles", "vertical_gradients"))
#: largest |Z| of the published lines, kpc; others are not set beside them
PUBLISHED_MAX_ABS_Z = 2.0


def near_sun(plan: Plan) -> Axis:
    """Return the bin of R around the Sun."""
    return Axis("near_sun", "r", plan.settings["vertical_gradients"]["near_sun"])


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for the lines in the bins of R, and around the Sun."""
    return WAY.gradient_requests(plan) | WAY.gradient_requests(plan, near_sun(plan), "near_sun/")


def beside(
    plan: Plan, table: str, bins: Axis, found: dict[str, cs.Variable], prefix: str = ""
) -> tuple[dict[str, cs.Variable], str]:
    """Return the published slopes of some bins, and how far those of both sides are from them."""
    known, source = comparison.beside(table, bins)
    slope, err = (found[prefix + name][1][:, 0] for name in ("slope", "slope_err"))
    if WAY.settings(plan)["max_abs_z"] != PUBLISHED_MAX_ABS_Z:
        slope = np.full_like(slope, np.nan)
    away = comparison.difference(slope, err, known, ("fit_to", "population", bins.name))
    return {prefix + name: variable for name, variable in {**known, "difference": away}.items()}, source


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them, and set the published slopes beside them."""
    bins, sun = WAY.profile(plan).bins, near_sun(plan)
    found = WAY.gradient_variables(plan, tables)
    found |= WAY.gradient_variables(plan, tables, sun, "near_sun/", "near_sun_")
    known, source = beside(plan, "table2", bins, found)
    near, near_source = beside(plan, "near_sun", sun, found, "near_sun_")
    labels = {**coordinates((bins, sun), plan), **vertical.labels(plan)}
    return build(
        plan,
        "vertical_gradients",
        labels,
        {**found, **known, **near},
        quantity="fe_h",
        published_source=f"{source}. {near_source}",
        published_note=f"{published.note('table2')} {published.note('near_sun')}",
    )


def rows(dataset: xr.Dataset, names: tuple[str, ...]) -> pd.DataFrame:
    """Return variables in the bins of R, and below them those of the bin around the Sun."""
    import pandas as pd

    table = long_table(dataset, names)
    near = long_table(dataset, [f"near_sun_{name}" for name in names])
    near.columns = near.columns.str.replace("near_sun_(low|high)", r"r_\1", regex=True)
    near.columns = near.columns.str.removeprefix("near_sun_")
    both = pd.concat([table, near], ignore_index=True)
    both.attrs = table.attrs
    return both


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return every slope, differences between the sides, and the slopes beside the published ones."""
    folded = dataset.isel(side=0, drop=True)
    compared = rows(folded, comparison.BESIDE)
    compared.attrs["title"] = comparison.title(dataset)
    return {
        "vertical_gradients": rows(dataset, gradients.LINE),
        "vertical_gradients_sides": rows(dataset, ("asymmetry", "asymmetry_err")),
        "table2_comparison": compared,
    }


PRODUCT = Product(
    name="vertical_gradients",
    title="Vertical gradient of [Fe/H] at each radius",
    figure="Figure 16, Table 2",
    caption=(
        "Slope of a straight line of [Fe/H] against |Z| near the plane, in bins of R, for all stars and for"
        " the low-alpha and high-alpha populations, both sides of the plane folded; bands are +-1 sigma from"
        " a Poisson bootstrap of the stars. A line goes through the running medians or through the stars"
        " themselves; fewer than three windows or stars give none. Open symbols are the published slopes,"
        " diamonds those of a bin around the Sun. Below: the slope above the plane less the one below it."
    ),
    quantities=("fe_h",),
    coordinates=("r", "z", "abs_z"),
    settings=(
        vertical.MAX_ABS_Z,
        Setting("near_sun", (7.3, 9.3), "edges of one more bin of R, around the Sun, kpc", "edges", low=0.0),
        *profiles.REPLICAS,
    ),
    requests=requests,
    finish=finish,
    tables=tables,
)
