"""How time and memory of the whole two-disks pipeline grow with the number of stars."""

from __future__ import annotations

import math
import os
import shutil
import statistics

from benchmarks import harness, material
from benchmarks.pipeline import LEAN

#: rows of the catalogues
SIZES = tuple(int(n) for n in os.environ.get("GALDASK_SCALE", "2000000 6000000 20000000").split())
#: seconds that a run takes with hardly any star: start, workers, datasets; left out of the second exponent
SMALL = 100_000
REPEATS = 2


def exponent(rows: list[float], seconds: list[float]) -> float:
    """Return the slope of the straight line through log seconds against log rows."""
    x, y = [math.log(n) for n in rows], [math.log(t) for t in seconds]
    return statistics.linear_regression(x, y).slope


def once(rows: int) -> dict[str, float]:
    """Run the pipeline over `rows` stars without figures, nothing kept; the best of `REPEATS` runs."""
    store, out = material.survey(rows), harness.SCRATCH / "out-scale"
    words = ("galdask", "run", "two_disks", "--store", str(store), "--out", str(out), *LEAN)
    told = []
    for _ in range(REPEATS):
        shutil.rmtree(out, ignore_errors=True)
        told.append(harness.once("benchmarks.peers.command", *words))
    shutil.rmtree(out, ignore_errors=True)
    return min(told, key=lambda one: one["seconds"]) | {"peak_mib": max(one["peak_mib"] for one in told)}


def run() -> list[str]:
    """Time the sizes, one after the other; each store is removed when it was read."""
    found = {}
    for rows in (SMALL, *SIZES):
        found[rows] = once(rows)
        shutil.rmtree(harness.SCRATCH / f"survey-{rows}")
    base = found.pop(SMALL)["seconds"]
    seconds = [one["seconds"] for one in found.values()]
    sizes = [float(rows) for rows in found]
    lines = [
        "## Growth: all products of the two-disks pipeline, no figures, no caches, two workers",
        "",
        "| rows | s, start and end included | s beyond those of "
        f"{SMALL:,} rows | s a million rows beyond | peak MiB of a process |",
        "|---|---|---|---|---|",
    ]
    for rows, one in found.items():
        whole, more, peak = one["seconds"], one["seconds"] - base, one["peak_mib"]
        lines.append(f"| {rows:,} | {whole:.1f} | {more:.1f} | {more / (rows / 1e6):.2f} | {peak:.0f} |")
    whole, part = exponent(sizes, seconds), exponent(sizes, [t - base for t in seconds])
    return [
        *lines,
        "",
        f"Time grows as rows to the power {whole:.2f}, without the {base:.1f} s of a run over {SMALL:,} rows "
        f"{part:.2f}.",
        "The catalogues hold the stars of the full-size mock again and again, each copy a little elsewhere,",
        f"with the columns that the pipeline reads. The better of {REPEATS} runs; memory is the larger.",
    ]
