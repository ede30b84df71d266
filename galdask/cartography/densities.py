"""Densities of stars in a plane of two quantities, zone by zone, with the levels of their contours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.cartography import cell_statistics as cs
from galdask.cartography import contours, zones
from galdask.cartography.grids import dims
from galdask.cartography.product import Request
from galdask.cartography.settings import Setting
from galdask.reductions import Axis, CellTable

if TYPE_CHECKING:
    from galdask.cartography.product import Tables

#: smoothing and fractions of every density that is drawn as contours
SMOOTH = Setting("smooth", 1.0, "Gaussian smoothing of densities, standard deviation in cells", low=0.0)
FRACTIONS = Setting(
    "fractions",
    (0.1, 0.3, 0.5, 0.7, 0.9),
    "fractions of a panel's stars within its contours",
    "numbers",
    0.01,
    0.99,
)
BEHIND = Setting(
    "behind", 0.9, "fraction of all stars within the region behind every panel", "number", 0.01, 0.99
)
SETTINGS = (SMOOTH, FRACTIONS, BEHIND)
#: planes of the paper: axes and the settings that make them
FE_H = Setting("fe_h", {"low": -2.0, "high": 0.8, "step": 0.04}, "cells of [Fe/H], dex", "axis")
MG_FE = Setting("mg_fe", {"low": -0.3, "high": 0.6, "step": 0.02}, "cells of [Mg/Fe], dex", "axis")
LOG_AGE = Setting("log_age", {"low": 8.0, "high": 10.4, "step": 0.05}, "cells of log10 age, log(yr)", "axis")


def plane(settings: Mapping[str, Any], *names: str) -> tuple[Axis, ...]:
    """Return the axes of a plane from the settings of the same names."""
    return tuple(Axis.regular(name, name, **settings[name]) for name in names)


def requests(
    sample: str, settings: Mapping[str, Any], cells: Sequence[Axis], outer: Sequence[Axis] | None = None
) -> dict[str, Request]:
    """Ask for the stars of a sample in cells of a plane: in each zone, and wherever they are.

    Parameters
    ----------
    sample : str
        Name of the sample.
    settings : mapping
        Of the product.
    cells : sequence of Axis
        The two axes of the plane.
    outer : sequence of Axis, optional
        Axes of the panels; zones by default.
    """
    panels = zones.axes(settings) if outer is None else outer
    return {"panels": cs.counts(sample, (*panels, *cells)), "behind": cs.counts(sample, cells)}


def variables(
    settings: Mapping[str, Any],
    tables: Tables,
    cells: Sequence[Axis],
    outer: Sequence[Axis] | None = None,
) -> dict[str, cs.Variable]:
    """Return the histograms, smoothed densities and levels; the arguments are those of `requests`.

    Returns
    -------
    dict
        ``n``, ``density`` (population, panels, plane), ``level`` (population, panels, fraction),
        ``n_panel`` (population, panels), ``behind_density`` (plane) and ``behind_level``.
    """
    panels = zones.axes(settings) if outer is None else tuple(outer)
    found = histogram(tables["panels"], settings, panels, cells)
    return found | behind(settings, tables["behind"], cells)


def behind(settings: Mapping[str, Any], table: CellTable, cells: Sequence[Axis]) -> dict[str, cs.Variable]:
    """Return ``behind_density`` and ``behind_level``: the region of all stars, wherever they are."""
    every = cs.dense(table, "n", cells)[0]
    density = contours.smoothed(every, settings["smooth"])
    border = contours.levels(every, density, (settings["behind"],))
    about = {"units": "1", "long_name": "smoothed number of all stars per cell"}
    level = {"units": "1", "long_name": "density on the border of the region of all stars"}
    return {
        "behind_density": (dims(cells, False), density.astype(np.float32), about),
        "behind_level": ((), border[0], {**level, "fraction": settings["behind"]}),
    }


def histogram(
    table: CellTable, settings: Mapping[str, Any], outer: Sequence[Axis], cells: Sequence[Axis]
) -> dict[str, cs.Variable]:
    """Return ``n``, ``n_panel``, ``density`` and ``level`` of one table of counts."""
    names = dims(outer)
    n = cs.dense(table, "n", (*outer, *cells))
    density = contours.smoothed(n, settings["smooth"])
    border = contours.levels(n, density, settings["fractions"])
    whole = {"units": "1", "long_name": "number of stars"}
    plane_names = (*names, *dims(cells, False))
    return {
        "n": (plane_names, n.astype(np.int32), whole),
        "n_panel": (names, n.sum(axis=(-2, -1)), {"units": "1", "long_name": "number of stars in the panel"}),
        "density": (
            plane_names,
            density.astype(np.float32),
            {"units": "1", "long_name": "smoothed number of stars per cell"},
        ),
        "level": (
            (*names, "fraction"),
            border,
            {"units": "1", "long_name": "density on the border that encloses a fraction of the stars"},
        ),
    }


def fraction_coordinate(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the coordinate of the fractions."""
    about = {"units": "1", "long_name": "fraction of the stars within a contour"}
    return {"fraction": (("fraction",), np.array(settings["fractions"], dtype=np.float64), about)}
