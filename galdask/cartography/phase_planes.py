"""Densities of stars in planes of motion: two axes, each population, and how many stars lie outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from galdask.cartography import cell_statistics as cs
from galdask.cartography.grids import dims
from galdask.cartography.product import Request
from galdask.reductions import Axis

if TYPE_CHECKING:
    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

#: beyond every number that a star can have
FAR = 1e30


def everywhere(column: str) -> Axis:
    """Return one bin that holds every star with a value."""
    return Axis(f"any_{column}", column, (-FAR, FAR))


def requests(plan: Plan, plane: Sequence[Axis]) -> dict[str, Request]:
    """Ask for the stars of the main sample in cells of a plane, and for those that have both numbers."""
    every = tuple(everywhere(axis.column) for axis in plane)
    return {"plane": cs.counts(plan.main, plane), "every": cs.counts(plan.main, every)}


def variables(tables: Tables, plane: Sequence[Axis]) -> dict[str, cs.Variable]:
    """Return ``n`` (population, plane), ``n_panel`` and ``n_outside`` (population)."""
    n = cs.dense(tables["plane"], "n", plane)
    every = cs.dense(tables["every"], "n", [everywhere(axis.column) for axis in plane])
    inside, both = n.sum(axis=(1, 2)).astype(np.int64), every.reshape(3).astype(np.int64)
    names = ("population",)
    outside = {"units": "1", "long_name": "number of stars with both numbers outside the plane"}
    return {
        "n": (dims(plane), n.astype(np.int32), {"units": "1", "long_name": "number of stars"}),
        "n_panel": (names, inside, {"units": "1", "long_name": "number of stars in the plane"}),
        "n_outside": (names, both - inside, outside),
    }
