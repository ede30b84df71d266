"""A whole run, or orbits, on workers of a given size, every task timed; starts and ends told apart."""

import os
import shutil
import sys
import time
from pathlib import Path

from benchmarks import clock, harness


def executor(workers: str, memory: str):
    """Return the context of an executor on so many workers."""
    from galdask.engine.cluster import ClusterConfig, open_executor

    options = {"n_workers": int(workers), "threads_per_worker": 1, "memory_limit": memory}
    return open_executor(
        ClusterConfig("scale", "local", options | {"local_directory": None, "dashboard_address": None})
    )


def bytes_below(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def measured(work, workers: str, memory: str, out: Path, more) -> None:
    """Time ``work(clocked executor)``, and tell, with what ``more()`` tells afterwards."""
    scratch = [0]
    began = time.perf_counter()
    with executor(workers, memory) as plain:
        started = time.perf_counter() - began
        clocked = clock.Clocked(plain)
        clocked.after = lambda: scratch.append(bytes_below(out))
        loop = clock.Loop(plain.client.loop)
        cpu = time.process_time()
        with harness.timed() as told:
            told |= work(clocked)
        told["client_cpu"] = time.process_time() - cpu
        told |= loop.stop()
        told["worker_mib"] = max(clock.peaks(plain.client))
    told["start"] = started
    told["scratch"] = max(scratch)
    told["tasks"] = {step: len(tasks) for step, tasks in clocked.tasks.items()}
    told["busy"], told["busy_cpu"] = clocked.seconds(), clocked.seconds("cpu")
    told["walls"], told["parts"] = clocked.walls, clocked.parts()
    for name, what in (("longest", "seconds"), ("longest_cpu", "cpu")):
        told[name] = {step: max(t[what] for t in tasks) for step, tasks in clocked.tasks.items() if tasks}
    told["client_mib"] = harness.peak_mib()
    harness.tell(told | more())


def run(store: str, out: str, workers: str, memory: str) -> None:
    """Make all products of the two disks, no figures, nothing kept."""
    from galdask import pipeline

    def work(clocked):
        shutil.rmtree(out, ignore_errors=True)
        summary = pipeline.run("two_disks", store, out, cluster=clocked, cache=False, figures=False)
        return {
            "rows": summary.rows,
            "states": summary.states_computed,
            "partitions": summary.partitions_read,
        }

    measured(
        work, workers, memory, Path(out), lambda: {"digest": digest(Path(out)), "read": bytes_read(store)}
    )
    shutil.rmtree(out, ignore_errors=True)


def digest(out: Path) -> str:
    """Return one digest of all numbers in the datasets of a run, without its records of time and place."""
    import numpy as np

    from galdask import cartography
    from galdask import digest as digests

    made = {}
    for path in sorted(p for kind in ("products", "cubes") for p in (out / kind).glob("*.zarr")):
        dataset = cartography.open_product(path)
        for name, values in dataset.variables.items():
            plain = np.asarray(values.values)
            plain = plain.astype("U") if plain.dtype == object else plain
            made[f"{path.stem}/{name}"] = digests.of_arrays([np.ascontiguousarray(plain).view(np.uint8)])
    if not made:
        raise RuntimeError(f"{out}: nothing was made")
    return digests.of_settings(made)[:16]


def bytes_read(store: str) -> int:
    """Return the compressed bytes of the columns that the two disks read."""
    from galdask.engine import plan_memory
    from galdask.identity import resolve

    work = resolve("two_disks", store, figures=False).work(Path(store), False, Path(store))
    return plan_memory.bytes_to_read(work, range(len(work.store.partitions)))


def orbits(store: str, out: str, workers: str, memory: str, draws: str) -> None:
    """Add orbits to a copy of a store, its files linked."""
    from galdask import api

    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(store, out, copy_function=os.link)
    (Path(out) / "manifest.json").unlink()
    shutil.copy(Path(store) / "manifest.json", out)

    def work(clocked):
        report = api.orbits(out, "orbits", draws=int(draws), cluster=clocked)
        return {"rows": report.rows, "written": report.written}

    measured(work, workers, memory, Path(out), dict)
    shutil.rmtree(out, ignore_errors=True)


if __name__ == "__main__":
    {"run": run, "orbits": orbits}[sys.argv[1]](*sys.argv[2:])
