"""One worker and two: the reductions of the two disks, and the actions."""

from __future__ import annotations

import os
import shutil
import statistics
from pathlib import Path

from benchmarks import harness, material
from benchmarks.scale import MEMORY, RUNNER, Told, overhead

#: stars; draws of each in the orbits; runs of each kind, one after the other in turn
ROWS = int(float(os.environ.get("GALDASK_WORKERS_ROWS", "10e6")))
DRAWS = int(os.environ.get("GALDASK_WORKERS_DRAWS", "16"))
RUNS = int(os.environ.get("GALDASK_WORKERS_RUNS", "3"))
#: what was asked for
SPEED_UP, OVERHEAD = 1.8, 0.10


def _in_memory(store: Path) -> None:
    """Read the files of a store, so that every run finds them where the system keeps what was read."""
    for path in store.rglob("*.parquet"):
        with open(path, "rb") as file:
            while file.read(1 << 24):
                pass


def _once(way: str, workers: int, *more: str) -> Told:
    store, out = material.survey(ROWS, "orbits" if way == "orbits" else "two_disks"), harness.SCRATCH / "pair"
    shutil.rmtree(out, ignore_errors=True)
    _in_memory(store)
    try:
        return harness.once(RUNNER, way, str(store), str(out), str(workers), MEMORY, *more)
    finally:
        shutil.rmtree(out, ignore_errors=True)


def _reductions(told: Told) -> float:
    """Return the seconds of the reductions, or of the actions: steps but for the products."""
    return sum(wall for step, wall in told["walls"].items() if "product" not in step)


def pair(title: str, way: str, *more: str) -> str:
    """Return the line that compares one worker with two, medians of alternating runs."""
    found: dict[int, list[Told]] = {1: [], 2: []}
    for _ in range(RUNS):
        for workers in (2, 1):
            found[workers].append(_once(way, workers, *more))
    if len({told["digest"] for runs in found.values() for told in runs if "digest" in told}) > 1:
        raise RuntimeError(f"{title}: one worker and two have other results")
    one, two = ([statistics.median(map(what, found[n])) for what in (_seconds, _reductions)] for n in (1, 2))
    idle = statistics.median(overhead(told, 2) for told in found[2])
    spread = [f"{min(map(_seconds, found[n])):.1f} - {max(map(_seconds, found[n])):.1f}" for n in (1, 2)]
    return (
        f"| {title} | {one[0]:.1f} ({spread[0]}) | {two[0]:.1f} ({spread[1]}) | {one[0] / two[0]:.2f} "
        f"| {one[1] / two[1]:.2f} | {100 * idle:.1f}% |"
    )


def _seconds(told: Told) -> float:
    return float(told["seconds"])


def run() -> list[str]:
    """Compare."""
    return [
        f"## One worker and two, {ROWS:,} rows, workers of {MEMORY}",
        "",
        "| what | s, one (min - max) | s, two | ratio | of reductions or actions alone | in no task, two |",
        "|---|---|---|---|---|---|",
        pair("two disks, no figures", "run"),
        pair(f"orbits, {DRAWS} draws", "orbits", str(DRAWS)),
        "",
        f"Asked for: at least {SPEED_UP:g}, and at most {100 * OVERHEAD:g}% in no task. Medians of {RUNS}",
        "runs of each, in turn; every file of the store was read before each run. The products of one worker",
        "and of two hold the same numbers.",
    ]
