"""Panels against log10 age, older stars to the left: limits, typical errors and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.figures import style, zones
from galdask.figures.cells import Limits

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes


def frame(grid: np.ndarray, x: Limits, y: Limits) -> None:
    """Set the limits of all panels; the age axis runs backwards, so that time runs to the right."""
    grid[0, 0].set_xlim(max(x), min(x))
    grid[0, 0].set_ylim(*headroom(y))


def notes(axes: Axes, part: xr.Dataset, error: str, x: Limits, y: Limits) -> None:
    """Write the number of stars, and draw below it the median error of a star.

    Parameters
    ----------
    axes : Axes
        The panel.
    part : xarray.Dataset
        Its zone of the dataset, all stars.
    error : str
        Variable with the median error of the vertical quantity.
    x, y : tuple of float
        Limits of the panel.
    """
    zones.count_note(axes, part, "n_age")
    names = ("age_err_low_median", "age_err_up_median", error)
    if any(name not in part for name in names):
        return
    low, up, height = (float(part[name]) for name in names)
    if not np.isfinite([low, up, height]).all():
        return
    at = min(x) + 0.17 * abs(x[1] - x[0]), headroom(y)[1] - 0.2 * (headroom(y)[1] - y[0])
    bar = axes.errorbar(
        [at[0]], [at[1]], xerr=[[low], [up]], yerr=height, fmt="none", ecolor=style.INK, elinewidth=0.9,
        zorder=9,
    )  # fmt: skip
    bar.lines[2][0].set_gid("typical")


def headroom(y: Limits) -> Limits:
    """Return limits with room for notes above what is drawn."""
    return y[0], y[1] + 0.28 * (y[1] - y[0])
