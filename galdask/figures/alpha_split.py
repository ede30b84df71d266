"""The two sequences of [Mg/Fe] against [Fe/H] and the line between them (Imig et al. 2023, Figure 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.figures import maps, style
from galdask.figures.cells import Cells, Limits, cells, outside, window

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.colors import LogNorm
    from matplotlib.figure import Figure

#: name, then light, middle and dark of the hue of each class of stars
CLASSES = {
    "low_alpha": (r"Low-$\alpha$", "#cfe5f5", "#0072b2", "#00263d"),
    "neither": ("in neither", "#dededf", "#8a8a90", "#3a3a3c"),
    "high_alpha": (r"High-$\alpha$", "#fbdcc4", "#d55e00", "#451f00"),
}


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw the density of stars, coloured by population, the boundary, its buffer and typical errors.

    A cell has the hue of the class with most of its stars; its depth is the number of all its stars.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `alpha_split`.
    """
    from matplotlib.colors import LogNorm

    names = ("total", "low_alpha", "high_alpha")
    total, low, high = (cells(dataset, "n", "n", ("fe_h", "mg_fe"), population=p) for p in names)
    neither = total.counts - low.counts - high.counts
    most = np.argmax([low.counts, neither, high.counts], axis=0)
    x, _ = window([total], (-1.0, 0.5), cover=0.99)
    _, y = window([total], (), (-0.1, 0.4), cover=0.998)
    norm = LogNorm(1, max(10, total.counts.max()))
    figure = style.sheet(5.2, 4.3)
    axes = figure.subplots()
    for index, name in enumerate(CLASSES):
        own = np.where(most == index, total.values, np.nan)
        part = Cells(total.x, total.y, own, np.where(most == index, total.counts, 0))
        maps.mosaic(axes, part, style.one_hue(*CLASSES[name][1:]), norm)
    _boundary(axes, dataset)
    _typical_errors(axes, dataset, x, y)
    axes.set_xlim(*x)
    axes.set_ylim(*y)
    axes.set_xlabel(style.title(dataset["fe_h"]))
    axes.set_ylabel(style.title(dataset["mg_fe"]))
    counts = {p: int(dataset["n_panel"].sel(population=p)) for p in names}
    counts["neither"] = counts["total"] - counts["low_alpha"] - counts["high_alpha"]
    _numbers(axes, counts, outside(total, x, y))
    _scale(axes, norm)
    return figure


def _boundary(axes: Axes, dataset: xr.Dataset) -> None:
    """Draw the line between the populations and the buffer around it, where there are populations."""
    if "line_mg_fe" not in dataset:
        return
    along = dataset["line_fe_h"].values
    axes.fill_between(
        along,
        dataset["line_low"].values,
        dataset["line_high"].values,
        facecolor="#48484a",
        alpha=0.28,
        linewidth=0,
        zorder=6,
        gid="buffer",
    )
    axes.plot(along, dataset["line_mg_fe"].values, color=style.INK, lw=1.2, zorder=7, gid="boundary")


def _typical_errors(axes: Axes, dataset: xr.Dataset, x: Limits, y: Limits) -> None:
    """Draw the median +-1 sigma of a star for some [Fe/H], near the lower border."""
    if "fe_h_err_median" not in dataset or "mg_fe_err_median" not in dataset:
        return
    at = np.asarray(dataset["fe_h_bin"].values, dtype=np.float64)
    sigma = dataset["fe_h_err_median"].values, dataset["mg_fe_err_median"].values
    good = np.isfinite(sigma[0]) & np.isfinite(sigma[1]) & (at > x[0]) & (at < x[1])
    if not good.any():
        return
    height = y[0] + max(0.07 * (y[1] - y[0]), sigma[1][good].max() + 0.02 * (y[1] - y[0]))
    axes.errorbar(
        at[good],
        np.full(good.sum(), height),
        xerr=sigma[0][good],
        yerr=sigma[1][good],
        fmt="none",
        ecolor=style.INK,
        elinewidth=1.0,
        capsize=1.5,
        zorder=8,
    )
    axes.annotate(
        r"typical $\pm1\sigma$ of a star",
        (at[good][0] - sigma[0][good][0], height + sigma[1][good][0]),
        xytext=(0, 3),
        textcoords="offset points",
        fontsize=8.5,
        color=style.MUTED,
    )


def _numbers(axes: Axes, counts: dict[str, int], beyond: int) -> None:
    """Write N of all stars and of each class, in its colour, from the upper right corner down."""
    lines = [("$N$", counts["total"], style.INK)]
    lines += [(text, counts[name], middle) for name, (text, _, middle, _) in reversed(CLASSES.items())]
    for row, (text, number, colour) in enumerate(lines):
        axes.text(
            0.97,
            0.955 - 0.052 * row,
            f"{text} = {style.counted(number)}"
            + (f" ({style.counted(beyond)} outside)" if not row and beyond else ""),
            transform=axes.transAxes,
            ha="right",
            va="center",
            fontsize=9.5,
            color=colour,
            zorder=20,
            bbox=style.BEHIND_TEXT,
        )


def _scale(axes: Axes, norm: LogNorm) -> None:
    """Draw the three colour scales side by side as one bar."""
    scale = axes.inset_axes((1.025, 0.0, 0.085, 1.0))
    levels = np.geomspace(norm.vmin or 1.0, norm.vmax or 10.0, 129)
    middles = np.sqrt(levels[:-1] * levels[1:])[:, None]
    for index, (_, *hue) in enumerate(CLASSES.values()):
        scale.pcolormesh(
            [index, index + 1], levels, middles, cmap=style.one_hue(*hue), norm=norm, rasterized=True
        )
    scale.set_yscale("log")
    scale.yaxis.tick_right()
    scale.yaxis.set_label_position("right")
    scale.tick_params(which="both", left=False, direction="out")
    scale.tick_params(axis="x", which="both", bottom=False, top=False, labelbottom=False)
    scale.set_ylabel("Stars per cell")
