"""Walkers over the steps, and the autocorrelation of every parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.figures import migration_marks as marks
from galdask.figures import style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw ln L and every parameter over the steps, and the autocorrelation over the lag.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `chains` of a fit.
    """
    names = dataset["parameter"].values
    rows = (len(names) + 2 + 1) // 2
    figure = style.sheet(style.PAGE, 1.02 * rows + 0.4)
    panels = figure.subplots(rows, 2).ravel()
    steps, burn_in = dataset["step"].values, int(dataset.attrs["burn_in"])
    finite = np.where(np.isfinite(dataset["log_likelihood"]), dataset["log_likelihood"], np.nan)
    _walkers(panels[0], steps, finite, r"$\ln L$", burn_in)
    for axes, name in zip(panels[1:], names, strict=False):
        _walkers(
            axes,
            steps,
            dataset["value"].sel(parameter=name).values,
            marks.axis_label(dataset, str(name)),
            burn_in,
        )
    last = panels[len(names) + 1]
    for k, name in enumerate(names):
        ink = style.colours("fe_h")(k / len(names))
        last.plot(
            dataset["lag"], dataset["autocorrelation"].sel(parameter=name), color=ink, lw=0.9, gid="lag"
        )
    last.axhline(0.0, color=style.MUTED, lw=0.6)
    last.set_ylim(-0.25, 1.05)
    last.set_xlim(0, max(float(dataset["lag"].max()), 1.0))
    last.set_ylabel("autocorrelation", fontsize=8)
    last.set_xlabel("lag (steps)", fontsize=8.5)
    for axes in panels[len(names) + 2 :]:
        axes.set_axis_off()
    for axes in panels:
        axes.tick_params(labelsize=7)
        axes.minorticks_off()
    panels[len(names)].set_xlabel("step", fontsize=8.5)
    return figure


def _walkers(axes: Axes, steps: np.ndarray, values: np.ndarray, text: str, burn_in: int) -> None:
    axes.plot(steps, values, color=style.INK, lw=0.35, alpha=0.55, gid="walker", rasterized=True)
    axes.axvline(burn_in, color=marks.PUBLISHED, lw=0.9, gid="burn_in")
    kept = values[steps >= burn_in]
    good = kept[np.isfinite(kept)] if kept.size else values[np.isfinite(values)]
    if good.size and np.ptp(good) > 0.0:
        low, high = np.quantile(good, [0.001, 0.999])
        axes.set_ylim(low - 0.35 * (high - low), high + 0.35 * (high - low))
    axes.set_xlim(0, max(int(steps[-1]), 1))
    axes.set_ylabel(text.replace(" (", "\n("), fontsize=8)
