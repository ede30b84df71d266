"""Where the stars of each range of surface gravity are, face-on (Imig et al. 2023, Figure A.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.figures import maps, marks, style
from galdask.figures.cells import cells, face_window

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

#: panels side by side
COLUMNS = 3


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw one face-on map of counts a range of log g, on one scale.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `logg_coverage`.
    """
    from matplotlib.colors import LogNorm

    number = dataset.sizes["logg"]
    panels = [cells(dataset, "n_xy", "n_xy", ("x", "y"), population="total", logg=i) for i in range(number)]
    x, y = face_window(panels, float(dataset.attrs["r_sun"]))
    columns = min(COLUMNS, number)
    rows = -(-number // columns)
    width = (style.PAGE - 1.2) / columns
    figure = style.sheet(style.PAGE, 1.1 + rows * (0.35 + width * (y[1] - y[0]) / (x[1] - x[0])))
    grid = figure.subplots(rows, columns, squeeze=False)
    norm = LogNorm(1, max(10, *(int(p.counts.max()) for p in panels)))
    for i, (axes, panel) in enumerate(zip(grid.flat, panels, strict=False)):
        mesh = maps.panel(axes, panel, style.colours("n_stars"), norm)
        lowest, first = i + columns >= number, i % columns == 0
        horizontal = style.title(dataset["x"]) if lowest else ""
        maps.frame(axes, x, y, horizontal, style.title(dataset["y"]) if first else "")
        axes.tick_params(labelbottom=lowest, labelleft=first)
        marks.face_on(axes, dataset.attrs, arrow=i == 0)
        low, high = dataset["logg_bnds"].values[i]
        end = r"\leq" if i == number - 1 else "<"
        axes.set_title(rf"${low:g} \leq \log g {end} {high:g}$")
        counted = int(dataset["n_panel"].sel(population="total").isel(logg=i))
        maps.count_note(axes, panel, counted, x, y)
    for axes in grid.flat[number:]:
        axes.set_visible(False)
    bar = figure.colorbar(mesh, ax=list(grid.flat), location="right", pad=0.02, aspect=40)
    bar.set_label("Stars per cell")
    bar.ax.tick_params(which="both", direction="out")
    maps.key(figure)
    return figure
