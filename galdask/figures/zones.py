"""A sheet of panels: columns of R rising to the right, rows of |Z| rising upward from the plane."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from galdask.figures import style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: height and width of one panel, inches
PANEL = (1.55, 1.5)


def sheet(dataset: xr.Dataset, x: str, y: str, room: float = 0.9) -> tuple[Figure, np.ndarray]:
    """Return a figure and its panels, by |Z| and R as in the dataset: [0, 0] is the lower left one.

    Parameters
    ----------
    dataset : xarray.Dataset
        Has `abs_z_bnds` and `r_bnds`.
    x, y : str
        Labels of the two axes.
    room : float
        Width for labels and bars beside the panels, inches.
    """
    slices, rings = dataset["abs_z_bnds"].values, dataset["r_bnds"].values
    height, width = len(slices) * PANEL[0] + 0.8, len(rings) * PANEL[1] + room
    figure = style.sheet(width, height)
    grid = figure.subplots(len(slices), len(rings), squeeze=False, sharex=True, sharey=True)[::-1]
    for axes in grid.ravel():
        axes.minorticks_off()  # small panels, and many: ticks are most of the time that they take
    for column, bounds in enumerate(rings):
        last = column == len(rings) - 1
        grid[-1, column].set_title(style.interval(bounds, "R"), fontsize=9)
        for row, edge in enumerate(slices):
            if last:
                text = style.interval(edge, r"\left|Z\right|", last=row == len(slices) - 1)
                grid[row, column].annotate(
                    text,
                    (1.0, 0.5),
                    xycoords="axes fraction",
                    xytext=(4, 0),
                    textcoords="offset points",
                    rotation=270,
                    ha="left",
                    va="center",
                    fontsize=9,
                )
    figure.supxlabel(x, fontsize=10.5)
    figure.supylabel(y, fontsize=10.5)
    return figure, grid


def parts(dataset: xr.Dataset, grid: np.ndarray) -> Iterator[tuple[Axes, xr.Dataset]]:
    """Walk the panels, each with its zone of the dataset."""
    for row in range(grid.shape[0]):
        for column in range(grid.shape[1]):
            yield grid[row, column], dataset.isel(abs_z=row, r=column)


def count_note(axes: Axes, part: xr.Dataset, count: str, corner: str = "upper right") -> None:
    """Write the number of stars of a zone into its panel, and with ages what part of its stars they are."""
    text = f"$N$ = {style.counted(part[count])}"
    if count == "n_age" and np.isfinite(part["f_distmass"]):
        text += f" ({100 * float(part['f_distmass']):.0f} %)"
    style.panel_note(axes, text, corner)
