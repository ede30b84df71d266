"""Stars of solar metallicity by age, in R and [Mg/Fe] (Imig et al. 2023, Figure 26)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.figures import abundance_plane, contours, style
from galdask.figures.cells import edges

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: line and marker of each population
LOOKS = {"low_alpha": ("-", "o"), "high_alpha": ((0, (4, 1.5)), "^")}


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw contour and centre of each bin of age, old ones first.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `chemical_tagging`.
    """
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import BoundaryNorm, ListedColormap
    from matplotlib.lines import Line2D

    ages = edges(dataset, "log_age")
    shades = ListedColormap(colormaps["viridis_r"](np.linspace(0.08, 1.0, ages.size - 1)))
    figure = style.sheet(5.6, 4.4)
    axes = figure.subplots()
    for population, (dash, marker) in LOOKS.items():
        for age in range(ages.size - 2, -1, -1):
            part = dataset.sel(population=population).isel(log_age=age)
            if np.isfinite(part["level"].values).any():
                look = {"colors": [shades(age)], "linewidths": 1.3, "linestyles": [dash], "zorder": 3}
                contours.lines(axes, part, "r", "mg_fe", **look)
            x, y = (float(part[f"{name}_median"]) for name in ("r", "mg_fe"))
            if np.isfinite([x, y]).all():
                bars = [float(np.nan_to_num(part[f"{name}_median_err"])) for name in ("r", "mg_fe")]
                axes.errorbar(
                    x, y, xerr=bars[0], yerr=bars[1], fmt=marker, ms=5, color=shades(age), mec=style.INK,
                    mew=0.6, elinewidth=0.9, zorder=5,
                )  # fmt: skip
    _limits(axes, dataset)
    axes.set_xlabel(style.title(dataset["r"]))
    axes.set_ylabel(style.title(dataset["mg_fe"]))
    low, high = (f"{v:g}" for v in dataset.attrs["fe_h_window"])
    total = dataset["n_age"].sel(population="total").sum()
    style.panel_note(axes, rf"${low} \leq$ [Fe/H] $\leq {high}$" + f"\n$N$ = {style.counted(total)}")
    if not int(total):
        axes.text(0.5, 0.5, "no stars", transform=axes.transAxes, ha="center", color=style.MUTED)
    handles = [
        Line2D([], [], color=style.INK, ls=dash, marker=marker, ms=5, label=style.POPULATIONS[name][2])
        for name, (dash, marker) in LOOKS.items()
    ]
    axes.legend(handles=handles, loc="upper right", handlelength=3.2)
    bar = figure.colorbar(ScalarMappable(BoundaryNorm(ages, ages.size - 1), shades), ax=axes, aspect=30)
    bar.set_label(style.title(dataset["log_age"]))
    bar.ax.minorticks_off()
    bar.ax.tick_params(which="both", direction="out")
    return figure


def _limits(axes: Axes, dataset: xr.Dataset) -> None:
    """Set limits that hold nearly all stars, with room for the notes above them."""
    n = dataset["n"].sel(population="total").sum("log_age").transpose("r", "mg_fe").values
    axes.set_xlim(*abundance_plane.span(edges(dataset, "r"), n.sum(axis=1), 0.998))
    low, high = abundance_plane.span(edges(dataset, "mg_fe"), n.sum(axis=0), 0.998)
    axes.set_ylim(low, high + 0.2 * (high - low))
