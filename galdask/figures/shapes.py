"""The shape of a distribution against R: curves of the rows beside their moments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.figures import style
from galdask.figures.cells import edges

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: colour and marker of each characteristic value
LOOKS = {"mean": ("#009e73", "s"), "median": ("#0072b2", "o"), "mode": ("#7b3f98", "D")}


def draw(dataset: xr.Dataset) -> Figure:
    """Draw the rows at the left and their moments at the right; call it in a styled function.

    Parameters
    ----------
    dataset : xarray.Dataset
        `mdf_moments` or `adf_moments`; the attribute `shown` names the population, `quantity` the quantity.
    """
    from matplotlib.ticker import MaxNLocator

    name, population = str(dataset.attrs["quantity"]), str(dataset.attrs["shown"])
    part = dataset.sel(population=population)
    figure = style.sheet(style.PAGE, 5.4)
    halves: Any = figure.subfigures(1, 2, width_ratios=(1.15, 1.0))
    left, right = halves
    _curves(left, part, name, style.POPULATIONS[population][2])
    top, middle, bottom = right.subplots(3, 1, sharex=True)
    label = style.title(dataset[name])
    for key, (colour, marker) in LOOKS.items():
        _band(top, part, key, colour, marker)
    top.set_ylabel(label)
    _band(middle, part, "std", style.INK, "o")
    middle.set_ylabel(style.label(r"$\sigma$", str(dataset[name].attrs.get("units", ""))))
    _band(bottom, part, "skewness", style.INK, "o")
    bottom.axhline(0.0, color=style.MUTED, lw=0.7, ls=(0, (4, 3)), zorder=1)
    bottom.set_ylabel("Skewness")
    _zero(bottom, part)
    bottom.set_xlabel(style.title(dataset["r"]))
    for axes in (top, middle, bottom):
        axes.axvline(float(dataset.attrs["r_sun"]), color=style.MUTED, lw=0.8, ls=(0, (1, 3)), gid="sun")
    r = edges(dataset, "r")
    bottom.set_xlim(r[0], r[-1])
    bottom.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    if np.isfinite(part["mean"].values).any():
        top.legend(loc="best", ncols=1, fontsize=8.5)
    return figure


def _curves(figure: Any, part: xr.Dataset, name: str, text: str) -> None:
    """Draw the smoothed distribution of every row that has a mode, coloured by R."""
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import BoundaryNorm, ListedColormap

    axes = figure.subplots()
    r = edges(part, "r")
    shades = ListedColormap(colormaps["viridis"](np.linspace(0.0, 0.92, r.size - 1)))
    at = part[name].values
    for row in range(r.size - 1):
        if np.isfinite(float(part["mode"][row])):
            axes.plot(at, part["pdf"].values[row], color=shades(row), lw=1.2, gid="row")
    axes.set_xlabel(style.title(part[name]))
    axes.set_ylabel(style.label("Distribution", f"1/{part[name].attrs.get('units', '')}"))
    shown = part["pdf"].values[np.isfinite(part["mode"].values)]
    axes.set_ylim(0, 1.12 * shown.max() if shown.size else 1.0)
    axes.set_xlim(*_reach(part, name))
    if not shown.size:
        few = "no row has enough stars" if int(part["n_row"].sum()) else "no stars"
        axes.text(0.5, 0.5, few, transform=axes.transAxes, ha="center", color=style.MUTED)
    height = f"{float(part.attrs['max_abs_z']):g}"
    style.panel_note(axes, rf"{text}, $\left|Z\right| < {height}$ kpc", "upper left")
    style.panel_note(axes, f"$N$ = {style.counted(part['n_row'].sum())}", "upper right")
    bar = figure.colorbar(
        ScalarMappable(BoundaryNorm(r, r.size - 1), shades), ax=axes, location="top", aspect=30
    )
    bar.set_label(style.title(part["r"]))
    bar.ax.tick_params(which="both", direction="out")
    bar.ax.minorticks_off()


def _reach(part: xr.Dataset, name: str) -> tuple[float, float]:
    n, edge = part["n"].values.sum(axis=0), edges(part, name)
    if not n.sum():
        return float(edge[0]), float(edge[-1])
    share = np.cumsum(n) / n.sum()
    first, last = np.searchsorted(share, [0.003, 0.997], side="right")
    return float(edge[max(first - 2, 0)]), float(edge[min(last + 3, edge.size - 1)])


def _band(axes: Axes, part: xr.Dataset, key: str, colour: str, marker: str) -> None:
    """Draw one statistic with its error as a band."""
    r, values, err = (np.asarray(v, float) for v in (part["r"], part[key], part[f"{key}_err"]))
    good = np.isfinite(values)
    err = np.nan_to_num(err)
    axes.fill_between(
        r[good], (values - err)[good], (values + err)[good], color=colour, alpha=0.2, linewidth=0, zorder=2
    )
    axes.plot(
        r[good], values[good], color=colour, marker=marker, ms=3.5, lw=1.2, zorder=3, label=key, gid=key
    )


def _zero(axes: Axes, part: xr.Dataset) -> None:
    """Mark where the skewness rises through zero."""
    zero, err = float(part["skewness_zero"]), float(part["skewness_zero_err"])
    if not np.isfinite(zero):
        return
    axes.errorbar(zero, 0.0, xerr=np.nan_to_num(err), fmt="o", ms=7, mfc="white", color=style.INK, zorder=5)
    style.panel_note(axes, rf"zero at $R = {zero:.1f} \pm {err:.1f}$ kpc", "lower right")
