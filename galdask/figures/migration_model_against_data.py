"""Model against data: a triangle of five dimensions, with residuals above the diagonal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.figures import migration_marks as marks
from galdask.figures import style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: contours of the model hold these shares; residuals in standard errors
_HELD, _MOST = (0.5, 0.9), 4.0


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw data and model of each quantity and pair.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `model_against_data` of a fit.
    """
    names = [str(name) for name in dataset["quantity"].values]
    figure = style.sheet(style.PAGE + 1.0, style.PAGE + 0.2)
    figure.set_layout_engine("none")
    places = {"left": 0.09, "right": 0.885, "bottom": 0.075, "top": 0.985, "wspace": 0.07, "hspace": 0.07}
    panels = figure.subplots(len(names), len(names), gridspec_kw=places)
    for k, name in enumerate(names):
        _single(panels[k, k], dataset.sel(quantity=name))
    mesh: Any = None
    for pair in range(dataset.sizes["pair"]):
        one = dataset.isel(pair=pair)
        x, y = str(one["pair_x"].values), str(one["pair_y"].values)
        column, row = names.index(x), names.index(y)
        sides = [dataset["plane_edges"].sel(quantity=name).values for name in (x, y)]
        _plane(panels[row, column], one, *sides)
        mesh = _residual(panels[column, row], one, sides[1], sides[0])
    for (row, column), axes in np.ndenumerate(panels):
        _ticks(axes, dataset, names, int(row), int(column))
    bar = figure.add_axes((0.905, 0.35, 0.016, 0.35), label="<colorbar>")
    figure.colorbar(mesh, cax=bar, label="stars less model (errors)", extend="both")
    style.panel_note(panels[0, 0], "stars", "upper left")
    panels[0, 0].text(
        0.97,
        0.95,
        "model",
        transform=panels[0, 0].transAxes,
        ha="right",
        va="top",
        fontsize=9,
        color=marks.MODEL,
    )
    return figure


def _single(axes: Axes, one: xr.Dataset) -> None:
    edges, n = one["edges"].values, one["n"].values
    low, high = one["model_low"].values, one["model_high"].values
    scatter = np.sqrt(one["model"].values + one["model_noise"].values)
    x, below = marks.steps(edges, np.maximum(low - scatter, 0.0))
    axes.fill_between(
        x, below, marks.steps(edges, high + scatter)[1], color=marks.MODEL, alpha=0.15, lw=0, gid="scatter"
    )
    x, below = marks.steps(edges, low)
    axes.fill_between(x, below, marks.steps(edges, high)[1], color=marks.MODEL, alpha=0.35, lw=0, gid="band")
    axes.stairs(one["model"].values, edges, color=marks.MODEL, lw=0.9, label="model", gid="model")
    centres = 0.5 * (edges[1:] + edges[:-1])
    axes.errorbar(
        centres, n, np.sqrt(np.maximum(n, 1)), fmt="o", ms=1.8, lw=0.6, color=style.INK, label="stars"
    )
    axes.set_ylim(0, 1.3 * max(float(np.max(n + np.sqrt(n))), 1.0))


def _plane(axes: Axes, one: xr.Dataset, x: np.ndarray, y: np.ndarray) -> None:
    n, model = one["n_plane"].values, one["model_plane"].values
    axes.pcolormesh(
        x,
        y,
        np.ma.masked_less(n, 1),
        cmap="Greys",
        vmin=0,
        vmax=max(1.0, n.max()),
        rasterized=True,
        gid="data",
    )
    from scipy.ndimage import gaussian_filter

    smooth = gaussian_filter(model, 0.8, mode="nearest")
    heights = marks.levels(smooth, _HELD)
    if len(heights) == len(_HELD):
        axes.contour(
            0.5 * (x[1:] + x[:-1]),
            0.5 * (y[1:] + y[:-1]),
            model,
            heights,
            colors=marks.MODEL,
            linewidths=(0.7, 1.1),
        )


def _residual(axes: Axes, one: xr.Dataset, x: np.ndarray, y: np.ndarray) -> Any:
    n, model = one["n_plane"].values.T, one["model_plane"].values.T
    with np.errstate(divide="ignore", invalid="ignore"):
        pull = np.ma.masked_where(model < 1.0, (n - model) / np.sqrt(model))
    return axes.pcolormesh(
        x, y, pull, cmap="RdBu_r", vmin=-_MOST, vmax=_MOST, rasterized=True, gid="residual"
    )


def _ticks(axes: Axes, dataset: xr.Dataset, names: list[str], row: int, column: int) -> None:
    from matplotlib.ticker import MaxNLocator

    edges = dataset["edges"].values
    axes.set_xlim(edges[column][0], edges[column][-1])
    axes.xaxis.set_major_locator(MaxNLocator(4, prune="both"))
    axes.tick_params(labelsize=7)
    axes.minorticks_off()
    last = len(names) - 1
    if row != column:
        axes.set_ylim(edges[row][0], edges[row][-1])
        axes.yaxis.set_major_locator(MaxNLocator(4, prune="both"))
    axes.tick_params(labelbottom=row == last, labelleft=column == 0 and row > 0)
    if row == last:
        axes.set_xlabel(marks.axis_label(dataset, names[column]), fontsize=9)
    if column == 0 and row > 0:
        axes.set_ylabel(marks.axis_label(dataset, names[row]), fontsize=9)
    if row == column == 0:
        axes.set_ylabel("stars", fontsize=9)
