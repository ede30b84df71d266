"""Density in age and [Mg/Fe] across the disk (Imig et al. 2023, Figure 25)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.figures import abundance_plane, age_panels, contours, style, zones
from galdask.figures.cells import Limits, edges

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHADES = style.one_hue("#d3c7e8", "#6a51a3", "#240b4f")


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw the contours of the stars of each zone over the region of all of them.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `age_alpha`.
    """
    labels = style.title(dataset["log_age"]), style.title(dataset["mg_fe"])
    figure, grid = zones.sheet(dataset, *labels)
    fill(grid, dataset, *limits(dataset))
    contours.legend(figure, dataset, SHADES)
    return figure


def limits(dataset: xr.Dataset) -> tuple[Limits, Limits]:
    """Return limits of log10 age and [Mg/Fe] that hold nearly all stars, of all variants if there are."""
    density = dataset["behind_density"].transpose("log_age", "mg_fe", ...).values
    density = density.reshape(*density.shape[:2], -1).sum(axis=2)
    x = abundance_plane.span(edges(dataset, "log_age"), density.sum(axis=1), 0.996)
    return x, abundance_plane.span(edges(dataset, "mg_fe"), density.sum(axis=0), 0.996)


def fill(grid: np.ndarray, dataset: xr.Dataset, x: Limits, y: Limits) -> None:
    """Draw the zones of a dataset into a sheet of panels."""
    for axes, part in zones.parts(dataset.sel(population="total"), grid):
        contours.behind(axes, dataset, "log_age", "mg_fe")
        contours.filled(axes, part, "log_age", "mg_fe", SHADES)
        _modes(axes, part["mode_log_age"].values)
        age_panels.notes(axes, part, "mg_fe_err_median", x, y)
    age_panels.frame(grid, x, y)


def _modes(axes: Axes, at: np.ndarray) -> None:
    """Mark the modes of the low-alpha stars at the lower border."""
    colour = style.POPULATIONS["low_alpha"][0]
    for one in at[np.isfinite(at)]:
        axes.plot(
            [one, one],
            [0.0, 0.07],
            transform=axes.get_xaxis_transform(),
            color=colour,
            lw=2.0,
            zorder=8,
            gid="mode",
        )
