"""Density in the [Mg/Fe]-[Fe/H] plane across the disk (Imig et al. 2023, Figure 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.figures import abundance_plane, contours, style, zones

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

SHADES = style.one_hue("#9ecae1", "#2171b5", "#08254a")


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw the contours of all stars of each zone over the region of the whole sample.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `mgfe_grid`.
    """
    figure, grid = zones.sheet(dataset, style.title(dataset["fe_h"]), style.title(dataset["mg_fe"]))
    x, y = abundance_plane.limits(dataset)
    for axes, part in zones.parts(dataset.sel(population="total"), grid):
        contours.behind(axes, dataset, "fe_h", "mg_fe")
        contours.filled(axes, part, "fe_h", "mg_fe", SHADES)
        abundance_plane.boundary(axes, dataset)
        abundance_plane.typical_errors(axes, dataset, x, y)
        zones.count_note(axes, part, "n_all")
    grid[0, 0].set_xlim(*x)
    grid[0, 0].set_ylim(*y)
    contours.legend(figure, dataset, SHADES)
    return figure
