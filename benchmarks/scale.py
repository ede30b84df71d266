"""How the two-disks pipeline grows with the stars."""

from __future__ import annotations

import math
import os
import shutil
import statistics
from typing import Any

from benchmarks import harness, material, paper

RUNNER = "benchmarks.peers.scale"
#: rows of the catalogues
SIZES = tuple(int(float(n)) for n in os.environ.get("GALDASK_SCALE", "1e6 3e6 10e6 30e6 100e6").split())
MEMORY = "2GiB"
REPEATS = int(os.environ.get("GALDASK_SCALE_REPEATS", "1"))
#: stores of more rows are removed when they were read
KEPT = int(float(os.environ.get("GALDASK_SCALE_KEPT", "10e6")))
#: what was asked for
ROW, MEMORY_MIB, OVERHEAD = 1.10, 2048, 0.10
COMPARED = (10_000_000, 100_000_000)
Told = dict[str, Any]


def exponent(rows: list[float], seconds: list[float]) -> float:
    """Return the slope of the straight line through log seconds against log rows."""
    x, y = [math.log(n) for n in rows], [math.log(t) for t in seconds]
    return statistics.linear_regression(x, y).slope


def once(way: str, rows: int, workers: int, *more: str) -> Told:
    """Run a pipeline, or orbits, over `rows` stars; the fastest of `REPEATS` runs, the largest memory."""
    store = material.survey(rows, "orbits" if way == "orbits" else "two_disks")
    out = harness.SCRATCH / "out-scale"
    told = []
    for _ in range(REPEATS):
        shutil.rmtree(out, ignore_errors=True)
        told.append(harness.once(RUNNER, way, str(store), str(out), str(workers), MEMORY, *more))
    shutil.rmtree(out, ignore_errors=True)
    best = min(told, key=lambda one: one["seconds"])
    return best | {name: max(one[name] for one in told) for name in ("worker_mib", "client_mib")}


def overhead(told: Told, workers: int) -> float:
    """Return the part of the workers' time that no task used, from the first to the last of the run."""
    return 1.0 - sum(told["busy"].values()) / (workers * told["seconds"])


def growth(found: dict[int, Told]) -> list[str]:
    """Return the table of time and memory against rows."""
    lines = [
        "| rows | s | us a row | core-s in tasks | CPU-us a row | time in no task | MiB of a worker | of the "
        "client | GB read | GB of states | tasks | loop CPU s | loop late, 99 % and most ms | s to start |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for rows, told in found.items():
        busy, cpu = sum(told["busy"].values()), sum(told["busy_cpu"].values())
        lines.append(
            f"| {rows:,} | {told['seconds']:.1f} | {1e6 * told['seconds'] / rows:.2f} | {busy:.1f} "
            f"| {1e6 * cpu / rows:.2f} | {100 * overhead(told, 2):.1f}% | {told['worker_mib']:.0f} "
            f"| {told['client_mib']:.0f} | {told['read'] / 1e9:.2f} | {told['scratch'] / 1e9:.2f} "
            f"| {sum(told['tasks'].values())} | {told['loop_cpu']:.1f} "
            f"| {1e3 * told['late_99']:.0f}, {1e3 * told['late_max']:.0f} | {told['start']:.1f} |"
        )
    rows, seconds = [float(n) for n in found], [told["seconds"] for told in found.values()]
    if len(rows) > 1:
        lines += ["", f"Time grows as rows to the power {exponent(rows, seconds):.2f}."]
    return lines


def where(found: dict[int, Told]) -> list[str]:
    """Return the table of what the workers' seconds go to, by step and by kind of work."""
    steps = list(dict.fromkeys(step for told in found.values() for step in told["busy"]))
    parts = list(dict.fromkeys(part for told in found.values() for part in told["parts"]))
    lines = [
        "| rows | " + " | ".join(steps) + " | CPU s of these: " + " | ".join(parts) + " |",
        "|" + "---|" * (1 + len(steps) + len(parts)),
    ]
    for rows, told in found.items():
        cells = [f"{told['busy'].get(step, 0.0):.1f}" for step in steps]
        cells += [f"{told['parts'].get(part, 0.0):.1f}" for part in parts]
        lines.append(f"| {rows:,} | " + " | ".join(cells) + " |")
    return ["Seconds of the workers, summed, by step; and the CPU seconds of what tasks did:", "", *lines]


def asked(found: dict[int, Told]) -> list[str]:
    """Return what was asked of growth, beside what was found."""
    lines = []
    low, high = COMPARED
    if low in found and high in found:
        a_row = [found[n]["seconds"] / n for n in COMPARED]
        lines.append(
            f"Time a row at {high:,} rows / at {low:,}: {a_row[1] / a_row[0]:.3f}, asked for at most {ROW:g};"
        )
        cpu = [sum(found[n]["busy_cpu"].values()) / n for n in COMPARED]
        lines.append(f"CPU time a row, the same: {cpu[1] / cpu[0]:.3f}.")
    most = max(told["worker_mib"] for told in found.values())
    lines.append(f"Largest worker: {most:.0f} MiB, asked for less than {MEMORY_MIB}.")
    for rows, told in found.items():
        if rows >= low:
            part = overhead(told, 2)
            lines.append(f"Time in no task at {rows:,} rows: {100 * part:.1f}%, asked for at most 10%.")
    return lines


def run() -> list[str]:
    """Time the sizes, one after the other; large stores are removed when they were read."""
    found: dict[int, Told] = {}
    for rows in SIZES:
        found[rows] = once("run", rows, 2)
        if rows > KEPT:
            shutil.rmtree(material.survey(rows))
    return [
        "## Growth: all products of the two-disks pipeline, no figures, nothing kept, two workers of "
        f"{MEMORY}",
        "",
        *growth(found),
        "",
        *asked(found),
        "",
        *where(found),
        "",
        "Seconds begin when the workers are up (s to start is beside them) and end when the run is",
        "published. Time in no task: 1 - seconds of all tasks / (workers x seconds);",
        "it holds the plan, messages, waiting for the last task of a step, the account and the seal. The",
        "scheduler runs in the client's process, in the event loop whose CPU and lateness are given.",
        "The catalogues hold the stars of the full-size mock again and again, each copy a little elsewhere,",
        "with the columns that the pipeline reads. What a disk gives beside the CPU is in the seconds: every",
        "store is read as it lies there, from the disk where the system has not kept it.",
        "",
        *paper.lines(found),
    ]
