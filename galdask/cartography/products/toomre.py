"""The Toomre diagram: rotation against all other motion."""

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

NAME = "toomre"


def plane(plan: Plan) -> tuple[Axis, Axis]:
    """Return the axes: V, which is v_phi less the circular speed, and sqrt(U^2 + W^2)."""
    settings = plan.settings[NAME]
    v = Axis.regular("v", "vphi", **settings["v"])
    shifted = tuple(edge + settings["v_circ"] for edge in v.edges)
    return Axis("v", "vphi", shifted), Axis.regular("v_perp", "v_perp", **settings["v_perp"])


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for the stars in cells of the plane."""
    return phase_planes.requests(plan, plane(plan))


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them; the coordinate V counts from the circular speed."""
    settings, axes = plan.settings[NAME], plane(plan)
    v = Axis.regular("v", "vphi", **settings["v"])
    labels = dict(coordinates((v, axes[1]), plan))
    labels["v"][2]["long_name"] = "V = v_phi - v_circ"
    labels["v_perp"][2]["long_name"] = "sqrt(U^2 + W^2)"
    about = {"units": "km/s", "long_name": "total speed of a curve"}
    labels["speed"] = (("speed",), np.array(settings["speeds"]), about)
    found = phase_planes.variables(tables, axes)
    return build(plan, NAME, labels, found, v_circ=settings["v_circ"])


PRODUCT = Product(
    name=NAME,
    title="Toomre diagram",
    figure="",
    caption=(
        "Number of stars in cells of V, the velocity in the sense of Galactic rotation less the circular"
        " speed v_circ, and of sqrt(U^2 + W^2), all other motion, both in the cylinder at the star's place."
        " Curves are of constant total speed sqrt(U^2 + V^2 + W^2); left of the dotted line at V = -v_circ"
        " stars go against the rotation."
    ),
    quantities=(),
    coordinates=("vphi", "v_perp"),
    settings=(
        Setting("v_circ", 230.0, "circular speed from which V counts, km/s", low=0.0),
        Setting("v", {"low": -600.0, "high": 250.0, "step": 5.0}, "cells of V, km/s", "axis"),
        Setting("v_perp", {"low": 0.0, "high": 500.0, "step": 5.0}, "cells of sqrt(U^2 + W^2), km/s", "axis"),
        Setting("speeds", (100.0, 200.0, 300.0), "total speeds of the curves, km/s", "numbers", low=1.0),
    ),
    requests=requests,
    finish=finish,
)
