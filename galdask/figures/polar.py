"""Maps in R and azimuth: the ground, the Sun, the bar, and spiral arms."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.figures import maps, marks, style
from galdask.figures.cells import Cells, Limits

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.colors import Normalize


def panel(axes: Axes, cells: Cells, colours: Any, norm: Normalize, r: Limits, theta: Limits) -> Any:
    """Draw a map with R to the right and azimuth upward, and return the mesh for a colour bar."""
    from matplotlib.patches import Rectangle

    x, y = cells.x, cells.y
    ground = Rectangle((x[0], y[0]), x[-1] - x[0], y[-1] - y[0], zorder=0, gid="empty", **style.NO_STARS)
    axes.add_patch(ground)
    mesh = maps.mosaic(axes, cells, colours, norm)
    if cells.counts.sum() == 0:
        style.panel_note(axes, "no stars", "upper left", style.MUTED)
    axes.set_xlim(*r)
    axes.set_ylim(*theta)
    return mesh


def rotates_down(dataset: xr.Dataset) -> bool:
    """Tell whether rotation carries stars towards smaller azimuth."""
    frame = json.loads(str(dataset.attrs.get("frame", "{}")))
    return bool(frame.get("theta", "toward_rotation") == "toward_rotation")


def bar(axes: Axes, dataset: xr.Dataset) -> None:
    """Draw the outline of the bar: R of the ellipse at each azimuth."""
    length, ratio, angle = (float(dataset.attrs[k]) for k in ("bar_length", "bar_axis_ratio", "bar_angle"))
    near_end = 180.0 - angle if rotates_down(dataset) else 180.0 + angle
    theta = np.linspace(0.0, 360.0, 361)
    turn = np.radians(theta - near_end)
    half = 0.5 * length
    r = half * ratio / np.sqrt((ratio * np.cos(turn)) ** 2 + np.sin(turn) ** 2)
    halo = marks.halo(2.6)
    axes.plot(r, theta, color=style.INK, lw=1.1, zorder=11, gid="bar", path_effects=halo)


def arms(axes: Axes, dataset: xr.Dataset) -> list[Any]:
    """Draw the spiral arms that cross the limits, dashed beyond the masers; return the lines with names."""
    from matplotlib import colormaps

    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    handles: list[Any] = []
    for k, name in enumerate(str(arm) for arm in dataset["arm"].values):
        one = dataset.isel(arm=k)
        r, theta = one["arm_r"].values, one["arm_theta"].values
        inside = (r >= left) & (r <= right) & (theta >= low) & (theta <= high)
        if not inside.any():
            continue
        colour = colormaps["Set1"](len(handles) % 9)
        looks: dict[str, Any] = {"color": colour, "lw": 1.8, "zorder": 9, "path_effects": marks.halo(3.2)}
        axes.plot(r, theta, ls=(0, (3, 2)), gid="arm", **looks)
        seen = one["arm_seen"].values == 1
        handles += axes.plot(np.where(seen, r, np.nan), theta, gid="arm_seen", label=name, **looks)
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)
    return handles
