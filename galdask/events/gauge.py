"""What a task has gone through so far, counted in the thread that does it.

Whoever reads counts; nothing happens where nobody measures.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

#: seconds between two beats of a task
BEAT = 1.0
_local = threading.local()


class Gauge:
    """Rows and bytes of one task.

    Parameters
    ----------
    beat : callable, optional
        Is told (rows, bytes) of a long task now and then, from the thread of the task.
    """

    def __init__(self, beat: Callable[[int, int], None] | None = None) -> None:
        self.rows, self.read = 0, 0
        self._beat, self._last = beat, time.monotonic()

    def add(self, rows: int, read: int) -> None:
        """Count, and tell of it."""
        self.rows += rows
        self.read += read
        if rows and self._beat is not None and (now := time.monotonic()) - self._last >= BEAT:
            self._last = now
            self._beat(self.rows, self.read)


@contextlib.contextmanager
def measuring(beat: Callable[[int, int], None] | None = None) -> Iterator[Gauge]:
    """Count what this thread goes through."""
    before = getattr(_local, "gauge", None)
    _local.gauge = gauge = Gauge(beat)
    try:
        yield gauge
    finally:
        _local.gauge = before


def count(*, rows: int = 0, read: int = 0) -> None:
    """Say that so many rows are done, or so many bytes were read."""
    gauge = getattr(_local, "gauge", None)
    if gauge is not None:
        gauge.add(rows, read)
