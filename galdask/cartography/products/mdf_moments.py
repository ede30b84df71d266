"""The metallicity distribution near the plane against R: mean, median, mode, width and skewness."""

from __future__ import annotations

from galdask.cartography import shapes
from galdask.cartography.product import Product
from galdask.cartography.settings import Setting

PRODUCT = Product(
    name="mdf_moments",
    title="Shape of the metallicity distribution against R",
    figure="Figure 19",
    caption=(
        "Low-alpha stars near the plane. Left: the smoothed distribution of [Fe/H] in rows of R. Right:"
        " mean, median and mode, standard deviation, and skewness (g1) of each row with +-1 sigma bands from"
        " a Poisson bootstrap of the stars. The dotted line is the R of the Sun, the open circle where the"
        " skewness rises through zero by linear interpolation. All populations are in the table."
    ),
    quantities=("fe_h",),
    coordinates=shapes.COORDINATES,
    settings=(
        *shapes.SETTINGS,
        Setting("fe_h", {"low": -1.2, "high": 0.8, "step": 0.05}, "bins of [Fe/H], dex; none beyond", "axis"),
    ),
    requests=lambda plan: shapes.requests(plan, "mdf_moments", "fe_h"),
    finish=lambda plan, tables: shapes.finish(plan, "mdf_moments", "fe_h", tables, shown="low_alpha"),
    tables=shapes.tables,
)
