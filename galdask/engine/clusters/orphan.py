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
    from tornado.ioloop import PeriodicCallback

    seen, met = time.monotonic(), False

    async def look() -> None:
        nonlocal seen, met
        if any(name != "fire-and-forget" for name in scheduler.clients):
            seen, met = time.monotonic(), True
        elif time.monotonic() - seen > (ALONE if met else FIRST):
            await scheduler.close(reason="no client for a while")

    scheduler.periodic_callbacks["galdask-orphan"] = PeriodicCallback(look, LOOK * 1000)
