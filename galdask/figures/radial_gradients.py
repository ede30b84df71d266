"""Slope of the radial profiles against height, with the published values (Imig et al. 2023, Figure 14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.figures import gradients, style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw one panel a way of fitting: slopes with +-1 sigma bands, published values as open symbols.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `radial_gradients`.
    """
    main, ways = dataset.isel(r_min=0), gradients.ways(dataset)
    figure = style.sheet(style.PAGE if len(ways) > 1 else 4.4, 3.6)
    row = figure.subplots(1, len(ways), squeeze=False, sharex=True, sharey=True)[0]
    for axes, way in zip(row, ways, strict=True):
        gradients.panel(axes, main.sel(fit_to=way), dataset, "abs_z")
        axes.set_title(gradients.TITLES.get(way, way) + gradients.beyond(float(dataset["r_min"].values[0])))
        gradients.height_axis(axes, dataset)
    row[0].set_ylabel(style.title(dataset["slope"]))
    row[0].set_ylim(*gradients.limits(main, "slope", "published_slope"))
    gradients.legend(figure, row)
    return figure
