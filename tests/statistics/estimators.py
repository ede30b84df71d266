"""The estimators of the two-disks pipeline over plain arrays of mock stars.

Plan, requests and `finish` are those of the products; blocks of stars go by hand through the reduction
protocol (map, finalize), without a store, a cluster or a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr

from galdask import config
from galdask.cartography import atlas
from galdask.cartography.plan import Plan
from galdask.pipeline import pipeline_path
from galdask.reductions import CellTable, OrderStatistics

Stars = Mapping[str, np.ndarray]

GRADIENTS = "radial_gradients"
#: what cell medians are taken from: maps in cells of 0.5 kpc, and the cube of (R, theta, Z)
CELLS = ("feh_slices", "cubes/polar")
#: quantities of that cube (the median of log age is that of age)
QUANTITIES = ("fe_h", "mg_fe", "log_age")


def plan(replicas: int | None = None, times: int = 1) -> Plan:
    """The plan of `pipelines/two_disks.yaml`.

    Parameters
    ----------
    replicas : int, optional
        Bootstrap replicas in place of the file's; 0 leaves errors out.
    times : int
        Windows hold and move by so many times more stars.
    """
    made = Plan.from_section(config.load(pipeline_path("two_disks")))
    settings: dict[str, dict[str, Any]] = {name: dict(one) for name, one in made.settings.items()}
    if replicas is not None:
        settings[GRADIENTS]["replicas"] = replicas
    for name in ("window", "window_step"):
        settings["radial_profiles"][name] *= times
    cubes = {name: cube.restricted(QUANTITIES) for name, cube in made.cubes.items()}
    return replace(made, settings=settings, cubes=cubes)


class Pass:
    """One pass over blocks of stars: push blocks, then ask for results.

    Of the gradients everything that they ask for is made, of maps and cubes the order statistics only.
    """

    def __init__(self, plan: Plan, names: Iterable[str]) -> None:
        self.plan, self.names = plan, tuple(names)
        lines = atlas.requests(plan, [name for name in self.names if name == GRADIENTS])
        self.requests = lines | {
            key: request
            for key, request in atlas.requests(plan, self.names).items()
            if isinstance(request.reduction, OrderStatistics)
        }
        self.states: dict[str, list[dict[str, np.ndarray]]] = {key: [] for key in self.requests}

    def push(self, block: Stars) -> None:
        """Map one block of stars that passed the cuts; `has_age` makes the sample with ages."""
        stars = dict(block)
        for name, about in self.plan.quantities.items():
            if name in stars:
                inside = (stars[name] >= about.low) & (stars[name] <= about.high)
                stars[name] = np.where(inside, stars[name], np.float32(np.nan))
        views: dict[str, Stars] = {"main": stars}
        for key, request in self.requests.items():
            if request.sample not in views:
                views["age"] = {name: values[stars["has_age"]] for name, values in stars.items()}
            self.states[key].append(request.reduction.map(views[request.sample]))

    def tables(self) -> dict[str, CellTable]:
        """Finish every reduction, once; states are let go as it proceeds."""
        return {key: r.reduction.finalize(self.states.pop(key)) for key, r in self.requests.items()}

    def gradients(self, tables: Mapping[str, CellTable]) -> xr.Dataset:
        """The product of radial gradients: (fit_to, r_min, population, abs_z)."""
        return atlas.finish(self.plan, GRADIENTS, tables)

    def medians(self, tables: Mapping[str, CellTable]) -> dict[tuple[str, str], CellTable]:
        """Order statistics in cells by (product, quantity)."""
        return {
            (name, request.reduction.quantity): tables[request.id]
            for name in self.names
            for request in atlas.asked(self.plan, name).values()
            if isinstance(request.reduction, OrderStatistics)
        }


def gradients(plan: Plan, stars: Stars) -> xr.Dataset:
    """Radial gradients of one sample."""
    one = Pass(plan, [GRADIENTS])
    one.push(stars)
    return one.gradients(one.tables())


def pieces(blocks: Iterable[Stars], n: int) -> Iterator[dict[str, np.ndarray]]:
    """Cut a stream of blocks into samples of n stars; a rest is dropped."""
    held: list[Stars] = []
    for block in blocks:
        held.append(block)
        while sum(one["r"].size for one in held) >= n:
            whole = {name: np.concatenate([one[name] for one in held]) for name in block}
            yield {name: values[:n] for name, values in whole.items()}
            held = [{name: values[n:] for name, values in whole.items()}]
