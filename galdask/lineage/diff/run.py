"""The difference of two runs: their datasets, and, with their stores, the stars behind it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask import config, events, provenance
from galdask.engine.cluster import open_executor
from galdask.errors import ProductError
from galdask.lineage import named
from galdask.lineage import notes as lineage
from galdask.lineage.diff import maps
from galdask.lineage.diff.groups import Group, groups_of
from galdask.lineage.diff.moved import Lone, Moved, compare
from galdask.lineage.diff.slopes import Source, slopes
from galdask.lineage.diff.stars import Catalogues, Stars, all_stars, catalogues
from galdask.lineage.integrity import folder_of
from galdask.lineage.results import Results

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

#: parts of a record that two runs are compared by
ASKED = ("pipeline", "settings", "versions", "cpu_features")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs.

    Parameters
    ----------
    out : Path
        Folder of its results.
    store : Path, optional
        Folder of its store, also where that has changed since; both runs need theirs for anything that is
        said of stars.
    pipeline : Path, optional
        Its pipeline file.
    """

    out: Path
    store: Path | None = None
    pipeline: Path | None = None


@dataclass(slots=True)
class Diff:
    """What moved from run A to run B."""

    records: tuple[Mapping[str, Any], Mapping[str, Any]]
    """Provenance of the runs."""
    folders: tuple[Path, Path]
    moved: list[Moved]
    lone: list[Lone]
    notes: list[str]
    maps: xr.Dataset | None = None
    catalogues: Catalogues | None = None
    groups: list[Group] = field(default_factory=list)
    cells: dict[str, pd.DataFrame] = field(default_factory=dict)
    """Cube -> its touched cells."""
    slopes: pd.DataFrame | None = None

    @property
    def any(self) -> bool:
        """Whether anything differs."""
        return bool(self.lone or any(one.any for one in self.moved))

    def record(self) -> dict[str, Any]:
        """Return what the files of the diff carry: both runs, and the call."""
        return record_of(self.records)


def record_of(records: tuple[Mapping[str, Any], Mapping[str, Any]]) -> dict[str, Any]:
    """Return a provenance record of the comparison of two runs."""
    told = ({key: one.get(key) for key in ("run", "pipeline", "store", "made")} for one in records)
    return provenance.record(diff=dict(zip("AB", told, strict=True)))


def diff(a: Side, b: Side, *, cluster: Any = "inline", listen: events.Listener = events.silent) -> Diff:
    """Compare two runs.

    Parameters
    ----------
    a, b : Side
        The runs, the earlier first.
    cluster : str, path, ClusterConfig, Executor, distributed.Client or a cluster of Dask's
        Where stars are read.
    listen : callable
        Receives progress events.

    Raises
    ------
    ProductError
        If there are no results, or a store and a pipeline do not give what a run saved.
    StoreError
        If a store is missing or damaged.
    """
    folders = folder_of(a.out), folder_of(b.out)
    results = Results(folders[0]), Results(folders[1])
    records = results[0].record, results[1].record
    moved, lone = compare(*folders)
    if not moved:
        raise ProductError("the two runs have no product in common", where=f"{a.out}, {b.out}")
    found = Diff(records, folders, moved, lone, _notes(records))
    if a.store is None or b.store is None:
        found.notes.append(
            "which stars did it is not known without both stores (--store, or --store-a and --store-b)"
        )
        _from_saved(found, results)
        return found
    if a.pipeline is None or b.pipeline is None:
        raise ProductError("stars are chosen by a pipeline file", todo="name it with --pipeline")
    with open_executor(cluster, listen) as executor:
        sources = [
            _source(side, side.pipeline, folder, record, word, found.notes)
            for side, folder, record, word in zip((a, b), folders, records, "AB", strict=True)
        ]
        _of_stars(found, sources[0], sources[1], executor)
        found.slopes = slopes(sources[0], sources[1], executor)
    return found


def _notes(records: tuple[Mapping[str, Any], Mapping[str, Any]]) -> list[str]:
    notes = []
    one, other = records
    if one.get("run") and one.get("run") == other.get("run"):
        notes.append("both are the same run")
    if one.get("settings") != other.get("settings"):
        notes.append("the runs have other cuts, columns or frames: stars may come and go by the cuts")
    versions = [dict(r.get("versions", {})) for r in records]
    changed = [
        f"{name} {versions[0].get(name)} and {versions[1].get(name)}"
        for name in sorted(versions[0].keys() | versions[1].keys())
        if versions[0].get(name) != versions[1].get(name)
    ]
    if changed:
        notes.append("other versions: " + ", ".join(changed) + "; last digits may differ for that alone")
    if one.get("cpu_features") != other.get("cpu_features"):
        notes.append("other processors: last digits may differ for that alone")
    return notes


