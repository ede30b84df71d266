"""The fraction of stars that have an age, face-on and edge-on (Imig et al. 2023, Figure A.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.figures import style, views
from galdask.figures.cells import cells

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw the fraction in cells, face-on over all Z and edge-on over all azimuth.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `age_completeness`.
    """
    from matplotlib.colors import Normalize

    where = {"population": "total"}
    face = cells(dataset, "f_distmass_xy", "n_all_xy", ("x", "y"), **where)
    edge = cells(dataset, "f_distmass_rz", "n_all_rz", ("r", "z"), **where)
    shown = np.concatenate([face.shown(), edge.shown()])
    low, _ = style.nice_limits(shown, cover=0.9)
    norm = Normalize(min(max(low, 0.0), 0.8), 1.0)
    text = style.title(dataset["f_distmass_xy"])
    ends = style.extend(shown, float(norm.vmin or 0.0), 1.0)
    min_n = int(dataset.attrs["min_n"])
    return views.draw(dataset, face, edge, style.colours("fraction"), norm, text, ends, min_n)
