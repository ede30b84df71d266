"""What a task took: time, bytes, memory, and where; measured beside the function, in its own thread."""

from __future__ import annotations

import contextlib
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from galdask.events import gauge

#: topic of the messages that workers send about running tasks
TOPIC = "galdask-tasks"


class Measure(NamedTuple):
    """What one task took."""

    worker: str
    """Address of the worker, or the process."""
    start: float
    """Seconds since 1970, by the worker's clock."""
    stop: float
    read: int
    """Bytes."""
    peak: int
    """Peak memory of the process so far, bytes."""


def peak_bytes() -> int:
    """Return the peak resident memory of this process.

    Notes
    -----
    `ru_maxrss` on Linux begins with the memory of the process that started this one: it is the last resort.
    """
    with contextlib.suppress(OSError, ValueError, IndexError):
        text = Path("/proc/self/status").read_text()
        return int(text.split("VmHWM:", 1)[1].split()[0]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def here(
    function: Callable[..., Any], *arguments: Any, beat: Callable[[int, int], None] | None = None
) -> tuple[Any, Measure]:
    """Call a function and return its result with what it took."""
    return _measured(f"process {os.getpid()}", beat, function, arguments)


def on_worker(function: Callable[..., Any], *arguments: Any) -> tuple[Any, Measure]:
    """Call a function on a Dask worker; the client hears when it begins, and how far a long task is."""
    from distributed import get_worker

    worker = get_worker()
    key, address = str(worker.get_current_task()), worker.address.rpartition("://")[2]

    def say(**more: Any) -> None:
        worker.log_event(TOPIC, {"key": key, "worker": address, **more})

    say(start=time.time())
    return _measured(
        address,
        lambda rows, read: say(rows=rows, read=read, peak=peak_bytes()),
        function,
        arguments,
    )


def _measured(
    worker: str,
    beat: Callable[[int, int], None] | None,
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
) -> tuple[Any, Measure]:
    start, began = time.time(), time.perf_counter()
    with gauge.measuring(beat) as counted:
        result = function(*arguments)
    stop = start + time.perf_counter() - began
    return result, Measure(worker, start, stop, counted.read, peak_bytes())
