"""Median [Fe/H], [Mg/Fe] and age across the Galaxy: face-on near the plane, and edge-on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.cartography import cell_statistics as cs
from galdask.cartography.dataset import BAR, build
from galdask.cartography.grids import coordinates
from galdask.cartography.maps import (
    CELLS,
    EXTENT,
    MARKED,
    MIN_N,
    STATISTICS,
    edge_on,
    face_on,
    heights,
)
from galdask.cartography.product import Product, Request
from galdask.cartography.settings import Setting

if TYPE_CHECKING:
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables


def shown(plan: Plan) -> list[str]:
    """Return the quantities that are both asked for and there."""
    return [q for q in plan.settings["global_maps"]["quantities"] if q in plan.quantities]


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for the statistics of each quantity in cells of X-Y and of signed R-Z."""
    settings = plan.settings["global_maps"]
    near_plane = heights((0.0, settings["max_abs_z"]))
    out: dict[str, Request] = {}
    for quantity in shown(plan):
        out |= cs.requests(plan, quantity, (near_plane, *face_on(settings)), STATISTICS, "face_")
        out |= cs.requests(plan, quantity, edge_on(settings), STATISTICS, "edge_")
    return out


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them."""
    settings = plan.settings["global_maps"]
    views = {"face_": face_on(settings), "edge_": edge_on(settings)}
    found: dict[str, cs.Variable] = {}
    for quantity in shown(plan):
        for prefix, axes in views.items():
            found |= cs.map_variables(plan, quantity, axes, STATISTICS, tables, settings["min_n"], prefix)
    labels = {**coordinates(views["face_"], plan), **coordinates(views["edge_"], plan)}
    return build(plan, "global_maps", labels, found, quantities=" ".join(shown(plan)))


PRODUCT = Product(
    name="global_maps",
    title="Global maps of metallicity, [Mg/Fe] and age",
    figure="Figure 5",
    caption=(
        "Medians in square cells. Top: face-on (X, Y), stars near the plane. Bottom: edge-on (R, Z) over all"
        f" azimuths, R with the sign of X. {MARKED}. {CELLS}"
    ),
    quantities=("fe_h",),
    coordinates=("x", "y", "z", "r", "signed_r", "abs_z"),
    settings=(
        *EXTENT,
        Setting("max_abs_z", 1.0, "largest |Z| of the face-on maps, kpc", low=0.0),
        Setting("quantities", ("fe_h", "mg_fe", "age"), "what to map, where the pipeline has it", "names"),
        MIN_N,
        *BAR,
    ),
    requests=requests,
    finish=finish,
)
