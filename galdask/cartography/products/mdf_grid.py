"""The metallicity distribution in rows of R, in slices of |Z|, for each population."""

from __future__ import annotations

from galdask.cartography import rows_of_r
from galdask.cartography.product import Product
from galdask.cartography.settings import Setting

PRODUCT = Product(
    name="mdf_grid",
    title="Metallicity distribution across the disk",
    figure="Figure 18",
    caption=f"Fraction of stars by [Fe/H] {rows_of_r.CAPTION}",
    quantities=("fe_h",),
    coordinates=rows_of_r.COORDINATES,
    settings=(
        *rows_of_r.SETTINGS,
        Setting("fe_h", {"low": -2.0, "high": 0.8, "step": 0.05}, "bins of [Fe/H], dex", "axis"),
    ),
    requests=lambda plan: rows_of_r.requests(plan, "mdf_grid", "fe_h"),
    finish=lambda plan, tables: rows_of_r.finish(plan, "mdf_grid", "fe_h", tables),
    tables=rows_of_r.tables,
)
