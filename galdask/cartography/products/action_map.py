"""Angular momentum and radial action: where the orbits of each population are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.cartography import phase_planes
from galdask.cartography.dataset import build
from galdask.cartography.grids import coordinates
from galdask.cartography.product import Product, Request
from galdask.cartography.settings import Setting
from galdask.reductions import Axis

if TYPE_CHECKING:
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

NAME = "action_map"


def plane(plan: Plan) -> tuple[Axis, Axis]:
    """Return the axes: L_z, and J_R with edges that are even in its root."""
    settings = plan.settings[NAME]
    roots = Axis.regular("root", "jr", **settings["sqrt_jr"])
    return Axis.regular("lz", "lz", **settings["lz"]), Axis("jr", "jr", tuple(e * e for e in roots.edges))


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for the stars in cells of the plane."""
    return phase_planes.requests(plan, plane(plan))


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them; the coordinate along J_R is its root."""
    axes = plane(plan)
    edges = np.sqrt(axes[1].edge_array)
    roots = Axis("sqrt_jr", "jr", tuple(edges))
    about = {"units": "(kpc km/s)^0.5", "long_name": "sqrt(J_R)", "bounds": "sqrt_jr_bnds"}
    labels = {
        **coordinates(axes[:1], plan),
        "sqrt_jr": (("sqrt_jr",), roots.centres, about),
        "sqrt_jr_bnds": (("sqrt_jr", "bnds"), np.stack([edges[:-1], edges[1:]], axis=1), {}),
    }
    return build(plan, NAME, labels, phase_planes.variables(tables, (axes[0], roots)))


PRODUCT = Product(
    name=NAME,
    title="Angular momentum and radial action",
    figure="",
    caption=(
        "Number of stars in cells of the angular momentum L_z, positive in the sense of Galactic rotation,"
        " and of the root of the radial action J_R, at the catalogue's values, for all stars and for the"
        " low-alpha and high-alpha populations. Circular orbits lie at the bottom; the dotted line at L_z = 0"
        " parts stars that rotate with the Galaxy from those that go against it."
    ),
    quantities=(),
    coordinates=("lz", "jr"),
    settings=(
        Setting("lz", {"low": -3000.0, "high": 5000.0, "step": 50.0}, "cells of L_z, kpc km/s", "axis"),
        Setting(
            "sqrt_jr",
            {"low": 0.0, "high": 45.0, "step": 0.5},
            "cells of the root of J_R, (kpc km/s)^0.5",
            "axis",
        ),
    ),
    requests=requests,
    finish=finish,
)
