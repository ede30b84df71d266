"""The one pass: every partition is read once for all reductions; states merge; tables come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from galdask.catalog.store import Store
from galdask.engine import cache, finish, tasks
from galdask.engine.executor import Executor
from galdask.engine.finish import BATCHES, Where
from galdask.engine.plan import Work, survey
from galdask.engine.tables import Tables
from galdask.errors import StoreError
from galdask.events import Share
from galdask.reductions.states import DamagedStateError
from galdask.stars.recipe import Recipe

#: states combined by one merge task
FAN_IN = 8
#: states of an additive reduction that are finished without a merge, and their bytes in all, at most
DIRECT, DIRECT_BYTES = 128, 32 << 20

#: rows of the partitions of one map task, at most: the last tasks of a pass are waited for by all workers
TASK_ROWS = 1 << 20


@dataclass(slots=True)
class Outcome:
    """What a pass made, and how much of it was computed now."""

    tables: Tables
    """Finished table of each request, read from the disk when it is asked for."""
    partitions_read: int = 0
    states_computed: int = 0
    states_reused: int = 0
    tables_reused: int = 0
    map_seconds: float = 0.0
    """Time that tasks took to read partitions and to make their states, over all workers."""
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
    work = survey(store, recipe, requests, scratch=scratch, saved=saved)
    return perform(work, executor, scratch=scratch, keep_samples=keep_samples, verify=verify)


def perform(
    work: Work, executor: Executor, *, scratch: Path, keep_samples: bool = True, verify: bool = True
) -> Outcome:
    """Compute what is missing of a survey; see `reduce`."""
    outcome = Outcome(Tables({}))
    outcome.tables_reused = len(work.done)
    job = tasks.Job(work.narrow, work.rest, verify)
    attempts = len(work.store.partitions) + 1
    for attempt in range(attempts):
        try:
            if job.requests:
                where = _map(work, job, executor, outcome, keep_samples and work.keeps)
                where = _merge(job, where, executor, scratch)
                peak = finish.finish(job, where, work, executor, scratch)
                outcome.peak_bytes = max(outcome.peak_bytes, peak)
            break
        except (DamagedStateError, StoreError) as error:  # a pack that was harmed or removed meanwhile
            if not str(error.where).endswith(".pack") or attempt == attempts - 1:
                raise
            work.home.forget(Path(str(error.where)))
    places = {name: work.tables[key] for name, key in work.keys.items()}
    outcome.tables = Tables({name: (work.home.table_path(key), key) for name, key in places.items()})
    return outcome


def _map(work: Work, job: tasks.Job, executor: Executor, outcome: Outcome, keep_samples: bool) -> Where:
    """Compute the missing states; return where every state of every request is."""
    store, columns = work.store, list(job.recipe.columns_read)
    where: Where = {key: [(Path(), "")] * len(store.partitions) for key in job.requests}
    todo, labels, targets = [], [], []
    for part in store.partitions:
        there, missing = work.split(part)
        for key, pack in there.items():
            where[key][part.index] = pack, work.states[key][part.index]
        outcome.states_reused += len(there)
        if not missing:
            continue
        sample = work.sample_path(part) if keep_samples else None
        folder = work.home.folder(part.digests["star_key"])
        todo.append(tasks.MapTask(store.part(part.index, columns), missing, folder, sample))
        labels.append(f"partition {part.index} of {store.path} ({part.rows} rows)")
        targets.append(part.index)
    rows = max(1, sum(task.part.rows for task in todo))
    size = max(1, min(-(-len(todo) // (BATCHES * executor.workers)), TASK_ROWS * len(todo) // rows))
    starts = range(0, len(todo), size)
    found = executor.run(
        tasks.map_partitions,
        [todo[i : i + size] for i in starts],
        step="map states",
        labels=[", ".join(labels[i : i + size]) for i in starts],
        shared=job,
        shares=[_share(todo[i : i + size]) for i in starts],
        unit="partitions",
    )
    for index, batch in found:
        for place, mapped in enumerate(batch, starts[index]):
            for key, state in todo[place].entries.items():
                where[key][targets[place]] = mapped.pack, state
            outcome.states_computed += len(todo[place].entries)
            outcome.map_seconds += mapped.seconds
            outcome.peak_bytes = max(outcome.peak_bytes, mapped.peak_bytes)
    outcome.partitions_read = len(todo)
    return where


def _share(batch: Sequence[tasks.MapTask]) -> Share:
    return Share(rows=sum(task.part.rows for task in batch), parts=len(batch))


def _merge(job: tasks.Job, where: Where, executor: Executor, scratch: Path) -> Where:
    """Merge the states of additive reductions in a tree, eight at a time, until they are few or small."""
    sums = [key for key, (_, reduction) in job.requests.items() if reduction.layout == "sum"]
    level = 0
    while sums := [key for key in sums if _is_much(where[key])]:
        count = len(where[sums[0]])
        work = [
            tasks.MergeTask(
                [{key: where[key][i] for key in sums} for i in range(first, min(first + FAN_IN, count))],
                scratch / f"merge-{level}-{first}",
            )
            for first in range(0, count, FAN_IN)
        ]
        merged: list[dict[str, tuple[Path, str]]] = [{} for _ in work]
        for index, found in executor.run(tasks.merge, work, step="merge states", shared=job):
            merged[index] = found
        for key in sums:
            where[key] = [found[key] for found in merged]
        level += 1
    return where


def _is_much(parts: Sequence[tuple[Path, str]]) -> bool:
    """Return whether states should be merged before they are finished all at once."""
    if FAN_IN < len(parts) <= DIRECT:
        return sum(cache.pack_bytes(pack, [key]) for pack, key in parts) > DIRECT_BYTES
    return len(parts) > FAN_IN
