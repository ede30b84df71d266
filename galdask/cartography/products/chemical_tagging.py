"""Stars of about solar [Fe/H] in R and [Mg/Fe], one population of age after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.cartography import age_relations, contours, densities, histograms
from galdask.cartography import cell_statistics as cs
from galdask.cartography.dataset import build
from galdask.cartography.distributions import replicas, without
from galdask.cartography.grids import coordinates, dims
from galdask.cartography.maps import MIN_N
from galdask.cartography.product import Product, Request
from galdask.cartography.settings import Setting
from galdask.cartography.tables import long_table
from galdask.reductions import Axis, CellTable, HistogramReplicas, Key, OrderStatistics

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

#: coordinates of the centre of a population: column -> unit and label
CENTRE = {"r": ("kpc", "R"), "mg_fe": ("dex", "[Mg/Fe]")}


def axes(settings: Mapping[str, Any]) -> tuple[tuple[Axis, Axis], tuple[Axis, Axis]]:
    """Return the window of [Fe/H] with the bins of age, and the plane of R and [Mg/Fe]."""
    window = Axis("window", "fe_h", settings["fe_h_window"], closed_last=True)
    ages = Axis.regular("log_age", "log_age", **settings["log_age"])
    plane = Axis.regular("r", "r", **settings["r"]), Axis.regular("mg_fe", "mg_fe", **settings["mg_fe"])
    return (window, ages), plane


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for the stars of each bin of age in the plane, with replicas, and for their medians."""
    settings, sample = plan.settings["chemical_tagging"], age_relations.sample_of(plan)
    outer, plane = axes(settings)
    key = Key((*outer, *plane), population=True)
    found = {"plane": Request(sample, HistogramReplicas(key, settings["replicas"], settings["seed"]))}
    for column in CENTRE:
        order = OrderStatistics(Key(outer, population=True), column, q=(0.5,))
        found[f"centre/{column}"] = Request(sample, order)
    return found


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them, and measure how far the contours reach in R."""
    settings = plan.settings["chemical_tagging"]
    outer, plane = axes(settings)
    found = densities.histogram(tables["plane"], settings, outer, plane)
    for column, (unit, label) in CENTRE.items():
        table = tables[f"centre/{column}"]
        few = cs.dense(table, "n", outer) < settings["min_n"]
        for name, text in (("median", "median"), ("median_err", "standard error of the median")):
            values = np.where(few, np.nan, cs.dense(table, name, outer))
            found[f"{column}_{name}"] = (dims(outer), values, {"units": unit, "long_name": f"{text} {label}"})
    found["n_age"] = cs.count_variable(tables["centre/r"], outer, "number of stars with an age")
    found = {name: without(one, "window") for name, one in found.items()}
    found |= _reach(settings, tables["plane"], found, outer, plane)
    labels = {**coordinates((outer[1], *plane), plan), **densities.fraction_coordinate(settings)}
    return build(plan, "chemical_tagging", labels, found, fe_h_window=list(settings["fe_h_window"]))


def _reach(
    settings: Mapping[str, Any],
    table: CellTable,
    found: Mapping[str, cs.Variable],
    outer: tuple[Axis, Axis],
    plane: tuple[Axis, Axis],
) -> dict[str, cs.Variable]:
    """Return how far the outermost contour reaches in R, with errors from replicas."""
    density, fraction = found["density"][1], max(settings["fractions"])
    level = found["level"][1][..., int(np.argmax(settings["fractions"]))]
    both = np.full((2, *level.shape), np.nan)
    error = both.copy()
    flat = Axis("cell", "cell", tuple(float(k) for k in range(plane[0].size * plane[1].size + 1)))
    many = replicas(table, outer, flat)[:, 0]
    for place in zip(*np.nonzero(np.isfinite(level)), strict=True):
        both[(slice(None), *place)] = contours.extent(density[place], level[place], plane[0].centres, 0)
        counts = many[place].reshape(-1, plane[0].size, plane[1].size)
        copies = contours.smoothed(counts, settings["smooth"])
        ends = [contours.extent(c, contours.level(c, fraction), plane[0].centres, 0) for c in copies]
        error[(slice(None), *place)] = histograms.spread(np.array(ends), axis=0)
    names = ("population", "log_age")
    out: dict[str, cs.Variable] = {}
    for k, end in enumerate(("low", "high")):
        text = f"{'smallest' if k == 0 else 'largest'} R of the outermost contour"
        out[f"r_{end}"] = (names, both[k], {"units": "kpc", "long_name": text})
        out[f"r_{end}_err"] = (names, error[k], {"units": "kpc", "long_name": f"error of the {text}"})
    return out


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return centres and reaches, one row a population and bin of age."""
    names = ["n_age", "r_median", "r_median_err", "mg_fe_median", "mg_fe_median_err"]
    names += ["r_low", "r_low_err", "r_high", "r_high_err"]
    return {"chemical_tagging": long_table(dataset, names)}


PRODUCT = Product(
    name="chemical_tagging",
    title="Stars of solar metallicity by age, in R and [Mg/Fe]",
    figure="Figure 26",
    caption=(
        "Stars of about solar [Fe/H] at all heights, in bins of log10 age by colour: the contour that"
        " encloses the stated fraction of the stars of a bin in R and [Mg/Fe], and their centre (medians),"
        " low-alpha solid and round, high-alpha dashed and triangular. Bins of fewer than 50 stars have no"
        " contour."
    ),
    quantities=("log_age", "fe_h", "mg_fe"),
    coordinates=("r",),
    settings=(
        Setting("fe_h_window", (-0.1, 0.1), "range of [Fe/H], dex, both ends included", "edges"),
        Setting("log_age", {"low": 9.0, "high": 10.1, "step": 0.1}, "bins of log10 age, log(yr)", "axis"),
        Setting("r", {"low": 0.0, "high": 20.0, "step": 0.5}, "cells of R, kpc", "axis"),
        Setting("mg_fe", {"low": -0.2, "high": 0.5, "step": 0.02}, "cells of [Mg/Fe], dex", "axis"),
        Setting("fractions", (0.75,), "fractions of the stars within the contours", "numbers", 0.01, 0.99),
        densities.SMOOTH,
        MIN_N,
        Setting("replicas", 200, "bootstrap replicas of the stars", "whole", low=2, high=10_000),
        Setting("seed", 1, "seed of the replicas", "whole", low=0, high=2**32 - 1),
    ),
    requests=requests,
    finish=finish,
    tables=tables,
)
