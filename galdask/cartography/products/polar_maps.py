"""Median [Fe/H] in cells of R and azimuth, its spread over azimuth, and its slope along R at each azimuth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.cartography import cell_statistics as cs
from galdask.cartography import comparison, polar, profiles
from galdask.cartography.dataset import BAR, build
from galdask.cartography.grids import coordinates
from galdask.cartography.maps import CELLS, MIN_N, STATISTICS, heights
from galdask.cartography.product import Product, Request
from galdask.cartography.settings import Setting
from galdask.cartography.slices import SLICES
from galdask.cartography.tables import long_table
from galdask.reductions import Axis, Key, MedianReplicas

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

SLOPES = ("slope", "slope_err", "intercept", "n_cells", "slope_reason")
REACH = ("slope_range", "slope_range_err", "slope_range_noise", "slope_range_p")
RANGES = ("n_rings", *REACH, "published_slope_range")


def axes(plan: Plan) -> tuple[Axis, Axis, Axis]:
    """Return |Z|, R and azimuth."""
    settings = plan.settings["polar_maps"]
    r, theta = (Axis.regular(name, name, **settings[name]) for name in ("r", "theta"))
    return heights(settings["slices"]), r, theta


def fitted(plan: Plan) -> tuple[Axis, Axis, Axis]:
    """Return the bins whose medians enter the slopes."""
    settings, (height, r, theta) = plan.settings["polar_maps"], axes(plan)
    return (
        height,
        polar.part_of(r, "r", settings["fit_r"]),
        polar.part_of(theta, "theta_shown", settings["theta_shown"]),
    )


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for the statistics in cells, and for replicas of the medians that enter slopes."""
    settings = plan.settings["polar_maps"]
    key = Key(fitted(plan), population=True)
    replicas = MedianReplicas(key, "fe_h", replicas=settings["replicas"], seed=settings["seed"])
    out = cs.requests(plan, "fe_h", axes(plan), STATISTICS)
    return {**out, "replicas": Request(plan.quantities["fe_h"].sample, replicas)}


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them, with spreads over azimuth and slopes along R."""
    settings, own, line = plan.settings["polar_maps"], axes(plan), fitted(plan)
    found = cs.map_variables(plan, "fe_h", own, STATISTICS, tables, settings["min_n"])
    fitted_r, shown = polar.within(own[1], line[1]), polar.within(own[2], line[2])
    found |= polar.spreads(plan, "fe_h", found, settings["min_n"], shown)
    chosen, fewest = (slice(None), slice(None), fitted_r, shown), settings["fit_min_n"]
    enough = found["fe_h_n"][1][chosen] >= fewest
    median = np.where(enough, found["fe_h_median"][1][chosen], np.nan)
    replicas = polar.replicas_of(tables["replicas"], line, fewest)
    found |= polar.slope_variables(plan, "fe_h", line[1], median, replicas)
    known, source = comparison.beside("azimuth", own[0])
    names, values, attrs = known["published_slope"]
    found["published_slope_range"] = (names, values, {**attrs, "long_name": "published range of slopes"})
    labels = {**coordinates(own, plan), **coordinates(line[2:], plan, population=False)}
    labels["reading"] = (("reading",), np.array(polar.READINGS), {"long_name": "reading of the paper"})
    zoom = profiles.settings_of(plan, "polar_zoom")
    return build(
        plan,
        "polar_maps",
        labels,
        found,
        quantity="fe_h",
        spread=settings["spread"],
        fit_r=list(line[1].edges[:: line[1].size]),
        zoom_r=[zoom["r"]["low"], zoom["r"]["high"]],
        zoom_theta=[zoom["theta"]["low"], zoom["theta"]["high"]],
        published_source=source,
    )


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return the slopes at each azimuth, their ranges, and the spreads of each ring."""
    spread = ["observed_spread", "observed_spread_err", "n_theta", "fe_h_over_theta"]
    return {
        "polar_slopes": long_table(dataset, SLOPES),
        "polar_slope_ranges": long_table(dataset, RANGES),
        "polar_spreads": long_table(dataset, ["expected_spread", *spread]),
    }


PRODUCT = Product(
    name="polar_maps",
    title="[Fe/H] in polar coordinates",
    figure="Figure 11",
    caption=(
        "Right: median [Fe/H] in cells of R and azimuth; rows are slices of |Z|, the lowest on top. The Sun"
        " is at azimuth 180 degrees, and rotation carries stars towards smaller azimuth; the line is the"
        " outline of the bar, the rectangle the region of polar_zoom. Left: the same medians against R, one"
        " colour for each bin of azimuth near the Sun's side; the gray band is the +-1 sigma spread over"
        " azimuth that errors of the medians alone would give, about the middle of the curves. The range of"
        " slopes over azimuth is never 0: the table gives with it the range that noise alone gives and the"
        f" chance of one as large. {CELLS}"
    ),
    quantities=("fe_h",),
    coordinates=("r", "theta", "abs_z"),
    settings=(
        Setting("r", {"low": 0.0, "high": 25.0, "step": 1.0}, "cells of R, kpc", "axis"),
        Setting("theta", {"low": 0.0, "high": 360.0, "step": 10.0}, "cells of azimuth, degrees", "axis"),
        SLICES,
        Setting("theta_shown", (130.0, 230.0), "azimuths of the curves and slopes, degrees", "edges"),
        Setting("fit_r", (7.0, 25.0), "range of R of the slopes, kpc: bins inside it", "edges", low=0.0),
        Setting("spread", "text", "reading of the expected spread", "word", choices=polar.READINGS),
        MIN_N,
        Setting("fit_min_n", 10, "fewest stars of a cell that enters a slope", "whole", low=3),
        *profiles.REPLICAS,
        *BAR,
    ),
    requests=requests,
    finish=finish,
    tables=tables,
)
