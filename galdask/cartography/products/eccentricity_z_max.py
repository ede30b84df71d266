"""Eccentricity against the greatest height of an orbit: how hot the populations are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.cartography import cell_statistics as cs
from galdask.cartography import phase_planes
from galdask.cartography.dataset import build
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

NAME = "eccentricity_z_max"
STATISTICS = {
    "q16": "16% quantile of eccentricity",
    "median": "median eccentricity",
    "q84": "84% quantile of eccentricity",
    "median_err": "standard error of the median eccentricity",
}


def axes(plan: Plan) -> tuple[tuple[Axis, Axis], Axis]:
    """Return the axes of the plane, and the wide bins of z_max."""
    settings = plan.settings[NAME]
    ecc = Axis.regular("ecc", "ecc", **settings["ecc"], closed_last=True)
    z_max = Axis.regular("z_max", "z_max", **settings["z_max"])
    return (ecc, z_max), Axis("z_max_bin", "z_max", settings["z_max_bins"])


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for the stars in cells of the plane, and for their quantiles of eccentricity by height."""
    plane, wide = axes(plan)
    order = OrderStatistics(Key((wide,), population=True), "ecc", q=(0.16, 0.5, 0.84))
    return {**phase_planes.requests(plan, plane), "order": Request(plan.main, order)}


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them."""
    plane, wide = axes(plan)
    found = phase_planes.variables(tables, plane)
    n = cs.dense(tables["order"], "n", (wide,)).astype(np.int64)
    found["n_bin"] = dims((wide,)), n, {"units": "1", "long_name": "number of stars in the bin"}
    few = n < plan.settings[NAME]["min_n"]
    for name, text in STATISTICS.items():
        values = np.where(few, np.nan, cs.dense(tables["order"], name, (wide,)))
        found[f"ecc_{name}"] = dims((wide,)), values, {"units": "1", "long_name": text}
    return build(plan, NAME, coordinates((*plane, wide), plan), found)


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return the quantiles, one row a population and bin of z_max."""
    frame = long_table(dataset, ["n_bin", *(f"ecc_{name}" for name in STATISTICS)])
    return {NAME: frame[frame["n_bin"] > 0]}


PRODUCT = Product(
    name=NAME,
    title="Eccentricity and the greatest height of orbits",
    figure="",
    caption=(
        "Number of stars in cells of the eccentricity and of the greatest height z_max above the plane of"
        " their orbits, at the catalogue's values, for all stars and for the low-alpha and high-alpha"
        " populations. Points are the median eccentricity in bins of z_max, bars hold the middle 68 % of the"
        " stars."
    ),
    quantities=(),
    coordinates=("ecc", "z_max"),
    settings=(
        Setting("ecc", {"low": 0.0, "high": 1.0, "step": 0.02}, "cells of the eccentricity", "axis"),
        Setting("z_max", {"low": 0.0, "high": 10.0, "step": 0.1}, "cells of z_max, kpc", "axis"),
        Setting(
            "z_max_bins",
            (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0),
            "bins of z_max of the medians, kpc",
            "edges",
            low=0.0,
        ),
        MIN_N,
    ),
    requests=requests,
    finish=finish,
    tables=tables,
)
