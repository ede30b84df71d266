"""The listener of a log file: a line of text, or of JSON, an event; each line is one write."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

from galdask import publish
from galdask.errors import OutputError
from galdask.events import line
from galdask.events.event import Event

#: forms of a log
FORMS = ("text", "json")


class Log:
    """Append events to a file.

    A line reaches the file by one write of a file that is open for appending, so that several processes
    may share a log, and a process that is killed leaves whole lines. Plain counts are spaced; the first and
    the last of a step and every sentence are kept.

    Parameters
    ----------
    path : path
        The file; made, or appended to.
    form : {"text", "json"}
        Lines for people, or JSON lines: time, level, step, text, done, total, unit, rows, rows_total,
        bytes, rate, left, seconds, memory.
    every : float
        Seconds between two plain counts of a step.

    Raises
    ------
    OutputError
        If the file cannot be opened.
    """

    def __init__(self, path: Path | str, form: str = "text", every: float = 5.0) -> None:
        self.path, self.form, self.every = Path(path), form, every
        if self.path.is_dir():
            raise OutputError("a log is a file, and this is a folder", where=self.path)
        with publish.explained(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self._began: dict[str, tuple[float, int]] = {}
        self._spoke: dict[str, float] = {}

    def __call__(self, event: Event) -> None:
        """Hear one event."""
        if event.text:
            self._write(event, f"{event.step}: {event.text}")
            return
        now = time.monotonic()
        began, first = self._began.setdefault(event.step, (now, event.done))
        finished = event.total > 0 and event.done >= event.total
        if not finished and event.step in self._spoke and now - self._spoke[event.step] < self.every:
            return
        self._spoke[event.step] = now
        if event.unit == "bytes":
            self._write(event, line.of_bytes(event, now - began, first))
        else:
            self._write(event, line.of_count(event, now - began))
        if finished:
            self._began.pop(event.step, None)
            self._spoke.pop(event.step, None)

    def _write(self, event: Event, text: str) -> None:
        moment = datetime.now(UTC)
        if self.form == "json":
            whole = json.dumps(_fields(event, moment, text))
        else:
            mark = "" if event.level == "info" else event.level.upper() + " "
            whole = f"{moment:%Y-%m-%dT%H:%M:%SZ} {mark}{text}".replace("\n", "\n    ")
        with publish.explained(self.path):
            os.write(self._file, (whole + "\n").encode())

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def _fields(event: Event, moment: datetime, text: str) -> dict[str, object]:
    """Return what a JSON line holds; what an event does not say is null."""
    return {
        "time": f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z",
        "level": event.level,
        "step": event.step,
        "text": text,
        "done": event.done if event.total else None,
        "total": event.total or None,
        "unit": event.unit if event.total else None,
        "rows": event.rows if event.rows_total else None,
        "rows_total": event.rows_total or None,
        "bytes": event.done if event.unit == "bytes" else event.bytes or None,
        "rate": round(event.rate, 3) or None,
        "left": None if event.left is None else round(event.left, 1),
        "seconds": round(event.seconds, 3) or None,
        "memory": event.memory or None,
    }
