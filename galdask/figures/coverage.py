"""Where the stars are: counts on the plane and above it (Imig et al. 2023, Figure 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.figures import maps, marks, style
from galdask.figures.cells import cells, edge_window, face_window, joined

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

    signed = int(dataset.attrs.get("signed_r", 1)) == 1
    face = cells(dataset, "n_xy", "n_xy", ("x", "y"), population="total")
    edge = cells(dataset, "n_rz", "n_rz", ("r", "z"), population="total")
    r_sun = float(dataset.attrs["r_sun"])
    face_x, face_y = face_window([face], r_sun)
    edge_x, edge_y = edge_window([edge], r_sun, signed)
    if signed:
        face_x = edge_x = joined(face_x, edge_x)
    sizes = [(y[1] - y[0]) / (x[1] - x[0]) for x, y in ((face_x, face_y), (edge_x, edge_y))]
    figure = style.sheet(4.9, 1.6 + 3.9 * sum(sizes))
    upper, lower = figure.subplots(2, 1, height_ratios=sizes)
    norm = LogNorm(1, max(10, face.counts.max(), edge.counts.max()))
    colours = style.colours("n_stars")
    mesh = maps.panel(upper, face, colours, norm)
    maps.panel(lower, edge, colours, norm)
    maps.frame(upper, face_x, face_y, style.title(dataset["x"]), style.title(dataset["y"]))
    maps.frame(lower, edge_x, edge_y, style.title(dataset["r"]), style.title(dataset["z"]))
    marks.face_on(upper, dataset.attrs, arrow=True)
    marks.edge_on(lower, dataset.attrs, signed)
    numbers = [int(dataset[name].sel(population="total")) for name in ("n_panel_xy", "n_panel_rz")]
    maps.count_note(upper, face, numbers[0], face_x, face_y)
    maps.count_note(lower, edge, numbers[1], edge_x, edge_y, above=True)
    style.panel_note(upper, r"all $Z$", "lower left")
    lower.text(0.0, 1.03, "all azimuths", transform=lower.transAxes, va="bottom", fontsize=9)
    maps.bar_above(figure, mesh, upper, "Stars per cell")
    maps.key(figure)
    return figure
