"""Slope of [Fe/H] against R at each height, for each population, beside the published table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.cartography import comparison, gradients, profiles, radial
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
#: smallest R of the published lines, kpc; another first r_min is not set beside them
PUBLISHED_R_MIN = 7.0


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them, and set the published slopes beside them."""
    heights = WAY.profile(plan).bins
    found = WAY.gradient_variables(plan, tables)
    labels = {**coordinates((heights,), plan), **WAY.gradient_labels(plan)}
    published, source = comparison.beside("table1", heights)
    found |= published
    slope, err = (found[name][1][:, 0] for name in ("slope", "slope_err"))
    if WAY.settings(plan)["r_min"][0] != PUBLISHED_R_MIN:
        slope = np.full_like(slope, np.nan)
    found["difference"] = comparison.difference(slope, err, published, ("fit_to", "population", "abs_z"))
    return build(plan, "radial_gradients", labels, found, quantity="fe_h", published_source=source)


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return every slope, one a row, and the slopes beside the published ones."""
    return {
        "radial_gradients": long_table(dataset, gradients.LINE),
        "table1_comparison": comparison.comparison_table(dataset.isel(r_min=0, drop=True)),
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
    settings=(radial.R_MIN, *profiles.REPLICAS),
    requests=WAY.gradient_requests,
    finish=finish,
    tables=tables,
)
