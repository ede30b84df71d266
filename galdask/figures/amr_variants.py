"""Age-metallicity relation across the disk, variant by variant (Imig et al. 2023, Figure A.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.figures import amr, style, zones

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw the sheets of all variants one above the other, on the same axes and colours.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `amr_variants`.
    """
    labels = style.title(dataset["log_age_bin"]), style.title(dataset["point_fe_h"])
    figure, grids = zones.sheets(dataset, dataset.sizes["variant"], *labels, bar=True)
    shown = amr.Shown(dataset)
    for k, grid in enumerate(grids):
        amr.fill(grid, dataset.isel(variant=k), shown)
        zones.bar_beside(figure, grid, shown.colours, style.title(dataset["point_mg_fe"]), shown.ends)
    zones.name_sheets(figure, grids, style.variants(dataset))
    return figure
