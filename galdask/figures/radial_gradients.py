"""Slope of the radial profiles against height, with the published values (Imig et al. 2023, Figure 14)."""

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


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw one panel a way of fitting: slopes with +-1 sigma bands, published values as open symbols.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `radial_gradients`, or another of its form.
    """
    from matplotlib.ticker import MultipleLocator

    main = dataset.isel(r_min=0)
    ways = [str(way) for way in dataset["fit_to"].values]
    figure = style.sheet(style.PAGE if len(ways) > 1 else 4.4, 3.6)
    row = figure.subplots(1, len(ways), squeeze=False, sharex=True, sharey=True)[0]
    limit = float(dataset["r_min"].values[0])
    for axes, way in zip(row, ways, strict=True):
        _panel(axes, main.sel(fit_to=way), dataset)
        axes.set_title(TITLES.get(way, way) + (rf", $R \geq {limit:g}$ kpc" if limit > 0 else ", all $R$"))
        axes.set_xlabel(style.title(dataset["abs_z"]))
    row[0].set_ylabel(style.title(dataset["slope"]))
    row[0].xaxis.set_major_locator(MultipleLocator(0.5))
    row[0].xaxis.set_minor_locator(MultipleLocator(0.1))
    row[0].set_xlim(0, edges(dataset, "abs_z")[-1])
    row[0].set_ylim(*_limits(main))
    found: dict[str, Any] = {}
    for axes in row:
        handles, labels = axes.get_legend_handles_labels()
        found |= dict(zip(labels, handles, strict=True))
    texts = [text for _, _, text in style.POPULATIONS.values()]
    order = sorted(found, key=lambda label: (texts.index(label.split(",")[0]), label))
    if order:
        figure.legend([found[t] for t in order], order, loc="outside lower center", ncols=3)
    return figure


def _panel(axes: Axes, part: xr.Dataset, dataset: xr.Dataset) -> None:
    axes.axhline(0.0, color=style.MUTED, lw=0.7, ls=(0, (4, 3)), zorder=1)
    z = dataset["abs_z"].values
    shift = 0.06 * float(np.diff(edges(dataset, "abs_z")).min())
    for order, population in enumerate(str(p) for p in dataset["population"].values):
        colour, marker, text = style.POPULATIONS[population]
        slope = part["slope"].sel(population=population).values
        err = part["slope_err"].sel(population=population).values
        if np.isfinite(slope).any():
            axes.fill_between(z, slope - err, slope + err, color=colour, alpha=0.2, linewidth=0, zorder=2)
            alone = _alone(np.isfinite(slope))
            at = np.where(alone, z + shift * (order - 1), z)
            axes.plot(at, slope, color=colour, marker=marker, ms=4.5, zorder=4, label=text)
            if alone.any():
                bars = at[alone], slope[alone], err[alone]
                axes.errorbar(*bars, fmt="none", ecolor=colour, elinewidth=1.1, zorder=3, gid="alone")
        if "published_slope" not in dataset:
            continue
        known = dataset["published_slope"].sel(population=population).values
        known_err = dataset["published_slope_err"].sel(population=population).values
        if np.isfinite(known).any():
            axes.errorbar(
                z + shift * (order - 1),
                known,
                known_err,
                fmt=marker,
                ms=6,
                mfc="white",
                mec=colour,
                ecolor=colour,
                mew=1.1,
                elinewidth=0.9,
                zorder=3,
                label=f"{text}, published",
            )


def _alone(there: np.ndarray) -> np.ndarray:
    """Return which of the values that are there have no neighbour that is: no band shows their errors."""
    padded = np.pad(there, 1)
    return there & ~padded[:-2] & ~padded[2:]


def _limits(part: xr.Dataset) -> tuple[float, float]:
    """Return limits that hold every slope and its error; errors far wider than most may run out."""
    pairs = [("slope", "slope_err")]
    if "published_slope" in part:
        pairs.append(("published_slope", "published_slope_err"))
    slope, err = (np.concatenate([part[pair[k]].values.ravel() for pair in pairs]) for k in (0, 1))
    there = np.isfinite(slope)
    if not there.any():
        return -0.1, 0.05
    slope, err = slope[there], np.nan_to_num(err[there])
    err = np.minimum(err, 3.0 * np.median(err))
    low, high = style.nice_limits(np.concatenate([slope - err, slope + err]), cover=1.0)
    return min(low, -0.01), max(high, 0.01)
