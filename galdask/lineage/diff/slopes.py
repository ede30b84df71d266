"""Slopes of two runs, with errors of their differences that know which stars the runs share.

A star has the same weight in the same bootstrap replica of every run, so the spread of the differences of
replicas is the error of the difference.
"""

from __future__ import annotations

import importlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.cartography import differences
from galdask.reductions.key import POPULATIONS

if TYPE_CHECKING:
    import pandas as pd

    from galdask.cartography.plan import Plan
    from galdask.catalog.store import Store
    from galdask.engine.executor import Executor
    from galdask.stars.recipe import Recipe

#: product -> module and name of what makes its lines along R
FAMILIES = {
    "radial_gradients": ("galdask.cartography.products.radial_gradients", "WAY"),
    "age_gradients": ("galdask.cartography.products.age_profiles", "ALONG_R"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """What the slopes of one run are made from.

    Parameters
    ----------
    store, recipe, plan : Store, Recipe, Plan
    cache : Path or None
        Folder of saved states, which spare the work.
    """

    store: Store
    recipe: Recipe
    plan: Plan
    cache: Path | None


def slopes(a: Source, b: Source, executor: Executor) -> pd.DataFrame | None:
    """Return every slope of both runs, their difference and its error; None if there is none to compare.

    Parameters
    ----------
    a, b : Source
        The runs.
    executor : Executor
        Where states that are not saved are computed.
    """
    import pandas as pd

    found = []
    for name, (module, word) in FAMILIES.items():
        if not all(name in one.plan.products and one.plan.lacks(name) is None for one in (a, b)):
            continue
        way = getattr(importlib.import_module(module), word)
        if way.profile(a.plan).bins != way.profile(b.plan).bins or (
            way.settings(a.plan)["r_min"][0] != way.settings(b.plan)["r_min"][0]
        ):
            continue
        pairs = [_lines(one, way, executor) for one in (a, b)]
        unit = f"{a.plan.quantities[way.quantity].unit}/kpc"
        made = differences.variables(name, pairs[0], pairs[1:], "abs_z", unit)
        found.append(_frame(name, made, way.profile(a.plan).bins.edges, unit))
    return pd.concat(found, ignore_index=True) if found else None


def _lines(one: Source, way: Any, executor: Executor) -> Any:
    from galdask.engine.reduce import reduce

    asked = way.gradient_requests(one.plan, 1)
    requests = {key: (request.sample, request.reduction) for key, request in asked.items()}
    saved = one.cache if one.cache is not None and os.access(one.cache, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="galdask-diff-") as scratch:
        outcome = reduce(one.store, one.recipe, requests, executor, scratch=Path(scratch), saved=saved)
        return way.lines(one.plan, outcome.tables, 1)


def _frame(name: str, made: dict[str, Any], edges: tuple[float, ...], unit: str) -> pd.DataFrame:
    import pandas as pd

    def array(field: str) -> np.ndarray:
        return np.asarray(made[f"{name}_{field}"][1])

    after, away, err = (array(field)[0] for field in ("slope", "difference", "difference_err"))
    before, err_a, err_b = array("main_slope"), array("main_slope_err"), array("slope_err")[0]
    fit, population, bins = np.meshgrid(*(np.arange(n) for n in after.shape), indexing="ij")
    with np.errstate(divide="ignore", invalid="ignore"):
        both, own = np.hypot(err_a, err_b), np.where(away == 0.0, 0.0, away / err)
        alone = np.where(away == 0.0, 0.0, away / both)
    columns = {
        "product": np.full(after.size, name),
        "fit_to": np.array(["profile", "stars"])[fit.ravel()],
        "population": np.array(POPULATIONS)[population.ravel()],
        "abs_z_low": np.array(edges)[bins.ravel()],
        "abs_z_high": np.array(edges)[bins.ravel() + 1],
        "slope_a": before.ravel(),
        "slope_a_err": err_a.ravel(),
        "slope_b": after.ravel(),
        "slope_b_err": err_b.ravel(),
        "difference": away.ravel(),
        "difference_err": err.ravel(),
        "significance": own.ravel(),
        "significance_independent": alone.ravel(),
        "unit": np.full(after.size, unit),
    }
    frame = pd.DataFrame(columns)
    return frame[np.isfinite(frame["difference"])]
