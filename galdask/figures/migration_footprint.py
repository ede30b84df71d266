"""The fields of the survey on the sky."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.figures import style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

#: smallest radius of a circle, deg; longitudes of the grid
_LEAST, _NAMED = 1.5, (150, 120, 90, 60, 30, 0, 330, 300, 270, 240, 210)


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw every field in Galactic coordinates, the centre in the middle, longitude growing to the left.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `footprint` of a fit.
    """
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import LogNorm

    figure = style.sheet(style.PAGE, 3.9)
    axes = figure.add_subplot(projection="mollweide")
    n = dataset["n"].values
    norm, colours = LogNorm(1, max(int(n.max()), 2)), colormaps["viridis"].reversed()
    shapes, fills = [], []
    radii = np.maximum(dataset["radius"].values, _LEAST)
    for l, b, radius, count in zip(dataset["l"].values, dataset["b"].values, radii, n, strict=True):  # noqa: E741
        parts = _circle(np.radians(l), np.radians(b), np.radians(radius))
        shapes += parts
        fills += [colours(norm(count)) if count else (1.0, 1.0, 1.0, 0.0)] * len(parts)
    axes.add_collection(
        PolyCollection(shapes, facecolors=fills, edgecolors=style.INK, linewidths=0.4, zorder=3, gid="fields")
    )
    axes.grid(True, lw=0.4, color="#c8c8ce")
    axes.set_xticks(np.radians([-_wrapped(name) for name in _NAMED]), [""] * len(_NAMED))
    for name in _NAMED[::2]:
        at = np.radians(-_wrapped(name))
        axes.text(at, np.radians(-38), f"{name}°", fontsize=8, color=style.MUTED, ha="center", va="center")
    degrees = (-60, -30, 0, 30, 60)
    axes.set_yticks(np.radians(degrees), [f"{degree}°".replace("-", "\u2212") for degree in degrees])
    axes.minorticks_off()
    figure.colorbar(
        ScalarMappable(norm, colours), ax=axes, label="stars of the fit in a field", shrink=0.7, pad=0.02
    )
    fields = f"{dataset.sizes['field']:,} field{'s' * (dataset.sizes['field'] > 1)}"
    axes.set_title(f"{fields}, {style.counted(dataset.attrs['stars'])} stars", fontsize=10)
    return figure


def _wrapped(degrees: float) -> float:
    return (degrees + 180.0) % 360.0 - 180.0


def _circle(l: float, b: float, radius: float, corners: int = 40) -> list[np.ndarray]:  # noqa: E741
    """Return a circle on the sky as it lies in the projection; two parts where it reaches over the edge."""
    turn = np.linspace(0.0, 2.0 * np.pi, corners)
    north, east = np.sin(radius) * np.cos(turn), np.sin(radius) * np.sin(turn)
    sine = np.clip(np.cos(radius) * np.sin(b) + north * np.cos(b), -1.0, 1.0)
    x = -np.radians(_wrapped(np.degrees(l))) - np.arctan2(
        east, np.cos(radius) * np.cos(b) - north * np.sin(b)
    )
    turns = [0.0] + [-2.0 * np.pi] * bool(np.any(x > np.pi)) + [2.0 * np.pi] * bool(np.any(x < -np.pi))
    return [np.column_stack([np.clip(x + turn, -np.pi, np.pi), np.arcsin(sine)]) for turn in turns]
