"""Angular momentum and radial action of all stars and of each population."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.figures import phase_planes, style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw the densities, and the line of no rotation.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `action_map`.
    """
    labels = r"$L_z$ (kpc km s$^{-1}$)", r"$\sqrt{J_R}$ (kpc km s$^{-1}$)$^{1/2}$"
    figure, panels = phase_planes.sheet(dataset, ("lz", "sqrt_jr"), labels, ((0.0,), (0.0,)))
    for axes in panels.values():
        phase_planes.still(axes, 0.0)
    return figure
