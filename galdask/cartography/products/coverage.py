"""Where the stars are: counts face-on over all heights, and edge-on over all azimuths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.cartography import cell_statistics as cs
from galdask.cartography.dataset import BAR, build
from galdask.cartography.grids import coordinates
from galdask.cartography.maps import ARROW, EXTENT, MARKED, edge_on, face_on
from galdask.cartography.product import Product, Request
from galdask.cartography.settings import Setting

if TYPE_CHECKING:
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for star counts in cells of X-Y and R-Z."""
    settings = plan.settings["coverage"]
    return {
        "xy": cs.counts(plan.main, face_on(settings)),
        "rz": cs.counts(plan.main, edge_on(settings, signed=settings["signed_r"])),
    }


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
