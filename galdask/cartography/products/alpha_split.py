"""The [Mg/Fe]-[Fe/H] plane: density, the line between the populations, and typical errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.cartography import boundary, typical_errors
from galdask.cartography import cell_statistics as cs
from galdask.cartography.dataset import build
from galdask.cartography.grids import coordinates
from galdask.cartography.product import Product, Request
from galdask.cartography.settings import Setting
from galdask.reductions import Axis

if TYPE_CHECKING:
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables


def plane(plan: Plan) -> tuple[Axis, Axis]:
    """Return the axes of the density."""
    settings = plan.settings["alpha_split"]
    return Axis.regular("fe_h", "fe_h", **settings["fe_h"]), Axis.regular(
        "mg_fe", "mg_fe", **settings["mg_fe"]
    )


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for counts in the plane, and for the median errors in wide bins of [Fe/H]."""
    edges = plan.settings["alpha_split"]["error_bins"]
    return {"plane": cs.counts(plan.main, plane(plan)), **typical_errors.requests(plan, edges)}


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them, and draw the line and the edges of the buffer as points."""
    both = plane(plan)
    found = {"n": cs.count_variable(tables["plane"], both, "number of stars")}
    found["n_panel"] = cs.panel_variable(found["n"])
    wide, errors = typical_errors.variables(plan, plan.settings["alpha_split"]["error_bins"], tables)
    found |= errors | boundary.line(plan.populations, both[0])
    labels = {**coordinates(both, plan), **wide}
    if "line_fe_h" in found:
        labels["line_fe_h"] = found.pop("line_fe_h")
    return build(plan, "alpha_split", labels, found, **boundary.rule(plan.populations))


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
        typical_errors.SETTING,
    ),
    requests=requests,
    finish=finish,
)
