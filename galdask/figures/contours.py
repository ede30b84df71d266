"""Contours of saved densities, at the levels that were saved with them; few stars are points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: the region behind every panel
GROUND = "#dcdce1"


def grid(dataset: xr.Dataset, x: str, y: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the middles of the cells of a plane."""
    return np.asarray(dataset[x].values, float), np.asarray(dataset[y].values, float)


def filled(axes: Axes, part: xr.Dataset, x: str, y: str, colours: Any) -> Any:
    """Fill the regions between the contours of one panel; where it has none, draw its stars as points.

    Parameters
    ----------
    axes : Axes
        The panel.
    part : xarray.Dataset
        Its `n`, `density` and `level` (fraction).
    x, y : str
        Dimensions of the plane, horizontal first.
    colours : Colormap
        From the outermost region to the innermost.
    """
    levels = np.unique(part["level"].values[np.isfinite(part["level"].values)])
    if not levels.size:
        return points(axes, part["n"], x, y)
    density = part["density"].transpose(y, x).values
    steps = np.append(levels, max(float(density.max()), levels[-1]) * 1.0001 + 1e-12)
    shades = colours(np.linspace(0.0, 1.0, max(levels.size, 2)))[-levels.size :]
    found = axes.contourf(*grid(part, x, y), density, steps, colors=shades, zorder=3)
    found.set_gid("contours")
    return found


def legend(figure: Figure, dataset: xr.Dataset, colours: Any) -> None:
    """Name the regions of `filled` below the panels."""
    from matplotlib.patches import Patch

    fractions = sorted((float(f) for f in dataset["fraction"].values), reverse=True)
    shades = colours(np.linspace(0.0, 1.0, max(len(fractions), 2)))[-len(fractions) :]
    handles = [Patch(color=c, label=f"{100 * f:g} %") for f, c in zip(fractions, shades, strict=True)]
    if "behind_level" in dataset:
        handles.append(ground_patch(dataset))
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), handlelength=1.2)


def ground_patch(dataset: xr.Dataset) -> Any:
    """Return the legend's square of the region behind the panels."""
    from matplotlib.patches import Patch

    fraction = float(dataset["behind_level"].attrs["fraction"])
    return Patch(color=GROUND, label=f"{100 * fraction:g} % of all stars")


def lines(axes: Axes, part: xr.Dataset, x: str, y: str, **look: Any) -> Any:
    """Draw the contours of one panel as lines; where it has none, draw its stars as points."""
    levels = np.unique(part["level"].values[np.isfinite(part["level"].values)])
    if not levels.size:
        return points(axes, part["n"], x, y, look.get("colors", "#55555a"))
    found = axes.contour(*grid(part, x, y), part["density"].transpose(y, x).values, levels, **look)
    found.set_gid("contours")
    return found


def points(axes: Axes, n: xr.DataArray, x: str, y: str, colour: Any = "#55555a") -> Any:
    """Draw a point in the middle of every cell that has stars, larger for more of them."""
    values = n.transpose(x, y).values
    i, j = np.nonzero(values)
    at = np.asarray(n[x].values)[i], np.asarray(n[y].values)[j]
    return axes.scatter(*at, s=5.0 * values[i, j], color=colour, lw=0, zorder=4, gid="points")


def behind(axes: Axes, dataset: xr.Dataset, x: str, y: str) -> None:
    """Fill the region that holds the stated fraction of all stars, behind everything else."""
    border = float(dataset["behind_level"])
    if not np.isfinite(border):
        return
    density = dataset["behind_density"].transpose(y, x).values
    steps = [border, max(float(density.max()), border) * 1.0001 + 1e-12]
    axes.contourf(*grid(dataset, x, y), density, steps, colors=[GROUND], zorder=0).set_gid("behind")
