"""Eccentricity and greatest height of the orbits of all stars and of each population."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.figures import phase_planes, style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw the densities, and the median and middle 68 % of the eccentricity by height.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `eccentricity_z_max`.
    """
    labels = "Eccentricity", r"$z_\mathrm{max}$ (kpc)"
    figure, panels = phase_planes.sheet(dataset, ("ecc", "z_max"), labels, ((0.0, 1.0), (0.0, 2.0)))
    for population, axes in panels.items():
        part = dataset.sel(population=population)
        low, middle, high = (np.asarray(part[f"ecc_{name}"].values) for name in ("q16", "median", "q84"))
        bars = axes.errorbar(
            middle,
            part["z_max_bin"].values,
            xerr=np.maximum([middle - low, high - middle], 0.0),
            fmt="o",
            ms=3.2,
            color="white",
            mec=style.INK,
            ecolor=style.INK,
            elinewidth=0.9,
            zorder=7,
        )
        bars[0].set_gid("medians")
        for lines in bars[2]:
            lines.set_path_effects(phase_planes.halo(0.9))
    return figure
