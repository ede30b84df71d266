"""Running median of [Fe/H] against R in bins of |Z|, for each population."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.cartography import overlays, profiles, radial
from galdask.cartography.dataset import build
from galdask.cartography.grids import coordinates
from galdask.cartography.product import Product
from galdask.cartography.tables import long_table

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

WAY = radial.Radial("fe_h", ("radial_profiles", "radial_gradients"))


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them."""
    profile = WAY.profile(plan)
    found = WAY.profile_variables(plan, tables)
    points, about = overlays.variables(plan, "radial_profiles", ("r", "fe_h"))
    attrs = profiles.attributes(profile) | about
    return build(plan, "radial_profiles", coordinates((profile.bins,), plan), found | points, **attrs)


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
        f" low-alpha and high-alpha populations. {radial.CAPTION}"
    ),
    quantities=("fe_h",),
    coordinates=("r", "abs_z"),
    settings=(*radial.BINS, *profiles.WINDOWS),
    requests=WAY.profile_requests,
    finish=finish,
    tables=tables,
)
