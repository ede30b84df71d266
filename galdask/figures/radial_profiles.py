"""Running medians against Galactocentric radius by height (Imig et al. 2023, Figure 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.figures import style
from galdask.figures.cells import edges

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw one panel a population and one line a bin of |Z|, with its bootstrap error as a band.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `radial_profiles`, or another of its form; the attribute `quantity` names what
        is shown.
    """
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import BoundaryNorm, ListedColormap

    name = str(dataset.attrs["quantity"])
    heights = edges(dataset, "abs_z")
    # the bright end of the map is left out: yellow lines are lost on white
    bins = heights.size - 1
    shades = ListedColormap(colormaps["plasma"](np.linspace(0.0, min(0.88, 0.56 + 0.04 * bins), bins)))
    populations = [str(p) for p in dataset["population"].values]
    figure = style.sheet(4.9, 0.9 + 2.15 * len(populations))
    column = figure.subplots(len(populations), 1, squeeze=False, sharex=True, sharey=True)[:, 0]
    for axes, population in zip(column, populations, strict=True):
        part = dataset.sel(population=population)
        for i in range(bins):
            _line(axes, part.isel(abs_z=i), name, shades(i))
        axes.axvline(
            float(dataset.attrs["r_sun"]), color=style.MUTED, lw=0.7, ls=(0, (1, 3)), zorder=0, gid="sun"
        )
        _, _, text = style.POPULATIONS[population]
        number = int(part["n_panel"].sum())
        axes.set_title(text, loc="left", fontsize=9.5)
        axes.set_title(f"$N$ = {style.counted(number)}", loc="right", fontsize=9.5)
        if not np.isfinite(part[f"{name}_median"].values).any():
            why = "no window is full" if number else "no stars"
            axes.text(
                0.5,
                0.5,
                why,
                transform=axes.transAxes,
                ha="center",
                color=style.MUTED,
                bbox=style.BEHIND_TEXT,
            )
    _limits(column[0], dataset, name)
    column[-1].set_xlabel(style.title(dataset["r"]))
    figure.supylabel(style.title(dataset[f"{name}_median"]), fontsize=10.5)
    scale = ScalarMappable(BoundaryNorm(heights, bins), shades)
    bar = figure.colorbar(scale, ax=list(column), pad=0.02, aspect=40, ticks=heights)
    bar.set_label(style.title(dataset["abs_z"]))
    bar.ax.tick_params(which="both", direction="out")
    bar.ax.minorticks_off()
    return figure


def _line(axes: Axes, part: xr.Dataset, name: str, colour: Any) -> None:
    r, median, err = (part[v].values.astype(float) for v in ("r", f"{name}_median", f"{name}_median_err"))
    good = np.isfinite(r) & np.isfinite(median)
    r, median, err = r[good], median[good], np.nan_to_num(err[good])
    if r.size == 1:
        axes.errorbar(r, median, err, fmt="o", ms=3, color=colour)
        return
    axes.fill_between(r, median - err, median + err, color=colour, alpha=0.25, linewidth=0)
    axes.plot(r, median, color=colour, lw=1.2)


def _limits(axes: Axes, dataset: xr.Dataset, name: str) -> None:
    r, median = dataset["r"].values, dataset[f"{name}_median"].values
    r = r[np.isfinite(r)]
    if r.size and r.max() - r.min() < 0.25 * r.max():  # all at one place: from 0 nothing would be seen
        axes.set_xlim(*style.nice_limits(r, cover=1.0))
        axes.locator_params(axis="x", nbins=6)
    else:
        axes.set_xlim(0, float(np.ceil(r.max() + 0.5)) if r.size else 15.0)
    err = np.nan_to_num(dataset[f"{name}_median_err"].values)
    low, high = style.nice_limits(np.stack([median - err, median + err]), cover=1.0)
    axes.set_ylim(low, high)
