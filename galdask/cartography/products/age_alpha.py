"""Age and [Mg/Fe] in zones of R and |Z|: density of stars, and modes of the ages of the low-alpha ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.cartography import age_modes, age_relations, densities, zones
from galdask.cartography.dataset import build
from galdask.cartography.grids import coordinates
from galdask.cartography.product import Product, Request
from galdask.cartography.tables import long_table

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for the stars with ages in cells of the plane, their ages with replicas, and each zone's errors."""
    settings = plan.settings["age_alpha"]
    cells = densities.plane(settings, "log_age", "mg_fe")
    return {
        **densities.requests(age_relations.sample_of(plan), settings, cells),
        **age_relations.zone_requests(plan, settings, "mg_fe"),
        "modes": age_modes.request(plan, settings),
    }


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them, and find the modes."""
    settings = plan.settings["age_alpha"]
    cells = densities.plane(settings, "log_age", "mg_fe")
    found = {
        **densities.variables(settings, tables, cells),
        **age_relations.zone_variables(plan, settings, tables),
        **age_modes.variables(settings, tables["modes"]),
    }
    labels = {**coordinates((*zones.axes(settings), *cells), plan), **densities.fraction_coordinate(settings)}
    return build(plan, "age_alpha", labels, found)


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return the modes, one a row."""
    frame = long_table(dataset, ["n_modes", "p_modes", "mode_log_age", "mode_log_age_err"])
    return {"age_alpha_modes": frame[frame["mode_log_age"].notna()]}


PRODUCT = Product(
    name="age_alpha",
    title="Age and [Mg/Fe] across the disk",
    figure="Figure 25",
    caption=(
        f"Density of stars in log10 age, older to the left, and [Mg/Fe]. {zones.CAPTION} Contours enclose"
        " the stated fractions of the stars of a panel; panels of fewer than 50 stars show them as points."
        " Gray: the region that holds 90 % of all stars with ages. Ticks at the bottom are the modes of the"
        " smoothed ages of low-alpha stars. In the corner: the number of stars with an age, and what part of"
        " the zone's stars they are; below it the median +-1 sigma error of a star."
    ),
    quantities=("log_age", "mg_fe"),
    coordinates=zones.COORDINATES,
    settings=(
        *zones.SETTINGS,
        densities.LOG_AGE,
        densities.MG_FE,
        *densities.SETTINGS,
        *age_modes.SETTINGS,
    ),
    requests=requests,
    finish=finish,
    tables=tables,
)
