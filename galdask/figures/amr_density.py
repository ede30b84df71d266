"""Density in the age-metallicity plane across the disk (Imig et al. 2023, Figure 24)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.figures import abundance_plane, age_panels, contours, style, zones
from galdask.figures.cells import edges

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

SHADES = style.one_hue("#bfe3c6", "#238b45", "#00311a")


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw the contours of the stars of each zone.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `amr_density`.
    """
    labels = style.title(dataset["log_age"]), style.title(dataset["fe_h"])
    figure, grid = zones.sheet(dataset, *labels)
    n = dataset["n"].sel(population="total").sum(("abs_z", "r")).transpose("log_age", "fe_h").values
    x = abundance_plane.span(edges(dataset, "log_age"), n.sum(axis=1), 0.996)
    y = abundance_plane.span(edges(dataset, "fe_h"), n.sum(axis=0), 0.996)
    for axes, part in zones.parts(dataset.sel(population="total"), grid):
        contours.filled(axes, part, "log_age", "fe_h", SHADES)
        age_panels.notes(axes, part, "fe_h_err_median", x, y)
    age_panels.frame(grid, x, y)
    contours.legend(figure, dataset, SHADES)
    return figure
