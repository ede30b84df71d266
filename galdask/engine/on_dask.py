"""The executor on Dask workers: named futures, a bounded number in flight, clear words when one dies."""

from __future__ import annotations

import contextlib
import queue
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from distributed import Client, Future
from distributed.scheduler import KilledWorker

from galdask import events
from galdask.engine import measure, stop
from galdask.engine.executor import Result
from galdask.engine.progress import Progress, Recorder
from galdask.engine.residents import Load, Residents
from galdask.engine.residents_on_dask import OnWorkers
from galdask.errors import ClusterError, GaldaskError, StoppedError

#: tasks submitted ahead for each worker thread: enough to hide a round trip, few enough to stop soon
AHEAD = 3
#: seconds without a worker before the user is told
PATIENCE = 10.0
#: seconds without a worker before the run ends
LIMIT = 600.0


class OnDask:
    """Run tasks on the workers of a Dask client.

    Parameters
    ----------
    client : distributed.Client
        An open client.
    closing : contextlib.ExitStack
        What to close at the end.
    listen : callable
        Receives progress events.
    """

    def __init__(
        self, client: Client, closing: contextlib.ExitStack, listen: events.Listener = events.silent
    ) -> None:
        self.client = client
        self.listen = listen
        self.recorders: list[Recorder] = []
        self._closing = closing
        self._watched: dict[str, tuple[Progress, int]] = {}
        self.dashboard: str | None = client.dashboard_link or None
        client.subscribe_topic(measure.TOPIC, self._hear)

    @property
    def workers(self) -> int:
        """Threads of all workers."""
        return max(1, sum(self.client.nthreads().values()))

    def run(
        self,
        function: Callable[..., Any],
        tasks: Sequence[Any],
        *,
        step: str,
        labels: Sequence[str] | None = None,
        shared: Any = None,
        shares: Sequence[events.Share] | None = None,
        unit: str = "tasks",
    ) -> Iterator[Result]:
        """Yield results; see `Executor.run`."""
        progress = Progress(step, len(tasks), labels, shares, unit, self.listen, self.recorders)
        nonce = secrets.token_hex(8)
        name = step.replace(" ", "-")
        first = () if shared is None else (self.client.submit(_hold, shared, key=f"{name}-settings-{nonce}"),)
        finished: queue.SimpleQueue[Future] = queue.SimpleQueue()
        flying: dict[str, tuple[int, Future]] = {}
        waiting = iter(enumerate(tasks))
        limit = AHEAD * self.workers
        seen = time.monotonic()
        try:
            while True:
                stop.check()
                while len(flying) < limit and (item := next(waiting, None)) is not None:
                    index, task = item
                    key = f"{progress.group(index)}-{nonce}{index:08x}"
                    self._watched[key] = progress, index
                    future = self.client.submit(
                        measure.on_worker, function, *first, task, key=key, pure=False
                    )
                    flying[key] = index, future
                    future.add_done_callback(finished.put)
                if not flying:
                    return
                try:
                    future = finished.get(timeout=0.2)
                except queue.Empty:
                    seen = self._wait_for_workers(seen, step)
                    progress.tell()
                    continue
                seen = time.monotonic()
                key = str(future.key)
                index = flying.pop(key)[0]
                self._watched.pop(key, None)
                try:
                    result, took = _result(future, progress.label(index))
                except Exception as error:
                    progress.failed(index, error)
                    raise
                progress.finished(index, took)
                yield index, result
        except StoppedError:
            _land(flying, finished)
            raise
        finally:
            for key in flying:
                self._watched.pop(key, None)
            if flying:
                self.client.cancel([future for _, future in flying.values()], force=True)

    def _hear(self, event: tuple[float, Any]) -> None:
        """Hear a worker tell of a running task; this is the thread of the client's loop."""
        told = event[1]
        found = self._watched.get(told.get("key", "")) if isinstance(told, dict) else None
        if found is None:
            return
        progress, index = found
        if "start" in told:
            progress.started(index)
        else:
            progress.beat(index, told["rows"], told["read"], told["peak"])

    def residents(self, load: Load, shards: Sequence[Any], *, step: str) -> Residents:
        """Return shards in the memory of the workers; see `Executor.residents`."""
        return OnWorkers(
            self.client, load, shards, step=step, listen=self.listen, wait=self._wait_for_workers
        )

    def _wait_for_workers(self, seen: float, step: str) -> float:
        idle = time.monotonic() - seen
        if idle < PATIENCE or self.client.nthreads():
            return seen if idle < PATIENCE else time.monotonic()
        if idle > LIMIT:
            raise ClusterError(
                "there is no worker left", found=f"none for {idle:.0f} s", todo="start workers, run again"
            )
        if int(idle) % 30 == 10:
            self.listen(events.Event(step, text=f"no worker for {idle:.0f} s; waiting for one"))
            time.sleep(1)
        return seen

    def close(self) -> None:
        """Close the client and what was started for it."""
        self._closing.close()


def _hold(shared: Any) -> Any:
    return shared


def _land(flying: dict[str, tuple[int, Future]], finished: queue.SimpleQueue[Future]) -> None:
    """Let running tasks publish what they have, for a few seconds."""
    deadline = time.monotonic() + stop.GRACE
    left = len(flying)
    while left and (remaining := deadline - time.monotonic()) > 0:
        with contextlib.suppress(queue.Empty):
            finished.get(timeout=remaining)
            left -= 1


def _result(future: Future, label: str) -> Any:
    try:
        return future.result()
    except GaldaskError:
        raise
    except KilledWorker as error:
        raise ClusterError(
            "a task killed its worker several times",
            where=label,
            found=f"{error.allowed_failures + 1} workers lost, last {error.last_worker.address}",
            todo="give each worker more memory (memory_limit), or make partitions smaller",
        ) from error
    except MemoryError as error:
        raise ClusterError(
            "a worker ran out of memory", where=label, todo="raise memory_limit or lower partition_rows"
        ) from error
