"""Modes of log10 age of the low-alpha stars of each zone: how many there are, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.cartography import age_relations, contours, histograms, modes, zones
from galdask.cartography import cell_statistics as cs
from galdask.cartography.product import Request
from galdask.cartography.settings import Setting
from galdask.reductions import Axis, CellTable, HistogramReplicas, Key

if TYPE_CHECKING:
    from galdask.cartography.plan import Plan

#: most modes of a zone that are kept, the highest ones
MOST = 4
#: place of the low-alpha population in finalized tables
LOW_ALPHA = 1
SETTINGS = (
    Setting(
        "mode_bin",
        {"low": 8.0, "high": 10.4, "step": 0.05},
        "bins in which modes are sought, log(yr)",
        "axis",
    ),
    Setting("mode_smooth", 1.5, "Gaussian smoothing before modes are sought, bins", low=0.0),
    Setting(
        "prominence", 0.1, "height of a mode above its valley, as a part of the highest", low=0.0, high=1.0
    ),
    Setting("replicas", 200, "bootstrap replicas of the stars", "whole", low=2, high=10_000),
    Setting("seed", 1, "seed of the replicas", "whole", low=0, high=2**32 - 1),
)


def axis_of(settings: Mapping[str, Any]) -> Axis:
    """Return the bins of log10 age."""
    return Axis.regular("mode_bin", "log_age", **settings["mode_bin"])


def request(plan: Plan, settings: Mapping[str, Any]) -> Request:
    """Ask for the histogram of log10 age of each zone, with replicas."""
    key = Key((*zones.axes(settings), axis_of(settings)), population=True)
    reduction = HistogramReplicas(key, settings["replicas"], settings["seed"])
    return Request(age_relations.sample_of(plan), reduction)


def variables(settings: Mapping[str, Any], table: CellTable) -> dict[str, cs.Variable]:
    """Return modes by zone, oldest last.

    Returns
    -------
    dict
        ``n_modes`` (0 where there are fewer than 50 stars), ``mode_log_age`` and ``mode_log_age_err`` (|Z|,
        R, mode), and ``p_modes``: the part of the replicas that have as many modes.
    """
    axis, panels = axis_of(settings), zones.axes(settings)
    shape = tuple(a.size for a in panels)
    whole = table.dense("n", (*shape, axis.size, 3))[..., LOW_ALPHA]
    many = table.dense("replica_n", (*shape, axis.size, 3))[..., LOW_ALPHA, :].swapaxes(-1, -2)
    number, agree = np.zeros(shape, dtype=np.int32), np.full(shape, np.nan)
    at, err = (np.full((*shape, MOST), np.nan) for _ in range(2))
    for place in np.ndindex(*shape):
        found = _peaks(whole[place], axis, settings, contours.FEWEST)[:MOST]
        number[place] = found.size
        at[place][: found.size] = found
        if found.size:
            copies = [_peaks(counts, axis, settings, 1) for counts in many[place]]
            agree[place] = np.mean([min(copy.size, MOST) == found.size for copy in copies])
            nearest = [[copy[np.argmin(np.abs(copy - one))] for one in found] for copy in copies if copy.size]
            err[place][: found.size] = histograms.spread(np.array(nearest), axis=0)
    names = ("abs_z", "r")
    unit = {"units": "log(yr)"}
    return {
        "n_modes": (names, number, {"units": "1", "long_name": "number of modes of log10 age, low-alpha"}),
        "p_modes": (names, agree, {"units": "1", "long_name": "part of the replicas with as many modes"}),
        "mode_log_age": ((*names, "mode"), at, {**unit, "long_name": "mode of log10 age, low-alpha"}),
        "mode_log_age_err": ((*names, "mode"), err, {**unit, "long_name": "error of the mode of log10 age"}),
    }


def _peaks(counts: np.ndarray, axis: Axis, settings: Mapping[str, Any], fewest: int) -> np.ndarray:
    return modes.peaks(counts, axis.centres, settings["mode_smooth"], settings["prominence"], fewest)
