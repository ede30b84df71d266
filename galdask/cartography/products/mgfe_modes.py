"""The two sequences of [Mg/Fe] at given [Fe/H]: modes, and the valley between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.cartography import bimodality, contours
from galdask.cartography.dataset import build
from galdask.cartography.grids import coordinates
from galdask.cartography.maps import heights
from galdask.cartography.product import Product, Request
from galdask.cartography.settings import Setting
from galdask.cartography.tables import long_table
from galdask.reductions import Axis, HistogramReplicas, Key

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

NAME = "mgfe_modes"
NUMBERS = ("n_panel", "n_modes", "p_modes", "valley", "valley_err", "depth", "depth_err")


def axes(plan: Plan) -> tuple[Axis, Axis, Axis, Axis]:
    """Return |Z| and R in one bin each, the bins of [Fe/H], and the fine ones of [Mg/Fe]."""
    settings = plan.settings[NAME]
    near, ring = heights((0.0, settings["max_abs_z"])), Axis("r", "r", settings["ring"])
    wide = Axis("fe_h_bin", "fe_h", settings["fe_h_bins"])
    return near, ring, wide, Axis.regular("mg_fe", "mg_fe", **settings["mg_fe"])


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for the histograms of [Mg/Fe] with replicas."""
    settings = plan.settings[NAME]
    reduction = HistogramReplicas(Key(axes(plan)), settings["replicas"], settings["seed"])
    return {"histogram": Request(plan.main, reduction)}


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Find the modes of each bin of [Fe/H], and those of all its bins together."""
    settings, every = plan.settings[NAME], axes(plan)
    wide, fine = every[2:]
    shape = tuple(a.size for a in every)
    n = tables["histogram"].dense("n", shape)[0, 0].astype(np.int64)
    many = tables["histogram"].dense("replica_n", shape)[0, 0].swapaxes(-1, -2)
    found = bimodality.variables(n, many, fine, settings, ("fe_h_bin",))
    whole = bimodality.variables(n.sum(axis=0), many.sum(axis=0), fine, settings, ())
    found |= {f"all_{name}": one for name, one in whole.items()}
    text, smooth = "number of stars", contours.smoothed(n, settings["smooth"], dimensions=1)
    for prefix, names, counts, curve in (
        ("", ("fe_h_bin",), n, smooth),
        ("all_", (), n.sum(axis=0), smooth.sum(axis=0)),
    ):
        found[f"{prefix}n"] = ((*names, "mg_fe"), counts, {"units": "1", "long_name": text})
        found[f"{prefix}density"] = (
            (*names, "mg_fe"),
            curve,
            {"units": "1", "long_name": f"smoothed {text}"},
        )
        found[f"{prefix}n_panel"] = (names, counts.sum(axis=-1), {"units": "1", "long_name": text})
    return build(
        plan, NAME, coordinates((wide, fine), plan, population=False), found, ring=list(settings["ring"])
    )


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return the modes and valleys by [Fe/H], and those of all stars together."""
    import pandas as pd

    frame = long_table(dataset, NUMBERS)
    whole = {name: dataset[f"all_{name}"].item() for name in NUMBERS}
    ends = dataset["fe_h_bin_bnds"].values
    first = pd.DataFrame([{"fe_h_bin_low": ends[0, 0], "fe_h_bin_high": ends[-1, 1], **whole}])
    for k in range(dataset.sizes["mode_number"]):
        for name in ("mode", "mode_err"):
            frame[f"{name}_{k + 1}"] = dataset[name].values[:, k]
            first[f"{name}_{k + 1}"] = dataset[f"all_{name}"].values[k]
            frame.attrs["units"][f"{name}_{k + 1}"] = dataset[name].attrs["units"]
    every = pd.concat([first, frame], ignore_index=True)
    every.attrs = frame.attrs
    return {NAME: every}


PRODUCT = Product(
    name=NAME,
    title="The two sequences of [Mg/Fe] at given [Fe/H]",
    figure="",
    caption=(
        "Numbers of stars against [Mg/Fe], all together and in bins of [Fe/H], with the same smoothed by a"
        " Gaussian. Bars along the bottom are the modes with their +-1 sigma; the arrow is the valley between"
        " the two highest modes. Its depth is 1 less the density there over the density of the lower mode: 0"
        " for one mode, 1 where no star is between the two. Errors are from a Poisson bootstrap of the stars;"
        " fewer than 50 stars give none."
    ),
    quantities=("fe_h", "mg_fe"),
    coordinates=("r", "abs_z"),
    settings=(
        Setting("max_abs_z", 2.0, "largest |Z| of the stars, kpc", low=1e-3),
        Setting("ring", (0.0, 25.0), "range of R of the stars, kpc", "edges", 0.0),
        Setting(
            "fe_h_bins", (-0.8, -0.5, -0.25, 0.0, 0.25, 0.6), "edges of the bins of [Fe/H], dex", "edges"
        ),
        Setting("mg_fe", {"low": -0.2, "high": 0.5, "step": 0.02}, "bins of [Mg/Fe], dex", "axis"),
        Setting("smooth", 1.0, "Gaussian smoothing before modes are sought, bins", low=0.0),
        Setting(
            "prominence",
            0.1,
            "height of a mode above its valley, as a part of the highest",
            low=0.0,
            high=1.0,
        ),
        Setting("replicas", 200, "bootstrap replicas of the stars", "whole", low=2, high=10_000),
        Setting("seed", 1, "seed of the replicas", "whole", low=0, high=2**32 - 1),
    ),
    requests=requests,
    finish=finish,
    tables=tables,
)
