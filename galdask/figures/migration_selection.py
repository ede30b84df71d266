"""The selection function of every field over distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.figures import migration_marks as marks
from galdask.figures import style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw S(D) of the fields, and the space that they see beside the stars.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `selection` of a fit.
    """
    from matplotlib.collections import LineCollection

    figure = style.sheet(style.PAGE, 3.0)
    left, right = figure.subplots(1, 2)
    distance, curves = dataset["distance"].values, dataset["s"].values
    lines = LineCollection(
        [np.column_stack([distance, curve]) for curve in curves],
        array=np.abs(dataset["b"].values),
        cmap="viridis",
        lw=0.9 if len(curves) < 60 else 0.4,
        alpha=0.85 if len(curves) < 60 else 0.5,
        gid="curves",
    )
    lines.set_clim(0.0, max(float(np.max(np.abs(dataset["b"]))), 5.0))
    left.add_collection(lines)
    left.set_ylim(0, 1.08 * float(curves.max()))
    left.set_xlabel("distance (kpc)")
    left.set_ylabel("$S(D)$")
    figure.colorbar(lines, ax=left, label=r"$|b|$ (degrees)")
    space, n = dataset["space"].values, dataset["n"].values
    reach = float(dataset.attrs["reach"])
    edges = np.linspace(0.0, reach, n.size + 1)
    right.stairs(n / max(n.max(), 1), edges, fill=True, color="#c9d8e6", gid="histogram")
    right.stairs(n / max(n.max(), 1), edges, color=style.INK, lw=0.8, label="stars, observed distance")
    right.plot(
        distance, space / space.max(), color=marks.MODEL, label=r"$D^2\,S$ over all fields", gid="space"
    )
    right.set_ylim(0, 1.32)
    right.set_xlabel("distance (kpc)")
    right.set_ylabel("over largest")
    right.legend(loc="upper left", fontsize=8.5)
    for axes in (left, right):
        axes.set_xlim(0, reach)
    if dataset.attrs["farther"]:
        style.panel_note(right, f"{dataset.attrs['farther']} farther", "lower right", style.MUTED)
    return figure
