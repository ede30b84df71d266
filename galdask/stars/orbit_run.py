"""Orbits of a whole store: a task a partition, a journal, one commit."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from galdask import events
from galdask.catalog.runs import Runs
from galdask.catalog.store import Store
from galdask.stars import orbit_status
from galdask.stars.group_run import LEDGER, Kind, renew
from galdask.stars.orbit_partition import orbits
from galdask.stars.orbit_settings import OrbitPlan
from galdask.stars.orbits.potential import Potential, open_potential

STEP = "orbits"


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


def compute(given: tuple[OrbitPlan, Potential], columns: Mapping[str, Any]) -> Any:
    """Return the orbits of the stars of a partition, and how many have which fate."""
    return orbits(*given, columns)


KIND = Kind(STEP, compute, orbit_status.table)


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
    See `galdask.stars.group_run.renew` for what a killed call leaves.
    """
    began = time.perf_counter()
    done = renew(store, plan, KIND, lambda: (plan, open_potential(plan.potential)), executor, listen)
    return OrbitReport(
        store=done.store.path,
        group=plan.name,
        changed=done.changed,
        rows=done.store.rows,
        draws=plan.draws,
        partitions=len(done.store.partitions),
        computed=done.computed,
        seconds=time.perf_counter() - began,
        written=done.group.bytes,
        counts=done.group.counts,
    )
