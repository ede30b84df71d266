"""Grids: cells in space as axes of reductions, and the same cells as labelled coordinates.

Edges are whole multiples of the step, so 0 is always the edge of a cell, and grids of one step share edges.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.cartography.settings import check_axis
from galdask.config import Section
from galdask.reductions import Axis, Key
from galdask.reductions.key import POPULATIONS

if TYPE_CHECKING:
    from galdask.cartography.plan import Plan

#: column of a sample -> (unit, long name) of the axis along it
SPACE = {
    "x": ("kpc", "X"),
    "y": ("kpc", "Y"),
    "z": ("kpc", "Z"),
    "abs_z": ("kpc", "|Z|"),
    "r": ("kpc", "R"),
    "signed_r": ("kpc", "signed R"),
    "theta": ("deg", "azimuth"),
}
#: the same of what is known of the motion of a star, and of its orbit
MOTION = {
    "vphi": ("km/s", "v_phi"),
    "vr": ("km/s", "v_R"),
    "v_perp": ("km/s", "sqrt(v_R^2 + v_z^2)"),
    "lz": ("kpc km/s", "L_z"),
    "jr": ("kpc km/s", "J_R"),
    "ecc": ("1", "eccentricity"),
    "z_max": ("kpc", "z_max"),
}


@dataclass(frozen=True, slots=True)
class Grid:
    """A named grid of the pipeline file: its axes in order."""

    name: str
    axes: tuple[Axis, ...]

    @property
    def key(self) -> Key:
        """The key of its cells, for each population."""
        return Key(self.axes, population=True)

    def settings(self) -> dict[str, dict[str, float]]:
        """Return low, high and step of each axis, as the pipeline file would give them."""
        return {
            a.name: {"low": a.edges[0], "high": a.edges[-1], "step": round(a.edges[1] - a.edges[0], 10)}
            for a in self.axes
        }


def grid_from_section(name: str, section: Section) -> Grid:
    """Read a grid: for each column its low, high and step.

    Raises
    ------
    ConfigError
        If a column is no place in space, or a range is not whole steps with 0 on an edge.
    """
    axes = []
    for column in section:
        if column not in SPACE:
            raise section.fail(
                column, f"a grid has no axis {column!r}", expected="one of " + ", ".join(SPACE), found=column
            )
        inner = section.section(column)
        low, high, step = (float(inner.number(key)) for key in ("low", "high", "step"))
        inner.done()
        check_axis(low, high, step, inner.fail)
        axes.append(Axis.regular(column, column, low, high, step))
    if not axes:
        raise section.fail(None, f"the grid {name!r} has no axis")
    return Grid(name, tuple(axes))


def symmetric(name: str, column: str, reach: float, step: float) -> Axis:
    """Return the axis from -reach to reach in steps."""
    return Axis.regular(name, column, -reach, reach, step)


def dims(axes: Iterable[Axis], population: bool = True) -> tuple[str, ...]:
    """Return the dimensions of a dense array: population first, then the axes."""
    return (("population",) if population else ()) + tuple(a.name for a in axes)


def describe(axis: Axis, plan: Plan) -> dict[str, str]:
    """Return units and long name of an axis: a place in space, a motion, or a quantity of the pipeline."""
    if axis.column in SPACE or axis.column in MOTION:
        unit, label = (SPACE | MOTION)[axis.column]
    else:
        quantity = plan.quantities[axis.column]
        unit, label = quantity.unit, quantity.label
    return {"units": unit, "long_name": label}


def coordinates(
    axes: Iterable[Axis], plan: Plan, population: bool = True
) -> Mapping[str, tuple[tuple[str, ...], np.ndarray, dict[str, Any]]]:
    """Return coordinates for axes: centres with units, and CF bounds beside them.

    Returns
    -------
    dict of str to (dims, values, attributes)
        As `xarray.Dataset` takes them.
    """
    out: dict[str, Any] = {}
    if population:
        out["population"] = (("population",), np.array(POPULATIONS), {"long_name": "population"})
    for axis in axes:
        attrs = {**describe(axis, plan), "bounds": f"{axis.name}_bnds"}
        out[axis.name] = ((axis.name,), axis.centres, attrs)
        edges = np.array(axis.edges)
        out[f"{axis.name}_bnds"] = ((axis.name, "bnds"), np.stack([edges[:-1], edges[1:]], axis=1), {})
    return out
