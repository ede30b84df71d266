"""Workers that are watched: their tasks enter a history, and a performance report if it is asked for."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from galdask import events
from galdask.engine import performance, sight
from galdask.engine.cluster import open_executor
from galdask.engine.executor import Executor
from galdask.engine.history import kept


@contextlib.contextmanager
def working(
    cluster: Any,
    place: Path | str,
    name: str,
    listen: events.Listener = events.silent,
    performance_report: Path | str | None = None,
    store: Path | None = None,
) -> Iterator[Executor]:
    """Start what `cluster` names and yield an executor that is watched.

    Parameters
    ----------
    cluster : str, path, ClusterConfig, Executor, or a client or cluster of Dask's
        Where to work; see `galdask.engine.cluster.open_executor`.
    place : path
        OUT or STORE, which workers must see, and beside which the history is kept.
    name : str
        What is done, for the name of the history.
    listen : callable
        Receives progress events.
    performance_report : path, optional
        File of Dask's performance report.
    store : path, optional
        The store, if there is one that workers read.

    Raises
    ------
    ClusterError
        If the workers cannot be started or see other folders than this process, or there can be no
        performance report.
    """
    with kept(place, name, listen) as history:
        with contextlib.ExitStack() as stack:
            executor = stack.enter_context(open_executor(cluster, listen))
            stack.enter_context(performance.report(executor, performance_report, listen))
            stack.enter_context(history.of(executor))
            history.mark("start workers")
            sight.require(executor, store, Path(place))
            yield executor
            history.mark(name)
        history.mark("stop workers")
