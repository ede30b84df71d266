"""What every worker process does first: leave Ctrl-C to the client, work with one thread a kernel."""

from __future__ import annotations

import contextlib
import signal
from typing import Any


def dask_setup(worker: Any) -> None:
    """Prepare a worker process (called by Dask)."""
    with contextlib.suppress(ValueError):  # not the main thread: the parent's choice holds
        signal.signal(signal.SIGINT, signal.SIG_IGN)
