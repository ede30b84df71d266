"""Catalogue ages against those of asteroseismology (APOKASC), in ranges of surface gravity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.cartography import cell_statistics as cs
from galdask.cartography import typical_errors
from galdask.cartography.dataset import build
from galdask.cartography.grids import coordinates
from galdask.cartography.maps import MIN_N
from galdask.cartography.product import Product, Request
from galdask.cartography.settings import Setting
from galdask.cartography.tables import long_table
from galdask.reductions import Axis, BottomK, Key, LeastSquares

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

NAME = "age_systematics"
STATISTICS = ("median", "median_err", "q16", "q84")
ERRORS = ("age_err_low", "age_err_up", "age_apokasc_err")
#: ages that are compared: the three of the paper's figure first
AGES = (
    "age_uncor_ss",
    "age_cor_ss",
    "age_nn",
    "age_uncor_mo",
    "age_cor_mo",
    "age_uncor_tw",
    "age_cor_tw",
    "age_nn_linear",
    "age_nn_lowess",
)


def axes(settings: Mapping[str, Any]) -> tuple[Axis, Axis]:
    """Return the ranges of log g and the bins of the seismic age."""
    logg = Axis("logg", "logg", settings["logg_bins"], closed_last=True)
    return logg, Axis.regular("age_apokasc", "age_apokasc", **settings["age"])


def compared(plan: Plan) -> list[str]:
    """Return the ages that the pipeline has of those that the setting names; `age` for the first one."""
    names = plan.settings[NAME]["quantities"]
    there = [name for name in names if name in plan.quantities]
    return there if names[0] in there or "age" in there else ["age", *there]


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for medians and straight lines of each age against the seismic one, and for stars to show."""
    settings = plan.settings[NAME]
    sample, (logg, seismic) = settings["sample"], axes(settings)
    found = {}
    for name in compared(plan):
        for word, one in cs.requests(plan, name, (logg, seismic), STATISTICS, population=False).items():
            found[word] = Request(sample, one.reduction)
        line = LeastSquares(
            Key((logg,)), "age_apokasc", name, replicas=settings["replicas"], seed=settings["seed"]
        )
        found[f"{name}/line"] = Request(sample, line)
    columns = ("age_apokasc", *compared(plan))
    points = BottomK(Key((logg,)), columns, settings["points"], settings["seed"], complete=False)
    return {
        **found,
        "points": Request(sample, points),
        **typical_errors.in_zones(plan, sample, (logg,), ERRORS),
    }


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them."""
    settings = plan.settings[NAME]
    logg, seismic = axes(settings)
    names, found = compared(plan), typical_errors.zone_variables(plan, (logg,), tables)
    each = []
    for name in names:
        own = cs.variables(
            plan, name, (logg, seismic), STATISTICS, tables, settings["min_n"], population=False
        )
        each.append({key.removeprefix(f"{name}_"): one for key, one in own})
        line = tables[f"{name}/line"]
        for key, units in (("slope", "1"), ("slope_err", "1"), ("intercept", "Gyr"), ("n", "1")):
            text = f"{key.replace('_', ' ')} of the age against the seismic one"
            values = cs.dense(line, key, (logg,), False)
            each[-1][f"line_{key}"] = (("logg",), values, {"units": units, "long_name": text})
    for key in each[0]:
        dims, _, attrs = each[0][key]
        found[key] = (("catalogue", *dims), np.stack([one[key][1] for one in each]), attrs)
    points = tables["points"]
    found["point_logg"] = (
        ("star",),
        points.cells.astype(np.int16),
        {"units": "1", "long_name": "range of log g"},
    )
    for name in ("age_apokasc", *names):
        about = plan.quantities[name]
        attrs = {"units": about.unit, "long_name": about.label}
        found[f"point_{name}"] = (("star",), points.values[name].astype(np.float32), attrs)
    labels = dict(coordinates((logg, seismic), plan, population=False))
    text = " ".join(f"{name}: {plan.quantities[name].label};" for name in names)
    labels["catalogue"] = (("catalogue",), np.array(names), {"long_name": "age column", "labels": text})
    return build(plan, NAME, labels, found)


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return the straight lines, one row an age column and range of log g."""
    return {NAME: long_table(dataset, ["line_n", "line_slope", "line_slope_err", "line_intercept"])}


PRODUCT = Product(
    name=NAME,
    title="Catalogue ages against asteroseismic ages",
    figure="Figure A.2",
    caption=(
        "Ages of the catalogues against those of APOKASC, one panel for each range of log g: stars as points"
        " (a fair sample), the median of each catalogue in bins of the seismic age with its +-1 sigma error"
        " as a band, and equality as a dashed line. A slope below 1 means that young stars come out too old"
        " and old ones too young. The cross is the median error of a star, of a"
        " third of the greatest age shown."
    ),
    quantities=("age_apokasc", "age", "logg"),
    coordinates=(),
    settings=(
        Setting("sample", "all_gravities", "sample of the stars that are compared", "sample"),
        Setting("quantities", AGES, "ages, those that the catalogue has", "names"),
        Setting("logg_bins", (1.0, 2.0, 2.5, 3.5), "ranges of log g; the last one is included", "edges"),
        Setting("age", {"low": 0.0, "high": 15.0, "step": 1.0}, "bins of the seismic age, Gyr", "axis"),
        MIN_N,
        Setting("points", 5_000, "stars that are shown as points", "whole", low=1, high=1_000_000),
        Setting("replicas", 200, "bootstrap replicas of the stars", "whole", low=2, high=10_000),
        Setting("seed", 1, "seed of the replicas and of the points", "whole", low=0, high=2**32 - 1),
    ),
    requests=requests,
    finish=finish,
    tables=tables,
)
