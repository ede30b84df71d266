"""The listener of a terminal: a line that renews itself, or spaced lines in a batch log."""

from __future__ import annotations

import os
import sys
import time
from typing import TextIO

from galdask.events import line
from galdask.events.event import Event

#: columns of a line where there is no terminal
PLAIN = 120


class Narrator:
    """Write events as a line that renews itself on a terminal, as spaced lines in a log.

    Parameters
    ----------
    stream : file, optional
        Where to write; standard error by default.
    mode : {"auto", "bar", "plain", "none"}
        "auto" is "bar" on a terminal and "plain" elsewhere.
    every : float
        Seconds between two lines of one step in plain mode.
    width : int, optional
        Columns of a line; those of the terminal by default, 120 elsewhere.
    """

    def __init__(
        self,
        stream: TextIO | None = None,
        mode: str = "auto",
        every: float = 5.0,
        width: int | None = None,
    ) -> None:
        self.stream = sys.stderr if stream is None else stream
        if mode == "auto":
            mode = "bar" if self.stream.isatty() else "plain"
        self.mode = mode
        self.every = every
        self.width = width
        self._began: dict[str, tuple[float, int]] = {}
        self._spoke: dict[str, float] = {}
        self._open_line = False

    def __call__(self, event: Event) -> None:
        """Hear one event."""
        if self.mode == "none":
            return
        now = time.monotonic()
        if event.text:
            self._line(f"{event.step}: {event.text}")
            return
        began, first = self._began.setdefault(event.step, (now, event.done))
        finished = event.total > 0 and event.done >= event.total
        if not finished and now - self._spoke.get(event.step, began) < (
            0.2 if self.mode == "bar" else self.every
        ):
            return
        spent = event.seconds or now - began
        if finished and self.mode == "plain" and event.step not in self._spoke and spent < 2:
            self._began.pop(event.step, None)
            return
        self._spoke[event.step] = now
        if event.unit == "bytes":
            text = line.of_bytes(event, now - began, first, self._columns())
        else:
            text = line.of_count(event, spent, self._columns())
        self._show(text, finished)
        if finished:
            self._began.pop(event.step, None)
            self._spoke.pop(event.step, None)

    def _columns(self) -> int:
        """Return the columns of a line: on a terminal a longer one could not be renewed."""
        if self.width is not None:
            return self.width
        if self.mode == "bar":
            try:
                return max(20, os.get_terminal_size(self.stream.fileno()).columns - 1)
            except (OSError, ValueError):
                pass
        return PLAIN

    def _show(self, text: str, finished: bool) -> None:
        if self.mode == "bar":
            self.stream.write("\r\x1b[K" + text + ("\n" if finished else ""))
            self.stream.flush()
            self._open_line = not finished
        else:
            self._line(text)

    def _line(self, text: str) -> None:
        if self._open_line:
            self.stream.write("\n")
            self._open_line = False
        self.stream.write(text + "\n")
        self.stream.flush()
