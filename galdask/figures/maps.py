"""One panel of a map: cells with their true edges, and three kinds of cells that look different.

A cell without stars is hatched, a cell with fewer stars than the minimum is plain gray, and every
other cell has a colour; the low end of a colour scale is therefore never mistaken for "no star".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.figures import style
from galdask.figures.cells import Cells, Limits, outside

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure


#: an axis longer than the first number (kpc) has labelled ticks and small ticks at these steps
TICKS = (
    (32.0, 10.0, 2.0),
    (8.0, 5.0, 1.0),
    (4.0, 2.0, 0.5),
    (1.6, 1.0, 0.25),
    (0.8, 0.4, 0.1),
    (0.3, 0.2, 0.05),
    (0.0, 0.05, 0.01),
)


def panel(axes: Axes, cells: Cells, colours: Any, norm: Normalize) -> Any:
    """Draw a map with equal scales in x and y, and return the mesh that a colour bar needs.

    Parameters
    ----------
    axes : Axes
        Where to draw; x to the right and y upward.
    cells : Cells
        What to draw.
    colours : str or Colormap
        The colour map.
    norm : matplotlib.colors.Normalize
        Scale, shared by panels that are compared.
    """
    from matplotlib.patches import Rectangle

    x, y = cells.x, cells.y
    ground = Rectangle((x[0], y[0]), x[-1] - x[0], y[-1] - y[0], zorder=0, gid="empty", **style.NO_STARS)
    axes.add_patch(ground)
    mesh = mosaic(axes, cells, colours, norm)
    if cells.counts.sum() == 0:
        style.panel_note(axes, "no stars", "upper left", style.MUTED)
    axes.set_aspect("equal")
    return mesh


def mosaic(
    axes: Axes, cells: Cells, colours: Any, norm: Normalize, sparse: str = style.SPARSE, level: float = 3
) -> Any:
    """Draw coloured cells at a `level`, and in the gray `sparse` the cells that have stars but no value."""
    from matplotlib.colors import ListedColormap

    coloured = np.isfinite(cells.values) & (cells.counts > 0)
    few = np.ma.masked_where((cells.counts <= 0) | coloured, np.zeros(cells.counts.shape))
    if few.count():
        gray = ListedColormap([sparse])
        axes.pcolormesh(cells.x, cells.y, few.T, cmap=gray, zorder=level, rasterized=True, gid="sparse")
    values = np.ma.masked_where(~coloured, cells.values).T
    return axes.pcolormesh(
        cells.x, cells.y, values, cmap=colours, norm=norm, zorder=level, rasterized=True, gid="cells"
    )


def outline(axes: Axes, cells: Cells) -> None:
    """Draw the border of the region where stars are, along the edges of cells.

    Single holes are filled and single cells left out, so that the border is one clear line.
    """
    from matplotlib.collections import LineCollection

    there = np.pad(cells.counts > 0, 1)
    near = sum(np.roll(there, (i, j), (0, 1)).astype(int) for i in (-1, 0, 1) for j in (-1, 0, 1)) - there
    there = (there & (near >= 3)) | (near >= 6)
    inside = there[1:-1, 1:-1]
    lines = []
    for i, j in zip(*np.nonzero(inside[:-1] != inside[1:]), strict=True):
        lines.append([(cells.x[i + 1], cells.y[j]), (cells.x[i + 1], cells.y[j + 1])])
    for i, j in zip(*np.nonzero(inside[:, :-1] != inside[:, 1:]), strict=True):
        lines.append([(cells.x[i], cells.y[j + 1]), (cells.x[i + 1], cells.y[j + 1])])
    axes.add_collection(
        LineCollection(
            lines, colors=style.INK, linewidths=0.9, zorder=6, gid="outline", capstyle="projecting"
        ),
        autolim=False,
    )


def frame(axes: Axes, x: Limits, y: Limits, x_label: str, y_label: str) -> None:
    """Set limits and labels in kpc, with ticks on round numbers."""
    from matplotlib.ticker import MultipleLocator

    axes.set_xlim(*x)
    axes.set_ylim(*y)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    for axis, span in ((axes.xaxis, x[1] - x[0]), (axes.yaxis, y[1] - y[0])):
        major, minor = next((a, b) for least, a, b in TICKS if span > least)
        axis.set_major_locator(MultipleLocator(major))
        axis.set_minor_locator(MultipleLocator(minor))


def count_note(axes: Axes, cells: Cells, number: int, x: Limits, y: Limits, above: bool = False) -> None:
    """Print N of a panel, inside or `above` it, and how many of these stars lie outside its limits."""
    text, beyond = f"$N$ = {style.counted(number)}", outside(cells, x, y)
    if beyond:
        text += f"{' ' if above else chr(10)}({style.counted(beyond)} outside)"
    if above:
        axes.text(1.0, 1.03, text, transform=axes.transAxes, ha="right", va="bottom", fontsize=9)
    else:
        style.panel_note(axes, text, "upper right")


def bar_above(figure: Figure, mesh: Any, axes: Axes, text: str, ends: str = "neither") -> Any:
    """Put a colour bar of a panel's width above it."""
    place = axes.inset_axes((0.0, 1.03, 1.0, 0.045))
    bar = figure.colorbar(mesh, cax=place, orientation="horizontal", extend=ends)
    bar.set_label(text, labelpad=4)
    bar.ax.xaxis.set_ticks_position("top")
    bar.ax.xaxis.set_label_position("top")
    bar.ax.tick_params(which="both", direction="out", labelsize=8.5, pad=1.5)
    return bar


def bar_beside(figure: Figure, mesh: Any, axes: Axes, text: str, ends: str = "neither") -> Any:
    """Put a colour bar of a panel's height to its right."""
    place = axes.inset_axes((1.03, 0.0, 0.05, 1.0))
    bar = figure.colorbar(mesh, cax=place, extend=ends)
    bar.set_label(text)
    bar.ax.tick_params(which="both", direction="out")
    return bar


def few_patch(minimum: int, colour: str = style.SPARSE) -> Any:
    """Return the legend's square of the cells with fewer stars than the minimum."""
    from matplotlib.patches import Patch

    return Patch(facecolor=colour, lw=0, label=f"fewer than {minimum} stars")


def key(figure: Figure, minimum: int = 1) -> None:
    """Add the legend of the cells that have no colour, below the panels."""
    from matplotlib.patches import Patch

    marks = [Patch(label="no stars", **(style.NO_STARS | {"edgecolor": "#a9a9b0", "linewidth": 0.4}))]
    if minimum > 1:
        marks.append(few_patch(minimum))
    figure.legend(handles=marks, loc="outside lower center", ncols=len(marks), handlelength=1.4)
