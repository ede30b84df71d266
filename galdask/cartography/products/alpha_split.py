"""The [Mg/Fe]-[Fe/H] plane: density, the line between the populations, and typical errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.cartography import cell_statistics as cs
from galdask.cartography.dataset import build
from galdask.cartography.grids import coordinates
from galdask.cartography.product import Product, Request
from galdask.cartography.settings import Setting
from galdask.reductions import Axis, Key, OrderStatistics
from galdask.stars.populations import Flags, Populations

if TYPE_CHECKING:
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

ERRORS = ("fe_h", "mg_fe")


def plane(plan: Plan) -> tuple[Axis, Axis]:
    """Return the axes of the density."""
    settings = plan.settings["alpha_split"]
    return Axis.regular("fe_h", "fe_h", **settings["fe_h"]), Axis.regular(
        "mg_fe", "mg_fe", **settings["mg_fe"]
    )


def error_axis(plan: Plan) -> Axis:
    """Return the wide bins of [Fe/H] of the typical errors."""
    return Axis("fe_h_bin", "fe_h", plan.settings["alpha_split"]["error_bins"])


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for counts in the plane, and for the median errors in wide bins of [Fe/H]."""
    out = {"plane": cs.counts(plan.main, plane(plan))}
    wide = Key((error_axis(plan),))
    for name in ERRORS:
        if plan.quantities[name].has_error:
            order = OrderStatistics(wide, f"{name}_err", q=(0.5,), median_err=False)
            out[f"{name}_err"] = Request(plan.main, order)
    return out


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them, and draw the line and the edges of the buffer as points."""
    both, wide = plane(plan), error_axis(plan)
    found = {"n": cs.count_variable(tables["plane"], both, "number of stars")}
    found["n_panel"] = cs.panel_variable(found["n"])
    labels = dict(coordinates(both, plan))
    given = [name for name in ERRORS if f"{name}_err" in tables]
    if given:
        labels |= coordinates((wide,), plan, population=False)
    for name in given:
        table, about = tables[f"{name}_err"], plan.quantities[name]
        attrs = {"units": about.unit, "long_name": f"median error of {about.label}"}
        found[f"{name}_err_median"] = (("fe_h_bin",), cs.dense(table, "median", (wide,), False), attrs)
        found["n_err"] = cs.count_variable(table, (wide,), "number of stars with an error", False)
    if isinstance(plan.populations, Populations) and plan.populations.quantities == ERRORS:
        found |= line(plan.populations, both[0])
        labels["line_fe_h"] = found.pop("line_fe_h")
    return build(plan, "alpha_split", labels, found, **rule(plan.populations))


def line(populations: Populations, axis: Axis) -> dict[str, cs.Variable]:
    """Return the line between the populations and the edges of the buffer, as points."""
    x = np.unique(np.append(axis.edge_array, populations.knee))
    y, half = populations.boundary(x), populations.buffer
    if populations.along_x:
        low, high = populations.boundary(x + half), populations.boundary(x - half)
    else:
        low, high = y - half, y + half
    names = {"line_mg_fe": "boundary", "line_low": "lower edge of the buffer", "line_high": "upper edge"}
    out = {
        name: (("line",), values, {"units": "dex", "long_name": f"[Mg/Fe] of the {names[name]}"})
        for name, values in zip(names, (y, low, high), strict=True)
    }
    return {"line_fe_h": (("line",), x, {"units": "dex", "long_name": "[Fe/H] along the boundary"}), **out}


def rule(populations: Populations | Flags | None) -> dict[str, Any]:
    """Return attributes that say how the populations are parted."""
    if populations is None:
        return {}
    p = populations
    if isinstance(p, Flags):
        return {"population_rule": f"{p.by} = {p.low_alpha} low-alpha, {p.by} = {p.high_alpha} high-alpha"}
    text = (
        f"{p.y} = {p.level:g} {p.slope:+g} ({p.x} - {p.knee:g}) below {p.x} = {p.knee:g}, {p.level:g} above"
    )
    along = p.x if p.along_x else p.y
    return {"population_rule": text, "buffer": p.buffer, "buffer_along": along}


PRODUCT = Product(
    name="alpha_split",
    title="The low-alpha and high-alpha populations",
    figure="Figure 3",
    caption=(
        "Stars in cells of [Fe/H] and [Mg/Fe]. The hue of a cell is the population with most of its stars"
        " (blue low-alpha, orange high-alpha, gray neither), its depth the number of all its stars. The line"
        " parts the low-alpha population below it from the high-alpha one above; stars within the gray band"
        " are in neither. Crosses along the bottom give the median +-1 sigma errors of stars in wide bins of"
        " [Fe/H]."
    ),
    quantities=("fe_h", "mg_fe"),
    coordinates=(),
    settings=(
        Setting("fe_h", {"low": -2.5, "high": 1.0, "step": 0.02}, "cells of [Fe/H], dex", "axis"),
        Setting("mg_fe", {"low": -0.4, "high": 0.6, "step": 0.01}, "cells of [Mg/Fe], dex", "axis"),
        Setting("error_bins", (-1.4, -1.0, -0.6, -0.2, 0.2, 0.6), "bins of the errors, dex", "edges"),
    ),
    requests=requests,
    finish=finish,
)
