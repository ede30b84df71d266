"""Effective temperature and surface gravity: the sample by its metallicity, the catalogue behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.cartography import cell_statistics as cs
from galdask.cartography.dataset import build
from galdask.cartography.grids import coordinates
from galdask.cartography.product import Product, Request
from galdask.cartography.settings import Setting
from galdask.reductions import Axis

if TYPE_CHECKING:
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

STATISTICS = ("median", "median_err")


def axes(plan: Plan) -> tuple[Axis, Axis]:
    """Return the axes of temperature and gravity."""
    found = (Axis.regular(name, name, **plan.settings["kiel"][name]) for name in ("teff", "logg"))
    return tuple(found)  # type: ignore[return-value]


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for star counts and the median [Fe/H] in cells of temperature and gravity."""
    out = {"sample": cs.counts(plan.main, axes(plan), population=False)}
    if plan.raw and {"teff", "logg"} <= set(plan.raw_quantities):
        out["catalogue"] = cs.counts(plan.raw, axes(plan), population=False)
    return out | cs.requests(plan, "fe_h", axes(plan), STATISTICS, population=False)


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them."""
    both, min_n = axes(plan), plan.settings["kiel"]["min_n"]
    found = {"n": cs.count_variable(tables["sample"], both, "number of stars of the sample", False)}
    if "catalogue" in tables:
        label = "number of stars of the catalogue"
        found["n_catalogue"] = cs.count_variable(tables["catalogue"], both, label, False)
    found |= cs.variables(plan, "fe_h", both, STATISTICS, tables, min_n, population=False)
    found["fe_h_reason"] = cs.reason_variable(found.pop("fe_h_n"), min_n)
    for name in ("n", "n_catalogue"):
        if name in found:
            found[name.replace("n", "n_panel", 1)] = cs.panel_variable(found[name])
    return build(plan, "kiel", coordinates(both, plan, population=False), found)


PRODUCT = Product(
    name="kiel",
    title="Effective temperature and surface gravity of the sample",
    figure="Figure 1",
    caption=(
        "Median [Fe/H] of the sample in cells of effective temperature and surface gravity, outlined in"
        " black; the number of stars of the whole catalogue in gray behind it. Cells of the sample with fewer"
        " than min_n stars are dark gray."
    ),
    quantities=("teff", "logg", "fe_h"),
    coordinates=(),
    settings=(
        Setting("teff", {"low": 3000.0, "high": 8000.0, "step": 50.0}, "cells of T_eff, K", "axis"),
        Setting("logg", {"low": -0.5, "high": 5.5, "step": 0.1}, "cells of log g, log(cm/s2)", "axis"),
        Setting("min_n", 3, "fewest stars for a median", "whole", low=1),
    ),
    requests=requests,
    finish=finish,
)
