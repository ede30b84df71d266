"""Slopes of two runs, with errors of their differences that know which stars the runs share.

A star has the same weight in the same bootstrap replica of every run, so the spread of the differences of
replicas is the error of the difference.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.cartography import differences, gradients
from galdask.reductions.key import POPULATIONS

if TYPE_CHECKING:
    import pandas as pd

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Request, Tables
    from galdask.catalog.store import Store
    from galdask.engine.executor import Executor
    from galdask.reductions import Axis
    from galdask.stars.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Family:
    """Slopes of one product along one position.

    Parameters
    ----------
    name, product : str
        Of the slopes, and of the product that says which they are.
    quantity : str
        Whose slopes.
    requests : callable
        Plan -> what is asked of the stars.
    lines : callable
        Plan and tables -> lines through the profile and through the stars, the first of each counts.
    bins : callable
        Plan -> the axis of the bins.
    """

    name: str
    product: str
    quantity: str
    requests: Callable[[Plan], dict[str, Request]]
    lines: Callable[[Plan, Tables], differences.Pair]
    bins: Callable[[Plan], Axis]


def families() -> tuple[Family, ...]:
    """Return the slopes that are compared."""
    from galdask.cartography.products import profiles_by_age, radial_gradients, vertical_gradients
    from galdask.cartography.products.age_profiles import ALONG_R

    found = [
        Family(
            name,
            name,
            way.quantity,
            lambda plan, way=way: way.gradient_requests(plan, 1),  # type: ignore[misc]
            lambda plan, tables, way=way: way.lines(plan, tables, 1),  # type: ignore[misc]
            lambda plan, way=way: way.profile(plan).bins,  # type: ignore[misc]
        )
        for name, way in (("radial_gradients", radial_gradients.WAY), ("age_gradients", ALONG_R))
    ]
    up = vertical_gradients.WAY
    found.append(
        Family(
            "vertical_gradients",
            "vertical_gradients",
            up.quantity,
            up.gradient_requests,
            _both_sides,
            lambda plan: up.profile(plan).bins,
        )
    )
    found += [
        Family(
            f"profiles_by_age {prefix.strip('_')}",
            "profiles_by_age",
            "fe_h",
            profiles_by_age.line_requests,
            lambda plan, tables, prefix=prefix: profiles_by_age.lines_of(plan, tables, prefix),  # type: ignore[misc]
            lambda plan, prefix=prefix: profiles_by_age.ways(plan)[prefix].bins,  # type: ignore[misc]
        )
        for prefix in ("radial_", "vertical_")
    ]
    return tuple(found)


def _both_sides(plan: Plan, tables: Tables) -> differences.Pair:
    """Return the lines against |Z| with both sides of the plane folded."""
    from galdask.cartography.products.vertical_gradients import WAY

    size = WAY.profile(plan).bins.size
    profile = gradients.lines(tables["vertical"].tables["slopes"], size, 3, "profile")
    folded = {name: values[2:] for name, values in profile.items()}
    return folded, gradients.lines(tables["stars/both"], size, 1, "stars")


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
    for family in families():
        if not all(
            family.product in one.plan.products and not one.plan.lacks(family.product) for one in (a, b)
        ):
            continue
        if family.bins(a.plan) != family.bins(b.plan):
            continue
        pairs = [_lines(one, family, executor) for one in (a, b)]
        unit = f"{a.plan.quantities[family.quantity].unit}/kpc"
        bins = family.bins(a.plan)
        made = differences.variables(family.name, pairs[0], pairs[1:], bins.name, unit)
        found.append(_frame(family.name, made, bins, unit))
    return pd.concat(found, ignore_index=True) if found else None


def _lines(one: Source, family: Family, executor: Executor) -> differences.Pair:
    from galdask.engine.reduce import reduce

    asked = family.requests(one.plan)
    requests = {key: (request.sample, request.reduction) for key, request in asked.items()}
    saved = one.cache if one.cache is not None and os.access(one.cache, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="galdask-diff-") as scratch:
        outcome = reduce(one.store, one.recipe, requests, executor, scratch=Path(scratch), saved=saved)
        return family.lines(one.plan, outcome.tables)


def _frame(name: str, made: dict[str, Any], axis: Axis, unit: str) -> pd.DataFrame:
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
        "slopes": np.full(after.size, name),
        "fit_to": np.array(["profile", "stars"])[fit.ravel()],
        "population": np.array(POPULATIONS)[population.ravel()],
        "bins": np.full(after.size, axis.name),
        "low": np.array(axis.edges)[bins.ravel()],
        "high": np.array(axis.edges)[bins.ravel() + 1],
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
