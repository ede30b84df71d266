"""The axes that maps of the Galaxy share: face-on, edge-on, and slices of height."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from galdask.cartography.settings import Setting
from galdask.reductions import Axis

#: cell size and extent of maps
EXTENT = (
    Setting("step", 0.5, "size of a cell, kpc", low=1e-3),
    Setting("max_r", 25.0, "maps reach from -max_r to max_r in X, Y and signed R, kpc", multiple_of="step"),
    Setting("max_z", 10.0, "maps reach from -max_z to max_z in Z, kpc", multiple_of="step"),
)
#: statistics of a map, beside the number of stars
STATISTICS = ("mean", "mean_err", "std", "std_err", "median", "median_err")
MIN_N = Setting("min_n", 3, "fewest stars for a median", "whole", low=1)

#: sentences of captions: what is marked on a face-on map, and how cells without a number look
MARKED = (
    "The Sun, the Galactic centre (plus), the outline of the bar and circles of R = 5, 10, 15 and 20 kpc are"
    " marked"
)
ARROW = "the arrow is the sense of Galactic rotation."
CELLS = "Cells without stars are hatched; cells with fewer than min_n stars are plain gray."


def face_on(settings: Mapping[str, Any]) -> tuple[Axis, Axis]:
    """Return X and Y from -max_r to max_r."""
    reach, step = settings["max_r"], settings["step"]
    return Axis.regular("x", "x", -reach, reach, step), Axis.regular("y", "y", -reach, reach, step)


def edge_on(settings: Mapping[str, Any], signed: bool = True) -> tuple[Axis, Axis]:
    """Return R, signed or from 0, and Z."""
    reach, step, height = settings["max_r"], settings["step"], settings["max_z"]
    column, low = ("signed_r", -reach) if signed else ("r", 0.0)
    return Axis.regular("r", column, low, reach, step), Axis.regular("z", "z", -height, height, step)


def heights(edges: tuple[float, ...]) -> Axis:
    """Return slices of |Z|; the last one includes its upper edge."""
    return Axis("abs_z", "abs_z", edges, closed_last=True)
