"""Ctrl-C: the first asks for an orderly end, the second ends at once."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType

from galdask.errors import StoppedError

#: set when the user asked to stop
requested = threading.Event()
#: seconds that running tasks get to publish what they have
GRACE = 5.0
#: called at the second Ctrl-C, to end child processes
_last_words: list[Callable[[], None]] = []


def check() -> None:
    """Raise `StoppedError` if the user asked to stop."""
    if requested.is_set():
        raise StoppedError("stopped", todo="the same command resumes; what was finished is kept")


@contextlib.contextmanager
def at_second(action: Callable[[], None]) -> Iterator[None]:
    """Register what must end when the user insists."""
    _last_words.append(action)
    try:
        yield
    finally:
        _last_words.remove(action)


@contextlib.contextmanager
def on_interrupt() -> Iterator[None]:
    """Turn the first SIGINT (or SIGTERM) into a request, the second into an immediate end.

    Only the command line installs this; a library must leave the user's handlers alone.
    """
    requested.clear()

    def handle(number: int, frame: FrameType | None) -> None:
        if requested.is_set():
            for action in list(_last_words):
                with contextlib.suppress(Exception):
                    action()
            os._exit(130)
        requested.set()
        sys.stderr.write("\nstopping: running tasks may finish (Ctrl-C again ends at once)\n")

    before = {s: signal.signal(s, handle) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        requested.clear()
