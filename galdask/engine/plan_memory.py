"""How much memory a pass takes in a worker, foretold from bounds, and how much a worker of a cluster has.

A foretold peak is an upper bound of what is measured: every star of a partition is taken to be kept, and
of the states of a table as much to be mapped into memory as may stay there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from galdask.catalog.manifest import StoredColumn
from galdask.engine import cache, pages
from galdask.engine.cluster import ClusterConfig, load_cluster
from galdask.engine.clusters.size import size
from galdask.engine.plan import Work
from galdask.engine.reduce import DIRECT_BYTES, FAN_IN
from galdask.engine.tasks import TOGETHER
from galdask.errors import ClusterError

#: a worker process with everything imported that tasks need; the same when it draws
BASE, DRAWING = 360 << 20, 560 << 20
#: bytes of a text in a column: an object, its pointer, its characters
TEXT = 128
#: stars that one shard of a finish holds, bytes, and arrays of that size beside it
SHARD, BESIDE = 64 << 20, 4
#: values that a finished cell has, at most
VALUES = 16
#: rows of a partition are rounded up to a multiple: bounds of thousands of partitions are few numbers
STEP = 512


@dataclass(frozen=True, slots=True)
class Peak:
    """Most memory of a worker process.

    Parameters
    ----------
    bytes : int
        Upper bound.
    step : str
        When that is.
    remedy : str
        What makes it smaller.
    """

    bytes: int
    step: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Limit:
    """What a worker of a cluster may use.

    Parameters
    ----------
    bytes : int
        Memory of one worker process.
    threads : int
        Tasks at the same time in it.
    workers : int
        Number of such processes.
    """

    bytes: int
    threads: int
    workers: int


def peak(work: Work, figures: bool, threads: int = 1, most_cells: int = 0) -> Peak:
    """Return the largest memory that a worker will need for what is missing.

    Parameters
    ----------
    work : Work
        What is asked for, and what is saved.
    figures : bool
        Whether workers draw.
    threads : int
        Tasks at the same time in a process.
    most_cells : int
        Cells of the largest cube.
    """
    smaller = "fewer rows in a partition: ingest into a new store with --partition-rows"
    steps = [
        Peak(_map(work) * threads, "map states", smaller),
        Peak(_finish(work) * threads, "finish states", "fewer products at a time (--only), or coarser grids"),
        Peak(
            ((DRAWING if figures else 0) + 64 * most_cells) * threads,
            "draw figures" if figures else "finish products",
            "--no-figures, or coarser grids",
        ),
    ]
    most = max(steps, key=lambda one: one.bytes)
    return Peak(BASE + most.bytes, most.step, most.remedy)


def _map(work: Work) -> int:
    """Return the bytes of one partition on its way to states, the largest of those that are read."""
    columns = [work.store.column(name) for name in work.narrow.columns_read]
    samples: dict[str, set[str]] = {}
    for sample, reduction in work.rest.values():
        samples.setdefault(sample, set()).update(reduction.columns())
    seen = sum(len(names) for names in samples.values())
    a_row = 2 * sum(map(_width, columns)) + 8 * (3 * len(work.narrow.derived_columns) + seen + 16)
    most = 0
    bound = _Bounds(work)
    for part in work.store.partitions:
        missing = work.split(part)[1]
        if missing:
            states = [bound(key, part.rows) for key in missing]
            most = max(most, part.rows * (a_row + len(work.recipe.samples)) + 2 * sum(states) + max(states))
    return most


def _finish(work: Work) -> int:
    """Return the bytes of finishing the largest reduction, its states mapped."""
    bound = _Bounds(work)
    return max((_finished(work, key, bound) for key in work.rest), default=0)


def _finished(work: Work, key: str, bound: _Bounds) -> int:
    reduction, rows = work.requests[key][1], work.store.rows
    whole = sum(bound(key, part.rows) for part in work.store.partitions)
    if reduction.layout == "sum":  # merged in a tree where they are many and large
        whole = min(whole, max(DIRECT_BYTES, FAN_IN * _bound(reduction, rows)))
    own = getattr(reduction, "key", None)
    cells = min(rows, own.size) if own is not None else 1
    replicas = int(getattr(reduction, "replicas", 0))
    made = cells * 8 * (VALUES + 2 * replicas)
    mapped = min(whole, 2 * pages.KEPT)  # as much again as may stay is read between two looks
    return max(mapped, min(TOGETHER, 8 * whole)) + BESIDE * min(whole, SHARD) + made


class _Bounds:
    """Upper bounds of states, by request and rows; each is asked for once."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._known: dict[tuple[str, int], int] = {}

    def __call__(self, key: str, rows: int) -> int:
        place = key, -(-rows // STEP)
        if place not in self._known:
            self._known[place] = _bound(self._work.requests[key][1], place[1] * STEP)
        return self._known[place]


def _bound(reduction: Any, rows: int) -> int:
    """Return the bytes of a state of `rows` stars, at most; counts of the account are small."""
    bound = getattr(reduction, "bound", None)
    return int(bound(rows)) if bound is not None else 1 << 14


def _width(column: StoredColumn) -> int:
    one = TEXT if column.type == "string" else np.dtype(column.type).itemsize
    return int(one * np.prod(column.shape, dtype=np.int64)) + 1


def bytes_to_read(work: Work, parts: Iterable[int]) -> int:
    """Return the bytes of the files that tasks read: compressed columns, or samples that were kept."""
    import pyarrow.parquet as pq

    names, total = list(work.narrow.columns_read), 0
    for index in parts:
        sample = work.sample_path(work.store.partitions[index])
        if sample.exists():
            total += sample.stat().st_size
            continue
        ref = work.store.part(index, names)
        for place, file in ref.files.items():
            own = {c.name.rpartition(":")[2] for c in ref.columns if c.group == place}
            found = pq.read_metadata(ref.store / file)
            groups = [found.row_group(i) for i in range(found.num_row_groups)]
            chunks = (group.column(i) for group in groups for i in range(group.num_columns))
            total += sum(c.total_compressed_size for c in chunks if c.path_in_schema.split(".")[0] in own)
    return total


def saved_bytes(work: Work) -> int:
    """Return the bytes of the states that are used again."""
    total = 0
    for part in work.store.partitions:
        packs: dict[Path, list[str]] = {}
        for key, pack in work.split(part)[0].items():
            packs.setdefault(pack, []).append(work.states[key][part.index])
        total += sum(cache.pack_bytes(pack, keys) for pack, keys in packs.items())
    return total


def limit(cluster: Any) -> Limit:
    """Return what a worker of a cluster has.

    Parameters
    ----------
    cluster : str, path, ClusterConfig or Executor
        Where a run works.

    Raises
    ------
    ConfigError, ClusterError
        If there is no such cluster, or its memory cannot be read.
    """
    if not isinstance(cluster, (str, Path, ClusterConfig)):
        return _of_executor(cluster)
    chosen = cluster if isinstance(cluster, ClusterConfig) else load_cluster(cluster)
    if chosen.kind == "inline":
        return Limit(machine_memory(), int(chosen.options["threads"]), 1)
    memory, threads, workers = size(chosen)
    if memory is None and chosen.kind in ("ssh", "kubernetes", "address"):
        return Limit(machine_memory(), threads, workers)  # the file does not say: as much as there is here
    return Limit(_parsed(memory, threads, workers), threads, workers)


def _parsed(given: Any, threads: int, workers: int) -> int:
    """Return a memory limit in bytes; "auto" is a share of the machine's, as Dask takes it."""
    import os

    whole = machine_memory()
    if given is None or given in (0, "0"):
        return whole // workers
    if given == "auto":
        return int(whole * min(1.0, threads / (os.cpu_count() or 1)))
    if isinstance(given, float) and given <= 1.0:
        return int(given * whole)
    from dask.utils import parse_bytes

    try:
        return int(parse_bytes(given))
    except ValueError as error:
        raise ClusterError(
            "the memory limit of the workers cannot be read", expected='such as "4GiB"', found=given
        ) from error


def _of_executor(executor: Any) -> Limit:
    said = getattr(
        executor if hasattr(executor, "scheduler_info") else getattr(executor, "client", None),
        "scheduler_info",
        None,
    )
    if said is None:
        return Limit(machine_memory(), int(executor.workers), 1)
    workers = (said(n_workers=-1) if callable(said) else said)["workers"].values()  # a client's, a cluster's
    sizes = [int(one["memory_limit"] or 0) or machine_memory() for one in workers]
    threads = max((int(one["nthreads"]) for one in workers), default=1)
    return Limit(min(sizes, default=machine_memory()), threads, max(1, len(sizes)))


def machine_memory() -> int:
    """Return the memory of this machine, or of the container that it is."""
    import os

    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for place in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            text = Path(place).read_text().strip()
        except OSError:
            continue
        found += [int(text)] if text.isdigit() else []
    return min(found)
