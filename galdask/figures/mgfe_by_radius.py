"""Both sequences of [Mg/Fe] against [Fe/H], ring by ring (Imig et al. 2023, Figure 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.figures import abundance_plane, contours, style
from galdask.figures.cells import edges

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw contours above and medians below, rings by colour, high alpha dashed.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `mgfe_by_radius`.
    """
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import BoundaryNorm, ListedColormap

    r = edges(dataset, "r")
    shades = ListedColormap(colormaps["plasma"](np.linspace(0.0, 0.88, r.size - 1)))
    figure = style.sheet(5.2, 7.0)
    top, bottom = figure.subplots(2, 1, sharex=True, sharey=True)
    for ring in range(r.size - 1):
        for population, dash in (("low_alpha", "-"), ("high_alpha", (0, (4, 1.5)))):
            part = dataset.sel(population=population).isel(r=ring)
            contours.lines(
                top, part, "fe_h", "mg_fe", colors=[shades(ring)], linewidths=1.3, linestyles=[dash], zorder=3
            )
            _medians(bottom, part, shades(ring), dash)
    for axes in (top, bottom):
        abundance_plane.boundary(axes, dataset, 1.3)
        axes.set_ylabel(style.title(dataset["mg_fe"]))
    _limits(top, dataset)
    bottom.set_xlabel(style.title(dataset["fe_h"]))
    per_cent = ", ".join(f"{100 * float(f):g} %" for f in dataset["fraction"].values)
    height = f"{float(dataset.attrs['max_abs_z']):g}"
    style.panel_note(top, rf"$\left|Z\right| < {height}$ kpc", "lower left")
    style.panel_note(top, f"within a contour: {per_cent}", "upper right")
    style.panel_note(bottom, "median, $\\pm1\\sigma$ of the median", "upper right")
    note = [_shift_note(dataset, population) for population in ("low_alpha", "high_alpha")]
    style.panel_note(bottom, "\n".join(n for n in note if n), "lower left")
    bar = figure.colorbar(ScalarMappable(BoundaryNorm(r, r.size - 1), shades), ax=[top, bottom], aspect=40)
    bar.set_label(style.title(dataset["r"]))
    bar.ax.set_yticks(r)
    bar.ax.minorticks_off()
    bar.ax.tick_params(which="both", direction="out")
    return figure


def _medians(axes: Axes, part: xr.Dataset, colour: Any, dash: Any) -> None:
    x, y, err = (np.asarray(part[v], float) for v in ("fe_h_bin", "mg_fe_median", "mg_fe_median_err"))
    good = np.isfinite(y)
    x, y, err = x[good], y[good], np.nan_to_num(err[good])
    axes.fill_between(x, y - err, y + err, color=colour, alpha=0.25, linewidth=0, zorder=2)
    axes.plot(x, y, color=colour, ls=dash, lw=1.3, zorder=3, gid=f"median_{part['population'].values!s}")


def _limits(axes: Axes, dataset: xr.Dataset) -> None:
    """Set limits that hold nearly all stars."""
    n = dataset["n"].sel(population="total").sum("r").transpose("fe_h", "mg_fe").values
    axes.set_xlim(*abundance_plane.span(edges(dataset, "fe_h"), n.sum(axis=1), 0.99))
    axes.set_ylim(*abundance_plane.span(edges(dataset, "mg_fe"), n.sum(axis=0), 0.996))


def _shift_note(dataset: xr.Dataset, population: str) -> str:
    """Say by how much the inner ring lies above the outer one."""
    shift, err = (float(dataset[name].sel(population=population)) for name in ("shift", "shift_err"))
    if not np.isfinite(shift):
        return ""
    bounds = dataset["r_bnds"].values
    rings = [next(b for b in bounds if b[0] <= r < b[1]) for r in dataset["shift"].attrs["compare_r"]]
    names = " less ".join(f"{low:g}-{high:g}" for low, high in rings)
    text = style.POPULATIONS[population][2]
    return rf"{text}: {names} kpc: ${shift:+.3f} \pm {err:.3f}$ dex"
