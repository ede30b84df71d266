"""Orbits of a whole store: a task a partition, a journal, one commit."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from galdask import events, publish
from galdask.catalog import groups, journal
from galdask.catalog.groups import JOURNAL, Group, Part
from galdask.catalog.ingest import Runs
from galdask.catalog.store import PartitionRef, Store, open_store, read_partition
from galdask.stars import orbit_status
from galdask.stars.orbit_partition import orbits
from galdask.stars.orbit_settings import OrbitPlan
from galdask.stars.orbits.potential import Potential, open_potential

STEP = "orbits"
#: the ledger, in the folder of the group
LEDGER = "ledger.csv"


@dataclass(frozen=True, slots=True)
class Job:
    """What all tasks share: the plan, its potential opened once, and the store."""

    plan: OrbitPlan
    potential: Potential
    store: Path


@dataclass(frozen=True, slots=True)
class Task:
    """A partition, and the digest of what is computed from there."""

    part: PartitionRef
    inputs: str


@dataclass(frozen=True, slots=True)
class OrbitReport:
    """What became of the orbits of a store.

    Parameters
    ----------
    store : path
    group : str
        Name of the column group.
    changed : bool
        False if it was there already.
    rows, draws, partitions : int
    computed : int
        Partitions that were computed now.
    seconds : float
    written : int
        Bytes of the group's files.
    counts : dict of str to int
        Every star by its fate, and the bits of `galdask.stars.orbit_status.BITS`.
    """

    store: Path
    group: str
    changed: bool
    rows: int
    draws: int
    partitions: int
    computed: int
    seconds: float
    written: int
    counts: dict[str, int]

    def text(self) -> str:
        """Return the lines that the command prints at its end."""
        if not self.changed:
            head = f"{self.group} is in {self.store} already: nothing to do"
        else:
            head = (
                f"{self.group} in {self.store}: {self.rows:,} stars x {self.draws} draws, {self.computed} of "
                f"{self.partitions} partitions computed, {self.written / 1e6:.1f} MB, {self.seconds:.1f} s"
            )
        ledger = f"ledger    {self.store / 'data' / self.group / LEDGER}"
        return "\n".join([head, *orbit_status.summary(self.counts), ledger])


def journal_file(store: Path, group: str, inputs: str) -> Path:
    """Return where a finished partition is noted until the group is committed."""
    return store / JOURNAL / group / f"{inputs[:24]}.json"


def finished(store: Path, group: str, inputs: str, rows: int) -> Part | None:
    """Return the part that an earlier call has finished, or None."""
    try:
        part = Part(**json.loads(journal_file(store, group, inputs).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
    return part if part.inputs == inputs and part.intact(store, rows) else None


def compute(job: Job, task: Task) -> Part:
    """Compute the group's columns of one partition, write them and note it."""
    if done := finished(job.store, job.plan.name, task.inputs, task.part.rows):
        return done  # by a task that was lost after it
    values, counts = orbits(job.plan, job.potential, read_partition(task.part))
    part = groups.write_part(job.store, job.plan.columns, values, task.inputs, counts)
    publish.write_json(journal_file(job.store, job.plan.name, task.inputs), part.to_json())
    return part


def run(
    store: Store, plan: OrbitPlan, executor: Runs, listen: events.Listener = events.silent
) -> OrbitReport:
    """Add an orbit group to a store, or bring it up to date.

    Parameters
    ----------
    store : Store
        The catalogue.
    plan : OrbitPlan
        What to compute.
    executor : Runs
        Runs the tasks.
    listen : callable
        Receives progress events.

    Returns
    -------
    OrbitReport

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
    began = time.perf_counter()
    with publish.locked(store.path, "store"):
        store = open_store(store.path)
        there = next((group for group in store.orbits if group.name == plan.name), None)
        parts, inputs = _known(store, plan, there)
        waiting = [index for index, part in enumerate(parts) if part is None]
        changed = there is None or bool(waiting) or there.parts != tuple(parts)
        if changed:
            journal.sweep(store.path)
            if len(waiting) < len(parts):
                text = (
                    f"{len(parts) - len(waiting)} of {len(parts)} partitions were finished by an earlier call"
                )
                listen(events.Event(STEP, text=text))
            for index, part in _computed(store, plan, waiting, inputs, executor, listen):
                parts[index] = part
            group = _commit(store, plan, parts)
        else:
            assert there is not None
            group = there
        shutil.rmtree(store.path / JOURNAL / plan.name, ignore_errors=True)
    return OrbitReport(
        store=store.path,
        group=plan.name,
        changed=changed,
        rows=store.rows,
        draws=plan.draws,
        partitions=len(parts),
        computed=len(waiting),
        seconds=time.perf_counter() - began,
        written=group.bytes,
        counts=group.counts,
    )


def _known(store: Store, plan: OrbitPlan, there: Group | None) -> tuple[list[Part | None], list[str]]:
    """Return the parts that are finished, of the group or by an earlier call, and what each is from."""
    found: list[Part | None] = []
    inputs = []
    for entry in store.partitions:
        key = groups.inputs_of(entry.rows, entry.digests, plan.columns_read)
        part = there.parts[entry.index] if there is not None else None
        if part is not None and (part.inputs != key or not part.intact(store.path, entry.rows)):
            part = None
        found.append(part or finished(store.path, plan.name, key, entry.rows))
        inputs.append(key)
    return found, inputs


def _computed(
    store: Store,
    plan: OrbitPlan,
    waiting: list[int],
    inputs: list[str],
    executor: Runs,
    listen: events.Listener,
) -> Iterable[tuple[int, Part]]:
    """Yield partitions as they are finished."""
    if not waiting:
        return
    job = Job(plan, open_potential(plan.potential), store.path)
    work = [Task(store.part(index, plan.columns_read), inputs[index]) for index in waiting]
    labels = [f"partition {index} of {store.path} ({store.partitions[index].rows} rows)" for index in waiting]
    total, done = sum(store.partitions[index].rows for index in waiting), 0
    for place, part in executor.run(compute, work, step=STEP, labels=labels, shared=job):
        done += store.partitions[waiting[place]].rows
        listen(events.Event(STEP, done, total, "stars"))
        yield waiting[place], part


def _commit(store: Store, plan: OrbitPlan, parts: list[Part | None]) -> Group:
    columns: dict[str, Any] = {column.name: column for column in plan.columns}
    reads = groups.kinds_of(store.columns, plan.columns_read)
    group = Group(plan.name, plan.settings(), reads, columns, tuple(parts))
    ledger = store.path / "data" / plan.name / LEDGER
    publish.write_text(ledger, orbit_status.table(group.counts))
    groups.commit(store.path, group)
    return group
