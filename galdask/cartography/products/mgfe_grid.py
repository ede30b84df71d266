"""The [Mg/Fe]-[Fe/H] plane in zones of R and |Z|: density of stars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.cartography import boundary, densities, typical_errors, zones
from galdask.cartography.dataset import build
from galdask.cartography.grids import coordinates
from galdask.cartography.product import Product, Request

if TYPE_CHECKING:
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for the stars in cells of the plane, their errors, and the stars of each zone."""
    settings = plan.settings["mgfe_grid"]
    return {
        **densities.requests(plan.main, settings, densities.plane(settings, "fe_h", "mg_fe")),
        **typical_errors.requests(plan, settings["error_bins"]),
        **zones.requests(plan, settings),
    }


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them."""
    settings = plan.settings["mgfe_grid"]
    cells = densities.plane(settings, "fe_h", "mg_fe")
    wide, errors = typical_errors.variables(plan, settings["error_bins"], tables)
    found = {
        **densities.variables(settings, tables, cells),
        **zones.variables(settings, tables),
        **errors,
        **boundary.line(plan.populations, cells[0]),
    }
    labels = {**coordinates((*zones.axes(settings), *cells), plan), **wide}
    labels |= densities.fraction_coordinate(settings)
    if "line_fe_h" in found:
        labels["line_fe_h"] = found.pop("line_fe_h")
    return build(plan, "mgfe_grid", labels, found, **boundary.rule(plan.populations))


PRODUCT = Product(
    name="mgfe_grid",
    title="The [Mg/Fe]-[Fe/H] plane across the disk",
    figure="Figure 8",
    caption=(
        f"Density of stars in [Fe/H] and [Mg/Fe]. {zones.CAPTION} Contours enclose the stated fractions of"
        " the stars of a panel; panels of fewer than 50 stars show them as points. The number of stars is in"
        " the corner. Gray: the region that holds 90 % of the whole sample. The line parts the low-alpha"
        " population below it from the high-alpha one; crosses are median +-1 sigma errors by [Fe/H]."
    ),
    quantities=("fe_h", "mg_fe"),
    coordinates=zones.COORDINATES,
    settings=(*zones.SETTINGS, densities.FE_H, densities.MG_FE, *densities.SETTINGS, typical_errors.SETTING),
    requests=requests,
    finish=finish,
)
