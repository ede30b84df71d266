"""Distributions of [Mg/Fe] at given [Fe/H], their modes and the valley between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.figures import style
from galdask.figures.cells import edges

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: panels in a row
COLUMNS = 3


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw a panel of all stars and one a bin of [Fe/H].

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `mgfe_modes`.
    """
    bounds = dataset["fe_h_bin_bnds"].values
    number = 1 + bounds.shape[0]
    rows = -(-number // COLUMNS)
    figure = style.sheet(style.PAGE, 0.7 + 2.0 * rows)
    grid = figure.subplots(rows, COLUMNS, squeeze=False, sharex=True)
    bins = edges(dataset, "mg_fe")
    panels = [dataset[[name for name in dataset if str(name).startswith("all_")]]]
    panels[0] = panels[0].rename({name: str(name).removeprefix("all_") for name in panels[0]})
    panels += [dataset.isel(fe_h_bin=i) for i in range(number - 1)]
    texts = [rf"all, ${bounds[0, 0]:g}$ to ${bounds[-1, 1]:g}$"]
    texts += [rf"${low:g} \leq$ [Fe/H] $< {high:g}$" for low, high in bounds]
    for axes, part, text in zip(grid.flat, panels, texts, strict=False):
        _panel(axes, part, bins)
        axes.set_title(text, loc="left", fontsize=9.5)
        axes.set_title(f"$N$ = {style.counted(part['n_panel'])}", loc="right", fontsize=9.5)
    for axes in grid.flat[number:]:
        axes.remove()
    shown = np.flatnonzero(dataset["all_n"].values)
    if shown.size:
        grid[0, 0].set_xlim(bins[max(shown[0] - 1, 0)], bins[min(shown[-1] + 2, bins.size - 1)])
    for column in range(COLUMNS):
        last = [axes for row in grid for axes in row[column : column + 1] if axes.figure is not None]
        if last:
            last[-1].set_xlabel(style.title(dataset["mg_fe"]))
            last[-1].tick_params(labelbottom=True)
    for row in grid:
        row[0].set_ylabel("Stars per bin")
    return figure


def _panel(axes: Axes, part: xr.Dataset, bins: np.ndarray) -> None:
    """Draw one distribution with its modes and its valley."""
    colour = style.POPULATIONS["low_alpha"][0]
    n, density = part["n"].values, part["density"].values
    centres = 0.5 * (bins[:-1] + bins[1:])
    axes.stairs(n, bins, fill=True, color="#d3d3d8", zorder=1, gid="stars")
    axes.set_ylim(0, 1.3 * max(float(n.max(initial=0)), 1.0))
    if not int(part["n_modes"]):
        few = "fewer than 50 stars" if n.sum() else "no stars"
        axes.text(0.5, 0.62, few, transform=axes.transAxes, ha="center", color=style.MUTED)
        return
    axes.plot(centres, density, color=style.INK, lw=1.2, zorder=2, gid="smooth")
    mode, err = part["mode"].values, np.nan_to_num(part["mode_err"].values)
    for one, half in zip(mode[np.isfinite(mode)], err[np.isfinite(mode)], strict=True):
        axes.axvspan(one - half, one + half, 0.0, 0.1, color=colour, alpha=0.35, lw=0, zorder=3)
        axes.plot(
            [one, one], [0, 0.1], transform=axes.get_xaxis_transform(), color=colour, zorder=4, gid="mode"
        )
    valley = float(part["valley"])
    if not np.isfinite(valley):
        style.panel_note(axes, "one mode", "upper right")
        return
    height = float(np.interp(valley, centres, density))
    axes.annotate(
        "", (valley, height), xytext=(0, 16), textcoords="offset points",
        arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.0}, zorder=5,
    )  # fmt: skip
    depth, error = float(part["depth"]), float(part["depth_err"])
    style.panel_note(axes, rf"depth ${depth:.2f} \pm {error:.2f}$", "upper right")
