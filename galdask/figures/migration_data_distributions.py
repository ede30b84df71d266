"""The stars of a fit: five histograms and a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.figures import migration_marks, style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw the histograms and the face-on map.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `data_distributions` of a fit.
    """
    figure = style.sheet(style.PAGE, 4.6)
    panels = figure.subplots(2, 3).ravel()
    for axes, name in zip(panels, dataset["quantity"].values, strict=False):
        one = dataset.sel(quantity=name)
        edges, n = one["edges"].values, one["n"].values
        axes.stairs(n, edges, fill=True, color="#c9d8e6", gid="histogram")
        axes.stairs(n, edges, color=style.INK, lw=0.9)
        axes.axvline(float(one["median"]), color=style.INK, lw=0.9, ls="--", gid="median")
        axes.set_xlim(edges[0], edges[-1])
        axes.set_ylim(0, None)
        axes.set_xlabel(migration_marks.axis_label(dataset, str(name)))
        axes.yaxis.set_major_locator(_whole())
    for axes in panels[::3]:
        axes.set_ylabel("stars")
    _map(figure, panels[-1], dataset)
    style.panel_note(panels[0], f"N = {style.counted(dataset.attrs['stars'])}", "upper left")
    return figure


def _whole() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(5, integer=True)


def _map(figure: Figure, axes: Axes, dataset: xr.Dataset) -> None:
    from matplotlib.colors import LogNorm

    n = np.ma.masked_less(dataset["n_map"].values, 1)
    highest = max(float(n.max()), 2.0)
    mesh = axes.pcolormesh(
        dataset["x"].values, dataset["y"].values, n, norm=LogNorm(1, highest), cmap=style.colours("n_stars"),
        rasterized=True, gid="map",
    )  # fmt: skip
    migration_marks.sun(axes, float(dataset.attrs["r_sun"]), 0.0)
    axes.set_aspect("equal")
    axes.set_xlabel("X (kpc)")
    axes.set_ylabel("Y (kpc)")
    figure.colorbar(mesh, ax=axes, label="stars", shrink=0.9)
