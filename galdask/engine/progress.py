"""How far a step is: counted where tasks are handed out, told as events, kept as records."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from galdask import events
from galdask.engine.measure import Measure
from galdask.events import Event, Share

#: receives one record a finished task
Recorder = Callable[[dict[str, Any]], None]
#: finished tasks from which the time left is foretold, where rows are not known
RECENT = 8
#: seconds over which the present rate is taken
WINDOW = 30.0
#: seconds between two events about tasks that are still running
BEAT = 1.0


class Progress:
    """One step on its way.

    Parameters
    ----------
    step : str
        Name of the step.
    tasks : int
        Number of its tasks.
    labels : sequence of str, optional
        What each task works on.
    shares : sequence of Share, optional
        What each task is of the whole.
    unit : str
        What is counted.
    listen : callable
        Receives events.
    recorders : sequence of callable
        Each receives one record a task.
    """

    def __init__(
        self,
        step: str,
        tasks: int,
        labels: Sequence[str] | None,
        shares: Sequence[Share] | None,
        unit: str,
        listen: events.Listener,
        recorders: Sequence[Recorder] = (),
    ) -> None:
        self.step, self.unit, self.listen = step, unit, listen
        self._labels, self._shares, self._recorders = labels, shares, tuple(recorders)
        self._total = sum(share.parts for share in shares) if shares is not None else tasks
        self._rows_total = sum(share.rows for share in shares) if shares is not None else 0
        self._done, self._rows, self._read, self._peak = 0, 0, 0, 0
        self._running: dict[int, tuple[int, int]] = {}
        self._tries: dict[int, int] = {}
        self._again: deque[int] = deque()
        self._at_work: set[int] = set()
        self._busy = 0.0
        self._recent: deque[tuple[float, int]] = deque(maxlen=RECENT)
        self._began = self._told = time.monotonic()
        self._moved = False
        self._past: deque[tuple[float, int]] = deque([(self._began, 0)])

    def label(self, index: int) -> str:
        """Return what a task works on."""
        return self._labels[index] if self._labels else f"task {index}"

    def group(self, index: int) -> str:
        """Return the name of a task's group on the dashboard."""
        own = self._shares[index].name if self._shares is not None else ""
        return own or self.step.replace(" ", "-")

    def started(self, index: int) -> None:
        """Hear that a task begins; it may do so again after a worker was lost."""
        self._tries[index] = self._tries.get(index, 0) + 1
        self._running.pop(index, None)
        self._at_work.add(index)
        if self._past[-1][1] == 0:  # nothing is done yet: what it took to begin says nothing of the rest
            self._past = deque([(time.monotonic(), 0)])
        if self._tries[index] > 1:
            self._again.append(index)

    def beat(self, index: int, rows: int, read: int, peak: int) -> None:
        """Hear how far a running task is, perhaps from another thread."""
        self._running[index] = (rows, read)
        self._peak = max(self._peak, peak)
        self._moved = True

    def tell(self) -> None:
        """Tell how far running tasks are, if there is something new, and not too often."""
        self._warn()
        if self._moved and time.monotonic() - self._told >= BEAT:
            self._tell()

    def finished(self, index: int, measure: Measure) -> None:
        """Count a finished task, tell of it and record it."""
        self._warn()
        share = self._shares[index] if self._shares is not None else Share()
        self._running.pop(index, None)
        self._at_work.discard(index)
        self._busy += measure.stop - measure.start
        self._recent.append((measure.stop - measure.start, share.parts))
        self._done += share.parts
        self._rows += share.rows
        self._read += measure.read
        self._peak = max(self._peak, measure.peak)
        for record in self._recorders:
            record(self._record(index, share, measure))
        self._tell()

    def failed(self, index: int, error: BaseException) -> None:
        """Record a task that ended with an error."""
        share = self._shares[index] if self._shares is not None else Share()
        for record in self._recorders:
            record(self._record(index, share, None) | {"error": f"{type(error).__name__}: {error}"[:500]})

    def _warn(self) -> None:
        """Tell of tasks that had to begin again."""
        while self._again:
            text = f"{self.label(self._again.popleft())} begins again: its worker was lost"
            self.listen(Event(self.step, text=text, level="warning"))

    def _record(self, index: int, share: Share, measure: Measure | None) -> dict[str, Any]:
        found = {
            "kind": "task",
            "step": self.step,
            "name": self.group(index),
            "label": self.label(index),
            "rows": share.rows,
            "retries": max(0, self._tries.get(index, 1) - 1),
        }
        if measure is not None:
            found |= {
                "worker": measure.worker,
                "start": round(measure.start, 4),
                "stop": round(measure.stop, 4),
                "bytes": measure.read,
                "peak": measure.peak,
            }
        return found

    def _tell(self) -> None:
        self._told, self._moved = time.monotonic(), False
        running = list(self._running.values())
        rows = min(self._rows + sum(one[0] for one in running), self._rows_total)
        seconds = self._told - self._began
        rate = self._rate(rows if self._rows_total else self._done)
        self.listen(
            Event(
                self.step,
                self._done,
                self._total,
                self.unit,
                rows=rows,
                rows_total=self._rows_total,
                bytes=self._read + sum(one[1] for one in running),
                rate=rate,
                left=self._left(rows, rate, seconds),
                seconds=seconds,
                memory=self._peak,
            )
        )

    def _rate(self, done: int) -> float:
        """Return how much is done in a second at present; at the end, over the whole step."""
        if self._done == self._total:
            return done / max(self._told - self._began, 1e-9)
        past = self._past
        past.append((self._told, done))
        while len(past) > 2 and past[1][0] < self._told - WINDOW:
            past.popleft()
        return max(0, done - past[0][1]) / max(self._told - past[0][0], 1e-9)

    def _left(self, rows: int, rate: float, seconds: float) -> float | None:
        """Return the seconds that are left: from rows; without them from what the last tasks took."""
        if self._rows_total:
            return (self._rows_total - rows) / rate if rate > 0 else None
        parts = sum(part for _, part in self._recent)
        if not parts or seconds <= 0:
            return None
        one = sum(took for took, _ in self._recent) / parts
        return (self._total - self._done) * one / max(1.0, len(self._at_work), self._busy / seconds)
