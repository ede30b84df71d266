"""What a scheduler on another host does: end when no client has spoken to it for a while.

Its client may be killed, or the network between them; a scheduler that nobody needs must not stay.
"""

from __future__ import annotations

import time
from typing import Any

#: seconds without a client after which the scheduler ends, and before its first; seconds between two looks
ALONE, FIRST, LOOK = 120.0, 900.0, 5.0


def dask_setup(scheduler: Any) -> None:
    """Watch the clients of a scheduler (called by Dask in its process)."""
    from distributed.diagnostics.plugin import SchedulerPlugin
    from tornado.ioloop import PeriodicCallback

    seen, met = time.monotonic(), False

    class Met(SchedulerPlugin):
        """Notes that there was a client, however short."""

        def add_client(self, scheduler: Any, client: str) -> None:
            nonlocal seen, met
            seen, met = time.monotonic(), True

    async def look() -> None:
        nonlocal seen
        if any(name != "fire-and-forget" for name in scheduler.clients):
            seen = time.monotonic()
        elif time.monotonic() - seen > (ALONE if met else FIRST):
            await scheduler.close(reason="no client for a while")

    scheduler.add_plugin(Met(), name="galdask-orphan")
    scheduler.periodic_callbacks["galdask-orphan"] = PeriodicCallback(look, LOOK * 1000)
