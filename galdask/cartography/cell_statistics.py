"""Statistics of a quantity in cells: what is asked of the stars, and the labelled arrays made of it.

Cubes, maps and slices all come through here, so one cell has one set of numbers whatever shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.cartography.grids import dims
from galdask.cartography.product import Request
from galdask.reductions import Axis, CellTable, Counts, Key, Moments, OrderStatistics

if TYPE_CHECKING:
    from galdask.cartography.plan import Plan

#: quantiles of the cubes and the names they go by
QUANTILES = {"q16": 0.16, "q25": 0.25, "median": 0.5, "q75": 0.75, "q84": 0.84}
#: statistic -> how its long name begins
WORDS = {
    "mean": "mean",
    "std": "standard deviation of",
    "skewness": "skewness of",
    "q16": "16% quantile of",
    "q25": "25% quantile of",
    "median": "median",
    "q75": "75% quantile of",
    "q84": "84% quantile of",
    "median_err": "standard error of the median",
    "mean_err": "standard error of the mean",
    "std_err": "error, as of normal values, of the standard deviation of",
}
#: errors that follow from the standard deviation (ddof = 0): it is divided by the root of this times n - 1
FROM_STD = {"mean_err": 1.0, "std_err": 2.0}
#: which reduction a statistic comes from
FROM_MOMENTS = ("mean", "std", "skewness", *FROM_STD)
#: flags of why a number is missing
REASONS = ("given", "no_stars", "too_few_stars", "too_few_windows", "no_spread")

Variable = tuple[tuple[str, ...], np.ndarray, dict[str, Any]]


def requests(
    plan: Plan,
    quantity: str,
    axes: Sequence[Axis],
    statistics: Sequence[str],
    prefix: str = "",
    population: bool = True,
) -> dict[str, Request]:
    """Return what `variables` needs: the reductions of one quantity over cells, each population.

    Parameters
    ----------
    plan : Plan
        Knows the quantity's sample and range.
    quantity : str
        Its own sample is used.
    axes : sequence of Axis
        Cells.
    statistics : sequence of str
        Some of `WORDS`.
    prefix : str
        Set before the names of the requests.
    population : bool
        Tell the populations apart.
    """
    about = plan.quantities[quantity]
    key = Key(tuple(axes), population=population)
    out = {}
    if any(s in FROM_MOMENTS for s in statistics):
        moments = Moments.over(key, quantity, about.low, about.high)
        out[f"{prefix}{quantity}/moments"] = Request(about.sample, moments)
    q = tuple(QUANTILES[s] for s in statistics if s in QUANTILES)
    if q:
        order = OrderStatistics(key, quantity, q=q, median_err="median_err" in statistics)
        out[f"{prefix}{quantity}/order"] = Request(about.sample, order)
    return out


def counts(sample: str, axes: Sequence[Axis], population: bool = True) -> Request:
    """Return the request of the number of stars in cells."""
    return Request(sample, Counts(Key(tuple(axes), population=population)))


def dense(table: CellTable, name: str, axes: Sequence[Axis], population: bool = True) -> np.ndarray:
    """Return a statistic in every cell, the population as first dimension."""
    shape = tuple(a.size for a in axes)
    if not population:
        return table.dense(name, shape)
    return np.moveaxis(table.dense(name, (*shape, 3)), -1, 0)


def count_variable(table: CellTable, axes: Sequence[Axis], name: str, population: bool = True) -> Variable:
    """Return the labelled number of stars in cells."""
    values = dense(table, "n", axes, population).astype(np.int32)
    return dims(axes, population), values, {"units": "1", "long_name": name}


def variables(
    plan: Plan,
    quantity: str,
    axes: Sequence[Axis],
    statistics: Sequence[str],
    tables: Mapping[str, CellTable],
    min_n: int,
    prefix: str = "",
    population: bool = True,
) -> Iterator[tuple[str, Variable]]:
    """Make the labelled arrays of one quantity, one at a time.

    Yields ``<quantity>_n``, then ``<quantity>_<statistic>``; cells with fewer than `min_n` stars hold NaN.

    Parameters
    ----------
    plan, quantity, axes, statistics, prefix, population
        As for `requests`.
    tables : mapping of str to CellTable
        Results of those requests by name.
    min_n : int
        Smallest number of stars for a statistic.
    """
    about = plan.quantities[quantity]
    names = dims(axes, population)
    found = {s: f"{prefix}{quantity}/{'moments' if s in FROM_MOMENTS else 'order'}" for s in statistics}
    n = dense(tables[next(iter(found.values()))], "n", axes, population).astype(np.int32)
    yield f"{quantity}_n", (names, n, {"units": "1", "long_name": f"number of stars with {about.within}"})
    few = n < min_n
    for statistic in statistics:
        table = tables[found[statistic]]
        if statistic in FROM_STD:
            values = dense(table, "std", axes, population)
            values /= np.sqrt(FROM_STD[statistic] * np.maximum(n - 1, 0.5))
            values[n < 2] = np.nan
        else:
            values = dense(table, statistic, axes, population)
        values[few] = np.nan
        units = "1" if statistic == "skewness" else about.unit
        attrs = {"units": units, "long_name": f"{WORDS[statistic]} {about.within}"}
        yield f"{quantity}_{statistic}", (names, values, attrs)


def map_variables(
    plan: Plan,
    quantity: str,
    axes: Sequence[Axis],
    statistics: Sequence[str],
    tables: Mapping[str, CellTable],
    min_n: int,
    prefix: str = "",
) -> dict[str, Variable]:
    """Return the arrays of `variables`, each name after `prefix`, with reasons and numbers per panel."""
    found = dict(variables(plan, quantity, axes, statistics, tables, min_n, prefix))
    found[f"{quantity}_reason"] = reason_variable(found[f"{quantity}_n"], min_n)
    found[f"{quantity}_n_panel"] = panel_variable(found[f"{quantity}_n"])
    return {prefix + name: variable for name, variable in found.items()}


def panel_variable(counts: Variable) -> Variable:
    """Return the number of stars in each panel: sums over all but population and slice of height."""
    names, values, attrs = counts
    kept = tuple(name for name in names if name in ("population", "abs_z"))
    summed = tuple(k for k, name in enumerate(names) if name not in kept)
    return (
        kept,
        values.sum(axis=summed, dtype=np.int64),
        {**attrs, "long_name": "number of stars in the panel"},
    )


def reason_variable(counts: Variable, min_n: int) -> Variable:
    """Return the flags that say why statistics are missing where a count is below `min_n`."""
    names, n, _ = counts
    flags = np.where(n == 0, 1, np.where(n < min_n, 2, 0)).astype(np.uint8)
    return names, flags, flag_attrs("why there is no number")


def flag_attrs(long_name: str) -> dict[str, Any]:
    """Return CF attributes of a variable of reasons."""
    return {
        "long_name": long_name,
        "flag_values": list(range(len(REASONS))),
        "flag_meanings": " ".join(REASONS),
    }
