"""Distributions of a quantity in rows of R: histograms, quartiles and modes, with errors from replicas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.cartography import cell_statistics as cs
from galdask.cartography import histograms, modes, zones
from galdask.cartography.grids import dims
from galdask.cartography.product import Request
from galdask.cartography.settings import Setting
from galdask.reductions import Axis, CellTable, HistogramReplicas, Key

if TYPE_CHECKING:
    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

#: quantiles of each row
QUARTILES = ("q25", "median", "q75")
R = Setting("r", {"low": 0.0, "high": 15.0, "step": 0.5}, "rows in R, kpc", "axis")
SETTINGS = (
    Setting("smooth", 1.5, "Gaussian smoothing of a histogram before its mode is found, bins", low=0.0),
    Setting("min_n", 3, "fewest stars for quartiles and means", "whole", low=1),
    Setting("min_shape", 50, "fewest stars for a mode and a skewness", "whole", low=3),
    Setting("replicas", 200, "bootstrap replicas of the stars", "whole", low=2, high=10_000),
    Setting("seed", 1, "seed of the replicas", "whole", low=0, high=2**32 - 1),
)


def rows(settings: Mapping[str, Any]) -> Axis:
    """Return the rows of R."""
    return Axis.regular("r", "r", **settings["r"])


def requests(
    plan: Plan, settings: Mapping[str, Any], quantity: str, outer: Sequence[Axis]
) -> dict[str, Request]:
    """Ask for the histogram of a quantity with replicas, its quartiles, and the stars of each row.

    Parameters
    ----------
    plan, settings : Plan, mapping
        Of the product; the setting of the quantity's name holds its bins.
    quantity : str
        Its own sample is used.
    outer : sequence of Axis
        Slices of |Z| and rows of R.
    """
    sample, aged = plan.quantities[quantity].sample, zones.age_sample(plan)
    key = Key((*outer, bins(settings, quantity)), population=True)
    found = {
        "histogram": Request(sample, HistogramReplicas(key, settings["replicas"], settings["seed"])),
        "n_all": cs.counts(plan.main, outer),
        **cs.requests(plan, quantity, (*outer, reach(settings, quantity)), (*QUARTILES, "median_err")),
    }
    return found | ({"n_age": cs.counts(aged, outer)} if aged else {})


def bins(settings: Mapping[str, Any], quantity: str) -> Axis:
    """Return the bins of the quantity."""
    return Axis.regular(quantity, quantity, **settings[quantity])


def reach(settings: Mapping[str, Any], quantity: str) -> Axis:
    """Return the whole range of the bins as one: stars beyond it enter no statistic of a row."""
    axis = bins(settings, quantity)
    return Axis("reach", quantity, (axis.edges[0], axis.edges[-1]))


def statistics(
    plan: Plan,
    settings: Mapping[str, Any],
    quantity: str,
    outer: Sequence[Axis],
    names: Sequence[str],
    tables: Tables,
) -> dict[str, cs.Variable]:
    """Return ``n_row`` and exact statistics of the stars within the bins, under their plain names."""
    axes = (*outer, reach(settings, quantity))
    found = {}
    for name, one in cs.variables(plan, quantity, axes, names, tables, settings["min_n"]):
        plain = "n_row" if name == f"{quantity}_n" else name.removeprefix(f"{quantity}_")
        found[plain] = without(one, "reach")
    return found


def without(variable: cs.Variable, name: str) -> cs.Variable:
    """Return a variable without a dimension of one element."""
    names, values, attrs = variable
    if name not in names:
        return variable
    return tuple(n for n in names if n != name), values.take(0, names.index(name)), attrs


def variables(
    plan: Plan, settings: Mapping[str, Any], quantity: str, outer: Sequence[Axis], tables: Tables
) -> dict[str, cs.Variable]:
    """Return the labelled rows; the arguments are those of `requests`.

    Returns
    -------
    dict
        ``n`` and ``p`` with its multinomial error ``p_err`` (population, rows, bins); ``n_row``, quartiles,
        ``mode``, their errors and ``reason`` (population, rows); ``n_all``, ``n_age``.
    """
    about, axis, names = plan.quantities[quantity], bins(settings, quantity), dims(outer)
    n = cs.dense(tables["histogram"], "n", (*outer, axis))
    inside = n.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = n / inside
        p_err = np.sqrt(p * (1.0 - p) / inside)
    found: dict[str, cs.Variable] = {
        "n": ((*names, quantity), n.astype(np.int32), {"units": "1", "long_name": "number of stars"}),
        "p": ((*names, quantity), p, {"units": "1", "long_name": "fraction of the stars of a row"}),
        "p_err": ((*names, quantity), p_err, {"units": "1", "long_name": "error of the fraction"}),
    }
    found |= statistics(plan, settings, quantity, outer, (*QUARTILES, "median_err"), tables)
    found["reason"] = cs.reason_variable(found["n_row"], settings["min_n"])
    mode = modes.mode(n, axis.centres, settings["smooth"], settings["min_shape"])
    found["mode"] = (names, mode, {"units": about.unit, "long_name": f"mode of {about.within}"})
    many = replicas(tables["histogram"], outer, axis)
    for name, values in _errors(many, axis, settings["smooth"]).items():
        values[np.isnan(found[name][1])] = np.nan
        attrs = {"units": about.unit, "long_name": f"error of the {_WORDS[name]} of {about.within}"}
        found[f"{name}_err"] = (names, values, attrs)
    for name, text in (("n_all", "number of stars of the sample"), ("n_age", "number of stars with an age")):
        if name in tables:
            found[name] = cs.count_variable(tables[name], outer, text)
    return found


_WORDS = {"q25": "25% quantile", "q75": "75% quantile", "mode": "mode"}


def _errors(many: np.ndarray, axis: Axis, smooth: float) -> dict[str, np.ndarray]:
    """Return the spread of quartiles and mode over replicas, one population at a time."""
    found: dict[str, list[np.ndarray]] = {name: [] for name in _WORDS}
    for counts in many:
        for name, q in (("q25", 0.25), ("q75", 0.75)):
            found[name].append(histograms.spread(histograms.quantiles(counts, axis.edge_array, q)))
        found["mode"].append(histograms.spread(modes.mode(counts, axis.centres, smooth, 1)))
    return {name: np.stack(values) for name, values in found.items()}


def replicas(table: CellTable, outer: Sequence[Axis], axis: Axis) -> np.ndarray:
    """Return the histograms of all replicas, (population, *outer, replicas, bins) int32."""
    dense = table.dense("replica_n", (*(a.size for a in outer), axis.size, 3))
    return np.moveaxis(dense, -2, 0).swapaxes(-1, -2)
