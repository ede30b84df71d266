"""Face-on medians in slices of height above the plane (Imig et al. 2023, Figure 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.figures import maps, marks, style
from galdask.figures.cells import cells, face_window

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw one face-on map a slice in |Z|, the one nearest to the plane first, on one colour scale.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `feh_slices`, or another of its form; the attribute `quantity` names what is shown.
    """
    from matplotlib.colors import Normalize

    name = str(dataset.attrs["quantity"])
    slices = dataset.sizes["abs_z"]
    panels = [
        cells(dataset, f"{name}_median", f"{name}_n", ("x", "y"), population="total", abs_z=i)
        for i in range(slices)
    ]
    r_sun = float(dataset.attrs["r_sun"])
    x, y = face_window(panels, r_sun)
    shown = np.concatenate([p.shown() for p in panels])
    low, high = style.nice_limits(shown)
    panel_width = (style.PAGE - 1.4) / slices
    figure = style.sheet(style.PAGE, 1.15 + panel_width * (y[1] - y[0]) / (x[1] - x[0]))
    row = figure.subplots(1, slices, squeeze=False, sharex=True, sharey=True)[0]
    for i, (axes, panel) in enumerate(zip(row, panels, strict=True)):
        mesh = maps.panel(axes, panel, style.colours(name), Normalize(low, high))
        maps.frame(axes, x, y, style.title(dataset["x"]), style.title(dataset["y"]) if i == 0 else "")
        marks.face_on(axes, dataset.attrs, arrow=i == 0)
        axes.set_title(
            style.interval(dataset["abs_z_bnds"].values[i], r"\left|Z\right|", last=i == slices - 1)
        )
        number = int(dataset[f"{name}_n_panel"].sel(population="total").isel(abs_z=i))
        maps.count_note(axes, panel, number, x, y)
    text = style.title(dataset[f"{name}_median"])
    maps.bar_beside(figure, mesh, row[-1], text, style.extend(shown, low, high))
    maps.key(figure, int(dataset.attrs["min_n"]))
    return figure
