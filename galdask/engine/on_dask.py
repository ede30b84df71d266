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
from galdask.engine import stop
from galdask.engine.executor import Result
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
        self._closing = closing
        self.dashboard: str | None = client.dashboard_link or None

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
    ) -> Iterator[Result]:
        """Yield results; see `Executor.run`."""
        nonce = secrets.token_hex(8)
        name = step.replace(" ", "-")
        first = () if shared is None else (self.client.submit(_hold, shared, key=f"{name}-settings-{nonce}"),)
        finished: queue.SimpleQueue[Future] = queue.SimpleQueue()
        flying: dict[str, tuple[int, Future]] = {}
        waiting = iter(enumerate(tasks))
        limit = AHEAD * self.workers
        done = 0
        seen = time.monotonic()
        try:
            while True:
                stop.check()
                while len(flying) < limit and (item := next(waiting, None)) is not None:
                    index, task = item
                    key = f"{name}-{nonce}{index:08x}"
                    future = self.client.submit(function, *first, task, key=key, pure=False)
                    flying[key] = index, future
                    future.add_done_callback(finished.put)
                if not flying:
                    return
                try:
                    future = finished.get(timeout=0.2)
                except queue.Empty:
                    seen = self._wait_for_workers(seen, step)
                    continue
                seen = time.monotonic()
                index = flying.pop(str(future.key))[0]
                result = _result(future, labels[index] if labels else f"task {index}")
                done += 1
                self.listen(events.Event(step, done, len(tasks), "tasks"))
                yield index, result
        except StoppedError:
            _land(flying, finished)
            raise
        finally:
            if flying:
                self.client.cancel([future for _, future in flying.values()], force=True)

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
