"""Mean, median, mode, width and skewness of a quantity in rows of R near the plane, with bootstrap errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.cartography import cell_statistics as cs
from galdask.cartography import contours, distributions, histograms, modes
from galdask.cartography.dataset import build
from galdask.cartography.grids import coordinates, dims
from galdask.cartography.product import Request
from galdask.cartography.settings import Setting
from galdask.cartography.tables import long_table
from galdask.reductions import Axis

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

COORDINATES = ("r", "abs_z")
#: characteristic values whose gradients are compared
ESTIMATORS = ("mean", "median", "mode")
MOMENTS = ("mean", "std", "skewness")
SETTINGS = (
    Setting("max_abs_z", 0.5, "stars with |Z| below this, kpc", low=1e-3),
    Setting("r", {"low": 0.0, "high": 15.0, "step": 1.0}, "rows in R, kpc", "axis"),
    Setting("r_inside", 8.0, "the largest mode - median is sought in rows within this R, kpc", low=0.0),
    Setting("r_gradient", (0.0, 15.0), "range of R of the gradients, kpc", "edges", 0.0),
    *distributions.SETTINGS,
)


def axes(plan: Plan, name: str) -> tuple[Axis, Axis]:
    """Return |Z|, in one bin, and R of a product."""
    settings = plan.settings[name]
    return Axis("abs_z", "abs_z", (0.0, settings["max_abs_z"])), distributions.rows(settings)


def requests(plan: Plan, name: str, quantity: str) -> dict[str, Request]:
    """Ask for the histograms with replicas, the quartiles and the exact moments of all rows."""
    settings, outer = plan.settings[name], axes(plan, name)
    return {
        **distributions.requests(plan, settings, quantity, outer),
        **cs.requests(plan, quantity, (*outer, distributions.reach(settings, quantity)), MOMENTS),
    }


def finish(plan: Plan, name: str, quantity: str, tables: Tables, **attrs: Any) -> xr.Dataset:
    """Label them, with what follows from the rows together: gradients and where the skewness changes sign."""
    settings, outer = plan.settings[name], axes(plan, name)
    about, axis = plan.quantities[quantity], distributions.bins(settings, quantity)
    found = distributions.variables(plan, settings, quantity, outer, tables)
    found |= distributions.statistics(plan, settings, quantity, outer, MOMENTS, tables)
    found["skewness"][1][found["n_row"][1] < settings["min_shape"]] = np.nan
    many = _replicas(distributions.replicas(tables["histogram"], outer, axis), axis, settings["smooth"])
    for key in MOMENTS:
        text = cs.WORDS[key].removesuffix(" of") + f" of {about.within}"
        unit = found[key][2]["units"]
        found[f"{key}_err"] = _pair(key, text, unit, dims(outer), found[key][1], many[key])[f"{key}_err"]
    found["pdf"] = _smooth(found["n"], axis, settings["smooth"], about.unit)
    found = {key: distributions.without(one, "abs_z") for key, one in found.items()}
    many = {key: values[:, 0] for key, values in many.items()}
    found |= _together(plan, settings, quantity, outer[1], found, many)
    labels = {**coordinates((outer[1], axis), plan)}
    labels["estimator"] = (("estimator",), np.array(ESTIMATORS), {"long_name": "characteristic value"})
    return build(plan, name, labels, found, quantity=quantity, **attrs)


def _smooth(n: cs.Variable, axis: Axis, smooth: float, unit: str) -> cs.Variable:
    """Return the smoothed distribution of each row."""
    names, counts, _ = n
    density = contours.smoothed(counts, smooth, dimensions=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        density /= counts.sum(axis=-1, keepdims=True) * (axis.edges[1] - axis.edges[0])
    return names, density, {"units": f"1/{unit}", "long_name": "smoothed distribution"}


def _replicas(many: np.ndarray, axis: Axis, smooth: float) -> dict[str, np.ndarray]:
    """Return the statistics of each replica, (population, |Z|, R, replicas)."""
    found = dict(zip(MOMENTS, histograms.moments(many, axis.centres), strict=True))
    found["mode"] = modes.mode(many, axis.centres, smooth, 1)
    found["median"] = histograms.quantiles(many, axis.edge_array, 0.5)
    return found


def _together(
    plan: Plan,
    settings: Mapping[str, Any],
    quantity: str,
    r: Axis,
    found: Mapping[str, cs.Variable],
    many: Mapping[str, np.ndarray],
) -> dict[str, cs.Variable]:
    """Return what follows from all rows together, by population; `many` is (population, R, replicas).

    The largest of several noisy numbers is too large on average: the mean of the replicas' largest ones,
    less the one found, says by how much at least (the numbers found are spread out by noise already).
    """
    known = {key: found[key][1] for key in (*ESTIMATORS, "skewness")}
    n, unit = found["n_row"][1], plan.quantities[quantity].unit
    away = known["mode"] - known["median"]
    away_many = _where(away, many["mode"] - many["median"])
    inside = r.edge_array[1:] <= settings["r_inside"]
    skew = _where(known["skewness"], many["skewness"])
    zero = histograms.sign_change(known["skewness"], r.centres, n)
    zero_many = histograms.sign_change(skew.swapaxes(1, 2), r.centres, n[:, None])
    within = (r.edge_array[:-1] >= settings["r_gradient"][0]) & (
        r.edge_array[1:] <= settings["r_gradient"][-1]
    )
    weights, slopes, slopes_many = np.where(within, n, 0.0), [], []
    for key in ESTIMATORS:
        values = np.where(np.isnan(known["mode"]), np.nan, known[key])
        slopes.append(histograms.slope(values, r.centres, weights))
        rows = _where(values, many[key]).swapaxes(1, 2)
        slopes_many.append(histograms.slope(rows, r.centres, weights[:, None]))
    each, one = ("population", "r"), ("population",)
    largest, largest_many = _largest(away[:, inside], 1), _largest(away_many[:, inside], 1)
    both = ("estimator", "population")
    excess = largest_many - largest[:, None]
    text = "by how much, at least, noise makes the largest mode - median larger"
    noise = np.where(np.isnan(largest), np.nan, histograms.mean(excess))
    return {
        "mode_minus_median_max_noise": (one, noise, {"units": unit, "long_name": text}),
        **_pair("mode_minus_median", "mode - median", unit, each, away, away_many),
        **_pair("mode_minus_median_max", "largest mode - median inside", unit, one, largest, largest_many),
        **_pair(
            "skewness_zero", "R where the skewness rises through 0", "kpc", one, zero, _about(zero, zero_many)
        ),
        **_pair("slope", "slope against R", f"{unit}/kpc", both, np.stack(slopes), np.stack(slopes_many)),
    }


def _where(known: np.ndarray, many: np.ndarray) -> np.ndarray:
    """Return replicas, missing where the number itself is missing."""
    return np.where(np.isnan(known)[..., None], np.nan, many)


def _pair(
    name: str, text: str, unit: str, names: tuple[str, ...], values: np.ndarray, many: np.ndarray
) -> dict[str, cs.Variable]:
    """Return a number and its error, the spread over its replicas along the last axis."""
    error = np.where(np.isnan(values), np.nan, histograms.spread(many))
    return {
        name: (names, values, {"units": unit, "long_name": text}),
        f"{name}_err": (names, error, {"units": unit, "long_name": f"error of the {text}"}),
    }


def _about(values: np.ndarray, many: np.ndarray) -> np.ndarray:
    """Return replicas and their mirror images about the number found: the spread then counts a shift."""
    away = many - values[:, None]
    return np.concatenate([values[:, None] + away, values[:, None] - away], axis=1)


def _largest(values: np.ndarray, axis: int) -> np.ndarray:
    """Return the largest finite value along an axis, NaN where there is none."""
    found = np.where(np.isnan(values), -np.inf, values).max(axis=axis, initial=-np.inf)
    return np.where(np.isfinite(found), found, np.nan)


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return the rows, and what follows from all of them."""
    name = dataset.attrs["product"]
    each = ["n_row"]
    for key in (*ESTIMATORS, "std", "skewness", "mode_minus_median"):
        each += [key, f"{key}_err"]
    frame = long_table(dataset, each)
    together = ["skewness_zero", "skewness_zero_err"]
    together += [f"mode_minus_median_max{part}" for part in ("", "_err", "_noise")]
    return {
        name: frame[frame["n_row"] > 0],
        f"{name}_summary": long_table(dataset, together),
        f"{name}_slopes": long_table(dataset, ["slope", "slope_err"]),
    }
