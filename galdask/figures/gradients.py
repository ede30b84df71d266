"""Slopes of straight lines against the bins that they belong to, with published values beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.figures import style
from galdask.figures.cells import edges

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: title of a panel by what the line was fitted to
TITLES = {"profile": "Line through the profile", "stars": "Line through the stars"}


def ways(dataset: xr.Dataset) -> list[str]:
    """Return what the lines go through."""
    return [str(way) for way in dataset["fit_to"].values]


def panel(
    axes: Axes,
    part: xr.Dataset,
    dataset: xr.Dataset,
    bins: str,
    value: str = "slope",
    published: str = "published_slope",
) -> None:
    """Draw the slopes of each population with +-1 sigma bands, published ones as open symbols.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    part : xarray.Dataset
        One way of fitting: variables (population, bins).
    dataset : xarray.Dataset
        The whole product: edges of bins, published values.
    bins : str
        Dimension of the horizontal axis.
    value, published : str
        Names of the slopes; ``<name>_err`` are their errors.
    """
    axes.axhline(0.0, color=style.MUTED, lw=0.7, ls=(0, (4, 3)), zorder=1)
    x = dataset[bins].values
    shift = 0.06 * float(np.diff(edges(dataset, bins)).min())
    for order, population in enumerate(str(p) for p in dataset["population"].values):
        colour, marker, text = style.POPULATIONS[population]
        slope = part[value].sel(population=population).values
        err = part[f"{value}_err"].sel(population=population).values
        if np.isfinite(slope).any():
            axes.fill_between(x, slope - err, slope + err, color=colour, alpha=0.2, linewidth=0, zorder=2)
            alone = _alone(np.isfinite(slope))
            at = np.where(alone, x + shift * (order - 1), x)
            axes.plot(at, slope, color=colour, marker=marker, ms=4.5, zorder=4, label=text)
            if alone.any():
                bars = at[alone], slope[alone], err[alone]
                axes.errorbar(*bars, fmt="none", ecolor=colour, elinewidth=1.1, zorder=3, gid="alone")
        if published not in dataset:
            continue
        known = dataset[published].sel(population=population).values
        known_err = dataset[f"{published}_err"].sel(population=population).values
        if np.isfinite(known).any():
            given(axes, x + shift * (order - 1), known, known_err, population, f"{text}, published")
    if not np.isfinite(part[value].values).any():
        axes.text(
            0.5, 0.5, "no line: too few windows or stars,\nor all at one place", transform=axes.transAxes,
            ha="center", color=style.MUTED, bbox=style.BEHIND_TEXT, zorder=20,
        )  # fmt: skip


def given(
    axes: Axes, x: Any, slope: Any, err: Any, population: str, label: str = "", marker: str = "", **more: Any
) -> None:
    """Draw published slopes as open symbols."""
    colour, own, _ = style.POPULATIONS[population]
    looks: dict[str, Any] = {
        "mfc": "white",
        "mec": colour,
        "ecolor": colour,
        "mew": 1.1,
        "elinewidth": 0.9,
        "zorder": 3,
    }
    axes.errorbar(x, slope, err, fmt=marker or own, **({"ms": 6, **looks} | more), label=label or None)


def _alone(there: np.ndarray) -> np.ndarray:
    """Return which of the values that are there have no neighbour that is: no band shows their errors."""
    padded = np.pad(there, 1)
    return there & ~padded[:-2] & ~padded[2:]


def limits(part: xr.Dataset, *names: str) -> tuple[float, float]:
    """Return limits that hold every slope and its error; errors far wider than most may run out.

    Parameters
    ----------
    part : xarray.Dataset
        What is drawn.
    names : str
        Names of slopes, each with ``<name>_err``; those that are not there are left out.
    """
    pairs = [(name, f"{name}_err") for name in names if name in part]
    slope, err = (np.concatenate([part[pair[k]].values.ravel() for pair in pairs]) for k in (0, 1))
    there = np.isfinite(slope)
    if not there.any():
        return -0.1, 0.05
    slope, err = slope[there], np.nan_to_num(err[there])
    err = np.minimum(err, 3.0 * np.median(err))
    low, high = style.nice_limits(np.concatenate([slope - err, slope + err]), cover=1.0)
    return min(low, -0.01), max(high, 0.01)


def legend(figure: Figure, panels: Any) -> None:
    """Add the legend of all panels below them, in the order of the populations."""
    found: dict[str, Any] = {}
    for axes in panels:
        handles, labels = axes.get_legend_handles_labels()
        found |= dict(zip(labels, handles, strict=True))
    texts = [text for _, _, text in style.POPULATIONS.values()]
    order = sorted(found, key=lambda label: (texts.index(label.split(",")[0]), label))
    if order:
        figure.legend([found[t] for t in order], order, loc="outside lower center", ncols=3)


def height_axis(axes: Axes, dataset: xr.Dataset) -> None:
    """Set limits and ticks of an axis of |Z|."""
    from matplotlib.ticker import MultipleLocator

    axes.xaxis.set_major_locator(MultipleLocator(0.5))
    axes.xaxis.set_minor_locator(MultipleLocator(0.1))
    axes.set_xlim(0, edges(dataset, "abs_z")[-1])
    axes.set_xlabel(style.title(dataset["abs_z"]))


def radius_axis(axes: Axes, dataset: xr.Dataset, bins: str) -> None:
    """Set limits and ticks of an axis of R."""
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.set_xlim(0, edges(dataset, bins)[-1])
    axes.set_xlabel(style.title(dataset[bins]))


def beyond(limit: float) -> str:
    """Return the range of R of a line as the end of a title."""
    return rf", $R \geq {limit:g}$ kpc" if limit > 0 else ", all $R$"
