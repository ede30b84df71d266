"""Progress events: what a long step says of itself, and who listens.

Every room may speak; the command line listens with a bar on a terminal and with plain lines in a
batch log. Library use is silent unless a listener is given.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened."""

    step: str
    """Name of the step in a user's words, e.g. "ingest"."""
    done: int = 0
    """Units finished."""
    total: int = 0
    """Units in all; 0 when unknown or when the event is only a message."""
    unit: str = "partitions"
    """What is counted."""
    text: str = ""
    """A sentence for the log; empty for a plain count."""


Listener = Callable[[Event], None]


def silent(event: Event) -> None:
    """Listen and say nothing."""


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
    """

    def __init__(self, stream: TextIO | None = None, mode: str = "auto", every: float = 5.0):
        self.stream = sys.stderr if stream is None else stream
        if mode == "auto":
            mode = "bar" if self.stream.isatty() else "plain"
        self.mode = mode
        self.every = every
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
        if finished and self.mode == "plain" and event.step not in self._spoke and now - began < 2:
            self._began.pop(event.step, None)
            return
        self._spoke[event.step] = now
        if event.unit == "bytes":
            self._show(_bytes(event, now - began, first), finished)
        else:
            self._count(event, now - began, finished)
        if finished:
            self._began.pop(event.step, None)
            self._spoke.pop(event.step, None)

    def _count(self, event: Event, spent: float, finished: bool) -> None:
        share = event.done / event.total if event.total else 0.0
        left = f", {spent * (1 / share - 1):.0f} s left" if 0 < share < 1 else ""
        rate = f", {event.done / spent:,.0f} {event.unit}/s" if event.unit == "stars" and spent > 0 else ""
        text = (
            f"{event.step}: {event.done:,}/{event.total:,} {event.unit} "
            f"({100 * share:.0f} %), {spent:.1f} s{rate}{left}"
        )
        self._show(text, finished)

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


def _bytes(event: Event, spent: float, first: int) -> str:
    """Return the line of a file on its way; `first` bytes were there when it began."""
    rate = (event.done - first) / spent if spent > 0 else 0.0
    text = f"{event.step}: {event.done / 2**20:,.1f} MiB"
    if event.total:
        text = f"{text[:-4]}/{event.total / 2**20:,.1f} MiB ({100 * event.done / event.total:.0f} %)"
    if rate > 0:
        text += f", {rate / 2**20:,.1f} MiB/s"
        left = (event.total - event.done) / rate if event.total else 0.0
        text += f", {left:,.0f} s left" if left > 0 else ""
    return text
