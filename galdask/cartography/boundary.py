"""The line that parts the alpha populations, as points to draw and as words."""

from __future__ import annotations

from typing import Any

import numpy as np

from galdask.cartography.cell_statistics import Variable
from galdask.reductions import Axis
from galdask.stars.populations import Flags, Populations

#: quantities of the plane in which the line is drawn
PLANE = ("fe_h", "mg_fe")


def line(populations: Populations | Flags | None, axis: Axis) -> dict[str, Variable]:
    """Return the line between the populations and the edges of the buffer along [Fe/H].

    Parameters
    ----------
    populations : Populations, Flags or None
        How the populations are told apart.
    axis : Axis
        [Fe/H], at whose edges the points stand.

    Returns
    -------
    dict
        ``line_fe_h`` (a coordinate) and ``line_mg_fe``, ``line_low``, ``line_high``; empty where no line in
        this plane parts the populations.
    """
    if not isinstance(populations, Populations) or populations.quantities != PLANE:
        return {}
    x = np.unique(np.append(axis.edge_array, populations.knee))
    y, half = populations.boundary(x), populations.buffer
    if populations.along_x:
        low, high = populations.boundary(x + half), populations.boundary(x - half)
    else:
        low, high = y - half, y + half
    names = {"line_mg_fe": "boundary", "line_low": "lower edge of the buffer", "line_high": "upper edge"}
    out = {
        name: (("line",), values, {"units": "dex", "long_name": f"[Mg/Fe] of the {names[name]}"})
        for name, values in zip(names, (y, low, high), strict=True)
    }
    return {"line_fe_h": (("line",), x, {"units": "dex", "long_name": "[Fe/H] along the boundary"}), **out}


def rule(populations: Populations | Flags | None) -> dict[str, Any]:
    """Return attributes that say how the populations are parted."""
    if populations is None:
        return {}
    p = populations
    if isinstance(p, Flags):
        return {"population_rule": f"{p.by} = {p.low_alpha} low-alpha, {p.by} = {p.high_alpha} high-alpha"}
    text = (
        f"{p.y} = {p.level:g} {p.slope:+g} ({p.x} - {p.knee:g}) below {p.x} = {p.knee:g}, {p.level:g} above"
    )
    along = p.x if p.along_x else p.y
    return {"population_rule": text, "buffer": p.buffer, "buffer_along": along}
