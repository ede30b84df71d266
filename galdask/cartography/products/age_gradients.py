"""Slope of age against R at each height, and against |Z| at each radius, for each population."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.cartography import gradients, profiles, radial, vertical
from galdask.cartography.dataset import build
from galdask.cartography.grids import coordinates
from galdask.cartography.product import Product, Request
from galdask.cartography.products.age_profiles import ALONG_R, ALONG_Z
from galdask.cartography.tables import long_table

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

NOTE = (
    "The paper prints no slopes of age; it calls that of the high-alpha population close to 0 at any height"
    " (Imig et al. 2023, section 3.6)."
)


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for the running medians with their lines, and for the lines through the stars."""
    return {**ALONG_R.gradient_requests(plan), **ALONG_Z.gradient_requests(plan)}


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them."""
    found = ALONG_R.gradient_variables(plan, tables)
    found |= ALONG_Z.gradient_variables(plan, tables, name="vertical_")
    labels = coordinates((ALONG_R.profile(plan).bins, ALONG_Z.profile(plan).bins), plan)
    labels = {**labels, **ALONG_R.gradient_labels(plan), **vertical.labels(plan)}
    return build(plan, "age_gradients", labels, found, quantity="age", published_note=NOTE)


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return every slope, one a row, along R and along Z."""
    return {
        "age_gradients": long_table(dataset, gradients.LINE),
        "age_gradients_vertical": long_table(dataset, [f"vertical_{name}" for name in gradients.LINE]),
        "age_gradients_sides": long_table(dataset, ["vertical_asymmetry", "vertical_asymmetry_err"]),
    }


PRODUCT = Product(
    name="age_gradients",
    title="Radial and vertical gradients of age",
    figure="Figure 21",
    caption=(
        "Top: slope of a straight line of age against R beyond the smallest R, in bins of |Z|. Bottom: slope"
        " against |Z| near the plane, both sides folded, in bins of R. For all stars and for the low-alpha"
        " and high-alpha populations; bands are +-1 sigma from a Poisson bootstrap of the stars. A line goes"
        " through the running medians or through the stars themselves; fewer than three windows or stars"
        " give none."
    ),
    quantities=("age",),
    coordinates=("r", "z", "abs_z"),
    settings=(radial.R_MIN, vertical.MAX_ABS_Z, *profiles.REPLICAS),
    requests=requests,
    finish=finish,
    tables=tables,
)
