"""The age distribution in rows of R, in slices of |Z|, for each population."""

from __future__ import annotations

from galdask.cartography import age_axis, rows_of_r
from galdask.cartography.product import Product

NAME = "adf_grid"

PRODUCT = Product(
    name=NAME,
    title="Age distribution across the disk",
    figure="Figure 22",
    caption=f"Fraction of stars by age {rows_of_r.CAPTION}",
    quantities=("age",),
    coordinates=rows_of_r.COORDINATES,
    settings=(*rows_of_r.SETTINGS, *age_axis.SETTINGS),
    requests=lambda plan: rows_of_r.requests(plan, NAME, age_axis.quantity(plan, NAME)),
    finish=lambda plan, tables: rows_of_r.finish(plan, NAME, age_axis.quantity(plan, NAME), tables),
    tables=rows_of_r.tables,
)
