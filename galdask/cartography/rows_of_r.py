"""Distributions of a quantity in rows of R, one panel for each slice of |Z|."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.cartography import distributions, zones
from galdask.cartography.dataset import build
from galdask.cartography.grids import coordinates
from galdask.cartography.maps import heights
from galdask.cartography.product import Request
from galdask.cartography.settings import Setting
from galdask.cartography.tables import long_table
from galdask.reductions import Axis

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

COORDINATES = ("r", "abs_z")
SETTINGS = (
    zones.SLICES,
    distributions.R,
    Setting("every", 3, "rows from one that is marked to the next", "whole", low=1),
    *distributions.SETTINGS,
)
#: what the captions of all such products say
CAPTION = (
    "in rows of R, the slice of |Z| nearest to the plane on top: the low-alpha population blue, the"
    " high-alpha one orange, stars in neither gray. Some rows are marked: ticks at 25, 50 and 75 %, a diamond"
    " at the mode, for all stars (white), low-alpha (blue) and high-alpha (orange)."
)


def axes(plan: Plan, name: str) -> tuple[Axis, Axis]:
    """Return |Z| and R of a product."""
    settings = plan.settings[name]
    return heights(settings["slices"]), distributions.rows(settings)


def requests(plan: Plan, name: str, quantity: str) -> dict[str, Request]:
    """Ask for the histograms, quartiles and numbers of all rows."""
    return distributions.requests(plan, plan.settings[name], quantity, axes(plan, name))


def finish(plan: Plan, name: str, quantity: str, tables: Tables) -> xr.Dataset:
    """Label them."""
    settings, outer = plan.settings[name], axes(plan, name)
    found = distributions.variables(plan, settings, quantity, outer, tables)
    labels = coordinates((*outer, distributions.bins(settings, quantity)), plan)
    return build(plan, name, labels, found, quantity=quantity, every=settings["every"])


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return quartiles and modes, one row a row of R."""
    names = ["n_row", "q25", "q25_err", "median", "median_err", "q75", "q75_err", "mode", "mode_err"]
    frame = long_table(dataset, names)
    return {dataset.attrs["product"]: frame[frame["n_row"] > 0]}
