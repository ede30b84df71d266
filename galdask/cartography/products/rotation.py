"""How fast the stars rotate at each radius."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.cartography import cell_statistics as cs
from galdask.cartography.dataset import build
from galdask.cartography.distributions import without
from galdask.cartography.grids import coordinates, dims
from galdask.cartography.maps import MIN_N
from galdask.cartography.product import Product, Request
from galdask.cartography.settings import Setting
from galdask.cartography.tables import long_table
from galdask.reductions import Axis, Key, OrderStatistics

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

NAME = "rotation"
STATISTICS = {
    "q16": "16% quantile of v_phi",
    "median": "median v_phi",
    "q84": "84% quantile of v_phi",
    "median_err": "standard error of the median v_phi",
}


def axes(plan: Plan) -> tuple[Axis, Axis]:
    """Return |Z| in one bin, and R."""
    settings = plan.settings[NAME]
    near = Axis("abs_z", "abs_z", (0.0, settings["max_abs_z"]), closed_last=True)
    return near, Axis.regular("r", "r", **settings["r"])


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for quantiles of v_phi in bins of R."""
    order = OrderStatistics(Key(axes(plan), population=True), "vphi", q=(0.16, 0.5, 0.84))
    return {"order": Request(plan.main, order)}


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them."""
    bins, table = axes(plan), tables["order"]
    n = cs.dense(table, "n", bins).astype(np.int64)
    count = dims(bins), n, {"units": "1", "long_name": "number of stars with v_phi"}
    found = {"n": without(count, "abs_z")}
    for name, text in STATISTICS.items():
        values = np.where(n < plan.settings[NAME]["min_n"], np.nan, cs.dense(table, name, bins))
        found[f"vphi_{name}"] = without((dims(bins), values, {"units": "km/s", "long_name": text}), "abs_z")
    return build(plan, NAME, coordinates(bins[1:], plan), found)


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return one row a population and bin of R."""
    frame = long_table(dataset, ["n", *(f"vphi_{name}" for name in STATISTICS)])
    return {NAME: frame[frame["n"] > 0]}


PRODUCT = Product(
    name=NAME,
    title="Rotation of the stars by radius",
    figure="",
    caption=(
        "Median velocity in the sense of Galactic rotation, v_phi, in bins of R, for all stars and for the"
        " low-alpha and high-alpha populations, with the standard error of the median as bars (they are often"
        " smaller than the points); the gray band holds the middle 68 % of all stars. Stars lag behind the"
        " circular speed, the more the hotter they are: this is no rotation curve of the potential. The"
        " dotted line is the R of the Sun."
    ),
    quantities=(),
    coordinates=("r", "abs_z", "vphi"),
    settings=(
        Setting("r", {"low": 0.0, "high": 20.0, "step": 1.0}, "bins of R, kpc", "axis"),
        Setting("max_abs_z", 1.0, "stars with |Z| up to this, kpc", low=1e-3),
        MIN_N,
    ),
    requests=requests,
    finish=finish,
    tables=tables,
)
