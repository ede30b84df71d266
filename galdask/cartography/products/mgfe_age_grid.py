"""The [Mg/Fe]-[Fe/H] plane in zones of R and |Z|: median age."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.cartography import boundary, densities, typical_errors, zones
from galdask.cartography import cell_statistics as cs
from galdask.cartography.dataset import build
from galdask.cartography.grids import coordinates
from galdask.cartography.maps import MIN_N
from galdask.cartography.product import Product, Request
from galdask.cartography.settings import Setting

if TYPE_CHECKING:
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

STATISTICS = ("median", "median_err")


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for the median age in cells of the plane, for all stars of the plane and of each zone."""
    settings = plan.settings["mgfe_age_grid"]
    cells = densities.plane(settings, "fe_h", "mg_fe")
    return {
        **cs.requests(plan, "age", (*zones.axes(settings), *cells), STATISTICS, population=False),
        "behind": cs.counts(plan.main, cells),
        **typical_errors.requests(plan, settings["error_bins"]),
        **zones.requests(plan, settings),
    }


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them."""
    settings = plan.settings["mgfe_age_grid"]
    panels, cells = zones.axes(settings), densities.plane(settings, "fe_h", "mg_fe")
    min_n = settings["min_n"]
    found = dict(
        cs.variables(plan, "age", (*panels, *cells), STATISTICS, tables, min_n, population=False),
    )
    found["age_reason"] = cs.reason_variable(found["age_n"], min_n)
    wide, errors = typical_errors.variables(plan, settings["error_bins"], tables)
    found |= {
        **densities.behind(settings, tables["behind"], cells),
        **zones.variables(settings, tables),
        **errors,
        **boundary.line(plan.populations, cells[0]),
    }
    labels = {**coordinates((*panels, *cells), plan), **wide}
    if "line_fe_h" in found:
        labels["line_fe_h"] = found.pop("line_fe_h")
    return build(plan, "mgfe_age_grid", labels, found, **boundary.rule(plan.populations))


PRODUCT = Product(
    name="mgfe_age_grid",
    title="Ages in the [Mg/Fe]-[Fe/H] plane across the disk",
    figure="Figure 9",
    caption=(
        f"Median age in cells of [Fe/H] and [Mg/Fe]. {zones.CAPTION} In the corner: the number of stars with"
        " an age, and what part of the zone's stars they are. Light gray: the region that holds 90 % of the"
        " whole sample; dark gray: cells with fewer than min_n stars. The line parts the low-alpha population"
        " below it from the high-alpha one; crosses are median +-1 sigma errors by [Fe/H]."
    ),
    quantities=("age", "fe_h", "mg_fe"),
    coordinates=zones.COORDINATES,
    settings=(
        *zones.SETTINGS,
        Setting("fe_h", {"low": -2.0, "high": 0.8, "step": 0.05}, "cells of [Fe/H], dex", "axis"),
        Setting("mg_fe", {"low": -0.3, "high": 0.6, "step": 0.025}, "cells of [Mg/Fe], dex", "axis"),
        MIN_N,
        densities.SMOOTH,
        densities.BEHIND,
        typical_errors.SETTING,
    ),
    requests=requests,
    finish=finish,
)
