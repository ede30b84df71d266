"""Median [Fe/H] near the Sun in overlapping windows of R and azimuth, with spiral arms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.cartography import cell_statistics as cs
from galdask.cartography import published, spiral_arms
from galdask.cartography.dataset import build
from galdask.cartography.grids import coordinates
from galdask.cartography.maps import CELLS, MIN_N, heights
from galdask.cartography.product import Product, Request
from galdask.cartography.settings import Setting, is_multiple
from galdask.errors import ProductError
from galdask.reductions import Axis, Key, WindowMedians

if TYPE_CHECKING:
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

NAME = "polar_zoom"


def fine(plan: Plan) -> tuple[Axis, Axis, Axis]:
    """Return the fine cells of R and azimuth whose unions the windows are, and |Z|."""
    settings = plan.settings[NAME]
    r, theta = (Axis.regular(name, name, **settings[name]) for name in ("r", "theta"))
    return r, theta, heights((0.0, settings["max_abs_z"]))


def spans(plan: Plan) -> tuple[int, int, int]:
    """Return the fine cells of a window along R, azimuth and |Z|.

    Raises
    ------
    ProductError
        If a window is not a whole number of steps.
    """
    settings, found = plan.settings[NAME], []
    for name in ("r", "theta"):
        window, step = settings[f"window_{name}"], settings[name]["step"]
        if not is_multiple(window, step):
            raise ProductError(
                f"{NAME}: a window must be a whole number of steps",
                where=plan.file,
                expected=f"window_{name} a multiple of {step}",
                found=window,
            )
        found.append(round(window / step))
    return found[0], found[1], 1


def middles(plan: Plan) -> tuple[Axis, Axis]:
    """Return R and azimuth of the windows' middles, as cells one step wide."""
    out = []
    for axis, span in zip(fine(plan), spans(plan)[:2], strict=False):
        step = (axis.edges[-1] - axis.edges[0]) / axis.size
        shift = 0.5 * (span - 1) * step
        low, high = axis.edges[0] + shift, axis.edges[-1] - shift
        out.append(Axis.regular(axis.name, axis.column, low, high, round(step, 10)))
    return out[0], out[1]


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for the medians of all windows, and the number of stars in the region."""
    r, theta, height = fine(plan)
    sample = plan.quantities["fe_h"].sample
    ends = (Axis(a.name, a.column, (a.edges[0], a.edges[-1])) for a in (r, theta))
    windows = WindowMedians(Key((r, theta, height), population=True), "fe_h", spans(plan))
    return {"windows": Request(sample, windows), "stars": cs.counts(sample, (*ends, height))}


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them."""
    settings, axes, about = plan.settings[NAME], middles(plan), plan.quantities["fe_h"]
    table, min_n = tables["windows"], settings["min_n"]
    names = ("population", "r", "theta")
    n = cs.dense(table, "n", axes).astype(np.int32)
    found: dict[str, cs.Variable] = {
        "fe_h_n": (names, n, {"units": "1", "long_name": "number of stars in the window"})
    }
    for statistic in ("median", "median_err"):
        values = np.where(n < min_n, np.nan, cs.dense(table, statistic, axes))
        attrs = {"units": about.unit, "long_name": f"{cs.WORDS[statistic]} {about.within}"}
        found[f"fe_h_{statistic}"] = (names, values, attrs)
    found["fe_h_reason"] = cs.reason_variable(found["fe_h_n"], min_n)
    stars = tables["stars"].dense("n", (1, 1, 1, 3)).reshape(3).astype(np.int64)
    found["n_panel"] = (("population",), stars, {"units": "1", "long_name": "number of stars in the panel"})
    arms = spiral_arms.places(plan.frame, (settings["theta"]["low"], settings["theta"]["high"]))
    labels = {**coordinates(axes, plan), "arm": arms.pop("arm")}
    windows = {key: settings[key] for key in ("window_r", "window_theta")}
    return build(
        plan,
        NAME,
        labels,
        found | arms,
        quantity="fe_h",
        arms_source=published.source(spiral_arms.TABLE),
        **windows,
    )


PRODUCT = Product(
    name=NAME,
    title="[Fe/H] near the Sun in polar coordinates",
    figure="Figure 12",
    caption=(
        "Median [Fe/H] near the plane in windows of R and azimuth that overlap: each point stands for the"
        " stars within half a window of it. The Sun is at azimuth 180 degrees. Lines are the spiral arms of"
        f" Reid et al. 2019, dashed where they are carried on beyond the masers that trace them. {CELLS}"
    ),
    quantities=("fe_h",),
    coordinates=("r", "theta", "abs_z"),
    settings=(
        Setting("r", {"low": 6.0, "high": 11.0, "step": 0.1}, "region in R and step, kpc", "axis"),
        Setting("theta", {"low": 160.0, "high": 200.0, "step": 1.0}, "in azimuth, degrees", "axis"),
        Setting("window_r", 0.5, "width of a window in R, kpc", low=1e-3),
        Setting("window_theta", 5.0, "width of a window in azimuth, degrees", low=1e-3),
        Setting("max_abs_z", 0.5, "largest |Z|, kpc", low=1e-3),
        MIN_N,
    ),
    requests=requests,
    finish=finish,
)
