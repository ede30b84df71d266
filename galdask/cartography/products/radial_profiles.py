"""Running median of [Fe/H] against R in bins of |Z|, for each population."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.cartography import cell_statistics as cs
from galdask.cartography import profiles
from galdask.cartography.dataset import build
from galdask.cartography.grids import coordinates
from galdask.cartography.product import Product, Request
from galdask.cartography.tables import long_table

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for the running medians and the stars in each bin."""
    settings = profiles.settings_of(plan, "radial_profiles", "radial_gradients")
    return {
        "medians": profiles.medians(plan, settings, "fe_h"),
        "stars": cs.counts(plan.quantities["fe_h"].sample, (profiles.height_axis(settings),)),
    }


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them."""
    settings = profiles.settings_of(plan, "radial_profiles", "radial_gradients")
    heights = profiles.height_axis(settings)
    found = profiles.windows(plan, "fe_h", tables["medians"], heights.size)
    counts = cs.count_variable(tables["stars"], (heights,), "number of stars")
    found["n_panel"] = cs.panel_variable(counts)
    shape = {"window": settings["window"], "step": settings["window_step"]}
    return build(plan, "radial_profiles", coordinates((heights,), plan), found, quantity="fe_h", **shape)


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return one row a window."""
    frame = long_table(dataset, ["r", "fe_h_median", "fe_h_median_err", "n_window"])
    return {"radial_profiles": frame[frame["n_window"] > 0]}


PRODUCT = Product(
    name="radial_profiles",
    title="Radial profiles of [Fe/H] at each height",
    figure="Figure 13",
    caption=(
        "Running median of [Fe/H] against R, one line for each bin of |Z|, for all stars and for the"
        " low-alpha and high-alpha populations. Windows hold a fixed number of stars in the order of R and"
        " overlap by half; each stands at the median R of its stars. The last partial window is left out."
        " Bands are +-1 sigma of the median; the dotted line is the R of the Sun."
    ),
    quantities=("fe_h",),
    coordinates=("r", "abs_z"),
    settings=profiles.PROFILE,
    requests=requests,
    finish=finish,
    tables=tables,
)
