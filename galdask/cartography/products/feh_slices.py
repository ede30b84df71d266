"""Face-on maps of the median [Fe/H] in slices of height."""

from __future__ import annotations

from galdask.cartography.dataset import BAR
from galdask.cartography.maps import EXTENT, MIN_N
from galdask.cartography.product import Product
from galdask.cartography.settings import Setting
from galdask.cartography.slices import finish_slices, request_slices

PRODUCT = Product(
    name="feh_slices",
    title="Face-on maps of [Fe/H] in slices of height",
    figure="Figure 6",
    caption=(
        "Median [Fe/H] in square cells of X and Y, one panel for each slice of |Z|, the lowest slice on top."
        " The Sun, the Galactic centre (plus) and the outline of the bar are marked. Cells with too few"
        " stars for a median are left empty."
    ),
    quantities=("fe_h",),
    coordinates=("x", "y", "abs_z"),
    settings=(
        *EXTENT[:2],
        Setting("slices", (0.0, 0.5, 1.0, 2.0), "edges of the slices of |Z|, kpc", "edges", low=0.0),
        MIN_N,
        *BAR,
    ),
    requests=lambda plan: request_slices(plan, "feh_slices", "fe_h"),
    finish=lambda plan, tables: finish_slices(plan, "feh_slices", "fe_h", tables),
)
