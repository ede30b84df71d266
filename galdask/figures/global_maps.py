"""Medians over the whole Galaxy, from above and from the side (Imig et al. 2023, Figure 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.figures import maps, marks, style
from galdask.figures.cells import Cells, Limits, cells, edge_window, face_window, joined

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw one column a quantity: face-on map above, edge-on map with signed R below.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `global_maps`.
    """
    names = str(dataset.attrs["quantities"]).split()
    where = {"population": "total"}
    face = [cells(dataset, f"face_{q}_median", f"face_{q}_n", ("x", "y"), **where) for q in names]
    edge = [cells(dataset, f"edge_{q}_median", f"edge_{q}_n", ("r", "z"), **where) for q in names]
    r_sun = float(dataset.attrs["r_sun"])
    face_x, face_y = face_window(face, r_sun)
    edge_x, edge_y = edge_window(edge, r_sun)
    limits = {"face": (joined(face_x, edge_x), face_y), "edge": (joined(face_x, edge_x), edge_y)}
    sizes = [face_y[1] - face_y[0], edge_y[1] - edge_y[0]]
    width = style.PAGE if len(names) > 1 else 0.6 * style.PAGE
    panel_width = (width - 0.55) / len(names) - 0.1
    span = limits["face"][0][1] - limits["face"][0][0]
    figure = style.sheet(width, 1.9 + panel_width * sum(sizes) / span)
    style.spaced(figure, h_pad=0.1)
    grid = figure.subplots(2, len(names), squeeze=False, height_ratios=sizes, sharex="col", sharey="row")
    for column, name in enumerate(names):
        _column(figure, grid[:, column], dataset, name, (face[column], edge[column]), limits)
    for axes in grid[:, 1:].ravel():
        axes.set_ylabel("")
    height = float(dataset.attrs["max_abs_z"])
    style.panel_note(grid[0, 0], rf"$\left|Z\right| \leq {height:g}$ kpc", "lower left")
    maps.key(figure, int(dataset.attrs["min_n"]))
    return figure


def _column(
    figure: Figure,
    pair: Any,
    dataset: xr.Dataset,
    name: str,
    panels: tuple[Cells, Cells],
    limits: dict[str, tuple[Limits, Limits]],
) -> None:
    from matplotlib.colors import Normalize

    shown = np.concatenate([p.shown() for p in panels])
    low, high = style.nice_limits(shown)
    norm, colours = Normalize(low, high), style.colours(name)
    for axes, panel, view in zip(pair, panels, ("face", "edge"), strict=True):
        mesh = maps.panel(axes, panel, colours, norm)
        x, y = limits[view]
        number = int(dataset[f"{view}_{name}_n_panel"].sel(population="total"))
        vertical = "y" if view == "face" else "z"
        horizontal = style.title(dataset["x"]) if view == "face" else style.title(dataset["r"])
        maps.frame(axes, x, y, horizontal, style.title(dataset[vertical]))
        maps.count_note(axes, panel, number, x, y, above=view == "edge")
        if view == "face":
            marks.face_on(axes, dataset.attrs)
            text = style.title(dataset[f"face_{name}_median"])
            maps.bar_above(figure, mesh, axes, text, style.extend(shown, low, high))
        else:
            marks.edge_on(axes, dataset.attrs)
