"""The fraction of stars that have an age, across the Galaxy and in zones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.cartography import cell_statistics as cs
from galdask.cartography import completeness, published
from galdask.cartography.dataset import BAR, build
from galdask.cartography.fractions import fraction
from galdask.cartography.grids import coordinates, dims
from galdask.cartography.maps import ARROW, CELLS, EXTENT, MARKED, edge_on, face_on
from galdask.cartography.product import Product, Request
from galdask.cartography.settings import Setting
from galdask.cartography.tables import long_table
from galdask.reductions import Axis

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

NAME = "age_completeness"


def views(settings: Mapping[str, Any]) -> dict[str, tuple[Axis, Axis]]:
    """Return the axes of the two maps."""
    return {"xy": face_on(settings), "rz": edge_on(settings, signed=settings["signed_r"])}


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for the stars of both samples in cells and zones."""
    settings, out = plan.settings[NAME], dict[str, Request]()
    keys = {**views(settings), "zones": completeness.coarse(settings)}
    for count, sample in (("n_all", plan.main), ("n_age", plan.quantities["age"].sample)):
        out |= {f"{count}/{name}": cs.counts(sample, axes) for name, axes in keys.items()}
    return out


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them."""
    settings, found = plan.settings[NAME], dict[str, cs.Variable]()
    labels = dict[str, cs.Variable]()
    for view, axes in views(settings).items():
        for count, words in completeness.WORDS.items():
            found[f"{count}_{view}"] = cs.count_variable(tables[f"{count}/{view}"], axes, words)
        part, whole = (found[f"{count}_{view}"][1] for count in ("n_age", "n_all"))
        share, err = fraction(part, whole, settings["min_n"])
        found[f"f_distmass_{view}"] = (dims(axes), share, completeness.SHARE)
        found[f"f_distmass_{view}_err"] = (dims(axes), err, completeness.SHARE_ERR)
        found[f"n_panel_{view}"] = cs.panel_variable(found[f"n_all_{view}"])
        labels |= coordinates(axes, plan)
    found |= completeness.in_zones(settings, tables)
    edge_on_share = found["f_distmass_rz"][1]
    found |= completeness.low_cells(settings, views(settings)["rz"], edge_on_share)
    known = {row["zone"]: float(row["limit"]) for row in published.rows(NAME)}
    names = list(completeness.zones(settings))
    limits = {
        "units": "1",
        "long_name": "published limit: above it in solar and inner, cells below it elsewhere",
    }
    found["published_limit"] = (("zone",), np.array([known[name] for name in names]), limits)
    labels["zone"] = (("zone",), np.array(names), {"long_name": "zone of R and |Z|"})
    return build(
        plan,
        NAME,
        labels,
        found,
        signed_r=int(settings["signed_r"]),
        published_source=published.source(NAME),
    )


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return one row a zone."""
    import pandas as pd

    names = ["n_all", "n_age", "f_distmass", "f_distmass_err", "cells", "cells_low"]
    frame = long_table(dataset, [f"zone_{name}" for name in names])
    ranges = completeness.zones(json.loads(dataset.attrs["settings"]))
    at = 1 + list(frame.columns).index("zone")
    for k, (axis, end) in enumerate((a, e) for a in (0, 1) for e in (0, 1)):
        column = f"{('r', 'abs_z')[axis]}_{('low', 'high')[end]}"
        values = [ranges[zone][axis][end] for zone in frame["zone"]]
        frame.insert(at + k, column, pd.Series(values).replace(completeness.FAR, np.inf))
        frame.attrs["units"][column] = "kpc"
    limits = dict(zip(dataset["zone"].values.astype(str), dataset["published_limit"].values, strict=True))
    frame["published_limit"] = [limits[zone] for zone in frame["zone"]]
    return {NAME: frame}


PRODUCT = Product(
    name=NAME,
    title="Fraction of stars with an age",
    figure="Figure A.1",
    caption=(
        "Fraction of the stars of the sample that have an age of good quality, in square cells: face-on"
        f" (X, Y) over all heights, and edge-on (R, Z) over all azimuths. {MARKED}; {ARROW} {CELLS}"
    ),
    quantities=("age",),
    coordinates=("x", "y", "r", "z", "abs_z"),
    settings=(
        *EXTENT,
        Setting("signed_r", False, "give R the sign of X in the edge-on map", "flag"),
        Setting("min_n", 3, "fewest stars for a fraction", "whole", low=1),
        Setting("plane", 1.0, "zones: largest |Z| near the plane, kpc", low=1e-3),
        Setting("solar_r", (6.0, 12.0), "zones: R near the Sun's, kpc", "edges", low=0.0),
        Setting("inner_r", 5.0, "zones: largest R near the centre, kpc", low=1e-3),
        Setting("outer_r", 15.0, "zones: smallest R far out, kpc", low=1e-3),
        Setting("low", 0.8, "cells of a zone below this fraction are counted", low=0.0, high=1.0),
        *BAR,
    ),
    requests=requests,
    finish=finish,
    tables=tables,
)
