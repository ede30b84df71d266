"""What orients a reader on a map of the Galaxy: Sun, centre, bar, rings and the sense of rotation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.figures.style import BEHIND_TEXT, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def halo(width: float) -> list:
    """Return the path effects of a white rim around a line."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=width, foreground="white")]


def sun(axes: Axes, x: float, y: float = 0.0) -> None:
    """Mark the Sun at (x, y) kpc: a circle with a dot in its middle.

    Where the map does not reach the Sun, an arrow at its border points there.
    """
    (left, right), (low, high) = sorted(axes.get_xlim()), sorted(axes.get_ylim())
    if left <= x <= right and not low <= y <= high:
        arrow, at = (r"$\downarrow$", 0.02) if y < low else (r"$\uparrow$", 0.98)
        axes.text(
            x,
            at,
            f"Sun {arrow}",
            transform=axes.get_xaxis_transform(),
            ha="center",
            va="bottom" if y < low else "top",
            fontsize=9,
            zorder=12,
            gid="sun",
            bbox=BEHIND_TEXT,
        )
        return
    if not left <= x <= right:
        y = min(max(y, low + 0.06 * (high - low)), high - 0.06 * (high - low))
        side = "left" if x < left else "right"
        text = r"$\leftarrow$ Sun" if side == "left" else r"Sun $\rightarrow$"
        place = axes.get_yaxis_transform()
        at = 0.015 if side == "left" else 0.985
        axes.text(
            at,
            y,
            text,
            transform=place,
            ha=side,
            va="center",
            fontsize=9,
            zorder=12,
            gid="sun",
            bbox=BEHIND_TEXT,
        )
        return
    axes.plot(x, y, "o", ms=7.5, mfc="white", mec=INK, mew=1.0, zorder=12, clip_on=False, gid="sun")
    axes.plot(x, y, "o", ms=1.8, mfc=INK, mec="none", zorder=13, clip_on=False)


def centre(axes: Axes, x: float = 0.0, y: float = 0.0) -> None:
    """Mark the Galactic centre with a plus, where the map reaches it."""
    left, right = sorted(axes.get_xlim())
    if not left <= x <= right:
        return
    axes.plot(
        x, y, "+", ms=8, color=INK, mew=1.4, zorder=12, clip_on=False, gid="centre", path_effects=halo(3.0)
    )


def bar(axes: Axes, length: float = 10.0, ratio: float = 0.4, angle: float = 25.0) -> None:
    """Draw the bar of a face-on map, its near end at X < 0, Y > 0.

    Parameters
    ----------
    axes : Axes
        X to the right, Y upward, the centre at (0, 0).
    length : float
        Length of the major axis, kpc.
    ratio : float
        Minor axis over major axis.
    angle : float
        Angle between the major axis and the line from the Sun to the centre, degrees.
    """
    from matplotlib.patches import Ellipse

    shape = Ellipse((0.0, 0.0), length, length * ratio, angle=-angle, fill=False, ec=INK, lw=1.1, zorder=11)
    shape.set_gid("bar")
    shape.set_path_effects(halo(2.6))
    axes.add_patch(shape)


def rings(axes: Axes, radii: tuple[float, ...] = (5.0, 10.0, 15.0, 20.0)) -> None:
    """Draw thin circles of constant R (kpc) on a face-on map."""
    from matplotlib.patches import Circle

    for radius in radii:
        ring = Circle((0, 0), radius, fill=False, ec=INK, lw=0.4, ls=(0, (4, 4)), alpha=0.45, zorder=10)
        ring.set_gid("ring")
        axes.add_patch(ring)


def rotation(axes: Axes, radius: float, start: float = 202.0, stop: float = 158.0) -> None:
    """Draw an arrow along the sense of Galactic rotation on a face-on map.

    Parameters
    ----------
    axes : Axes
        X to the right and Y, the direction of rotation at the Sun, upward.
    radius : float
        R of the arrow, kpc.
    start, stop : float
        Azimuths of its ends, degrees; rotation lowers the azimuth atan2(Y, X).
    """
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    angle = np.radians(np.linspace(start, stop, 40))
    path = Path(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]))
    arrow = FancyArrowPatch(path=path, arrowstyle="-|>", mutation_scale=8, lw=0.9, color=INK, zorder=11)
    arrow.set_gid("rotation")
    arrow.set_path_effects(halo(2.2))
    axes.add_patch(arrow)


def face_on(axes: Axes, attributes: Mapping[str, Any], arrow: bool = False) -> None:
    """Put rings, bar, centre and Sun on a face-on map, from the attributes of a product.

    Parameters
    ----------
    axes : Axes
        The map; call after its limits are set.
    attributes : mapping
        `r_sun` (kpc) and, where a bar is drawn, `bar_length`, `bar_axis_ratio` and `bar_angle`.
    arrow : bool
        Also draw the sense of rotation, where there is room beyond the Sun.
    """
    rings(axes)
    if "bar_length" in attributes:
        bar(axes, *(float(attributes[k]) for k in ("bar_length", "bar_axis_ratio", "bar_angle")))
    centre(axes)
    r_sun = float(attributes["r_sun"])
    sun(axes, -r_sun)
    radius = r_sun + 4.0
    reach = 0.5 * min(abs(limit) for limit in axes.get_ylim())
    if arrow and min(axes.get_xlim()) < -radius - 0.5 and reach > 0.5:
        half = min(22.0, float(np.degrees(np.arcsin(min(1.0, reach / radius)))))
        rotation(axes, radius, 180.0 + half, 180.0 - half)


def edge_on(axes: Axes, attributes: Mapping[str, Any], signed: bool = True) -> None:
    """Put Sun and centre on an edge-on map; with signed R the Sun is at R = -r_sun."""
    centre(axes)
    r_sun = float(attributes["r_sun"])
    sun(axes, -r_sun if signed else r_sun, float(attributes.get("z_sun", 0.0)))
