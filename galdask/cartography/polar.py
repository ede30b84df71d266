"""Medians in cells of R and azimuth: how far they spread over azimuth, and slopes along R at each azimuth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.cartography import cell_statistics as cs
from galdask.reductions import Axis, CellTable
from galdask.reductions.lines import spread_of

if TYPE_CHECKING:
    from galdask.cartography.plan import Plan

#: how the expected spread over azimuth is read: as the text says it, or as the equations are printed
READINGS = ("text", "printed")
#: fewest cells of a line
CELLS = 3


def part_of(axis: Axis, name: str, limits: tuple[float, ...]) -> Axis:
    """Return the bins of an axis that lie within limits, as an axis of its own."""
    inside = [e for e in axis.edges if limits[0] - 1e-9 <= e <= limits[-1] + 1e-9]
    return Axis(name, axis.column, tuple(inside))


def within(axis: Axis, part: Axis) -> slice:
    """Return which bins of an axis a part of it holds."""
    first = axis.edges.index(part.edges[0])
    return slice(first, first + part.size)


def spreads(
    plan: Plan, quantity: str, found: dict[str, cs.Variable], min_n: int, shown: slice
) -> dict[str, cs.Variable]:
    """Return the spread of medians over azimuth that their errors alone give, and the one that is there.

    Parameters
    ----------
    plan, quantity : Plan, str
        Give label and unit.
    found : dict
        Number, standard deviation, median and its error in cells (population, abs_z, r, theta).
    min_n : int
        Fewest stars of a cell that enters.
    shown : slice
        Bins of azimuth whose medians have a curve; the middle is theirs.

    Notes
    -----
    Over all bins of azimuth with enough stars, ``text``: the root of the mean of std^2 / N, the error of a
    mean, as the text of the paper describes it; ``printed``: the root of the mean of std^2, its Equations 2
    and 3 as they are typeset, where the 1 / N is that of the variance alone.
    """
    about = plan.quantities[quantity]
    names, n, _ = found[f"{quantity}_n"]
    std, median, own = (found[f"{quantity}_{name}"][1] for name in ("std", "median", "median_err"))
    good = (n >= min_n) & np.isfinite(median)
    count = good.sum(axis=-1)
    variances = np.where(good, std, 0.0) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        text = np.sqrt((variances / np.maximum(n, 1)).sum(axis=-1) / count)
        printed = np.sqrt(variances.sum(axis=-1) / count)
        middle = _median(np.where(good, median, np.nan)[..., shown])
        away = np.where(good, (median - _mean(median, good)) ** 2, 0.0)
        seen = np.sqrt(away.sum(axis=-1) / count)
        seen_err = np.sqrt((away * np.nan_to_num(own) ** 2).sum(axis=-1)) / (count * seen)
    seen[count < 2] = np.nan
    seen_err[count < 2] = np.nan
    unit, rings = {"units": about.unit}, names[:-1]
    label = f"median {about.within}"
    return {
        "expected_spread": (
            ("reading", *rings),
            np.stack([text, printed]),
            {**unit, "long_name": f"expected spread of the {label} over azimuth"},
        ),
        "observed_spread": (
            rings,
            seen,
            {**unit, "long_name": f"standard deviation of the {label} over azimuth"},
        ),
        "observed_spread_err": (
            rings,
            seen_err,
            {**unit, "long_name": "error of that standard deviation, from those of the medians"},
        ),
        f"{quantity}_over_theta": (rings, middle, {**unit, "long_name": f"{label}, middle of the curves"}),
        "n_theta": (rings, count, {"units": "1", "long_name": "bins of azimuth with enough stars"}),
    }


def _mean(values: np.ndarray, good: np.ndarray) -> np.ndarray:
    return np.where(good, values, 0.0).sum(axis=-1, keepdims=True) / good.sum(axis=-1, keepdims=True)


def _median(values: np.ndarray) -> np.ndarray:
    """Return the median along the last axis without NaN; NaN where there is nothing."""
    ordered = np.sort(values, axis=-1)
    count = np.isfinite(ordered).sum(axis=-1)
    pair = [
        np.take_along_axis(ordered, np.maximum(at, 0)[..., None], -1)[..., 0]
        for at in ((count - 1) // 2, count // 2)
    ]
    out = 0.5 * (pair[0] + pair[1])
    out[count == 0] = np.nan
    return out


def slopes(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return slope, intercept and points of least-squares lines along the last axis; NaN is left out.

    Parameters
    ----------
    x : (n,) float64
        Abscissae.
    y : (..., n) float64
        Values; fewer than three give NaN.
    """
    there = np.isfinite(y)
    count = there.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_x = np.where(there, x, 0.0).sum(axis=-1) / count
        mean_y = np.where(there, y, 0.0).sum(axis=-1) / count
        dx = np.where(there, x - mean_x[..., None], 0.0)
        slope = (dx * np.where(there, y, 0.0)).sum(axis=-1) / (dx**2).sum(axis=-1)
    slope[count < CELLS] = np.nan
    return slope, mean_y - slope * mean_x, count


