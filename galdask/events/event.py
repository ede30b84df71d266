"""What is said: one event; and what one task is of a whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


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
    rows: int = 0
    """Rows of the catalogue that are done."""
    rows_total: int = 0
    """Rows in all; 0 where the step is not one over rows."""
    bytes: int = 0
    """Bytes that were read so far."""
    rate: float = 0.0
    """Rows (units, where rows are not known) a second, at present; of the whole step at its end."""
    left: float | None = None
    """Seconds that are left, from rows where they are known."""
    seconds: float = 0.0
    """Time since the step began."""
    memory: int = 0
    """Largest memory of a worker so far, bytes."""
    level: str = "info"
    """"info", "warning" or "error"."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one task is of its step: for progress, the dashboard and the history.

    Parameters
    ----------
    rows : int
        Rows of the catalogue that it goes through.
    parts : int
        How many units, e.g. partitions, it is.
    name : str
        Name of the task's group on the dashboard; by default that of the step.
    """

    rows: int = 0
    parts: int = 1
    name: str = ""


Listener = Callable[[Event], None]


def silent(event: Event) -> None:
    """Listen and say nothing."""


def together(*listeners: Listener) -> Listener:
    """Return a listener that tells all of these."""

    def hear(event: Event) -> None:
        for listen in listeners:
            listen(event)

    return hear
