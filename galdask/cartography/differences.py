"""Slopes of variants less those of the main sample, bin by bin, with errors from replicas of shared stars.

A star has the same weight in the same replica of every sample, so the spread of the differences between
replicas is the error of the difference, whether the samples share all of their stars, some or none.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from galdask.cartography import gradients
from galdask.cartography.cell_statistics import Variable, flag_attrs
from galdask.reductions.lines import spread_of

#: lines through the profile and through the stars, as `gradients.lines` gives them
Pair = tuple[gradients.Lines, gradients.Lines]
#: what is taken of a line
KEPT = ("slope", "slope_err", "n", "reason", "slope_replicas")


def variables(family: str, main: Pair, others: Sequence[Pair], bins: str, unit: str) -> dict[str, Variable]:
    """Return slopes, their differences, and the mean difference over the bins.

    Parameters
    ----------
    family : str
        Set before the names.
    main, others : Pair
        Lines of the main sample, and of each variant; the first of several lines counts.
    bins, unit : str
        Dimension of the bins, and unit of a slope.

    Returns
    -------
    dict
        ``_main_slope``, ``_main_slope_err``, ``_main_n`` (fit_to, population, bins); ``_slope``,
        ``_slope_err``, ``_n``, ``_difference``, ``_difference_err``, ``_reason`` with ``variant`` before
        them; ``_mean_difference`` and its error (variant, fit_to, population), weighted by 1 / (sum of the
        squares of both errors).
    """
    own = {name: np.stack([one[name][0] for one in main]) for name in KEPT}
    other = {name: np.stack([[one[name][0] for one in pair] for pair in others]) for name in KEPT}
    away = other["slope"] - own["slope"]
    replicas = other["slope_replicas"] - own["slope_replicas"]
    err = np.where(np.isnan(away), np.nan, _spread(replicas))
    mean, mean_err = mean_of(away, replicas, other["slope_err"] ** 2 + own["slope_err"] ** 2)
    dims: tuple[str, ...] = ("fit_to", "population", bins)
    per = {"units": unit}
    count = {"units": "1", "long_name": "number of stars"}
    text = "slope less that of the main sample"
    reason = np.maximum(other["reason"], own["reason"])
    found: dict[str, Variable] = {
        "main_slope": (dims, own["slope"], {**per, "long_name": "slope, main sample"}),
        "main_slope_err": (dims, own["slope_err"], {**per, "long_name": "error of the slope, main sample"}),
        "main_n": (dims, own["n"], count),
    }
    several: dict[str, Variable] = {
        "slope": (dims, other["slope"], {**per, "long_name": "slope"}),
        "slope_err": (dims, other["slope_err"], {**per, "long_name": "error of the slope, bootstrap"}),
        "n": (dims, other["n"], count),
        "difference": (dims, away, {**per, "long_name": text}),
        "difference_err": (
            dims,
            err,
            {**per, "long_name": "error of the difference, bootstrap of the stars of both samples"},
        ),
        "reason": (dims, reason.astype(np.uint8), flag_attrs("why there is no difference")),
        "mean_difference": (dims[:2], mean, {**per, "long_name": f"{text}, weighted mean over bins"}),
        "mean_difference_err": (dims[:2], mean_err, {**per, "long_name": "error of the mean difference"}),
    }
    found |= {name: (("variant", *names), values, attrs) for name, (names, values, attrs) in several.items()}
    return {f"{family}_{name}": variable for name, variable in found.items()}


def mean_of(away: np.ndarray, replicas: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the weighted mean of differences over the last axis, and its error.

    Parameters
    ----------
    away, variance : (..., n) float64
        Differences and the squares of errors that weigh them; NaN is left out.
    replicas : (..., n, replicas) float64
        The differences in each replica; one that lacks a bin goes without it.
    """
    good = np.isfinite(away) & (variance > 0.0)
    weight = np.where(good, 1.0 / np.where(good, variance, 1.0), 0.0)
    there = good[..., None] & np.isfinite(replicas)
    weights = np.where(there, weight[..., None], 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (weight * np.where(good, away, 0.0)).sum(axis=-1) / weight.sum(axis=-1)
        many = (weights * np.where(there, replicas, 0.0)).sum(axis=-2) / weights.sum(axis=-2)
    return mean, np.where(np.isnan(mean), np.nan, _spread(many))


def _spread(replicas: np.ndarray) -> np.ndarray:
    """Return the standard deviation over the last axis."""
    rows = replicas.reshape(-1, replicas.shape[-1])
    return np.array([spread_of(row) for row in rows]).reshape(replicas.shape[:-1])
