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
#: seconds between looks at the memory of a run and of all that it started
WATCH = 0.1


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
    """Return the largest resident memory of this process, in MiB."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return peak_of("self")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def peak_of(process: int | str) -> float:
    """Return the largest resident memory of a process on Linux, in MiB.

    `ru_maxrss` begins with the memory of the process that started this one; the mark in /proc does not.
    """
    text = Path(f"/proc/{process}/status").read_text()
    return int(text.split("VmHWM:", 1)[1].split()[0]) / 1024


def family(process: int) -> Iterator[int]:
    """Yield a process and all that it started and that still run, on Linux."""
    yield process
    for file in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in file.read_text().split():
                yield from family(int(child))


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
    """Run a runner in a process of its own and return what it told, with the peak of it or its children."""
    process = subprocess.Popen(
        [sys.executable, "-m", runner, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **(environment or {})},
    )
    peak = 0.0
    with process:
        while True:
            for one in family(process.pid):
                with contextlib.suppress(OSError, ValueError, IndexError):
                    peak = max(peak, peak_of(one))
            with contextlib.suppress(subprocess.TimeoutExpired):
                output, errors = process.communicate(timeout=WATCH)
                break
    if process.returncode:
        raise RuntimeError(f"{runner} {arguments} failed:\n{errors[-3000:]}")
    told: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
    told["peak_mib"] = max(round(peak, 1), told["peak_mib"])
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
