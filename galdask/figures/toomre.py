"""The Toomre diagram of all stars and of each population."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.figures import phase_planes, style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw the densities, curves of constant total speed, and the line of no rotation.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `toomre`.
    """
    labels = r"$V$ (km s$^{-1}$)", r"$\sqrt{U^2 + W^2}$ (km s$^{-1}$)"
    figure, panels = phase_planes.sheet(dataset, ("v", "v_perp"), labels, ((0.0,), (0.0,)))
    angle = np.linspace(0.0, np.pi, 181)
    for axes in panels.values():
        x, y = axes.get_xlim(), axes.get_ylim()
        for speed in dataset["speed"].values:
            around = -speed * np.cos(angle), speed * np.sin(angle)
            phase_planes.curve(axes, *around, gid="speed")
            seen = (around[0] > x[0]) & (around[0] < x[1]) & (around[1] < 0.92 * y[1]) & (around[0] < 0)
            if seen.any():
                k = int(np.flatnonzero(seen)[-1] // 2 + np.flatnonzero(seen)[0] // 2)
                axes.text(
                    around[0][k],
                    around[1][k],
                    f"{speed:g}",
                    fontsize=8,
                    ha="center",
                    zorder=7,
                    bbox=style.BEHIND_TEXT,
                )
        axes.set_xlim(*x)
        axes.set_ylim(*y)
        phase_planes.still(axes, -float(dataset.attrs["v_circ"]))
    return figure
