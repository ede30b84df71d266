"""Where the stars of each range of surface gravity are, face-on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.cartography import cell_statistics as cs
from galdask.cartography.dataset import BAR, build
from galdask.cartography.grids import coordinates, dims
from galdask.cartography.maps import ARROW, EXTENT, MARKED, face_on
from galdask.cartography.product import Product, Request
from galdask.cartography.settings import Setting
from galdask.cartography.tables import long_table
from galdask.reductions import Axis

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

NAME = "logg_coverage"
#: beyond every star, kpc
FAR = 1e6
NOTE = (
    "The paper finds that stars at R >= 20 kpc and at R <= 5 kpc disappear from the sample above log g = 2"
    " (Imig et al. 2023, appendix A.2)."
)


def gravities(plan: Plan) -> Axis:
    """Return the ranges of log g."""
    return Axis("logg", "logg", plan.settings[NAME]["logg_bins"], closed_last=True)


def radii(plan: Plan) -> Axis:
    """Return R near the centre, between, and far out."""
    settings = plan.settings[NAME]
    return Axis("r", "r", (0.0, settings["inner_r"], settings["outer_r"], FAR))


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for the stars of each range in cells of X-Y, and near the centre and far out."""
    settings, logg = plan.settings[NAME], gravities(plan)
    sample = settings["sample"]
    return {
        "xy": cs.counts(sample, (logg, *face_on(settings))),
        "r": cs.counts(sample, (logg, radii(plan))),
    }


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them."""
    settings, logg = plan.settings[NAME], gravities(plan)
    axes = (logg, *face_on(settings))
    found = {"n_xy": cs.count_variable(tables["xy"], axes, "number of stars")}
    names, cells, attrs = found["n_xy"]
    panel = {**attrs, "long_name": "number of stars in the panel"}
    found["n_panel"] = (names[:2], cells.sum(axis=(2, 3), dtype=np.int64), panel)
    counts = cs.dense(tables["r"], "n", (logg, radii(plan))).astype(np.int64)
    for k, (name, sign, limit) in enumerate(
        (("n_inner", "<", settings["inner_r"]), ("", "", 0.0), ("n_outer", ">=", settings["outer_r"]))
    ):
        if name:
            about = {"units": "1", "long_name": f"number of stars at R {sign} {limit:g} kpc"}
            found[name] = (dims((logg,)), counts[:, :, k], about)
    labels = coordinates(axes, plan)
    return build(plan, NAME, labels, found, sample=settings["sample"], published_note=NOTE)


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return the stars of each range: all, near the centre, far out."""
    return {NAME: long_table(dataset, ["n_panel", "n_inner", "n_outer"])}


PRODUCT = Product(
    name=NAME,
    title="Where the stars of each surface gravity are",
    figure="Figure A.3",
    caption=(
        "Number of stars in square cells of X and Y over all heights, one panel for each range of log g,"
        " without the cut in log g of the main sample."
        f" {MARKED}; {ARROW} Cells without stars are hatched."
    ),
    quantities=("logg",),
    coordinates=("x", "y", "r"),
    settings=(
        Setting("sample", "all_gravities", "whose stars are counted", "sample"),
        Setting("logg_bins", (0.0, 1.0, 2.0, 2.3, 3.0, 4.0), "edges of the ranges, log(cm/s2)", "edges"),
        *EXTENT[:2],
        Setting("inner_r", 5.0, "stars within this R are counted, kpc", low=1e-3),
        Setting("outer_r", 20.0, "and those beyond this R, kpc", low=1e-3),
        *BAR,
    ),
    requests=requests,
    finish=finish,
    tables=tables,
)
