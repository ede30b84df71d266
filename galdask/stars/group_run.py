"""Columns computed of a whole store: a task a partition, a journal, one commit."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from galdask import events, publish
from galdask.catalog import groups, journal, made
from galdask.catalog.groups import JOURNAL, Group, Part
from galdask.catalog.manifest import StoredColumn
from galdask.catalog.runs import Runs
from galdask.catalog.store import PartitionRef, Store, open_store, read_partition

#: the ledger, in the folder of the group
LEDGER = "ledger.csv"


class Plan(Protocol):
    """What a group is: its name, and all that decides its numbers."""

    @property
    def name(self) -> str:
        """Name of the group."""

    @property
    def columns(self) -> Sequence[StoredColumn]:
        """Its columns."""

    @property
    def columns_read(self) -> Sequence[str]:
        """Columns of the store that it is computed from."""

    def settings(self) -> dict[str, Any]:
        """Return everything that decides the numbers."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of group; its functions belong to modules, so that workers find them.

    Parameters
    ----------
    step : str
        Name of the work in events.
    compute : callable
        From what all tasks share and the columns of a partition to new columns and counts of stars.
    table : callable
        From the counts of all stars to the text of the ledger.
    """

    step: str
    compute: Callable[[Any, Mapping[str, Any]], tuple[Mapping[str, np.ndarray], dict[str, int]]]
    table: Callable[[Mapping[str, int]], str]


@dataclass(frozen=True, slots=True)
class Job:
    """What all tasks share."""

    kind: Kind
    name: str
    columns: tuple[StoredColumn, ...]
    given: Any
    store: Path


@dataclass(frozen=True, slots=True)
class Task:
    """A partition, and the digest of what is computed from there."""

    part: PartitionRef
    inputs: str


@dataclass(frozen=True, slots=True)
class Renewed:
    """A group that is up to date; `computed` partitions were not."""

    store: Store
    group: Group
    changed: bool
    computed: int


def compute(job: Job, task: Task) -> Part:
    """Compute the group's columns of one partition, write them and note it."""
    if done := _finished(job.store, job.name, task.inputs, task.part.rows):
        return done  # by a task that was lost after it
    values, counts = job.kind.compute(job.given, read_partition(task.part))
    part = groups.write_part(job.store, job.columns, values, task.inputs, counts)
    publish.write_json(_journal_file(job.store, job.name, task.inputs), part.to_json())
    return part


def renew(
    store: Store,
    plan: Plan,
    kind: Kind,
    given: Callable[[], Any],
    executor: Runs,
    listen: events.Listener = events.silent,
) -> Renewed:
    """Add a group to a store, or bring it up to date.

    Parameters
    ----------
    store : Store
        The catalogue.
    plan : Plan
        What to compute.
    kind : Kind
        How.
    given : callable
        Makes what the tasks share; called only if there is something to compute.
    executor : Runs
        Runs the tasks.
    listen : callable
        Receives progress events.

    Raises
    ------
    StoreError
        If a partition is damaged.
    OutputError
        If the store cannot be written, or is being written by another process.

    Notes
    -----
    Files are named by their content and the manifest is replaced in one step at the end: a call that is
    killed leaves the store as it was, and the next one goes on with the partitions that are not finished.
    """
    with publish.locked(store.path, "store"):
        store = open_store(store.path)
        group = next((one for one in store.groups if one.name == plan.name), None)
        inputs = [groups.inputs_of(e.rows, e.digests, plan.columns_read) for e in store.partitions]
        parts = [_known(store, plan.name, group, index, key) for index, key in enumerate(inputs)]
        waiting = [index for index, part in enumerate(parts) if part is None]
        changed = group is None or bool(waiting) or group.parts != tuple(parts)
        if changed:
            journal.sweep(store.path)
            if there := len(parts) - len(waiting):
                text = f"{there} of {len(parts)} partitions were finished by an earlier call"
                listen(events.Event(kind.step, text=text))
            if waiting:
                job = Job(kind, plan.name, tuple(plan.columns), given(), store.path)
                work = [Task(store.part(index, plan.columns_read), inputs[index]) for index in waiting]
                for place, part in _computed(job, work, executor):
                    parts[waiting[place]] = part
            group = _commit(store, plan, kind, parts)
        assert group is not None
        shutil.rmtree(store.path / JOURNAL / plan.name, ignore_errors=True)
    return Renewed(store, group, changed, len(waiting))


def _computed(job: Job, work: list[Task], executor: Runs) -> Iterator[tuple[int, Part]]:
    """Yield parts as they are finished."""
    labels = [f"partition {task.part.index} of {job.store} ({task.part.rows} rows)" for task in work]
    shares = [events.Share(rows=task.part.rows) for task in work]
    yield from executor.run(
        compute,
        work,
        step=job.kind.step,
        labels=labels,
        shared=job,
        shares=shares,
        unit="partitions",
    )


def _journal_file(store: Path, group: str, inputs: str) -> Path:
    """Return where a finished partition is noted until the group is committed."""
    return store / JOURNAL / group / f"{inputs[:24]}.json"


def _finished(store: Path, group: str, inputs: str, rows: int) -> Part | None:
    """Return the part that an earlier call has finished, or None."""
    try:
        part = Part(**json.loads(_journal_file(store, group, inputs).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
    return part if part.inputs == inputs and part.intact(store, rows) else None


def _known(store: Store, name: str, group: Group | None, index: int, key: str) -> Part | None:
    """Return the part of a partition that the group has, or that an earlier call has finished."""
    rows = store.partitions[index].rows
    part = group.parts[index] if group is not None else None
    if part is not None and part.inputs == key and part.intact(store.path, rows):
        return part
    return _finished(store.path, name, key, rows)


def _commit(store: Store, plan: Plan, kind: Kind, parts: list[Part | None]) -> Group:
    columns = {column.name: column for column in plan.columns}
    reads = groups.kinds_of(store.columns, plan.columns_read)
    group = Group(plan.name, plan.settings(), reads, columns, tuple(parts))
    publish.write_text(store.path / "data" / plan.name / LEDGER, kind.table(group.counts))
    made.by_group(store.path, plan.name)
    groups.commit(store.path, group)
    return group
