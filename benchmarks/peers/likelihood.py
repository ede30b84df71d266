"""ln L of 26 sets of parameters: galdask's kernel, JAX, numpy on one core; galdask on workers."""

import contextlib
import os
import statistics
import sys
import time
from pathlib import Path

from benchmarks import harness

#: sets of parameters: half of an ensemble of 52 walkers
WALKERS = 26
#: calls that are timed; their median counts
CALLS = 7


def main(way: str, folder: str, cores: str = "1", calls: str = str(CALLS)) -> None:
    """Time a way: "galdask", "jax", "numpy", "workers" (as many as `cores`), or "halves"."""
    if way not in ("workers", "halves"):
        os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:1]))
        os.environ["XLA_FLAGS"] = (
            "--xla_cpu_multi_thread_eigen=false --xla_force_host_platform_device_count=1"
        )
    import numpy as np

    from benchmarks.likelihood import opened, walkers
    from galdask.migration.fit import kernel
    from galdask.migration.fit.likelihood import FLOOR
    from galdask.migration.fit.sharded import ShardedLikelihood
    from galdask.migration.fit.shards import load_shard

    shards, values = opened(Path(folder)), walkers(WALKERS)
    if way == "halves":
        _halves(shards, values, int(calls))
        return
    with contextlib.ExitStack() as closing:
        if way in ("galdask", "workers"):
            executor = closing.enter_context(_executor(way, int(cores)))
            sharded = closing.enter_context(ShardedLikelihood(shards, executor))

            def call() -> np.ndarray:
                return sharded.at(values)[0]
        else:
            from benchmarks.peers import likelihood_jax, likelihood_numpy

            peer = {"jax": likelihood_jax, "numpy": likelihood_numpy}[way]
            parts = [load_shard(str(path)) for path in shards.paths]
            stars, volume = (np.hstack([getattr(p, name) for p in parts]) for name in ("stars", "volume"))
            evaluate = peer.log_likelihood(stars, volume, parts[0].draws, FLOOR)

            def call() -> np.ndarray:
                made = [
                    kernel.constants(values, shards.reference, error, shards.choices)
                    for error in (shards.fe_h_err, None)
                ]
                return evaluate(np.stack(made))

        found = call()
        seconds = []
        for _ in range(int(calls)):
            began = time.perf_counter()
            call()
            seconds.append(time.perf_counter() - began)
    harness.tell({"seconds": statistics.median(seconds) / WALKERS, "values": found.tolist()})


def _halves(shards, values, calls: int) -> None:  # type: ignore[no-untyped-def]
    """Time the kernel in two processes at once, half of the shards in each: what workers cannot beat here."""
    import multiprocessing

    import numpy as np

    from galdask.migration.fit import kernel

    made = [
        kernel.constants(values, shards.reference, error, shards.choices) for error in (shards.fe_h_err, None)
    ]
    context = multiprocessing.get_context("spawn")
    together, told = context.Barrier(2), context.Queue()
    middle, paths = len(shards.paths) // 2, [str(path) for path in shards.paths]
    some = (paths[:middle], paths[middle:])
    halves = [
        context.Process(target=_half, args=(k, one, np.stack(made), together, told, calls))
        for k, one in enumerate(some)
    ]
    for half in halves:
        half.start()
    found = sorted((told.get() for _ in halves), key=lambda one: one[0])
    for half in halves:
        half.join()
    first, *others = [part for _, _, parts in found for part in parts]
    for part in others:
        first = first + part
    seconds = [max(pair) for pair in zip(*(times for _, times, _ in found), strict=True)]
    total = first[0] - shards.stars * np.log(first[2])
    harness.tell({"seconds": statistics.median(seconds) / WALKERS, "values": total.tolist()})


def _half(k: int, paths, message, together, told, calls: int) -> None:  # type: ignore[no-untyped-def]
    from galdask.migration.fit.shards import load_shard

    held = [load_shard(path) for path in paths]
    parts = [shard.answer(message) for shard in held]
    times = []
    for _ in range(calls):
        together.wait()
        began = time.perf_counter()
        parts = [shard.answer(message) for shard in held]
        times.append(time.perf_counter() - began)
    told.put((k, times, parts))


def _executor(way: str, cores: int):  # type: ignore[no-untyped-def]
    from galdask.engine.cluster import ClusterConfig, open_executor

    if way == "galdask":
        return open_executor(ClusterConfig("here", "inline", {"threads": 1}))
    options = {
        "n_workers": cores,
        "threads_per_worker": 1,
        "memory_limit": "auto",
        "dashboard_address": "127.0.0.1:0",
        "local_directory": None,
    }
    return open_executor(ClusterConfig("workers", "local", options))


if __name__ == "__main__":
    main(*sys.argv[1:])
