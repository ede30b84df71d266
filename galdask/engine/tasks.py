"""What a worker does: read one partition for all reductions, merge states, finish a reduction."""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from galdask.catalog.descriptors import make_room
from galdask.catalog.store import PartitionRef, read_partition
from galdask.engine import cache, pages, tables
from galdask.engine.measure import peak_bytes
from galdask.events import gauge
from galdask.reductions import states
from galdask.reductions.cells import CellTable
from galdask.stars.block import Block, load_block
from galdask.stars.recipe import Recipe

#: states of several reductions that are opened at once, bytes at most
TOGETHER = 64 << 20


@dataclass(frozen=True, slots=True)
class Job:
    """What all tasks of a run share."""

    recipe: Recipe
    """How stars are selected and derived."""
    requests: dict[str, tuple[str, Any]]
    """Key of a request -> (sample, reduction)."""
    verify: bool = True
    """Whether the digests of columns are checked when they are read."""


@dataclass(frozen=True, slots=True)
class MapTask:
    """One partition, and the states wanted of it."""

    part: PartitionRef
    entries: dict[str, str]
    """Key of a request -> key of the state."""
    folder: Path
    """Where the pack goes."""
    sample: Path | None = None
    """Where the partition's sample is kept, if it is."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """What came of a map task."""

    pack: Path
    rows: int
    seconds: float
    peak_bytes: int
    """Peak memory of the worker process so far."""


@dataclass(frozen=True, slots=True)
class MergeTask:
    """States of several partitions to be combined."""

    parts: list[dict[str, tuple[Path, str]]]
    """For each part: key of a request -> (pack, key of the state)."""
    folder: Path


@dataclass(frozen=True, slots=True)
class FinishTask:
    """A reduction to be finished from its states."""

    request: str
    parts: list[tuple[Path, str]]
    table: Path
    """Where the finished table goes."""
    key: str
    """Its key there."""
    share: tuple[int, int] = (0, 1)
    """Part k of n of its replicas, where the work on one table is divided."""


@dataclass(frozen=True, slots=True)
class JoinTask:
    """A reduction that was finished in shares."""

    request: str
    shares: list[Path]
    """Tables of the shares, in their order."""
    table: Path
    key: str


def map_partitions(job: Job, batch: Sequence[MapTask]) -> list[Mapped]:
    """Map several partitions, one after the other: a task should be worth its round trip."""
    return [map_partition(job, task) for task in batch]


def map_partition(job: Job, task: MapTask) -> Mapped:
    """Read one partition once and write the state of every wanted reduction.

    A pack that is there already was written by a task that was lost after it: it is not made again.
    """
    began = time.perf_counter()
    path = cache.pack_path(task.folder, task.entries.values())
    if cache.pack_index(path).keys() >= set(task.entries.values()):
        gauge.count(rows=task.part.rows)
        return Mapped(path, task.part.rows, 0.0, peak_bytes())
    block = _block(job, task)
    views: dict[str, Mapping[str, Any]] = {}
    entries = {}
    for request, key in task.entries.items():
        sample, reduction = job.requests[request]
        if hasattr(reduction, "map_block"):
            entries[key] = reduction.map_block(block)
            continue
        if sample not in views:
            views[sample] = block.view(sample)
        entries[key] = reduction.map(views[sample])
    pack = cache.write_pack(task.folder, entries)
    gauge.count(rows=task.part.rows)
    return Mapped(pack, task.part.rows, time.perf_counter() - began, peak_bytes())


def _block(job: Job, task: MapTask) -> Block:
    if task.sample is not None:
        with contextlib.suppress(FileNotFoundError, ValueError):
            block = load_block(task.sample)
            gauge.count(read=task.sample.stat().st_size)
            return block
    block = job.recipe.derive(read_partition(task.part, verify=job.verify))
    if task.sample is not None:
        block.save(task.sample)
    return block


def merge(job: Job, task: MergeTask) -> dict[str, tuple[Path, str]]:
    """Combine states of several partitions into one pack; returns where each combined state is."""
    combined: dict[str, states.State] = {}
    for request in task.parts[0]:
        reduction = job.requests[request][1]
        own = (part[request] for part in task.parts)
        parts = (cache.read_states(pack, [key])[key] for pack, key in own)
        combined[request] = functools.reduce(reduction.combine, parts)
    pack = cache.write_pack(task.folder, combined)
    return {request: (pack, request) for request in combined}


def finish(job: Job, batch: Sequence[FinishTask]) -> int:
    """Finish reductions, one after the other; returns the peak memory of this process."""
    wanted: dict[Path, list[str]] = {}
    for task in batch:
        for pack, key in task.parts:
            wanted.setdefault(pack, []).append(key)
    make_room(2 * len(wanted), "the states of two tables, a file for each partition")
    found = None
    if len(batch) > 1 and sum(cache.pack_bytes(pack, keys) for pack, keys in wanted.items()) <= TOGETHER:
        found = {pack: cache.read_states(pack, keys) for pack, keys in wanted.items()}
    for task in batch:
        with pages.bounded(sum(cache.pack_bytes(pack, [key]) for pack, key in task.parts)):
            if found is None:
                parts = [cache.read_states(pack, [key])[key] for pack, key in task.parts]
            else:
                parts = [found[pack][key] for pack, key in task.parts]
            divided = {"share": task.share} if task.share != (0, 1) else {}
            table: CellTable = job.requests[task.request][1].finalize(parts, **divided)
        cache.write_pack_at(task.table, {task.key: tables.to_state(table)})
    return peak_bytes()


def join(job: Job, task: JoinTask) -> int:
    """Put together a table that was finished in shares; returns the peak memory of this process."""
    shares = [tables.from_state(cache.read_states(path, [task.key])[task.key]) for path in task.shares]
    table: CellTable = job.requests[task.request][1].joined(shares)
    cache.write_pack_at(task.table, {task.key: tables.to_state(table)})
    return peak_bytes()
