"""Face-on maps of the median age in slices of height."""

from __future__ import annotations

from galdask.cartography import slices
from galdask.cartography.product import Product

PRODUCT = Product(
    name="age_slices",
    title="Face-on maps of age in slices of height",
    figure="Figure 7",
    caption=f"Median age {slices.CAPTION}",
    quantities=("age",),
    coordinates=slices.COORDINATES,
    settings=slices.SETTINGS,
    requests=lambda plan: slices.request_slices(plan, "age_slices", "age"),
    finish=lambda plan, tables: slices.finish_slices(plan, "age_slices", "age", tables),
)
