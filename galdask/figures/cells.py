"""The cells of a saved product, ready to draw: edges, numbers, counts, and what part of them to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import xarray as xr

Limits = tuple[float, float]
#: stars within this fraction of a map of the Galaxy have a map of their own neighbourhood
LOCAL = 0.2


@dataclass(frozen=True)
class Cells:
    """What one panel shows.

    Parameters
    ----------
    x, y : ndarray
        Edges of the cells, rising.
    values : ndarray, shape (len(x) - 1, len(y) - 1)
        The coloured number; NaN where there is none.
    counts : ndarray of the same shape
        Stars in each cell.
    """

    x: np.ndarray
    y: np.ndarray
    values: np.ndarray
    counts: np.ndarray

    def shown(self) -> np.ndarray:
        """Return the values of the cells that have a colour."""
        return self.values[np.isfinite(self.values) & (self.counts > 0)]


def edges(dataset: xr.Dataset, axis: str) -> np.ndarray:
    """Return the n + 1 edges of a bin axis from its bounds."""
    bounds = np.asarray(dataset[f"{axis}_bnds"].values, dtype=np.float64)
    return np.append(bounds[:, 0], bounds[-1, 1])


def cells(dataset: xr.Dataset, value: str, count: str, axes: Sequence[str], **where: Any) -> Cells:
    """Return one panel of a dataset.

    Parameters
    ----------
    dataset : xarray.Dataset
        A saved product.
    value, count : str
        Names of the variable that is coloured and of the counts; where they are the same, empty
        cells become NaN.
    axes : sequence of str
        The two dimensions, horizontal first.
    **where
        Choices along the other dimensions: a label of `population`, a position of any other.
    """
    at = {k: v for k, v in where.items() if not isinstance(v, str)}
    named = {k: v for k, v in where.items() if isinstance(v, str)}

    def array(name: str) -> np.ndarray:
        picked = dataset[name].isel({k: v for k, v in at.items() if k in dataset[name].dims})
        picked = picked.sel({k: v for k, v in named.items() if k in picked.dims})
        return np.asarray(picked.transpose(*axes).values)

    counts = array(count)
    values = array(value).astype(np.float64)
    if value == count:
        values[counts <= 0] = np.nan
    return Cells(edges(dataset, axes[0]), edges(dataset, axes[1]), values, counts)


def _span(edge: np.ndarray, weight: np.ndarray, keep: Sequence[float], cover: float) -> Limits:
    """Return limits on cell edges, one cell of air included, that hold `cover` of the weight."""
    total = weight.sum()
    low, high = (min(keep), max(keep)) if keep else (np.inf, -np.inf)
    if total > 0:
        share = np.cumsum(weight) / total
        tail = (1.0 - cover) / 2.0
        first = int(np.searchsorted(share, tail, side="right"))
        last = min(int(np.searchsorted(share, 1.0 - tail, side="left")), weight.size - 1)
        low = min(low, float(edge[max(first - 1, 0)]))
        high = max(high, float(edge[min(last + 2, weight.size)]))
    if not low < high:
        return float(edge[0]), float(edge[-1])
    return max(low, float(edge[0])), min(high, float(edge[-1]))


def window(
    panels: Sequence[Cells], keep_x: Sequence[float] = (), keep_y: Sequence[float] = (), cover: float = 0.99
) -> tuple[Limits, Limits]:
    """Return the limits in x and y that hold nearly all stars of all panels.

    Parameters
    ----------
    panels : sequence of Cells
        Panels on the same edges.
    keep_x, keep_y : sequence of float
        Places that must stay inside (Sun, centre, bar).
    cover : float
        Fraction of the stars that must lie inside, along each axis.
    """
    x = np.sum([p.counts.sum(axis=1) for p in panels], axis=0)
    y = np.sum([p.counts.sum(axis=0) for p in panels], axis=0)
    return _span(panels[0].x, x, keep_x, cover), _span(panels[0].y, y, keep_y, cover)


def outside(panel: Cells, x: Limits, y: Limits) -> int:
    """Return how many stars of a panel lie in cells outside the limits."""
    inside_x = (panel.x[1:] > min(x)) & (panel.x[:-1] < max(x))
    inside_y = (panel.y[1:] > min(y)) & (panel.y[:-1] < max(y))
    return int(panel.counts.sum() - panel.counts[np.ix_(inside_x, inside_y)].sum())


def face_window(panels: Sequence[Cells], r_sun: float) -> tuple[Limits, Limits]:
    """Return the window of face-on maps: the stars, the bar, and the Sun where the grid reaches it.

    Stars of one small neighbourhood have the window to themselves.
    """
    x, y = panels[0].x, panels[0].y
    keep_x = [*_sunward(x, -r_sun, -2.0), *_within(x, -5.5, 5.5)]
    return _local(panels) or window(panels, keep_x, _within(y, -5.5, 5.5))


def edge_window(panels: Sequence[Cells], r_sun: float, signed: bool = True) -> tuple[Limits, Limits]:
    """Return the window of edge-on maps: the stars, the centre, and the Sun where the grid reaches it.

    Stars of one small neighbourhood have the window to themselves.
    """
    r, z = panels[0].x, panels[0].y
    keep_r = [*_sunward(r, -r_sun if signed else r_sun, -2.0 if signed else 2.0), *_within(r, 0.0)]
    keep_r += _within(r, 2.0) if signed else []
    return _local(panels) or window(panels, keep_r, _within(z, -2.5, 2.5))


def _local(panels: Sequence[Cells]) -> tuple[Limits, Limits] | None:
    """Return the window of the stars alone where it is a small part of the grid, else None."""
    x, y = window(panels)
    reach = max(panels[0].x[-1] - panels[0].x[0], panels[0].y[-1] - panels[0].y[0])
    there = any(panel.counts.any() for panel in panels)
    return (x, y) if there and max(x[1] - x[0], y[1] - y[0]) < LOCAL * min(reach, 15.0) else None


def _sunward(edge: np.ndarray, sun: float, air: float) -> list[float]:
    """Return the Sun's place and one beyond it, as far as the grid goes; nothing where it ends before."""
    return [sun, float(np.clip(sun + air, edge[0], edge[-1]))] if edge[0] <= sun <= edge[-1] else []


def _within(edge: np.ndarray, *places: float) -> list[float]:
    return [place for place in places if edge[0] <= place <= edge[-1]]


def joined(first: Limits, second: Limits) -> Limits:
    """Return the limits that hold both."""
    return min(first[0], second[0]), max(first[1], second[1])
