"""Median rotation of the stars by radius."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.figures import style
from galdask.figures.cells import edges

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw the medians of each population with their errors, and the middle 68 % of all stars.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `rotation`.
    """
    figure = style.sheet(4.8, 3.6)
    axes = figure.subplots()
    r = np.asarray(dataset["r"].values, float)
    every = dataset.sel(population="total")
    low, high = (np.asarray(every[f"vphi_{name}"].values, float) for name in ("q16", "q84"))
    axes.fill_between(r, low, high, color="#dcdce1", lw=0, zorder=0, gid="spread", label="middle 68 % of all")
    for k, population in enumerate(map(str, dataset["population"].values)):
        colour, marker, name = style.POPULATIONS[population]
        part = dataset.sel(population=population)
        median, err = (np.asarray(part[f"vphi_{w}"].values, float) for w in ("median", "median_err"))
        axes.errorbar(
            r,
            median,
            np.nan_to_num(err),
            fmt=marker,
            ms=4,
            ls="-",
            lw=0.9,
            color=colour,
            capsize=2,
            zorder=4 + k,
            label=f"{name}: $N$ = {style.counted(part['n'].sum())}",
        )[0].set_gid(f"median_{population}")
    if "r_sun" in dataset.attrs:
        axes.axvline(
            float(dataset.attrs["r_sun"]), color=style.MUTED, lw=0.7, ls=(0, (1, 3)), zorder=1, gid="sun"
        )
    there = np.flatnonzero(np.asarray(every["n"].values) > 0)
    end = edges(dataset, "r")
    axes.set_xlim(end[0], end[there[-1] + 1] if there.size else end[-1])
    shown = np.concatenate([low, high, *(dataset[f"vphi_{n}"].values for n in ("median",))], axis=None)
    bottom, top = style.nice_limits(shown[np.isfinite(shown)], cover=1.0)
    axes.set_ylim(min(bottom, 0.0), top)
    axes.set_xlabel(style.title(dataset["r"]))
    axes.set_ylabel(r"$v_\phi$ (km s$^{-1}$)")
    if float(dataset.attrs["max_abs_z"]) < 1e6:
        height = f"{float(dataset.attrs['max_abs_z']):g}"
        axes.set_title(rf"$\left|Z\right| \leq {height}$ kpc", loc="right", fontsize=9.5)
    axes.legend(loc="lower right")
    return figure
