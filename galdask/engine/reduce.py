"""The one pass: every partition is read once for all reductions; states merge; tables come out.

Keys, from the inside out: a *state* is named by the settings that lead to it, its reduction and the
digests of exactly the columns it reads in one partition; a *table* by its states.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from galdask import digest, provenance
from galdask.catalog.store import Store
from galdask.engine import cache, tasks
from galdask.engine.executor import Executor
from galdask.engine.tables import Tables
from galdask.errors import StoreError
from galdask.reductions.states import DamagedStateError
from galdask.stars.recipe import Recipe

#: states combined by one merge task
FAN_IN = 8
#: states of an additive reduction that are finished without a merge, and their bytes in all, at most
DIRECT, DIRECT_BYTES = 128, 32 << 20
#: map tasks for each worker thread, at most: several partitions share a task where there are many
BATCHES = 10
#: libraries whose numbers enter states
NUMERIC = ("numpy", "scipy", "numba", "astropy")


#: for each request and partition: where the state is
Where = dict[str, list[dict[str, tuple[Path, str]]]]


@dataclass(slots=True)
class Outcome:
    """What a pass made, and how much of it was computed now."""

    tables: Tables
    """Finished table of each request, read from the disk when it is asked for."""
    partitions_read: int = 0
    states_computed: int = 0
    states_reused: int = 0
    tables_reused: int = 0
    peak_bytes: int = 0
    """Largest memory of a process that ran tasks."""
    seconds: dict[str, float] = field(default_factory=dict)


def reduce(
    store: Store,
    recipe: Recipe,
    requests: Mapping[str, tuple[str, Any]],
    executor: Executor,
    *,
    scratch: Path,
    saved: Path | None = None,
    keep_samples: bool = True,
    verify: bool = True,
) -> Outcome:
    """Run all reductions over all partitions in one pass.

    Parameters
    ----------
    store : Store
        The catalogue.
    recipe : Recipe
        Cuts and derived columns.
    requests : mapping of str to (sample, reduction)
        What is wanted; equal requests are computed once.
    executor : Executor
        Where tasks run.
    scratch : path
        Folder for what need not be kept.
    saved : path, optional
        Folder of the state cache; None computes everything.
    keep_samples : bool
        Whether samples are kept in the cache, too.
    verify : bool
        Whether columns' digests are checked when they are read.

    Returns
    -------
    Outcome
        Bit-identical for any partitioning, order and number of workers.
    """
    keys = {name: request_key(recipe, *request) for name, request in requests.items()}
    unique = {keys[name]: request for name, request in requests.items()}
    wanted = {key: _state_keys(store, recipe, key, *request) for key, request in unique.items()}
    table_keys = {key: digest.of_settings(key, states) for key, states in wanted.items()}
    home = cache.StateCache(saved if saved is not None else scratch)

    outcome = Outcome(Tables({}))
    done = {key for key in unique if saved is not None and _is_saved(home, table_keys[key])}
    outcome.tables_reused = len(done)

    rest = {key: request for key, request in unique.items() if key not in done}
    job = tasks.Job(_narrow(recipe, rest), rest, verify)
    kept = home.root if saved is not None else None
    for attempt in range(len(store.partitions) + 1):
        try:
            if job.requests:
                where = _map(store, job, wanted, executor, home, outcome, keep_samples and kept is not None)
                where = _merge(job, where, executor, scratch)
                _finish(job, where, table_keys, executor, home, outcome)
            break
        except DamagedStateError as error:
            if error.where is None or attempt == len(store.partitions):
                raise
            home.forget(Path(error.where))
    places = {name: table_keys[key] for name, key in keys.items()}
    outcome.tables = Tables({name: (home.table_path(key), key) for name, key in places.items()})
    return outcome


def _narrow(recipe: Recipe, requests: Mapping[str, tuple[str, Any]]) -> Recipe:
    """Return the recipe that derives what these requests read, and no more."""
    asked: dict[str | None, set[str]] = {}
    for sample, reduction in requests.values():
        asked.setdefault(_whose(sample, reduction), set()).update(reduction.columns())
    return recipe.only(asked)


def _finish(
    job: tasks.Job,
    where: Where,
    table_keys: Mapping[str, str],
    executor: Executor,
    home: cache.StateCache,
    outcome: Outcome,
) -> None:
    """Finish every reduction from its states; those that take longest begin first."""
    slow_first = sorted(job.requests, key=lambda key: -getattr(job.requests[key][1], "replicas", 0))
    work = [
        tasks.FinishTask(
            key, [part[key] for part in where[key]], home.table_path(table_keys[key]), table_keys[key]
        )
        for key in slow_first
    ]
    slow = sum(getattr(reduction, "replicas", 0) > 0 for _, reduction in job.requests.values())
    size = max(1, -(-(len(work) - slow) // (BATCHES * executor.workers)))
    groups = [[task] for task in work[:slow]]
    groups += [work[i : i + size] for i in range(slow, len(work), size)]
    for _, peak in executor.run(tasks.finish, groups, step="finish", shared=job):
        outcome.peak_bytes = max(outcome.peak_bytes, peak)


def request_key(recipe: Recipe, sample: str, reduction: Any) -> str:
    """Return the digest of everything but the data that enters a reduction's states."""
    versions = provenance.versions()
    return digest.of_settings(
        {
            "lineage": _lineage(recipe, sample, reduction),
            "kind": reduction.kind,
            "version": reduction.version,
            "parameters": reduction.parameters(),
            "libraries": {name: versions[name] for name in NUMERIC},
            "cpu": list(provenance.cpu_features()),
        }
    )


