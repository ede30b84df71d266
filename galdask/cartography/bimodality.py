"""Modes of a distribution and the valley between the two highest: where it is, how deep, how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from galdask.cartography import contours, histograms, modes
from galdask.cartography.cell_statistics import Variable
from galdask.reductions import Axis

#: most modes of a histogram that are kept, the highest ones
MOST = 3


@dataclass(frozen=True, slots=True)
class Shape:
    """Modes of one histogram.

    Parameters
    ----------
    modes : (k,) float64
        In rising order, at most `MOST`.
    valley, depth : float
        Where the density is lowest between the two highest modes, and 1 - (density there) / (density of the
        lower of the two); NaN and 0 where there is one mode alone, NaN both without stars.
    """

    modes: np.ndarray
    valley: float
    depth: float


def shape(counts: np.ndarray, axis: Axis, settings: Mapping[str, Any], fewest: float) -> Shape:
    """Return the modes of a histogram and the valley between the two highest.

    Parameters
    ----------
    counts : (m,) array
        Numbers of stars.
    axis : Axis
        Its bins.
    settings : mapping
        ``smooth`` (bins) and ``prominence``, as of `galdask.cartography.modes.peaks`.
    fewest : float
        Histograms of fewer stars have none.
    """
    if counts.sum() < max(fewest, 1):
        return Shape(np.empty(0), np.nan, np.nan)
    density = contours.smoothed(counts, settings["smooth"], dimensions=1)
    found = modes.peaks(counts, axis.centres, settings["smooth"], settings["prominence"], fewest)
    place = np.clip(np.searchsorted(axis.edge_array, found, side="right") - 1, 0, axis.size - 1)
    order = np.argsort(-density[place], kind="stable")[:MOST]
    kept = np.sort(found[order])
    if found.size < 2:
        return Shape(kept, np.nan, 0.0)
    low, high = np.sort(place[order[:2]])
    lowest = low + int(np.argmin(density[low : high + 1]))
    depth = 1.0 - density[lowest] / min(density[low], density[high])
    return Shape(kept, float(axis.centres[lowest]), float(depth))


def variables(
    counts: np.ndarray, many: np.ndarray, axis: Axis, settings: Mapping[str, Any], names: tuple[str, ...]
) -> dict[str, Variable]:
    """Return the modes of each histogram, with errors from its replicas.

    Parameters
    ----------
    counts : (..., m) array
        Numbers of stars.
    many : (..., replicas, m) array
        The same in each replica of the bootstrap.
    axis, settings
        As for `shape`.
    names : tuple of str
        Dimensions of the histograms.

    Returns
    -------
    dict
        ``n_modes``, ``p_modes`` (part of the replicas with as many), ``mode``, ``mode_err``, ``valley``,
        ``valley_err``, ``depth``, ``depth_err``. A histogram of fewer than 50 stars has none.
    """
    outer = counts.shape[:-1]
    number, agree = np.zeros(outer, dtype=np.int32), np.full(outer, np.nan)
    at, at_err = (np.full((*outer, MOST), np.nan) for _ in range(2))
    valley, valley_err, depth, depth_err = (np.full(outer, np.nan) for _ in range(4))
    for place in np.ndindex(*outer):
        whole = shape(counts[place], axis, settings, contours.FEWEST)
        k = number[place] = whole.modes.size
        at[place][:k], valley[place], depth[place] = whole.modes, whole.valley, whole.depth
        if not k:
            continue
        copies = [shape(one, axis, settings, 1) for one in many[place]]
        agree[place] = np.mean([copy.modes.size == k for copy in copies])
        near = [
            [c.modes[np.argmin(np.abs(c.modes - m))] for m in whole.modes] for c in copies if c.modes.size
        ]
        at_err[place][:k] = histograms.spread(np.array(near), axis=0)
        depth_err[place] = histograms.spread(np.array([copy.depth for copy in copies]))
        if np.isfinite(whole.valley):
            valley_err[place] = histograms.spread(np.array([copy.valley for copy in copies]))
    one, unit, text = {"units": "1"}, {"units": "dex"}, "of the valley between the two highest modes"
    return {
        "n_modes": (names, number, {**one, "long_name": "number of modes"}),
        "p_modes": (names, agree, {**one, "long_name": "part of the replicas with as many modes"}),
        "mode": ((*names, "mode_number"), at, {**unit, "long_name": "mode of [Mg/Fe]"}),
        "mode_err": ((*names, "mode_number"), at_err, {**unit, "long_name": "error of the mode of [Mg/Fe]"}),
        "valley": (names, valley, {**unit, "long_name": f"[Mg/Fe] {text}"}),
        "valley_err": (names, valley_err, {**unit, "long_name": f"error of the [Mg/Fe] {text}"}),
        "depth": (names, depth, {**one, "long_name": f"depth {text}"}),
        "depth_err": (names, depth_err, {**one, "long_name": f"error of the depth {text}"}),
    }
