"""The command `galdask orbits`: DR17's size with 80 draws, growth with the stars, galpy beside it."""

from __future__ import annotations

import math
from pathlib import Path

from benchmarks import harness, material

RUNNER = "benchmarks.peers.orbits"
DRAWS = 80
#: stars of the mocks: 5, 10 and 20 million star-draws
SIZES = (62_500, 125_000, 250_000)


def store(rows: int) -> Path:
    """Return a store of a mock of DR17, made once."""
    from galdask import api

    folder = harness.SCRATCH / ("store-dr17" if rows == material.DR17_ROWS else f"store-mock-{rows}")
    if not (folder / "manifest.json").exists():
        release = harness.SCRATCH / f"dr17-{rows}"
        if rows == material.DR17_ROWS:
            release = material.release()
        elif not (release / "truth.json").exists():
            api.mock("dr17", release, stars=rows, seed=1, layout="lite")
        api.ingest("dr17", release, folder)
    return folder


def whole() -> list[str]:
    """Time the command at DR17's size, two workers."""
    told = harness.compare({"orbits": (RUNNER, "command", str(store(material.DR17_ROWS)))}, repeats=3)[
        "orbits"
    ]
    cpu, size = harness.median(told, "cpu"), harness.median(told, "bytes")
    peak = max(run["peak_mib"] for run in told)
    return [
        "## Orbits: 733,901 stars x 80 draws, coordinates, actions and percentiles into the store",
        "",
        f"`galdask orbits STORE`, two workers, start of the cluster included: {harness.median(told):.0f} s "
        f"({min(r['seconds'] for r in told):.0f} to {max(r['seconds'] for r in told):.0f}), CPU {cpu:.0f} s, "
        f"{1e6 * cpu / (material.DR17_ROWS * (DRAWS + 1)):.2f} us a star-draw, largest process "
        f"{peak:.0f} MiB, {size / 1e6:.0f} MB written.",
    ]


def growth() -> list[str]:
    """Time the work on ever more stars, in one process."""
    runs = {n: harness.compare({"own": (RUNNER, "inside", str(store(n)))}, repeats=3)["own"] for n in SIZES}
    each = {n: harness.median(told) for n, told in runs.items()}
    lines = ["", "| stars | star-draws | CPU s, one process | its peak MiB |", "|---|---|---|---|"]
    for n, told in runs.items():
        peak = max(run["peak_mib"] for run in told)
        lines.append(f"| {n:,} | {n * DRAWS / 1e6:.0f} M | {each[n]:.1f} | {peak:.0f} |")
    power = math.log(each[SIZES[-1]] / each[SIZES[0]]) / math.log(SIZES[-1] / SIZES[0])
    return [*lines, "", f"Time grows as the number of stars to the power {power:.2f}."]


def backends() -> list[str]:
    """Compare the two backends on one partition, one core, draws and percentiles included."""
    where = str(store(SIZES[0]))
    told = harness.compare(
        {
            "fast": (RUNNER, "partition", where, "fast", str(DRAWS)),
            "galpy": (RUNNER, "partition", where, "galpy", "2"),
        },
        repeats=3,
        environment={"OMP_NUM_THREADS": "1"},
    )
    fast, galpy = (harness.median(told[name], "each") for name in ("fast", "galpy"))
    return [
        "",
        f"One partition, one core, all included: {fast:.2f} us a star-draw; with the backend galpy "
        f"{galpy:.0f} us, {galpy / fast:.0f} times as long.",
    ]


def run() -> list[str]:
    """Return the lines of the part."""
    return [*whole(), *growth(), *backends()]
