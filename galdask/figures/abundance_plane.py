"""What every panel of the [Mg/Fe]-[Fe/H] plane shows: the line between the populations, errors, limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.figures import style
from galdask.figures.cells import Limits, edges

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes


def boundary(axes: Axes, dataset: xr.Dataset, width: float = 1.0) -> None:
    """Draw the line between the populations, where there is one."""
    if "line_mg_fe" in dataset:
        line = dataset["line_fe_h"].values, dataset["line_mg_fe"].values
        axes.plot(*line, color=style.INK, lw=width, zorder=7, gid="boundary")


def typical_errors(axes: Axes, dataset: xr.Dataset, x: Limits, y: Limits) -> None:
    """Draw the median +-1 sigma of a star for some [Fe/H] along the lower border."""
    if "fe_h_err_median" not in dataset or "mg_fe_err_median" not in dataset:
        return
    at = np.asarray(dataset["fe_h_bin"].values, dtype=np.float64)
    sigma = dataset["fe_h_err_median"].values, dataset["mg_fe_err_median"].values
    good = np.isfinite(sigma[0]) & np.isfinite(sigma[1]) & (at > x[0]) & (at < x[1])
    height = np.full(int(good.sum()), y[0] + 0.07 * (y[1] - y[0]))
    axes.errorbar(
        at[good],
        height,
        xerr=sigma[0][good],
        yerr=sigma[1][good],
        fmt="none",
        ecolor=style.INK,
        elinewidth=0.9,
        zorder=8,
    )


def limits(dataset: xr.Dataset, cover: float = 0.996) -> tuple[Limits, Limits]:
    """Return limits of [Fe/H] and [Mg/Fe] that hold nearly all stars, with room for errors and a note."""
    density = dataset["behind_density"].transpose("fe_h", "mg_fe").values
    x = span(edges(dataset, "fe_h"), density.sum(axis=1), cover)
    low, high = span(edges(dataset, "mg_fe"), density.sum(axis=0), cover)
    return x, (low - 0.12 * (high - low), high + 0.1 * (high - low))


def span(edge: np.ndarray, weight: np.ndarray, cover: float) -> Limits:
    """Return limits on edges that hold a part of the weight."""
    total = weight.sum()
    if not total > 0:
        return float(edge[0]), float(edge[-1])
    share = np.cumsum(weight) / total
    tail = (1.0 - cover) / 2.0
    first = int(np.searchsorted(share, tail, side="right"))
    last = min(int(np.searchsorted(share, 1.0 - tail, side="left")), weight.size - 1)
    return float(edge[max(first - 1, 0)]), float(edge[min(last + 2, weight.size)])
