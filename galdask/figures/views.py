"""One number across the Galaxy in two views: face-on above, edge-on below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from galdask.figures import maps, marks, style
from galdask.figures.cells import Cells, edge_window, face_window, joined

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure


def draw(
    dataset: xr.Dataset,
    face: Cells,
    edge: Cells,
    colours: Any,
    norm: Normalize,
    text: str,
    ends: str = "neither",
    min_n: int = 1,
) -> Figure:
    """Draw both views of a dataset on one scale; call it in a `styled` function.

    Parameters
    ----------
    dataset : xarray.Dataset
        Knows Sun, bar, labels and the numbers ``n_panel_xy`` and ``n_panel_rz``.
    face, edge : Cells
        What is drawn.
    colours, norm : Colormap, Normalize
        Colours and their scale.
    text, ends : str
        Label and arrows of the colour bar.
    min_n : int
        Fewest stars of a coloured cell.
    """
    signed = int(dataset.attrs.get("signed_r", 1)) == 1
    r_sun = float(dataset.attrs["r_sun"])
    face_x, face_y = face_window([face], r_sun)
    edge_x, edge_y = edge_window([edge], r_sun, signed)
    if signed:
        face_x = edge_x = joined(face_x, edge_x)
    sizes = [(y[1] - y[0]) / (x[1] - x[0]) for x, y in ((face_x, face_y), (edge_x, edge_y))]
    figure = style.sheet(4.9, 1.6 + 3.9 * sum(sizes))
    upper, lower = figure.subplots(2, 1, height_ratios=sizes)
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
    maps.bar_above(figure, mesh, upper, text, ends)
    maps.key(figure, min_n)
    return figure
