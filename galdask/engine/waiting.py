"""Workers that are not there yet: how long a run waits for them, and what is known of them."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from distributed import Client


class Waiting(Protocol):
    """What a kind of cluster knows of workers that are not there."""

    limit: float
    """Seconds that a run waits when it has no worker at all."""

    def check(self) -> None:
        """Raise the error of a cluster to which no worker will come."""
        ...

    def words(self) -> str:
        """Return in words what is known, such as what the queue says."""
        ...


_KNOWN: weakref.WeakKeyDictionary[Client, Waiting] = weakref.WeakKeyDictionary()


def register(client: Client, waiting: Waiting) -> None:
    """Note who knows of the workers of a client."""
    _KNOWN[client] = waiting


def of(client: Client) -> Waiting | None:
    """Return who knows of the workers of a client, if anyone."""
    return _KNOWN.get(client)
