"""Where the stars are: counts face-on over all heights, edge-on over all azimuths, and by quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.cartography import cell_statistics as cs
from galdask.cartography.completeness import FAR
from galdask.cartography.dataset import BAR, build
from galdask.cartography.grids import coordinates
from galdask.cartography.maps import ARROW, EXTENT, MARKED, edge_on, face_on
from galdask.cartography.product import Product, Request
from galdask.cartography.settings import Setting
from galdask.reductions import Axis, Key, OrderStatistics

if TYPE_CHECKING:
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables


#: fractional error of the distances: told beside the counts where a pipeline has it
DISTANCE_ERROR = "distance_err_frac"


def quarters(plan: Plan) -> tuple[Axis, Axis] | None:
    """Return R inside and outside the Sun's, and Z below and above the plane; None without a frame."""
    if "r_sun" not in plan.frame:
        return None
    return Axis("ring", "r", (0.0, float(plan.frame["r_sun"]), FAR)), Axis("side", "z", (-FAR, 0.0, FAR))


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for star counts in cells of X-Y and R-Z, and in the four quarters around the Sun's circle."""
    settings = plan.settings["coverage"]
    found = {
        "xy": cs.counts(plan.main, face_on(settings)),
        "rz": cs.counts(plan.main, edge_on(settings, signed=settings["signed_r"])),
    }
    if around := quarters(plan):
        found["quarters"] = cs.counts(plan.main, around)
    if DISTANCE_ERROR in plan.quantities:
        of_all = plan.raw if DISTANCE_ERROR in plan.raw_quantities else None
        order = OrderStatistics(Key(), DISTANCE_ERROR, q=(0.5,), median_err=True)
        found["distance_error"] = Request(of_all or plan.main, order)
    return found


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them."""
    settings = plan.settings["coverage"]
    xy, rz = face_on(settings), edge_on(settings, signed=settings["signed_r"])
    found = {
        "n_xy": cs.count_variable(tables["xy"], xy, "number of stars"),
        "n_rz": cs.count_variable(tables["rz"], rz, "number of stars"),
    }
    found["n_panel_xy"] = cs.panel_variable(found["n_xy"])
    found["n_panel_rz"] = cs.panel_variable(found["n_rz"])
    labels = {**coordinates(xy, plan), **coordinates(rz, plan)}
    if around := quarters(plan):
        found["n_quarter"] = cs.count_variable(tables["quarters"], around, "number of stars of the sample")
        labels["ring"] = (
            ("ring",),
            np.array(["inside", "outside"]),
            {"long_name": "R beside that of the Sun"},
        )
        labels["side"] = (("side",), np.array(["below", "above"]), {"long_name": "side of the plane"})
    if "distance_error" in tables:
        for name, text in (("median", "median"), ("median_err", "standard error of the median")):
            value = cs.dense(tables["distance_error"], name, (), False)
            attrs = {"units": "1", "long_name": f"{text} fractional error of the distances"}
            found[f"distance_error_{name}"] = ((), value, attrs)
    return build(plan, "coverage", labels, found, signed_r=int(settings["signed_r"]))


PRODUCT = Product(
    name="coverage",
    title="Where the stars of the sample are",
    figure="Figure 2",
    caption=(
        "Number of stars in square cells: face-on (X, Y) over all heights, and edge-on (R, Z) over all"
        f" azimuths. {MARKED}; {ARROW} Cells without stars are hatched."
    ),
    quantities=(),
    coordinates=("x", "y", "r", "z"),
    settings=(
        *EXTENT,
        Setting("signed_r", False, "give R the sign of X in the edge-on map", "flag"),
        *BAR,
    ),
    requests=requests,
    finish=finish,
)
