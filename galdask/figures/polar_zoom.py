"""Medians near the Sun in R and azimuth, with spiral arms (Imig et al. 2023, Figure 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.figures import maps, marks, polar, style
from galdask.figures.cells import cells

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw the medians of overlapping windows, each as one small cell at its middle.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `polar_zoom`.
    """
    from matplotlib.colors import Normalize

    panel = cells(dataset, "fe_h_median", "fe_h_n", ("r", "theta"), population="total")
    low, high = style.nice_limits(panel.shown())
    figure = style.sheet(5.2, 4.6)
    axes = figure.subplots()
    r, theta = ((float(e[0]), float(e[-1])) for e in (panel.x, panel.y))
    mesh = polar.panel(axes, panel, style.colours("fe_h"), Normalize(low, high), r, theta)
    handles = polar.arms(axes, dataset)
    marks.sun(axes, float(dataset.attrs["r_sun"]), 180.0)
    axes.set_xlabel(style.title(dataset["r"]))
    axes.set_ylabel(style.title(dataset["theta"]))
    height = float(dataset.attrs["max_abs_z"])
    axes.set_title(rf"$\left|Z\right| \leq {height:g}$ kpc", loc="left", fontsize=9.5)
    number = int(dataset["n_panel"].sel(population="total"))
    axes.set_title(f"$N$ = {style.counted(number)}", loc="right", fontsize=9.5)
    text = style.title(dataset["fe_h_median"])
    maps.bar_beside(figure, mesh, axes, text, style.extend(panel.shown(), low, high))
    if handles:
        figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), title="spiral arms")
    maps.key(figure, int(dataset.attrs["min_n"]))
    return figure
