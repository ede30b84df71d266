"""Density in age and [Mg/Fe] across the disk, variant by variant (Imig et al. 2023, Figure A.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.figures import age_alpha, contours, style, zones

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw the sheets of all variants one above the other, on the same axes.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `age_alpha_variants`.
    """
    labels = style.title(dataset["log_age"]), style.title(dataset["mg_fe"])
    figure, grids = zones.sheets(dataset, dataset.sizes["variant"], *labels)
    limits = age_alpha.limits(dataset)
    for k, grid in enumerate(grids):
        age_alpha.fill(grid, dataset.isel(variant=k), *limits)
    zones.name_sheets(figure, grids, style.variants(dataset))
    contours.legend(figure, dataset.isel(variant=0), age_alpha.SHADES)
    return figure
