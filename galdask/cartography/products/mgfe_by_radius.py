"""The [Mg/Fe]-[Fe/H] plane ring by ring, near the plane of the disk: contours and medians."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.cartography import boundary, densities, zones
from galdask.cartography import cell_statistics as cs
from galdask.cartography.dataset import build
from galdask.cartography.distributions import without
from galdask.cartography.grids import coordinates
from galdask.cartography.maps import MIN_N
from galdask.cartography.product import Product, Request
from galdask.cartography.settings import Setting
from galdask.reductions import Axis

if TYPE_CHECKING:
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

STATISTICS = ("median", "median_err")
#: fewest stars of a bin in each of the two rings that are compared
SHIFT_MIN_N = 10


def axes(settings: Mapping[str, Any]) -> tuple[tuple[Axis, Axis], Axis]:
    """Return |Z| in one bin with the rings of R, and the bins of [Fe/H] of the medians."""
    near = Axis("abs_z", "abs_z", (0.0, settings["max_abs_z"]))
    wide = Axis.regular("fe_h_bin", "fe_h", **settings["fe_h_bin"])
    return (near, Axis("r", "r", settings["r_edges"])), wide


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for the stars of each ring in cells of the plane, and for their median [Mg/Fe] by [Fe/H]."""
    settings = plan.settings["mgfe_by_radius"]
    rings, wide = axes(settings)
    cells = densities.plane(settings, "fe_h", "mg_fe")
    return {
        "panels": cs.counts(plan.main, (*rings, *cells)),
        "n_all": cs.counts(plan.main, rings),
        **cs.requests(plan, "mg_fe", (*rings, wide), STATISTICS),
    }


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them, and compare the inner ring with the outer one."""
    settings = plan.settings["mgfe_by_radius"]
    rings, wide = axes(settings)
    cells = densities.plane(settings, "fe_h", "mg_fe")
    found = densities.histogram(tables["panels"], settings, rings, cells)
    found["n_all"] = cs.count_variable(tables["n_all"], rings, "number of stars of the sample")
    medians = dict(cs.variables(plan, "mg_fe", (*rings, wide), STATISTICS, tables, settings["min_n"]))
    found |= medians | {"mg_fe_reason": cs.reason_variable(medians["mg_fe_n"], settings["min_n"])}
    found = {name: without(one, "abs_z") for name, one in found.items()}
    found |= shift(settings, rings[1], found) | boundary.line(plan.populations, cells[0])
    labels = {**coordinates((rings[1], *cells, wide), plan), **densities.fraction_coordinate(settings)}
    if "line_fe_h" in found:
        labels["line_fe_h"] = found.pop("line_fe_h")
    return build(plan, "mgfe_by_radius", labels, found, **boundary.rule(plan.populations))


def shift(settings: Mapping[str, Any], r: Axis, found: Mapping[str, cs.Variable]) -> dict[str, cs.Variable]:
    """Return by how much [Mg/Fe] at given [Fe/H] is higher in the inner ring than in the outer one.

    It is the mean over the bins of [Fe/H] in which both rings have `SHIFT_MIN_N` stars, weighted by
    n m / (n + m) of their numbers of stars: weights from the errors themselves would prefer bins whose
    error is small by chance, and those of two populations that touch.
    """
    ends = r.bins_numpy(np.array(settings["compare_r"])[[0, -1]])
    inner, outer = np.maximum(ends, 0)
    median, err = (found[f"mg_fe_{name}"][1] for name in STATISTICS)
    n = found["mg_fe_n"][1].astype(np.float64)
    away = np.where((ends < 0).any(), np.nan, median[:, inner] - median[:, outer])
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = n[:, inner] * n[:, outer] / (n[:, inner] + n[:, outer])
        both = np.minimum(n[:, inner], n[:, outer]) >= SHIFT_MIN_N
        weight = np.where(both & np.isfinite(away), weight, 0.0)
        weight /= weight.sum(axis=-1, keepdims=True)
        variance = np.nan_to_num(err[:, inner] ** 2 + err[:, outer] ** 2)
        mean = np.sum(weight * np.nan_to_num(away), axis=-1)
        error = np.sqrt(np.sum(weight**2 * variance, axis=-1))
    attrs = {"units": "dex", "compare_r": list(settings["compare_r"])}
    names = ("population",)
    return {
        "shift": (names, mean, {**attrs, "long_name": "[Mg/Fe] of the inner ring less that of the outer"}),
        "shift_err": (names, error, {**attrs, "long_name": "error of the shift of [Mg/Fe]"}),
    }


PRODUCT = Product(
    name="mgfe_by_radius",
    title="The [Mg/Fe]-[Fe/H] plane by radius",
    figure="Figure 10",
    caption=(
        "Stars near the plane of the disk, in rings of R by colour, low-alpha and high-alpha populations"
        " apart. Top: contours that enclose the stated fraction of each ring's stars; below 50 stars there"
        " is none. Bottom: median [Mg/Fe] in bins of [Fe/H] with its +-1 sigma error as a band. The black"
        " line parts the populations."
    ),
    quantities=("fe_h", "mg_fe"),
    coordinates=zones.COORDINATES,
    settings=(
        Setting("max_abs_z", 0.5, "stars with |Z| below this, kpc", low=1e-3),
        zones.SETTINGS[0],
        densities.FE_H,
        densities.MG_FE,
        Setting("fe_h_bin", {"low": -1.2, "high": 0.6, "step": 0.1}, "bins of the medians, dex", "axis"),
        Setting(
            "fractions", (0.75,), "fractions of a ring's stars within its contours", "numbers", 0.01, 0.99
        ),
        densities.SMOOTH,
        MIN_N,
        Setting(
            "compare_r",
            (1.5, 10.5),
            "two R, kpc, in the inner and outer ring that are compared",
            "edges",
            0.0,
        ),
    ),
    requests=requests,
    finish=finish,
)
