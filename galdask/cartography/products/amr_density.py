"""The age-metallicity relation in zones of R and |Z|: density of stars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.cartography import age_relations, densities, zones
from galdask.cartography import cell_statistics as cs
from galdask.cartography.dataset import build
from galdask.cartography.grids import coordinates
from galdask.cartography.product import Product, Request

if TYPE_CHECKING:
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for the stars with ages in cells of the plane, and for the stars and errors of each zone."""
    settings = plan.settings["amr_density"]
    cells = densities.plane(settings, "log_age", "fe_h")
    return {
        "panels": cs.counts(age_relations.sample_of(plan), (*zones.axes(settings), *cells)),
        **age_relations.zone_requests(plan, settings, "fe_h"),
    }


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them."""
    settings = plan.settings["amr_density"]
    panels, cells = zones.axes(settings), densities.plane(settings, "log_age", "fe_h")
    found = {
        **densities.histogram(tables["panels"], settings, panels, cells),
        **age_relations.zone_variables(plan, settings, tables),
    }
    labels = {**coordinates((*panels, *cells), plan), **densities.fraction_coordinate(settings)}
    return build(plan, "amr_density", labels, found)


PRODUCT = Product(
    name="amr_density",
    title="Density in the age-metallicity plane across the disk",
    figure="Figure 24",
    caption=(
        f"Density of stars in log10 age, older to the left, and [Fe/H]. {zones.CAPTION} Contours enclose the"
        " stated fractions of the stars of a panel; panels of fewer than 50 stars show them as points. In the"
        " corner: the number of stars with an age, and what part of the zone's stars they are; below it the"
        " median +-1 sigma error of a star."
    ),
    quantities=("log_age", "fe_h"),
    coordinates=zones.COORDINATES,
    settings=(*zones.SETTINGS, densities.LOG_AGE, densities.FE_H, densities.SMOOTH, densities.FRACTIONS),
    requests=requests,
    finish=finish,
)
