"""How large the stated errors of ages are: histograms of the lower and the upper error in dex."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.cartography import cell_statistics as cs
from galdask.cartography.dataset import build
from galdask.cartography.grids import coordinates
from galdask.cartography.product import Product, Request
from galdask.cartography.settings import Setting
from galdask.reductions import Axis, Key, OrderStatistics

if TYPE_CHECKING:
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

#: quantity of each side
SIDES = {"lower": "age_err_low", "upper": "age_err_up"}
#: log10 of the ratio to the ages of another catalogue: its spread is told where a pipeline has it
RATIO = "log_age_ratio"


def bins(plan: Plan, side: str) -> Axis:
    """Return the bins of the errors of one side."""
    return Axis.regular("age_err", SIDES[side], **plan.settings["age_errors"]["age_err"])


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for the histogram and the median of each side, and for all stars of both samples."""
    out = {"n_all": cs.counts(plan.main, ())}
    for side, name in SIDES.items():
        sample = plan.quantities[name].sample
        out[f"n/{side}"] = cs.counts(sample, (bins(plan, side),))
        out[f"median/{side}"] = Request(sample, OrderStatistics(Key(population=True), name, q=(0.5,)))
    out["n_age"] = cs.counts(sample, ())
    if RATIO in plan.quantities:
        out["ratio"] = Request(sample, OrderStatistics(Key(), RATIO, q=(0.16, 0.5, 0.84)))
    return out


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them."""
    axis = bins(plan, "lower")
    labels = dict(coordinates((axis,), plan))
    labels["age_err"][2]["long_name"] = "error of log10 age"
    labels["side"] = (("side",), np.array(list(SIDES)), {"long_name": "side of the error"})
    n = np.stack([cs.dense(tables[f"n/{side}"], "n", (axis,)) for side in SIDES])
    unit = plan.quantities["age_err_low"].unit
    both = ("side", "population")
    found: dict[str, cs.Variable] = {
        "n": ((*both, "age_err"), n.astype(np.int32), {"units": "1", "long_name": "number of stars"}),
        "n_panel": (both, n.sum(axis=-1), {"units": "1", "long_name": "number of stars in the panel"}),
    }
    for name, text in (("median", "median"), ("median_err", "standard error of the median")):
        values = np.stack([cs.dense(tables[f"median/{side}"], name, ()) for side in SIDES])
        found[name] = (both, values, {"units": unit, "long_name": f"{text} error of log10 age"})
    for name, text in (("n_all", "number of stars of the sample"), ("n_age", "number of stars with an age")):
        found[name] = cs.count_variable(tables[name], (), text)
    if "ratio" in tables:
        about = plan.quantities[RATIO]
        for name, text in (("q16", "16% quantile of"), ("median", "median"), ("q84", "84% quantile of")):
            value = cs.dense(tables["ratio"], name, (), False)
            found[f"ratio_{name}"] = ((), value, {"units": about.unit, "long_name": f"{text} {about.within}"})
        n = cs.dense(tables["ratio"], "n", (), False).astype(np.int32)
        found["ratio_n"] = ((), n, {"units": "1", "long_name": f"number of stars with {about.within}"})
    return build(plan, "age_errors", labels, found)


PRODUCT = Product(
    name="age_errors",
    title="Stated errors of the ages",
    figure="Figure 4",
    caption=(
        "Number of stars by the stated +-1 sigma error of log10 age: the lower error (light gray) and the"
        " upper one (dark gray). Vertical lines are the medians."
    ),
    quantities=("age_err_low", "age_err_up"),
    coordinates=(),
    settings=(
        Setting("age_err", {"low": 0.0, "high": 0.5, "step": 0.01}, "bins of the errors, dex", "axis"),
    ),
    requests=requests,
    finish=finish,
)
