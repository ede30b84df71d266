"""Medians in polar coordinates, and as curves for each azimuth (Imig et al. 2023, Figure 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.figures import maps, marks, polar, style
from galdask.figures.cells import Limits, cells, edges, window

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw a row a slice of |Z|: medians against R coloured by azimuth, and the map of R and azimuth.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `polar_maps`.
    """
    from matplotlib.colors import Normalize

    rows = dataset.sizes["abs_z"]
    total = dataset.sel(population="total")
    where = {"population": "total"}
    panels = [cells(dataset, "fe_h_median", "fe_h_n", ("r", "theta"), abs_z=i, **where) for i in range(rows)]
    r, _ = window(panels, (0.0, float(dataset.attrs["r_sun"]) + 2.0), cover=0.995)
    shown = np.concatenate([p.shown() for p in panels])
    low, high = style.nice_limits(shown)
    theta: Limits = (float(panels[0].y[0]), float(panels[0].y[-1]))
    figure = style.sheet(style.PAGE, 1.0 + 2.3 * rows)
    grid = figure.subplots(rows, 2, squeeze=False, sharex=True)
    curves = _azimuths(dataset)
    for i, (left, right) in enumerate(grid):
        _curves(left, total.isel(abs_z=i), dataset, curves)
        mesh = polar.panel(right, panels[i], style.colours("fe_h"), Normalize(low, high), r, theta)
        polar.bar(right, dataset)
        marks.sun(right, float(dataset.attrs["r_sun"]), 180.0)
        if i == 0:
            _zoom(right, dataset)
        closed = i == rows - 1
        text = style.interval(dataset["abs_z_bnds"].values[i], r"\left|Z\right|", last=closed)
        number = int(dataset["fe_h_n_panel"].sel(population="total").isel(abs_z=i))
        left.set_title(text, loc="left", fontsize=9.5)
        right.set_title(f"$N$ = {style.counted(number)}", loc="right", fontsize=9.5)
        left.set_ylabel(style.title(dataset["fe_h_median"]))
        right.set_ylabel(style.title(dataset["theta"]))
        right.set_ylim(*theta)
        if theta[1] - theta[0] > 180:
            first, last = (60 * int(np.ceil(edge / 60)) for edge in theta)
            right.set_yticks(range(first, last + 1, 60))
    span = _span(dataset)
    for left in grid[:, 0]:
        left.set_ylim(*span)
    for axes in grid[-1]:
        axes.set_xlabel(style.title(dataset["r"]))
    _bars(figure, grid, dataset, curves, mesh, style.extend(shown, low, high))
    maps.key(figure, int(dataset.attrs["min_n"]))
    return figure


def _azimuths(dataset: xr.Dataset) -> Any:
    """Return the colours of the bins of azimuth that have a curve."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    return ListedColormap(colormaps["plasma"](np.linspace(0.0, 0.92, dataset.sizes["theta_shown"])))


def _curves(axes: Axes, part: xr.Dataset, dataset: xr.Dataset, colours: Any) -> None:
    """Draw the medians of each azimuth against R, and the band that their errors alone would give."""
    reading = str(dataset.attrs.get("spread", "text"))
    half = part["expected_spread"].sel(reading=reading).values
    x, y = dataset["r"].values, part["fe_h_over_theta"].values
    good = np.isfinite(y) & np.isfinite(half)
    axes.fill_between(
        x[good], (y - half)[good], (y + half)[good], color="#c8c8cd", linewidth=0, zorder=1, gid="spread"
    )
    if not np.isfinite(y).any():
        axes.text(0.5, 0.5, "too few stars", transform=axes.transAxes, ha="center", color=style.MUTED)
    for k, theta in enumerate(dataset["theta_shown"].values):
        values = part["fe_h_median"].sel(theta=theta, method="nearest").values
        axes.plot(x, values, "-", color=colours(k), lw=0.8, marker="o", ms=2.8, zorder=3, gid="curve")


def _zoom(axes: Axes, dataset: xr.Dataset) -> None:
    """Draw the region of the closer map."""
    from matplotlib.patches import Rectangle

    if "zoom_r" not in dataset.attrs:
        return
    (left, right), (low, high) = dataset.attrs["zoom_r"], dataset.attrs["zoom_theta"]
    axes.add_patch(
        Rectangle(
            (left, low), right - left, high - low, fill=False, ec=style.INK, lw=1.2, zorder=12, gid="zoom"
        )
    )


def _span(dataset: xr.Dataset) -> Limits:
    """Return limits of [Fe/H] that hold nearly all medians of the curves."""
    part = dataset["fe_h_median"].sel(population="total")
    shown = part.sel(theta=dataset["theta_shown"].values, method="nearest").values
    return style.nice_limits(shown, cover=0.995)


def _bars(figure: Figure, grid: Any, dataset: xr.Dataset, curves: Any, mesh: Any, ends: str) -> None:
    """Add the colour bars: azimuth above the left column, the quantity above the right one."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import BoundaryNorm

    bins = edges(dataset, "theta_shown")
    scale = ScalarMappable(BoundaryNorm(bins, bins.size - 1), curves)
    looks: dict[str, Any] = {"orientation": "horizontal", "location": "top", "pad": 0.02, "aspect": 30}
    for column, mappable, text, more in (
        (grid[:, 0], scale, style.title(dataset["theta_shown"]), {"ticks": bins[:: max(1, bins.size // 5)]}),
        (grid[:, 1], mesh, style.title(dataset["fe_h_median"]), {"extend": ends}),
    ):
        bar = figure.colorbar(mappable, ax=list(column), **(looks | more))
        bar.set_label(text)
        bar.ax.tick_params(which="both", direction="out")
        bar.ax.minorticks_off()
