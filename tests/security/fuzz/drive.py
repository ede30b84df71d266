"""Children that read wounded files, watched from outside: deaths and endless calls are faults, too."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[3]
#: bytes beyond what the process has before the first input, and seconds an input
MEMORY, SECONDS = 1 << 30, 20.0


@dataclass
class Tally:
    """What became of the inputs of a target."""

    target: str
    counts: Counter = field(default_factory=Counter)
    faults: dict[int, str] = field(default_factory=dict)
    reasons: Counter = field(default_factory=Counter)
    slowest: float = 0.0
    seconds: float = 0.0
    peak: int = 0

    @property
    def inputs(self) -> int:
        return self.counts.total()

    def kinds(self) -> list[str]:
        """Return the different faults, each with the first input that has it."""
        first: dict[str, int] = {}
        for number, what in sorted(self.faults.items()):
            first.setdefault(what.splitlines()[0], number)
        return [f"{number}: {what}" for what, number in first.items()]


def tally(
    target: str,
    seeds: Path,
    seed: int,
    count: int,
    keep: Path | None = None,
    start: int = 0,
    seconds: float = SECONDS,
) -> Tally:
    """Give `count` inputs to a target, in as many child processes as it takes."""
    found, began = Tally(target), time.perf_counter()
    at, stop = start, start + count
    while at < stop:
        at = _child(found, seeds, seed, at, stop, keep, seconds)
    found.seconds = time.perf_counter() - began
    return found


def _child(
    found: Tally, seeds: Path, seed: int, start: int, stop: int, keep: Path | None, seconds: float
) -> int:
    words = [str(seeds), found.target, str(seed), str(start), str(stop), str(MEMORY), str(seconds)]
    words += [str(keep)] if keep else []
    about = {
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
    }
    with tempfile.TemporaryDirectory(prefix="galdask-fuzz-") as scratch:
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.security.fuzz.child", *words],
            cwd=scratch,
            env=os.environ | about,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        lines: queue.Queue[str | None] = queue.Queue()
        said: list[str] = []
        threads = [
            threading.Thread(target=_pump, args=(child.stdout, lines), daemon=True),
            threading.Thread(target=lambda: said.extend(child.stderr or ()), daemon=True),
        ]
        for thread in threads:
            thread.start()
        last, done = start, start
        try:
            while True:
                try:
                    line = lines.get(timeout=300.0 if last == start else 10 + 2 * seconds)
                except queue.Empty:
                    child.send_signal(signal.SIGKILL)
                    line = None
                if line is None:
                    break
                number, kind, what, took = json.loads(line)
                if number == -1:
                    assert kind == "accepted", f"{found.target}: an undamaged file is not read: {what}"
                elif number == -2:
                    found.peak = max(found.peak, int(what))
                elif kind == "began":
                    last = number
                else:
                    done = number + 1
                    found.counts[kind] += 1
                    found.slowest = max(found.slowest, took)
                    found.reasons[what.splitlines()[0] if what else ""] += kind == "refused"
                    if kind == "fault":
                        found.faults[number] = what
        finally:
            child.kill()
            code = child.wait()
            for thread, stream in zip(threads, (child.stdout, child.stderr), strict=True):
                thread.join()
                if stream is not None:
                    stream.close()
        if code == 0:
            return stop
        assert done > start or last >= start
        if done == start and not said and code == 1:
            raise AssertionError(f"{found.target}: the child ended with {code}")
        if done <= last:  # this input ended the process
            found.counts["fault"] += 1
            found.faults[last] = f"the process ended: {code} {' '.join(said)[-400:]}"
        elif code:
            raise AssertionError(f"{found.target}: the child ended with {code}: {' '.join(said)[-800:]}")
        return last + 1


def _pump(stream, lines) -> None:  # type: ignore[no-untyped-def]
    for line in stream:
        lines.put(line)
    lines.put(None)
