"""Stated errors of the ages (Imig et al. 2023, Figure 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.figures import style
from galdask.figures.cells import edges

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

#: face, edge and line style of each side
LOOKS = {"lower": ("#c9c9ce", "#8a8a90", (0, (5, 2))), "upper": ("#55555a", style.INK, "-")}


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw both histograms of all stars on one axis, the lower error behind, with their medians.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `age_errors`.
    """
    part = dataset.sel(population="total")
    bins = edges(dataset, "age_err")
    figure = style.sheet(4.4, 3.4)
    axes = figure.subplots()
    axes.set_xlim(*_window(part["n"].values.sum(axis=0), bins))
    first = LOOKS if float(part["median"][0]) <= float(part["median"][1]) else tuple(reversed(LOOKS))
    for side, (face, line, dash) in LOOKS.items():
        own, left = part.sel(side=side), side == next(iter(first))
        n, median = own["n"].values, float(own["median"])
        label = f"{side} error, $N$ = {style.counted(own['n_panel'])}"
        axes.stairs(n, bins, fill=True, color=face, alpha=0.75, zorder=2)
        axes.stairs(n, bins, color=line, lw=1.0, zorder=3, label=label, gid=side)
        if np.isfinite(median):
            axes.axvline(median, color=line, lw=1.2, ls=dash, zorder=4, gid=f"median_{side}")
            axes.annotate(
                f"{median:.2f}",
                (median, 0.985),
                xycoords=axes.get_xaxis_transform(),
                xytext=(-3 if left else 3, 0),
                textcoords="offset points",
                ha="right" if left else "left",
                va="top",
                fontsize=9.5,
            )
    axes.set_ylim(0, max(1.0, 1.12 * part["n"].values.max(initial=0)))
    axes.set_xlabel(style.title(dataset["age_err"]))
    axes.set_ylabel(style.title(dataset["n"]))
    axes.legend(loc="upper right")
    return figure


def _window(n: np.ndarray, bins: np.ndarray) -> tuple[float, float]:
    """Return limits from the first edge to where 99.5 % of the stars are, and a little air."""
    if not n.sum():
        return float(bins[0]), float(bins[-1])
    last = int(np.searchsorted(np.cumsum(n), 0.995 * n.sum()))
    return float(bins[0]), float(bins[min(last + 3, bins.size - 1)])
