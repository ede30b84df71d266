"""How large the workers of a cluster file are, before anything is started."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from galdask.engine.cluster import ClusterConfig


class Size(NamedTuple):
    """Workers of a cluster file."""

    memory: Any
    """Memory of a worker as it is written: bytes, a share, "4GiB", "auto"; None if the file cannot know."""
    threads: int
    """Threads of a worker."""
    workers: int
    """Worker processes, at most."""


def size(chosen: ClusterConfig) -> Size:
    """Return the size of the workers that a cluster file asks for."""
    options = chosen.options
    workers = int(options.get("n_workers") or options.get("adapt", {}).get("maximum") or 1)
    if chosen.kind in ("slurm", "pbs"):
        processes = int(options.get("processes", 1))
        return Size(_share(options["memory"], processes), max(1, int(options["cores"]) // processes), workers)
    if chosen.kind == "ssh":
        inside = options.get("worker_options", {})
        each = int(inside.get("n_workers", 1))
        hosts = max(1, len(options["hosts"]) - 1)
        return Size(inside.get("memory_limit"), int(inside.get("nthreads", 1)), hosts * each)
    if chosen.kind == "kubernetes":
        memory = options.get("resources", {}).get("limits", {}).get("memory")
        return Size(None if memory is None else _bytes(memory), 1, workers)
    return Size(options.get("memory_limit"), int(options.get("threads_per_worker", 1)), workers)


def _share(memory: Any, processes: int) -> int:
    return _bytes(memory) // processes


def _bytes(memory: Any) -> int:
    from dask.utils import parse_bytes

    text = str(memory)
    # Kubernetes writes Gi where Dask writes GiB
    return int(parse_bytes(text + "B" if text.endswith("i") else text))
