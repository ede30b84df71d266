"""Slopes of age against radius and against height (Imig et al. 2023, Figure 21)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.figures import gradients, style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw radial slopes by |Z| above, vertical slopes by R below; one column a way of fitting.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `age_gradients`.
    """
    radial, vertical = dataset.isel(r_min=0), dataset.sel(side="both")
    ways, reach = gradients.ways(dataset), float(dataset.attrs["max_abs_z"])
    figure = style.sheet(style.PAGE, 6.0)
    grid = figure.subplots(2, len(ways), squeeze=False, sharex="row", sharey="row")
    for (upper, lower), way in zip(grid.T, ways, strict=True):
        gradients.panel(upper, radial.sel(fit_to=way), dataset, "abs_z")
        gradients.height_axis(upper, dataset)
        gradients.panel(lower, vertical.sel(fit_to=way), dataset, "r_bin", "vertical_slope")
        gradients.radius_axis(lower, dataset, "r_bin")
        through = gradients.TITLES.get(way, way)
        upper.set_title(through + gradients.beyond(float(dataset["r_min"].values[0])))
        lower.set_title(rf"{through}, $\left|Z\right| \leq {reach:g}$ kpc")
    grid[0, 0].set_ylabel(style.title(dataset["slope"]))
    grid[1, 0].set_ylabel(style.title(dataset["vertical_slope"]))
    grid[0, 0].set_ylim(*gradients.limits(radial, "slope"))
    grid[1, 0].set_ylim(*gradients.limits(vertical, "vertical_slope"))
    gradients.legend(figure, grid.ravel())
    return figure
