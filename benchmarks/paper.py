"""Two billion stars on a hundred workers, on paper, from what was measured of rows, partitions and tasks."""

from __future__ import annotations

import time
from typing import Any

from benchmarks import harness, material

RUNNER = "benchmarks.peers.many_partitions"
STARS, WORKERS = 2_000_000_000, 100
#: partitions of the manifests that are planned; the last are about those of `STARS`
PARTITIONS = (64, 1_000, 10_500)
#: tasks that a scheduler hands out in a second, with their results: cautious
RATE = 200.0
Told = dict[str, Any]


def slope(found: dict[int, Told], what: Any) -> tuple[float, float]:
    """Return (a row, fixed) of a figure from the smallest size of some millions and the largest."""
    sizes = [n for n in sorted(found) if n >= 3_000_000] or sorted(found)
    low, high = sizes[0], sizes[-1]
    if low == high:
        return what(found[high]) / high, 0.0
    # where there is hardly any, what is measured may fall with the rows: noise, not a cost below nothing
    a_row = max((what(found[high]) - what(found[low])) / (high - low), 0.0)
    return a_row, max(what(found[high]) - a_row * high, 0.0)


def plans() -> list[str]:
    """Return the table of what a plan takes with the partitions."""
    lines = [
        "| partitions | manifest, MB | s to open | s to plan | states | s to foretell the memory "
        "| foretold MiB of a worker | MiB of the client |",
        "|---|---|---|---|---|---|---|---|",
    ]
    store = material.survey(1_000_000)
    for count in PARTITIONS:
        told = harness.once(RUNNER, str(store), str(count), str(harness.SCRATCH / "many-partitions"))
        lines.append(
            f"| {count:,} | {told['bytes'] / 1e6:.1f} | {told['open']:.2f} | {told['plan']:.1f} "
            f"| {told['states']:,} | {told['foretell']:.1f} | {told['foretold_mib']:.0f} "
            f"| {told['peak_mib']:.0f} |"
        )
    return lines


def share(stars: int = 1_500_000, heights: int = 8, n: int = 12) -> float:
    """Return what one share of n of running medians with 200 replicas takes, of the time of the whole."""
    import numpy as np

    from galdask.reductions import Axis, Key, RunningMedians

    draw = np.random.default_rng(1)
    key = Key((Axis("abs_z", "abs_z", tuple(np.linspace(0.0, 4.0, heights + 1))),), population=True)
    medians = RunningMedians(key, "r", "fe_h", replicas=200)
    columns = {
        "r": draw.normal(8.0, 3.0, stars),
        "fe_h": draw.normal(0.0, 0.3, stars),
        "abs_z": np.abs(draw.normal(0.0, 0.6, stars)),
        "star_key": draw.integers(0, 2**63, stars).astype(np.uint64),
        "population": draw.integers(0, 3, stars),
    }
    states = [medians.map({name: values[i::16] for name, values in columns.items()}) for i in range(16)]
    seconds = []
    for one in ((0, n), (0, 1)):
        began = time.thread_time()
        medians.finalize(states, share=one)
        seconds.append(time.thread_time() - began)
    return seconds[0] / seconds[1]


def lines(found: dict[int, Told]) -> list[str]:
    """Return the extrapolation; `found` is what `benchmarks.scale` measured by rows."""
    largest = found[max(found)]
    rows_of_partition = largest["rows"] / largest["partitions"]
    partitions = STARS / rows_of_partition
    table = [f"### {STARS / 1e9:g} billion stars on {WORKERS} workers, on paper", ""]
    table += ["| what | a row, measured | fixed | at this size |", "|---|---|---|---|"]
    wall, part = 0.0, share()
    for step in largest["busy_cpu"]:
        row, fixed = slope(found, lambda told, step=step: told["busy_cpu"].get(step, 0.0))
        one, one_fixed = slope(found, lambda told, step=step: told["longest_cpu"].get(step, 0.0))
        shared, alone = (row * STARS + fixed) / WORKERS, 0.0
        if "finish" in step:  # a table is finished by one task, or in twelve shares, however many stars
            alone = (one * STARS + one_fixed) * (part if step == "finish states" else 1.0)
        wall += max(shared, alone)
        table.append(
            f"| {step}, CPU | {1e6 * row:.2f} us | {fixed:.1f} s | {shared:.0f} s on {WORKERS} workers"
            + (f", but {alone:.0f} s for its longest task |" if alone > shared else " |")
        )
    read, scratch = (slope(found, lambda told, name=name: told[name]) for name in ("read", "scratch"))
    maps = min(partitions, max(10 * WORKERS, STARS / 2**20))
    merges = partitions / 8 * 8 / 7
    tasks = maps + merges + largest["tasks"].get("finish states", 60) + 40
    table += [
        f"| read from the store | {read[0]:.0f} bytes | | {read[0] * STARS / 1e9:,.0f} GB, "
        f"{read[0] * STARS / 1e6 / max(wall, 1):,.0f} MB/s over the run |",
        f"| states on the shared disk | {scratch[0]:.0f} bytes | {scratch[1] / 1e6:.0f} MB "
        f"| {(scratch[0] * STARS + scratch[1]) / 1e9:,.0f} GB |",
        f"| partitions | 1 / {rows_of_partition:,.0f} | | {partitions:,.0f} |",
        f"| tasks | | | {tasks:,.0f}: {tasks / RATE:.0f} s of a scheduler at {RATE:.0f} a second |",
        f"| the whole run | | | {wall / 60:.0f} minutes |",
        "",
        "The longest task of a table is that of the largest size measured, taken further, times "
        f"{part:.2f}: what a",
        "share of twelve takes of the running medians of 1.5 million stars (every share merges all states).",
        "",
        "What a plan takes, measured over manifests without data:",
        "",
    ]
    return [*table, *plans()]