def _source(
    side: Side, pipeline: Path | None, folder: Path, record: Mapping[str, Any], word: str, notes: list[str]
) -> Source:
    from galdask.cartography.plan import Plan
    from galdask.catalog.former import holds, open_as_of
    from galdask.stars.recipe import Recipe

    assert side.store is not None  # checked by the caller
    assert pipeline is not None
    known = record.get("store", {}).get("digest", "")
    noted = lineage.read(folder) or {}
    store = open_as_of(side.store, known, noted.get("partitions"))
    section = config.load(pipeline)
    recipe = Recipe.from_section(section, store)
    plan = Plan.from_section(section, recipe.derived_columns, recipe.samples)
    if json.loads(json.dumps(recipe.settings())) != record.get("settings", {}):
        notes.append(f"run {word} was made with other settings than {pipeline.name} has now")
    if known != store.digest and not holds(store, noted.get("partitions", [])):
        notes.append(f"the store of {word} is not as it was when the run was made")
    cache = named.split(side.out)[0] / ".cache"
    return Source(store, recipe, plan, cache if cache.is_dir() else None)


def _of_stars(found: Diff, a: Source, b: Source, executor: Any) -> None:
    """Read the stars of both runs again, and tell the groups apart."""
    other = [n for n in b.plan.settings if n in a.plan.settings and a.plan.settings[n] != b.plan.settings[n]]
    if other:
        found.notes.append(f"products with other settings: {', '.join(other)}")
    names = [q for q in _quantities(a.plan) if q in _quantities(b.plan)]
    samples = list(dict.fromkeys([b.plan.main, *(b.plan.quantities[q].sample for q in names)]))
    if missing := [q for q in _quantities(b.plan) if q not in names]:
        found.notes.append(f"quantities of B alone, which are not compared: {', '.join(missing)}")
    places = [c for c in ("x", "y", "z", "r", "theta", "abs_z") if c in a.plan.coordinates]
    places = [c for c in places if c in b.plan.coordinates]
    columns = [*places, "population", *names]
    read = [
        all_stars(one.store, one.recipe, samples, columns, executor, f"stars of {word}")
        for one, word in ((a, "A"), (b, "B"))
    ]
    stars: tuple[Stars, Stars] = (read[0], read[1])
    _check(found, (a.plan, b.plan), stars)
    used = sorted({*a.recipe.columns_read, *b.recipe.columns_read} & {*a.store.columns, *b.store.columns})
    found.catalogues = catalogues(a.store, b.store, stars, used)
    found.groups = groups_of(stars, b.plan.main, columns)
    found.maps = maps.of_stars(b.plan, stars, names, found.record())
    cubes = [c for c in b.plan.cubes if c in a.plan.cubes and b.plan.cubes[c].grid == a.plan.cubes[c].grid]
    cubes = [c for c in cubes if all((one / "cubes" / f"{c}.zarr").is_dir() for one in found.folders)]
    found.cells = dict(maps.cube_tables(b.plan, stars, cubes, names))


def _quantities(plan: Any) -> list[str]:
    """Return the quantities that maps and cubes show, those of the cubes first."""
    shown = [q for cube in plan.cubes.values() for q in cube.quantities]
    shown = shown or [q for q in ("fe_h", "mg_fe", "age") if q in plan.quantities]
    return [q for q in dict.fromkeys(shown) if q in plan.quantities]


def _check(found: Diff, plans: tuple[Any, Any], stars: tuple[Stars, Stars]) -> None:
    """Check that the stars read now are those that the runs counted."""
    for word, plan, own, folder in zip("AB", plans, stars, found.folders, strict=True):
        counted = Results(folder).remaining(plan.main)
        number = int(np.count_nonzero(own.member[plan.main]))
        if counted is not None and counted != number:
            raise ProductError(
                f"the store and the pipeline do not give the stars of run {word}",
                where=folder,
                expected=f"{counted:,} stars in the sample {plan.main!r}, as its ledger says",
                found=f"{number:,}",
                todo=f"name the store and the pipeline that the run was made from (--store-{word.lower()}, "
                "--pipeline)",
            )


def _from_saved(found: Diff, results: tuple[Results, Results]) -> None:
    name = "global_maps"
    if all(name in one.products for one in results):
        a, b = (one.product(name) for one in results)
        if all(np.array_equal(a[c].values, b[c].values) for c in b.coords if c in a.coords):
            found.maps = maps.of_saved(a, b, found.record())
    for one in results:
        one.close()
