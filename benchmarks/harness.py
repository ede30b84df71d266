"""How runs are timed: each in a process of its own, in turn with its peers, medians and ratios told.

A *runner* is a module with ``main(arguments) -> None`` that prints one line of JSON,
``{"seconds": ..., "peak_mib": ..., ...}``: what it times itself leaves out the start of the process and
of workers, unless the benchmark is about these.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

SCRATCH = Path(os.environ.get("GALDASK_BENCH", ".bench"))
REPEATS = 5


def machine() -> str:
    """Describe this machine in one line."""
    model = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}"


def peak_mib() -> float:
    """Return the largest resident memory of this process or one of its ended children, in MiB."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(w).ru_maxrss for w in who) / 1024


@contextlib.contextmanager
def timed() -> Iterator[dict[str, float]]:
    """Time a block; the seconds stand in the yielded mapping afterwards."""
    told: dict[str, float] = {}
    began = time.perf_counter()
    yield told
    told["seconds"] = time.perf_counter() - began


def tell(told: Mapping[str, Any]) -> None:
    """Print what a runner found."""
    print(json.dumps({**told, "peak_mib": round(peak_mib(), 1)}))


def forget(paths: Sequence[Path]) -> None:
    """Ask the system to drop files from its page cache, so that the next read is cold."""
    for path in paths:
        for file in [path] if path.is_file() else path.rglob("*"):
            if file.is_file():
                with open(file, "rb") as handle:
                    os.fsync(handle.fileno())
                    os.posix_fadvise(handle.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def once(runner: str, *arguments: str, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Run a runner in a process of its own and return what it told."""
    done = subprocess.run(
        [sys.executable, "-m", runner, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **(environment or {})},
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{runner} {arguments} failed:\n{done.stderr[-3000:]}")
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def compare(
    runners: Mapping[str, tuple[str, ...]],
    *,
    repeats: int = REPEATS,
    cold: Sequence[Path] = (),
    environment: Mapping[str, str] | None = None,
) -> dict[str, list[dict[str, Any]]]:
    """Run all runners in turn, `repeats` times; with `cold`, these files leave the page cache before each."""
    told: dict[str, list[dict[str, Any]]] = {name: [] for name in runners}
    for _ in range(repeats):
        for name, (runner, *arguments) in runners.items():
            forget(cold)
            told[name].append(once(runner, *arguments, environment=environment))
    return told


def median(told: Sequence[Mapping[str, Any]], what: str = "seconds") -> float:
    """Return the median of one figure over the runs."""
    return statistics.median(float(run[what]) for run in told)


def ratio(peer: Sequence[Mapping[str, Any]], own: Sequence[Mapping[str, Any]]) -> float:
    """Return the median over the turns of peer's time / own time."""
    return statistics.median(
        float(p["seconds"]) / float(o["seconds"]) for p, o in zip(peer, own, strict=True)
    )


def rows(told: Mapping[str, Sequence[Mapping[str, Any]]], own: str) -> list[str]:
    """Return the lines of a Markdown table, a line a runner, the ratio taken to `own`."""
    lines = [
        "| way | median s | min - max s | peak MiB of a process | time / galdask's |",
        "|---|---|---|---|---|",
    ]
    for name, runs in told.items():
        seconds = [float(run["seconds"]) for run in runs]
        lines.append(
            f"| {name} | {median(runs):.3g} | {min(seconds):.3g} - {max(seconds):.3g} "
            f"| {max(float(r['peak_mib']) for r in runs):.0f} | {ratio(runs, told[own]):.2f} |"
        )
    return lines
