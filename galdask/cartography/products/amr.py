"""The age-metallicity relation in zones of R and |Z|: stars by [Mg/Fe], and the trend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.cartography import age_relations, zones
from galdask.cartography.dataset import build
from galdask.cartography.grids import coordinates
from galdask.cartography.maps import MIN_N
from galdask.cartography.product import Product, Request

if TYPE_CHECKING:
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

COLUMNS = ("log_age", "fe_h", "mg_fe")


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for a sample of stars, the trend of [Fe/H] with age, and the stars and errors of each zone."""
    settings = plan.settings["amr"]
    return {
        "points": age_relations.points(plan, settings, COLUMNS),
        **age_relations.trend_requests(plan, settings, "fe_h"),
        **age_relations.zone_requests(plan, settings, "fe_h"),
    }


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them."""
    settings = plan.settings["amr"]
    found = {
        **age_relations.point_variables(plan, settings, COLUMNS, tables["points"]),
        **age_relations.trend_variables(plan, settings, "fe_h", tables),
        **age_relations.zone_variables(plan, settings, tables),
    }
    labels = coordinates((*zones.axes(settings), age_relations.bins(settings)), plan)
    return build(plan, "amr", labels, found)


PRODUCT = Product(
    name="amr",
    title="Age-metallicity relation across the disk",
    figure="Figure 23",
    caption=(
        f"Stars by log10 age, older to the left, and [Fe/H], coloured by [Mg/Fe]. {zones.CAPTION} Black"
        " squares are medians in bins of log10 age, bars the standard deviation of [Fe/H] in them. In the"
        " corner: the number of stars with an age, and what part of the zone's stars they are; below it the"
        " median +-1 sigma error of a star. A fair sample of the stars is shown."
    ),
    quantities=("log_age", "fe_h", "mg_fe"),
    coordinates=zones.COORDINATES,
    settings=(*zones.SETTINGS, age_relations.BINS, MIN_N, *age_relations.POINTS),
    requests=requests,
    finish=finish,
)
