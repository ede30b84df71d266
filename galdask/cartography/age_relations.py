"""Relations of abundances with age, zone by zone: what their products share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.cartography import cell_statistics as cs
from galdask.cartography import typical_errors, zones
from galdask.cartography.product import Request
from galdask.cartography.settings import Setting
from galdask.reductions import Axis, BottomK, CellTable, Key

if TYPE_CHECKING:
    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

#: columns of the errors of an age
AGE_ERRORS = ("age_err_low", "age_err_up")
#: trend of a quantity with age, and how far stars scatter about it
TREND = ("median", "median_err", "std", "std_err")
BINS = Setting("log_age_bin", {"low": 8.0, "high": 10.4, "step": 0.1}, "bins of the medians, log(yr)", "axis")
POINTS = (
    Setting("points", 20_000, "stars that are shown as points", "whole", low=1, high=1_000_000),
    Setting("seed", 1, "seed of their choice", "whole", low=0, high=2**32 - 1),
)


def sample_of(plan: Plan) -> str:
    """Return the sample of the stars with ages."""
    return plan.quantities["log_age"].sample


def bins(settings: Mapping[str, Any]) -> Axis:
    """Return the bins of log10 age of the trend."""
    return Axis.regular("log_age_bin", "log_age", **settings["log_age_bin"])


def zone_requests(plan: Plan, settings: Mapping[str, Any], quantity: str) -> dict[str, Request]:
    """Ask for the stars of each zone and their median errors of age and of a quantity."""
    errors = (*AGE_ERRORS, f"{quantity}_err")
    return {
        **zones.requests(plan, settings),
        **typical_errors.in_zones(plan, sample_of(plan), zones.axes(settings), errors),
    }


def zone_variables(plan: Plan, settings: Mapping[str, Any], tables: Tables) -> dict[str, cs.Variable]:
    """Return what `zone_requests` asked for."""
    panels = zones.axes(settings)
    return {**zones.variables(settings, tables), **typical_errors.zone_variables(plan, panels, tables)}


def trend_requests(plan: Plan, settings: Mapping[str, Any], quantity: str) -> dict[str, Request]:
    """Ask for median and standard deviation of a quantity by log10 age in each zone, of stars with ages."""
    axes = (*zones.axes(settings), bins(settings))
    asked = cs.requests(plan, quantity, axes, TREND, "trend/", population=False)
    return {word: Request(sample_of(plan), one.reduction) for word, one in asked.items()}


def trend_variables(
    plan: Plan, settings: Mapping[str, Any], quantity: str, tables: Tables
) -> dict[str, cs.Variable]:
    """Return ``<quantity>_n``, ``_median``, ``_median_err``, ``_std`` and ``_reason`` (|Z|, R, age bin)."""
    axes, least = (*zones.axes(settings), bins(settings)), settings["min_n"]
    found = dict(cs.variables(plan, quantity, axes, TREND, tables, least, "trend/", population=False))
    found[f"{quantity}_reason"] = cs.reason_variable(found[f"{quantity}_n"], least)
    return found


def points(plan: Plan, settings: Mapping[str, Any], columns: Sequence[str]) -> Request:
    """Ask for a fair sample of the stars of all zones, with some of their columns."""
    key = Key(zones.axes(settings))
    return Request(sample_of(plan), BottomK(key, tuple(columns), settings["points"], settings["seed"]))


def point_variables(
    plan: Plan, settings: Mapping[str, Any], columns: Sequence[str], table: CellTable
) -> dict[str, cs.Variable]:
    """Return ``point_<column>`` (star), and ``point_row`` and ``point_column``: the zone of each star."""
    place = Key(zones.axes(settings)).indices(table.cells)
    found: dict[str, cs.Variable] = {}
    for name, axis in (("row", "abs_z"), ("column", "r")):
        attrs = {"units": "1", "long_name": f"index of the star's zone along {axis}"}
        found[f"point_{name}"] = (("star",), place[axis].astype(np.int16), attrs)
    for column in columns:
        about = plan.quantities[column]
        values = table.values[column].astype(np.float32)
        found[f"point_{column}"] = (("star",), values, {"units": about.unit, "long_name": about.label})
    return found
