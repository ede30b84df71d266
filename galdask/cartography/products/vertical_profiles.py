"""Running median of [Fe/H] against Z in bins of R, for each population."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.cartography import overlays, profiles, vertical
from galdask.cartography.dataset import build
from galdask.cartography.grids import coordinates
from galdask.cartography.product import Product
from galdask.cartography.tables import long_table

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

WAY = vertical.Vertical("fe_h", ("vertical_profiles", "vertical_gradients"))


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them."""
    profile = WAY.profile(plan)
    found = WAY.profile_variables(plan, tables)
    points, about = overlays.variables(plan, "vertical_profiles", ("z", "fe_h"))
    attrs = profiles.attributes(profile) | about
    return build(plan, "vertical_profiles", coordinates((profile.bins,), plan), found | points, **attrs)


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return one row a window."""
    frame = long_table(dataset, ["z", "fe_h_median", "fe_h_median_err", "n_window"])
    return {"vertical_profiles": frame[frame["n_window"] > 0]}


PRODUCT = Product(
    name="vertical_profiles",
    title="Vertical profiles of [Fe/H] at each radius",
    figure="Figure 15",
    caption=(
        "Running median of [Fe/H] against Z, one line for each bin of R, for all stars and for the"
        f" low-alpha and high-alpha populations. {vertical.CAPTION}"
    ),
    quantities=("fe_h",),
    coordinates=("r", "z"),
    settings=(*vertical.BINS, *profiles.WINDOWS),
    requests=WAY.profile_requests,
    finish=finish,
    tables=tables,
)
