"""Slope of the vertical profiles against radius, with the published values (Imig et al. 2023, Figure 16)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.figures import gradients, style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw slopes against |Z| of both sides together; below them, how far the two sides differ.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `vertical_gradients`.
    """
    both, ways = dataset.sel(side="both"), gradients.ways(dataset)
    figure = style.sheet(style.PAGE, 5.2)
    grid = figure.subplots(2, len(ways), squeeze=False, sharex=True, sharey="row", height_ratios=(1.7, 1))
    reach = float(dataset.attrs["max_abs_z"])
    for (upper, lower), way in zip(grid.T, ways, strict=True):
        gradients.panel(upper, both.sel(fit_to=way), dataset, "r")
        _sun(upper, both.sel(fit_to=way))
        upper.set_title(gradients.TITLES.get(way, way) + rf", $\left|Z\right| \leq {reach:g}$ kpc")
        gradients.panel(lower, dataset.sel(fit_to=way), dataset, "r", "asymmetry", "")
        gradients.radius_axis(lower, dataset, "r")
    grid[0, 0].set_ylabel(style.title(dataset["slope"]))
    grid[1, 0].set_ylabel(style.title(dataset["asymmetry"]).replace(" less ", "\nless "))
    grid[0, 0].set_ylim(*gradients.limits(both, "slope", "published_slope"))
    grid[1, 0].set_ylim(*gradients.limits(dataset, "asymmetry"))
    gradients.legend(figure, grid[0])
    return figure


def _sun(axes: Axes, part: xr.Dataset) -> None:
    """Draw the slopes around the Sun as diamonds, with the width of their bin."""
    at = part["near_sun"].values
    half = 0.5 * np.diff(part["near_sun_bnds"].values, axis=1)[:, 0]
    for population in map(str, part["population"].values):
        colour = style.POPULATIONS[population][0]
        one = part.sel(population=population)
        slope, err = one["near_sun_slope"].values, one["near_sun_slope_err"].values
        if np.isfinite(slope).any():
            looks: dict[str, Any] = {
                "ms": 4.5,
                "color": colour,
                "elinewidth": 0.9,
                "zorder": 5,
                "gid": "near_sun",
            }
            axes.errorbar(at, slope, err, half, fmt="D", **looks)
        known, known_err = one["near_sun_published_slope"].values, one["near_sun_published_slope_err"].values
        if np.isfinite(known).any():
            gradients.given(axes, at + 0.35 * half, known, known_err, population, marker="D", ms=5.5)
