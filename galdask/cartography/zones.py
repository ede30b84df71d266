"""Zones of the disk: panels of R and |Z| that many products share, and how many of their stars have ages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from galdask.cartography import cell_statistics as cs
from galdask.cartography.fractions import fraction
from galdask.cartography.grids import dims
from galdask.cartography.maps import heights
from galdask.cartography.product import Request
from galdask.cartography.settings import Setting
from galdask.reductions import Axis

if TYPE_CHECKING:
    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

#: what zones need of a star
COORDINATES = ("r", "abs_z")
SLICES = Setting(
    "slices",
    (0.0, 0.5, 1.0, 2.0),
    "rows of panels: edges in |Z|, kpc; the last one is included",
    "edges",
    0.0,
)
SETTINGS = (
    Setting(
        "r_edges", (0.0, 3.0, 6.0, 9.0, 12.0, 15.0, 25.0), "columns of panels: edges in R, kpc", "edges", 0.0
    ),
    SLICES,
)
#: what the captions say of the panels
CAPTION = (
    "Columns of panels are bins of R, rising to the right; rows are slices of |Z|, rising upward from the"
    " plane."
)


def axes(settings: Mapping[str, Any]) -> tuple[Axis, Axis]:
    """Return |Z| and R."""
    return heights(settings["slices"]), Axis("r", "r", settings["r_edges"])


def age_sample(plan: Plan) -> str | None:
    """Return the sample of the stars with ages; None where the pipeline has no ages."""
    return next((plan.quantities[q].sample for q in ("age", "log_age") if q in plan.quantities), None)


def requests(plan: Plan, settings: Mapping[str, Any]) -> dict[str, Request]:
    """Ask for the stars of each zone, and for those of them that have ages."""
    out = {"n_all": cs.counts(plan.main, axes(settings))}
    sample = age_sample(plan)
    return out | ({"n_age": cs.counts(sample, axes(settings))} if sample else {})


def variables(settings: Mapping[str, Any], tables: Tables) -> dict[str, cs.Variable]:
    """Return ``n_all`` and, with ages, ``n_age``, their ratio ``f_distmass`` and half its Wilson interval."""
    both = axes(settings)
    found = {"n_all": cs.count_variable(tables["n_all"], both, "number of stars of the sample")}
    if "n_age" not in tables:
        return found
    found["n_age"] = cs.count_variable(tables["n_age"], both, "number of stars with an age")
    n_all, n_age = found["n_all"][1], found["n_age"][1]
    part, error = fraction(n_age, n_all)
    about = {"units": "1", "long_name": "fraction of stars with an age"}
    found["f_distmass"] = (dims(both), part, about)
    found["f_distmass_err"] = (dims(both), error, {"units": "1", "long_name": "error of the fraction"})
    return found
