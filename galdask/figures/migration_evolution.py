"""Secular evolution: rms of Lz - Lz0 and of JR over age, with both axes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.figures import migration_marks as marks
from galdask.figures import style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

_UNIT = r"kpc km s$^{-1}$"


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw both panels, each with a right axis in kpc.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `evolution` of a fit.
    """
    figure = style.sheet(style.COLUMN + 1.3, 5.6)
    top, bottom = figure.subplots(2, 1, sharex=True)
    age = dataset["age"].values
    marks.curve(top, dataset, "rms_lz", "age", marks.MODEL, label="this fit")
    for axes, name in ((top, "rms_lz"), (bottom, "rms_jr")):
        for which, line, text in (("table1", "--", "Table 1"), ("text", ":", "text, Figure 7")):
            axes.plot(
                age, dataset[f"{name}_{which}"], color=style.MUTED, lw=1.0, ls=line, label=text, gid=which
            )
    for r, ink in zip(dataset["r"].values, ("#b8a500", marks.MODEL, "#440154"), strict=True):
        marks.curve(bottom, dataset.sel(r=r), "rms_jr", "age", ink, label=f"$R_c$ = {r:g} kpc")
    v_circ, kappa = float(dataset.attrs["v_circ"]), float(dataset.attrs["kappa"])
    radius = float(dataset.attrs["axis_radius"])
    for axes in (top, bottom):
        axes.set_xlim(0, float(age[-1]))
        axes.set_ylim(0, None)
        axes.tick_params(which="both", right=False)
    right = top.secondary_yaxis("right", functions=(lambda lz: lz / v_circ, lambda kpc: kpc * v_circ))
    right.set_ylabel(r"$\Delta L_z / V_C$ (kpc)")
    below = bottom.secondary_yaxis(
        "right",
        functions=(lambda jr: np.sqrt(np.maximum(jr, 0.0) / kappa), lambda kpc: kappa * np.square(kpc)),
    )
    below.set_ylabel(rf"$\sqrt{{J_R/\kappa}}$ at {radius:g} kpc (kpc)")
    below.set_yticks(_ticks(float(np.sqrt(bottom.get_ylim()[1] / kappa))))
    below.minorticks_off()
    top.set_ylabel(rf"rms($L_z - L_{{z0}}$) ({_UNIT})")
    bottom.set_ylabel(rf"rms($J_R - J_{{R0}}$) ({_UNIT})")
    bottom.set_xlabel("age (Gyr)")
    top.legend(loc="upper left")
    handles, labels = bottom.get_legend_handles_labels()
    bottom.legend(handles[2:], labels[2:], loc="upper left")
    return figure


def _ticks(highest: float) -> np.ndarray:
    """Return round radii below a limit, kpc: the axis is a square root, crowded above."""
    step = 0.25 if highest < 2.5 else 0.5 if highest < 5 else 1.0
    return np.arange(2 * step, highest, step)
