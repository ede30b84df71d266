"""Typical errors of a star: medians of the stated errors in wide bins of [Fe/H]."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from galdask.cartography import cell_statistics as cs
from galdask.cartography.grids import coordinates, dims
from galdask.cartography.product import Request
from galdask.cartography.settings import Setting
from galdask.reductions import Axis, Key, OrderStatistics

if TYPE_CHECKING:
    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

#: quantities whose errors are shown
ERRORS = ("fe_h", "mg_fe")
SETTING = Setting("error_bins", (-1.4, -1.0, -0.6, -0.2, 0.2, 0.6), "bins of the errors, dex", "edges")


def axis(edges: Sequence[float]) -> Axis:
    """Return the wide bins of [Fe/H]."""
    return Axis("fe_h_bin", "fe_h", tuple(edges))


def requests(plan: Plan, edges: Sequence[float]) -> dict[str, Request]:
    """Ask for the median errors of those quantities that have errors."""
    key = Key((axis(edges),))
    return {
        f"{name}_err": Request(plan.main, OrderStatistics(key, f"{name}_err", q=(0.5,), median_err=False))
        for name in ERRORS
        if plan.quantities[name].has_error
    }


def variables(
    plan: Plan, edges: Sequence[float], tables: Tables
) -> tuple[dict[str, Any], dict[str, cs.Variable]]:
    """Return coordinates and variables: ``<quantity>_err_median`` and ``n_err``; empty without errors."""
    wide = axis(edges)
    found: dict[str, cs.Variable] = {}
    for name in ERRORS:
        if f"{name}_err" not in tables:
            continue
        table, about = tables[f"{name}_err"], plan.quantities[name]
        attrs = {"units": about.unit, "long_name": f"median error of {about.label}"}
        found[f"{name}_err_median"] = (("fe_h_bin",), cs.dense(table, "median", (wide,), False), attrs)
        found["n_err"] = cs.count_variable(table, (wide,), "number of stars with an error", False)
    return dict(coordinates((wide,), plan, population=False)) if found else {}, found


def in_zones(plan: Plan, sample: str, panels: Sequence[Axis], names: Sequence[str]) -> dict[str, Request]:
    """Ask for the median error of a star in each zone; errors that the pipeline lacks are left out.

    Parameters
    ----------
    plan : Plan
        Knows which errors there are.
    sample : str
        Of the stars.
    panels : sequence of Axis
        Zones.
    names : sequence of str
        Columns of errors: "age_err_low", "fe_h_err" and the like.
    """
    key = Key(tuple(panels))
    return {
        f"zone/{name}": Request(sample, OrderStatistics(key, name, q=(0.5,), median_err=False))
        for name in names
        if _about(plan, name) is not None
    }


def zone_variables(plan: Plan, panels: Sequence[Axis], tables: Tables) -> dict[str, cs.Variable]:
    """Return ``<error>_median`` in each zone for every error that `in_zones` asked for."""
    found: dict[str, cs.Variable] = {}
    for word, table in tables.items():
        if not word.startswith("zone/"):
            continue
        name = word.removeprefix("zone/")
        unit, label = _about(plan, name) or ("", "")
        attrs = {"units": unit, "long_name": f"median {label}"}
        found[f"{name}_median"] = (dims(panels, False), cs.dense(table, "median", panels, False), attrs)
    return found


def _about(plan: Plan, name: str) -> tuple[str, str] | None:
    """Return unit and label of an error: a quantity of its own, or the error of one; None without it."""
    if name in plan.quantities:
        return plan.quantities[name].unit, plan.quantities[name].within
    owner = plan.quantities.get(name.removesuffix("_err"))
    return (owner.unit, f"error of {owner.within}") if owner is not None and owner.has_error else None
