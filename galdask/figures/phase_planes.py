"""Planes of motion: one panel for all stars and for each population, with one scale of colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from galdask.figures import maps, style
from galdask.figures.cells import cells, outside, window

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import xarray as xr
    from matplotlib.figure import Figure

    from galdask.figures.cells import Limits


def sheet(
    dataset: xr.Dataset,
    plane: tuple[str, str],
    labels: tuple[str, str],
    keep: tuple[Sequence[float], Sequence[float]] = ((), ()),
    cover: float = 0.998,
) -> tuple[Figure, dict[str, Any]]:
    """Draw the densities side by side.

    Parameters
    ----------
    dataset : xarray.Dataset
        With `n` (population, plane), `n_panel` and `n_outside`.
    plane : tuple of str
        Dimensions, horizontal first.
    labels : tuple of str
        Texts of the axes.
    keep : two sequences of float
        Places along each axis that must be seen.
    cover : float
        Part of the stars that must be seen, along each axis.

    Returns
    -------
    figure : Figure
    panels : dict of str to Axes
        By population.
    """
    from matplotlib.colors import LogNorm

    parts = {str(p): cells(dataset, "n", "n", plane, population=str(p)) for p in dataset["population"].values}
    x, y = window([parts["total"]], *keep, cover=cover)
    norm = LogNorm(1, max(10, parts["total"].counts.max()))
    figure = style.sheet(style.PAGE, 2.9)
    panels = dict(
        zip(parts, figure.subplots(1, len(parts), sharex=True, sharey=True, squeeze=False)[0], strict=True)
    )
    mesh: Any = None
    for name, axes in panels.items():
        mesh = maps.mosaic(axes, parts[name], style.colours("n_stars"), norm)
        seen = int(dataset["n_panel"].sel(population=name)) - outside(parts[name], x, y)
        beyond = int(dataset["n_panel"].sel(population=name)) - seen
        beyond += int(dataset["n_outside"].sel(population=name))
        axes.set_title(_head(name, seen + beyond, beyond), fontsize=9.5)
        axes.set_xlabel(labels[0])
        _frame(axes, x, y)
    panels["total"].set_ylabel(labels[1])
    bar = figure.colorbar(mesh, ax=list(panels.values()), pad=0.015, aspect=28)
    bar.set_label("Stars per cell")
    bar.ax.tick_params(which="both", direction="out")
    return figure, panels


def _frame(axes: Any, x: Limits, y: Limits) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set_xlim(*x)
    axes.set_ylim(*y)
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))


def _head(name: str, number: int, beyond: int) -> str:
    """Return the title of a panel: its population, its stars, and how many are not seen."""
    text = f"{style.POPULATIONS[name][2]}: $N$ = {style.counted(number)}"
    return f"{text}\n({style.counted(beyond)} outside)" if beyond else f"{text}\n"


def curve(axes: Any, x: np.ndarray, y: np.ndarray, **look: Any) -> None:
    """Draw a thin dark line that is seen on light and dark cells."""
    axes.plot(x, y, color=style.INK, lw=0.8, zorder=6, path_effects=halo(0.8), **look)


def halo(width: float) -> list[Any]:
    """Return the light border of a dark line of a width."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=width + 1.4, foreground="white", alpha=0.8)]


def still(axes: Any, at: float) -> None:
    """Draw the dotted line between the two senses of rotation."""
    axes.axvline(at, color=style.MUTED, lw=0.9, ls=(0, (1, 2)), zorder=5, gid="no_rotation")
