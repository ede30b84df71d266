"""Birth radii of a whole store: a task a partition, a journal, one commit."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from galdask import events
from galdask.catalog.runs import Runs
from galdask.catalog.store import Store
from galdask.migration.birth import status
from galdask.migration.birth.partition import birth_radii
from galdask.migration.birth.plan import BirthPlan
from galdask.stars.group_run import LEDGER, Kind, renew

STEP = "birth radii"
KIND = Kind(STEP, birth_radii, status.table)


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
    See `galdask.stars.group_run.renew` for what a killed call leaves.
    """
    began = time.perf_counter()
    done = renew(store, plan, KIND, lambda: plan, executor, listen)
    return BirthReport(
        store=done.store.path,
        group=plan.name,
        changed=done.changed,
        rows=done.store.rows,
        sets=len(plan.source.sets),
        partitions=len(done.store.partitions),
        computed=done.computed,
        seconds=time.perf_counter() - began,
        counts=done.group.counts,
    )
