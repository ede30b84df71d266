"""Birth radii of a whole store: a task a partition, a journal, one commit."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from galdask import events, publish
from galdask.catalog import groups, journal
from galdask.catalog.groups import JOURNAL, Group, Part
from galdask.catalog.ingest import Runs
from galdask.catalog.store import Store, open_store, read_partition
from galdask.migration.birth import status
from galdask.migration.birth.partition import birth_radii
from galdask.migration.birth.plan import BirthPlan
from galdask.stars.orbit_run import LEDGER, Task, finished, journal_file

STEP = "birth radii"


@dataclass(frozen=True, slots=True)
class Job:
    """What all tasks share."""

    plan: BirthPlan
    store: Path


@dataclass(frozen=True, slots=True)
class BirthReport:
    """What became of the birth radii of a store."""

    store: Path
    group: str
    changed: bool
    """False if it was there already."""
    rows: int
    sets: int
    partitions: int
    computed: int
    """Partitions that were computed now."""
    seconds: float
    counts: dict[str, int]
    """Every star by its fate, and the bits of `galdask.migration.birth.status.BITS`."""

    def text(self) -> str:
        """Return the lines that the command prints at its end."""
        if not self.changed:
            head = f"{self.group} is in {self.store} already: nothing to do"
        else:
            head = (
                f"{self.group} in {self.store}: {self.rows:,} stars, {self.sets} sets of parameters, "
                f"{self.computed} of {self.partitions} partitions computed, {self.seconds:.1f} s"
            )
        ledger = f"ledger    {self.store / 'data' / self.group / LEDGER}"
        return "\n".join([head, *status.summary(self.counts), ledger])


def compute(job: Job, task: Task) -> Part:
    """Compute the group's columns of one partition, write them and note it."""
    if done := finished(job.store, job.plan.name, task.inputs, task.part.rows):
        return done  # by a task that was lost after it
    values, counts = birth_radii(job.plan, read_partition(task.part))
    part = groups.write_part(job.store, job.plan.columns, values, task.inputs, counts)
    publish.write_json(journal_file(job.store, job.plan.name, task.inputs), part.to_json())
    return part


def run(
    store: Store, plan: BirthPlan, executor: Runs, listen: events.Listener = events.silent
) -> BirthReport:
    """Add the birth radii of all stars to a store, or bring them up to date.

    Parameters
    ----------
    store : Store
        The catalogue.
    plan : BirthPlan
        What to compute.
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
    As for orbits: a call that is killed leaves the store as it was, and the next one goes on.
    """
    began = time.perf_counter()
    with publish.locked(store.path, "store"):
        store = open_store(store.path)
        there = next((group for group in store.groups if group.name == plan.name), None)
        inputs = [groups.inputs_of(e.rows, e.digests, plan.columns_read) for e in store.partitions]
        parts = [_known(store, plan, there, index, key) for index, key in enumerate(inputs)]
        waiting = [index for index, part in enumerate(parts) if part is None]
        changed = there is None or there.parts != tuple(parts)
        if changed:
            journal.sweep(store.path)
            work = [Task(store.part(index, plan.columns_read), inputs[index]) for index in waiting]
            rows = [store.partitions[index].rows for index in waiting]
            labels = [f"partition {i} of {store.path} ({n} rows)" for i, n in zip(waiting, rows, strict=True)]
            done, job = 0, Job(plan, store.path)
            found = executor.run(compute, work, step=STEP, labels=labels, shared=job) if work else ()
            for place, part in found:
                parts[waiting[place]] = part
                done += rows[place]
                listen(events.Event(STEP, done, sum(rows), "stars"))
            there = _commit(store, plan, parts)
        shutil.rmtree(store.path / JOURNAL / plan.name, ignore_errors=True)
    assert there is not None
    return BirthReport(
        store=store.path,
        group=plan.name,
        changed=changed,
        rows=store.rows,
        sets=len(plan.source.sets),
        partitions=len(parts),
        computed=len(waiting) if changed else 0,
        seconds=time.perf_counter() - began,
        counts=there.counts,
    )


def _known(store: Store, plan: BirthPlan, there: Group | None, index: int, key: str) -> Part | None:
    """Return the part of a partition that the group has, or that an earlier call has finished."""
    rows = store.partitions[index].rows
    part = there.parts[index] if there is not None else None
    if part is not None and part.inputs == key and part.intact(store.path, rows):
        return part
    return finished(store.path, plan.name, key, rows)


def _commit(store: Store, plan: BirthPlan, parts: list[Part | None]) -> Group:
    columns = {column.name: column for column in plan.columns}
    reads = groups.kinds_of(store.columns, plan.columns_read)
    group = Group(plan.name, plan.settings(), reads, columns, tuple(parts))
    publish.write_text(store.path / "data" / plan.name / LEDGER, status.table(group.counts))
    groups.commit(store.path, group)
    return group
