"""Face-on maps of the median [Fe/H] in slices of height."""

from __future__ import annotations

from galdask.cartography import slices
from galdask.cartography.product import Product

PRODUCT = Product(
    name="feh_slices",
    title="Face-on maps of [Fe/H] in slices of height",
    figure="Figure 6",
    caption=f"Median [Fe/H] {slices.CAPTION}",
    quantities=("fe_h",),
    coordinates=slices.COORDINATES,
    settings=slices.SETTINGS,
    requests=lambda plan: slices.request_slices(plan, "feh_slices", "fe_h"),
    finish=lambda plan, tables: slices.finish_slices(plan, "feh_slices", "fe_h", tables),
)