def slope_variables(
    plan: Plan, quantity: str, radii: Axis, median: np.ndarray, replicas: np.ndarray
) -> dict[str, cs.Variable]:
    """Return the slope against R at each azimuth, and how far slopes range over azimuth.

    Parameters
    ----------
    plan, quantity : Plan, str
        Give label and unit.
    radii : Axis
        Bins of R of the lines.
    median : (population, abs_z, r, theta) float64
        NaN where a cell has too few stars.
    replicas : (population, abs_z, r, theta, replicas) float64
        The same in every replica.
    """
    about = plan.quantities[quantity]
    slope, intercept, count, again = _with_replicas(radii, median, replicas)
    err = _over_last(again)
    err[np.isnan(slope)] = np.nan
    reason = np.where(count == 0, 1, np.where(np.isnan(slope), 2, 0)).astype(np.uint8)
    per: dict[str, Any] = {"units": f"{about.unit}/kpc"}
    each = ("population", "abs_z", "theta_shown")
    words = f"slope of {about.within} against R"
    return {
        "slope": (each, slope, {**per, "long_name": words}),
        "slope_err": (each, err, {**per, "long_name": "error of the slope, bootstrap of the stars"}),
        "intercept": (each, intercept, {"units": about.unit, "long_name": f"{about.within} at R = 0"}),
        "n_cells": (each, count, {"units": "1", "long_name": "number of cells in the line"}),
        "slope_reason": (each, reason, cs.flag_attrs("why there is no slope")),
        **_range_variables(radii, median, replicas, words, per),
    }


def _with_replicas(
    radii: Axis, median: np.ndarray, replicas: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return slope, intercept and points of each azimuth's line, and the slopes of all replicas."""
    slope, intercept, count = slopes(radii.centres, np.moveaxis(median, 2, -1))
    again = slopes(radii.centres, np.moveaxis(replicas, 2, -1))[0]
    again[np.isnan(slope)] = np.nan
    return slope, intercept, count, again


def _range_variables(
    radii: Axis, median: np.ndarray, replicas: np.ndarray, words: str, per: dict[str, Any]
) -> dict[str, cs.Variable]:
    """Return the largest less the smallest slope, through the rings that every azimuth with a slope has.

    A bent profile has other slopes through other rings, which would be no variation with azimuth. The range
    is positive however few stars there are, so that its error does not say how far it is from 0: beside it
    stand the range that noise alone gives and the chance of one as large.
    """
    own = np.isfinite(slopes(radii.centres, np.moveaxis(median, 2, -1))[0])[:, :, None, :]
    common = (np.isfinite(median) | ~own).all(axis=-1, keepdims=True) & own.any(axis=-1, keepdims=True)
    some = np.where(common, median, np.nan), np.where(common[..., None], replicas, np.nan)
    slope, _, _, again = _with_replicas(radii, *some)
    reach = _range(slope[..., None])[..., 0]
    reach_err = _over_last(_range(again))
    reach_err[np.isnan(reach)] = np.nan
    noise = np.where(np.isnan(reach)[..., None], np.nan, _range(again - slope[..., None]))
    panel, rings = ("population", "abs_z"), common.sum(axis=(2, 3)).astype(np.int32)
    return {
        "n_rings": (panel, rings, {"units": "1", "long_name": "rings that every azimuth has"}),
        "slope_range": (panel, reach, {**per, "long_name": f"largest less smallest {words}"}),
        "slope_range_err": (panel, reach_err, {**per, "long_name": "error of that range, bootstrap"}),
        "slope_range_noise": (
            panel,
            _mean_of(noise),
            {**per, "long_name": "range that noise alone would give"},
        ),
        "slope_range_p": (
            panel,
            chance(reach, noise),
            {"units": "1", "long_name": "chance that noise alone gives such a range"},
        ),
    }


def _mean_of(noise: np.ndarray) -> np.ndarray:
    """Return the mean of the finite values along the last axis, NaN where there is none."""
    there = np.isfinite(noise)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(there, noise, 0.0).sum(axis=-1) / there.sum(axis=-1))


def chance(found: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Return how often noise alone gives as much: (1 + replicas at or above) / (1 + replicas).

    Parameters
    ----------
    found : (...) float64
        A number that is never negative.
    noise : (..., replicas) float64
        The same of deviations alone.

    Returns
    -------
    (...) float64
        NaN where the number is; never 0.

    References
    ----------
    Davison and Hinkley 1997, Bootstrap Methods and their Application, section 4.2.
    """
    there = np.isfinite(noise).sum(axis=-1)
    above = (noise >= found[..., None]).sum(axis=-1)
    return np.where(np.isnan(found) | (there == 0), np.nan, (1.0 + above) / (1.0 + there))


def _over_last(values: np.ndarray) -> np.ndarray:
    """Return the standard deviation over replicas, the last axis."""
    rows = values.reshape(-1, values.shape[-1])
    return np.array([spread_of(row) for row in rows]).reshape(values.shape[:-1])


def _range(slope: np.ndarray) -> np.ndarray:
    """Return largest less smallest along the last axis but one; NaN below two."""
    count = np.isfinite(slope).sum(axis=-2)
    out = np.where(np.isnan(slope), -np.inf, slope).max(axis=-2)
    out = out - np.where(np.isnan(slope), np.inf, slope).min(axis=-2)
    return np.where(count < 2, np.nan, out)


def replicas_of(table: CellTable, axes: tuple[Axis, ...], min_n: int) -> np.ndarray:
    """Return medians of every replica (population, axes, replicas); NaN where a cell has too few stars."""
    shape = (*(a.size for a in axes), 3)
    medians = table.dense("replica_medians", shape)
    medians[table.dense("n", shape) < min_n] = np.nan
    return np.moveaxis(medians, len(axes), 0)
