"""Products made of plain arrays of mock stars, whatever they ask for.

Plan, requests and `finish` are those of the products; stars go through map and finalize of the reductions,
without a store, a cluster or a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import xarray as xr

from galdask import config
from galdask.cartography import atlas
from galdask.cartography.plan import Plan
from galdask.mocks.sample import sample_blocks
from galdask.pipeline import pipeline_path
from tests.statistics.estimators import Stars, pieces
from tests.statistics.truth import SEED, TIMES

#: replicas where errors are not looked at: a histogram with replicas needs some
NO_ERRORS = 2
#: variant -> columns that are measured; the rest of the very same stars is true
PLACES = ("x", "y", "r", "signed_r", "theta", "z", "abs_z")
LABELS = ("fe_h", "mg_fe", "age", "log_age")
VARIANTS: dict[str, tuple[str, ...]] = {
    "measured": (*PLACES, *LABELS, "population"),
    "true": (),
    "places": PLACES,
    "labels": LABELS,
    "populations": ("population",),
}

Change = Callable[[Stars], Stars]


def plan(replicas: int | None = None, **changed: Mapping[str, Any]) -> Plan:
    """The plan of `pipelines/two_disks.yaml`, other replicas or other settings."""
    made = Plan.from_section(config.load(pipeline_path("two_disks")))
    settings: dict[str, dict[str, Any]] = {name: dict(one) for name, one in made.settings.items()}
    for name, one in settings.items():
        if replicas is not None and "replicas" in one:
            one["replicas"] = replicas
        one |= changed.get(name, {})
    return replace(made, settings=settings)


def views(plan: Plan, stars: Stars) -> dict[str, Stars]:
    """The samples of the pipeline: values out of range are missing; ages where the cuts leave them."""
    main = dict(stars)
    for name, about in plan.quantities.items():
        if name in main:
            inside = (main[name] >= about.low) & (main[name] <= about.high)
            main[name] = np.where(inside, main[name], np.float32(np.nan))
    return {"main": main, "age": {name: values[main["has_age"]] for name, values in main.items()}}


class Gathered:
    """Some products of blocks of stars: push blocks, then ask for the datasets."""

    def __init__(self, plan: Plan, names: Iterable[str]) -> None:
        self.plan, self.names = plan, tuple(names)
        self.requests = atlas.requests(plan, self.names)
        self.states: dict[str, list[dict[str, np.ndarray]]] = {key: [] for key in self.requests}

    def push(self, block: Stars) -> None:
        seen = views(self.plan, block)
        for key, request in self.requests.items():
            self.states[key].append(request.reduction.map(seen[request.sample]))

    def datasets(self) -> dict[str, xr.Dataset]:
        """Finish every reduction, once."""
        tables = {key: r.reduction.finalize(self.states.pop(key)) for key, r in self.requests.items()}
        return {name: atlas.finish(self.plan, name, tables) for name in self.names}


def datasets(plan: Plan, names: Iterable[str], stars: Stars) -> dict[str, xr.Dataset]:
    """Some products of one sample."""
    one = Gathered(plan, names)
    one.push(stars)
    return one.datasets()


def mixed(measured: Stars, true: Stars, variant: str) -> dict[str, np.ndarray]:
    """The very same stars with some columns measured and the rest true."""
    columns = VARIANTS[variant]
    return {name: measured[name] if name in columns else values for name, values in true.items()}


def crowd(n: int, variants: Iterable[str]) -> Iterator[dict[str, Stars]]:
    """Samples of n stars, `TIMES` of them, together the mock of the truth; by variant."""
    names = tuple(variants)
    noisy = pieces(sample_blocks(n * TIMES, SEED), n)
    clean = pieces(sample_blocks(n * TIMES, SEED, noise=False), n) if names != ("measured",) else None
    for measured in noisy:
        true = next(clean) if clean else measured
        yield {name: mixed(measured, true, name) for name in names}


@dataclass
class Known:
    """One product of the mock of the truth, by variant."""

    whole: dict[str, xr.Dataset] = field(default_factory=dict)
    """Of all stars together."""
    samples: dict[str, xr.Dataset] = field(default_factory=dict)
    """Of each of the hundred samples, dimension `sample`."""


def known(
    many: Iterable[dict[str, Stars]],
    name: str,
    variables: Iterable[str],
    windows: bool,
    change: Change = dict,
    each: bool = True,
    **changed: Mapping[str, Any],
) -> Known:
    """Run a product over the mock of the truth.

    Parameters
    ----------
    many : iterable of dict of str to Stars
        Samples by variant, from `crowd`.
    name, variables : str, iterable of str
        The product and what is looked at.
    windows : bool
        Of each variant its samples are kept, and nothing is made of all stars together: for running
        medians. Otherwise only those of "measured" are, and all stars together of each.
    change : callable
        Changes the stars of every sample.
    each : bool
        Keep samples also where they are no truth.
    **changed
        Other settings of products.
    """
    quick, wanted = plan(NO_ERRORS, **changed), list(variables)
    parts: dict[str, list[xr.Dataset]] = {}
    whole: dict[str, Gathered] = {}
    for sample in many:
        for variant, given in sample.items():
            stars = change(given)
            if windows or (each and variant == "measured"):
                parts.setdefault(variant, []).append(datasets(quick, [name], stars)[name][wanted])
            if not windows:
                whole.setdefault(variant, Gathered(quick, [name])).push(stars)
    return Known(
        {variant: one.datasets()[name][wanted] for variant, one in whole.items()},
        {variant: xr.concat(found, "sample", join="exact") for variant, found in parts.items()},
    )
