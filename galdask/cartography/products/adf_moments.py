"""The age distribution near the plane against R: mean, median, mode, width and skewness."""

from __future__ import annotations

from galdask.cartography import age_axis, shapes
from galdask.cartography.product import Product

NAME = "adf_moments"

PRODUCT = Product(
    name=NAME,
    title="Shape of the age distribution against R",
    figure="Figure 22",
    caption=(
        "All stars with an age near the plane. Left: the smoothed distribution of ages in rows of R. Right:"
        " mean, median and mode, standard deviation, and skewness (g1) of each row with +-1 sigma bands from"
        " a Poisson bootstrap of the stars. The dotted line is the R of the Sun, the open circle where the"
        " skewness rises through zero by linear interpolation. All populations are in the table."
    ),
    quantities=("age",),
    coordinates=shapes.COORDINATES,
    settings=(*shapes.SETTINGS, *age_axis.SETTINGS),
    requests=lambda plan: shapes.requests(plan, NAME, age_axis.quantity(plan, NAME)),
    finish=lambda plan, tables: shapes.finish(
        plan, NAME, age_axis.quantity(plan, NAME), tables, shown="total"
    ),
    tables=shapes.tables,
)
