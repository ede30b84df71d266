"""A sheet of panels: columns of R rising to the right, rows of |Z| rising upward from the plane."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.figures import style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: inches: height and width of a panel, the gap between two, and the margins left, right, below and above
PANEL, GAP = (1.45, 1.4), 0.09
LEFT, RIGHT, BELOW, ABOVE = 0.62, 0.35, 0.52, 0.52
#: inches: from the panels of one sheet to those of the next
BETWEEN = 0.72


def sheet(dataset: xr.Dataset, x: str, y: str, bar: bool = False) -> tuple[Figure, np.ndarray]:
    """Return a figure and its panels, by |Z| and R as in the dataset: [0, 0] is the lower left one.

    Places are fixed, not sought: with this many panels a search takes longer than the drawing.

    Parameters
    ----------
    dataset : xarray.Dataset
        Has `abs_z_bnds` and `r_bnds`.
    x, y : str
        Labels of the two axes.
    bar : bool
        Leave room for `bar_beside`.
    """
    figure, (grid,) = sheets(dataset, 1, x, y, bar)
    return figure, grid


def sheets(
    dataset: xr.Dataset, number: int, x: str, y: str, bar: bool = False
) -> tuple[Figure, list[np.ndarray]]:
    """Return a figure of several sheets, the first one on top, and the panels of each; see `sheet`."""
    from matplotlib.ticker import MaxNLocator

    slices, rings = dataset["abs_z_bnds"].values, dataset["r_bnds"].values
    rows, columns = len(slices), len(rings)
    across, up = columns * (PANEL[1] + GAP) - GAP, rows * (PANEL[0] + GAP) - GAP
    one, names = up + BETWEEN, 0.3 if number > 1 else 0.0
    width = LEFT + across + RIGHT + (0.8 if bar else 0.0)
    height = BELOW + (number - 1) * one + up + names + ABOVE
    figure = style.sheet(width, height)
    figure.set_layout_engine(None)
    grids = []
    for k in range(number):
        bottom = BELOW + (number - 1 - k) * one
        places = {
            "left": LEFT / width,
            "right": (LEFT + across) / width,
            "bottom": bottom / height,
            "top": (bottom + up) / height,
            "wspace": GAP / PANEL[1],
            "hspace": GAP / PANEL[0],
        }
        grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True, gridspec_kw=places)[
            ::-1
        ]
        # columns share the ticks of one: none stands at an edge, where it would meet its neighbour's
        grid[0, 0].xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10], prune="both"))
        for axes in grid.ravel():
            axes.minorticks_off()  # small panels, and many: ticks are most of the time that they take
        _titles(grid, slices, rings)
        grids.append(grid)
    middle = (LEFT + across / 2) / width, (BELOW + (height - names - ABOVE - BELOW) / 2) / height
    figure.supxlabel(x, fontsize=10.5, x=middle[0], y=0.1 / height)
    figure.supylabel(y, fontsize=10.5, x=0.05 / width, y=middle[1])
    return figure, grids


def name_sheets(figure: Figure, grids: list[np.ndarray], labels: Sequence[str]) -> None:
    """Write (a), (b) ... and what each sheet shows above its panels."""
    height = figure.get_figheight()
    for letter, grid, label in zip("abcdefghijklmnop", grids, labels, strict=False):
        corner = grid[-1, 0].get_position()
        figure.text(
            corner.x0,
            corner.y1 + 0.27 / height,
            f"({letter})  {label}",
            fontsize=10.5,
            weight="bold",
            gid="sheet",
        )


def _titles(grid: np.ndarray, slices: np.ndarray, rings: np.ndarray) -> None:
    """Write R above the columns and |Z| beside the rows."""
    for column, bounds in enumerate(rings):
        last = column == len(rings) - 1
        grid[-1, column].set_title(style.interval(bounds, "R"), fontsize=9)
        for row, edge in enumerate(slices):
            if last:
                text = style.interval(edge, r"\left|Z\right|", last=row == len(slices) - 1)
                grid[row, column].annotate(
                    text,
                    (1.0, 0.5),
                    xycoords="axes fraction",
                    xytext=(4, 0),
                    textcoords="offset points",
                    rotation=270,
                    ha="left",
                    va="center",
                    fontsize=9,
                )


def bar_beside(figure: Figure, grid: np.ndarray, shown: Any, text: str, ends: str) -> None:
    """Put one colour bar for all panels to their right."""
    lower, upper = grid[0, -1].get_position(), grid[-1, -1].get_position()
    width = figure.get_figwidth()
    place = figure.add_axes((upper.x1 + 0.36 / width, lower.y0, 0.13 / width, upper.y1 - lower.y0))
    bar = figure.colorbar(shown, cax=place, extend=ends)
    bar.set_label(text)
    bar.ax.tick_params(which="both", direction="out")


def parts(dataset: xr.Dataset, grid: np.ndarray) -> Iterator[tuple[Axes, xr.Dataset]]:
    """Walk the panels, each with its zone of the dataset."""
    for row in range(grid.shape[0]):
        for column in range(grid.shape[1]):
            yield grid[row, column], dataset.isel(abs_z=row, r=column)


def count_note(axes: Axes, part: xr.Dataset, count: str, corner: str = "upper right") -> None:
    """Write the number of stars of a zone into its panel, and with ages what part of its stars they are."""
    text = f"$N$ = {style.counted(part[count])}"
    if count == "n_age" and np.isfinite(part["f_distmass"]):
        text += f" ({100 * float(part['f_distmass']):.0f} %)"
    style.panel_note(axes, text, corner)
