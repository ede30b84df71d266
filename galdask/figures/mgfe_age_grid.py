"""Median age in the [Mg/Fe]-[Fe/H] plane across the disk (Imig et al. 2023, Figure 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.figures import abundance_plane, contours, maps, style, zones
from galdask.figures.cells import cells

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw the cells of each zone coloured by median age over the region of the whole sample.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `mgfe_age_grid`.
    """
    from matplotlib.colors import Normalize

    text = style.title(dataset["fe_h"]), style.title(dataset["mg_fe"])
    figure, grid = zones.sheet(dataset, *text, bar=True)
    x, y = abundance_plane.limits(dataset)
    low, high = style.nice_limits(dataset["age_median"].values, dataset["age_n"].values, cover=0.95)
    norm, colours = Normalize(low, high), style.colours("age")
    for axes, part in zones.parts(dataset, grid):
        contours.behind(axes, dataset, "fe_h", "mg_fe")
        one = cells(part, "age_median", "age_n", ("fe_h", "mg_fe"))
        mesh = maps.mosaic(axes, one, colours, norm)
        abundance_plane.boundary(axes, dataset)
        abundance_plane.typical_errors(axes, dataset, x, y)
        zones.count_note(axes, part.isel(population=0), "n_age")
    grid[0, 0].set_xlim(*x)
    grid[0, 0].set_ylim(*y)
    ends = style.extend(dataset["age_median"].values, low, high)
    zones.bar_beside(figure, grid, mesh, style.title(dataset["age_median"]), ends)
    fewest = int(dataset.attrs["min_n"])
    handles = [maps.few_patch(fewest)] if fewest > 1 else []
    handles.append(contours.ground_patch(dataset))
    figure.legend(handles=handles, loc="outside upper center", ncols=2, handlelength=1.2)
    return figure
