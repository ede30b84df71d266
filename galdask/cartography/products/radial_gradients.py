"""Slope of [Fe/H] against R at each height, for each population, beside the published table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.cartography import comparison, profiles
from galdask.cartography.dataset import build
from galdask.cartography.grids import coordinates
from galdask.cartography.product import Product, Request
from galdask.cartography.tables import long_table

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables


#: smallest R of the published lines, kpc; another first r_min is not set beside them
PUBLISHED_R_MIN = 7.0


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for the running medians with their lines, and for the lines through the stars."""
    settings = profiles.settings_of(plan, "radial_profiles", "radial_gradients")
    out = {"medians": profiles.medians(plan, settings, "fe_h")}
    for k, r_min in enumerate(settings["r_min"]):
        out[f"stars/{k}"] = profiles.line_of_stars(plan, settings, "fe_h", r_min)
    return out


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them, and set the published slopes beside them."""
    settings = profiles.settings_of(plan, "radial_profiles", "radial_gradients")
    heights, r_min = profiles.height_axis(settings), settings["r_min"]
    found = profiles.line_variables(
        plan,
        "fe_h",
        profiles.lines(tables["medians"].tables["slopes"], heights.size, len(r_min), "profile"),
        [profiles.lines(tables[f"stars/{k}"], heights.size, 1, "stars") for k in range(len(r_min))],
    )
    labels = dict(coordinates((heights,), plan))
    labels["r_min"] = (("r_min",), np.array(r_min), {"units": "kpc", "long_name": "smallest R of the line"})
    labels["fit_to"] = (("fit_to",), np.array(profiles.FIT_TO), {"long_name": "what the line goes through"})
    published, source = comparison.beside("table1", heights)
    found |= published
    slope, err = (found[name][1][:, 0] for name in ("slope", "slope_err"))
    if r_min[0] != PUBLISHED_R_MIN:
        slope = np.full_like(slope, np.nan)
    found["difference"] = comparison.difference(slope, err, published, ("fit_to", "population", "abs_z"))
    return build(plan, "radial_gradients", labels, found, quantity="fe_h", published_source=source)


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return every slope, one a row, and the slopes beside the published ones."""
    names = ["slope", "slope_err", "slope_err_naive", "intercept", "n_windows", "n", "reason"]
    return {
        "radial_gradients": long_table(dataset, names),
        "table1_comparison": comparison.comparison_table(dataset),
    }


PRODUCT = Product(
    name="radial_gradients",
    title="Radial gradient of [Fe/H] at each height",
    figure="Figure 14, Table 1",
    caption=(
        "Slope of a straight line of [Fe/H] against R beyond the smallest R, in bins of |Z|, for all stars"
        " and for the low-alpha and high-alpha populations; bands are +-1 sigma from a Poisson bootstrap of"
        " the stars. A line goes through the running medians or through the stars themselves; fewer than"
        " three windows or stars give none. Open symbols are the published slopes."
    ),
    quantities=("fe_h",),
    coordinates=("r", "abs_z"),
    settings=profiles.GRADIENT,
    requests=requests,
    finish=finish,
    tables=tables,
)