def _lineage(recipe: Recipe, sample: str, reduction: Any) -> dict[str, Any]:
    """Return the settings and store columns behind a reduction."""
    return recipe.lineage(_whose(sample, reduction), reduction.columns())


def _whose(sample: str, reduction: Any) -> str | None:
    """Return the sample that a reduction reads; None for one that sees the fates in every sample."""
    return None if getattr(reduction, "every_sample", False) else sample


def _state_keys(store: Store, recipe: Recipe, key: str, sample: str, reduction: Any) -> list[str]:
    """Return the key of the state of every partition."""
    columns = sorted(_lineage(recipe, sample, reduction)["columns"])
    parts = ([part.rows, *(part.digests[column] for column in columns)] for part in store.partitions)
    texts = (" ".join([key, *map(str, part)]) for part in parts)
    return [hashlib.sha256(text.encode()).hexdigest() for text in texts]


def _is_saved(home: cache.StateCache, key: str) -> bool:
    """Return whether a finished table is there and whole."""
    try:
        cache.read_states(home.table_path(key), [key])
    except (StoreError, DamagedStateError, FileNotFoundError):
        return False
    return True


def _map(
    store: Store,
    job: tasks.Job,
    wanted: Mapping[str, Sequence[str]],
    executor: Executor,
    home: cache.StateCache,
    outcome: Outcome,
    keep_samples: bool,
) -> Where:
    """Compute the missing states; return where every state of every request is."""
    columns = list(job.recipe.columns_read)
    settings = digest.of_settings(job.recipe.settings(), job.recipe.wanted)
    where: Where = {key: [{} for _ in store.partitions] for key in job.requests}
    work, labels, targets = [], [], []
    for part in store.partitions:
        stars = part.digests["star_key"]
        known = home.find(stars)
        missing = {}
        for key in job.requests:
            state = wanted[key][part.index]
            if state in known:
                where[key][part.index] = {key: (known[state], state)}
            else:
                missing[key] = state
        outcome.states_reused += len(job.requests) - len(missing)
        if not missing:
            continue
        sample = None
        if keep_samples:
            made = digest.of_settings(settings, [part.digests[c] for c in sorted(columns)])
            sample = home.root / "samples" / stars[:24] / f"{made[:24]}.arrow"
        work.append(tasks.MapTask(store.part(part.index, columns), missing, home.folder(stars), sample))
        labels.append(f"partition {part.index} of {store.path} ({part.rows} rows)")
        targets.append(part.index)
    size = max(1, -(-len(work) // (BATCHES * executor.workers)))
    starts = range(0, len(work), size)
    found = executor.run(
        tasks.map_partitions,
        [work[i : i + size] for i in starts],
        step="map stars",
        labels=[", ".join(labels[i : i + size]) for i in starts],
        shared=job,
    )
    for index, batch in found:
        for place, mapped in enumerate(batch, starts[index]):
            for key, state in work[place].entries.items():
                where[key][targets[place]] = {key: (mapped.pack, state)}
            outcome.states_computed += len(work[place].entries)
            outcome.peak_bytes = max(outcome.peak_bytes, mapped.peak_bytes)
    outcome.partitions_read = len(work)
    return where


def _merge(job: tasks.Job, where: Where, executor: Executor, scratch: Path) -> Where:
    """Merge the states of additive reductions in a tree, eight at a time, until they are few or small."""
    sums = [key for key, (_, reduction) in job.requests.items() if reduction.layout == "sum"]
    level = 0
    while sums := [key for key in sums if _is_much([part[key] for part in where[key]])]:
        count = len(where[sums[0]])
        work = [
            tasks.MergeTask(
                [{key: where[key][i][key] for key in sums} for i in range(first, min(first + FAN_IN, count))],
                scratch / f"merge-{level}-{first}",
            )
            for first in range(0, count, FAN_IN)
        ]
        merged: list[dict[str, tuple[Path, str]]] = [{} for _ in work]
        for index, found in executor.run(tasks.merge, work, step="merge states", shared=job):
            merged[index] = found
        for key in sums:
            where[key] = [{key: found[key]} for found in merged]
        level += 1
    return where


def _is_much(parts: Sequence[tuple[Path, str]]) -> bool:
    """Return whether states should be merged before they are finished all at once."""
    if FAN_IN < len(parts) <= DIRECT:
        return sum(cache.pack_bytes(pack, [key]) for pack, key in parts) > DIRECT_BYTES
    return len(parts) > FAN_IN
