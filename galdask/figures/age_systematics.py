"""Catalogue ages against asteroseismic ages (Imig et al. 2023, Figure A.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.figures import style
from galdask.figures.cells import edges

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: colours of the age columns, in their order; after the last one they begin again, with dashed lines
COLOURS = ("#009e73", "#0072b2", "#d55e00", "#cc79a7", "#e69f00", "#56b4e9", "#6e6e73")
#: stars are shown of so many age columns, the first ones: more would hide each other
WITH_STARS = 3


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw one panel a range of log g, the median of each age column over its stars.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `age_systematics`.
    """
    ranges = dataset["logg_bnds"].values
    names = [str(name) for name in dataset["catalogue"].values]
    figure = style.sheet(1.0 + 2.5 * len(ranges), 3.5)
    row = figure.subplots(1, len(ranges), squeeze=False, sharex=True, sharey=True)[0]
    reach = float(edges(dataset, "age_apokasc")[-1])
    for k, axes in enumerate(row):
        part = dataset.isel(logg=k)
        own = dataset["point_logg"].values == k
        axes.plot([0, reach], [0, reach], color=style.INK, lw=0.8, ls=(0, (4, 3)), zorder=4, gid="equal")
        for order, name in enumerate(names):
            look = COLOURS[order % len(COLOURS)], "-" if order < len(COLOURS) else (0, (4, 2))
            _one(axes, part.sel(catalogue=name), *look, str(dataset[f"point_{name}"].attrs["long_name"]))
            if order >= WITH_STARS:
                continue
            colour = look[0]
            at = dataset["point_age_apokasc"].values[own], dataset[f"point_{name}"].values[own]
            axes.scatter(*at, s=2.0, color=colour, alpha=0.35, lw=0, zorder=2, rasterized=True, gid="stars")
        _typical(axes, part, reach)
        axes.set_title(style.interval(ranges[k], r"\log g", "", last=k == len(ranges) - 1), fontsize=9.5)
        style.panel_note(axes, f"$N$ = {style.counted(part['line_n'].max())}", "lower right")
        axes.set_xlabel(style.title(dataset["age_apokasc"]))
    row[0].set_ylabel("Age of the catalogue (Gyr)")
    row[0].set_xlim(0, reach)
    row[0].set_ylim(0, reach)
    handles, labels = row[0].get_legend_handles_labels()
    if handles:
        figure.legend(handles, labels, loc="outside upper center", ncols=min(len(handles), 5))
    return figure


def _one(axes: Axes, part: xr.Dataset, colour: str, dashes: Any, text: str) -> None:
    """Draw the median of one age column with its error as a band."""
    x, y, err = (np.asarray(part[v], float) for v in ("age_apokasc", "median", "median_err"))
    good = np.isfinite(y)
    x, y, err = x[good], y[good], np.nan_to_num(err[good])
    axes.fill_between(x, y - err, y + err, color=colour, alpha=0.25, linewidth=0, zorder=3)
    axes.plot(x, y, color=colour, lw=1.5, ls=dashes, zorder=5, label=text, gid="median")


def _typical(axes: Axes, part: xr.Dataset, reach: float) -> None:
    """Draw the median error of a star in the upper left corner."""
    names = ("age_err_low_median", "age_err_up_median", "age_apokasc_err_median")
    if any(name not in part or not np.isfinite(part[name]) for name in names):
        return
    low, up, wide = (float(part[name]) for name in names)
    x, y = 0.16 * reach, 0.82 * reach
    # errors of log age, drawn for a star at a third of the range
    at = reach / 3.0
    below, above = at * (1.0 - 10.0**-low), at * (10.0**up - 1.0)
    axes.errorbar(
        [x], [y], xerr=[[wide], [wide]], yerr=[[below], [above]], fmt="none", ecolor=style.INK,
        elinewidth=0.9, zorder=6,
    )  # fmt: skip
