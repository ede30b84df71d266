"""Where the stars are: counts on the plane and above it (Imig et al. 2023, Figure 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.figures import style, views
from galdask.figures.cells import cells

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw the counts of all stars, face-on over all Z and edge-on over all azimuth.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `coverage`.
    """
    from matplotlib.colors import LogNorm

    face = cells(dataset, "n_xy", "n_xy", ("x", "y"), population="total")
    edge = cells(dataset, "n_rz", "n_rz", ("r", "z"), population="total")
    norm = LogNorm(1, max(10, face.counts.max(), edge.counts.max()))
    return views.draw(dataset, face, edge, style.colours("n_stars"), norm, "Stars per cell")
