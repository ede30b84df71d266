"""The executor on Dask workers: named futures, a bounded number in flight, clear words when one dies."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, wait
from typing import Any

from distributed import Client, Future
from distributed.scheduler import KilledWorker

from galdask import events
from galdask.engine import measure, stop, waiting, warm
from galdask.engine.clusters import agreement
from galdask.engine.executor import Result
from galdask.engine.losses import REMEDY, Losses
from galdask.engine.progress import Progress, Recorder
from galdask.engine.residents import Load, Residents
from galdask.engine.residents_on_dask import OnWorkers
from galdask.errors import ClusterError, OutOfMemoryError, StoppedError

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
    strangers : bool
        Whether workers may join that others have started: then every task looks at its worker's versions.
    """

    def __init__(
        self,
        client: Client,
        closing: contextlib.ExitStack,
        listen: events.Listener = events.silent,
        strangers: bool = False,
    ) -> None:
        self.client = client
        self._guard: tuple[Any, ...] = (agreement.agreeing, agreement.own()) if strangers else ()
        self.listen = listen
        self.recorders: list[Recorder] = []
        self._closing = closing
        self._watched: dict[str, tuple[Progress, int]] = {}
        self.dashboard: str | None = client.dashboard_link or None
        self.losses = Losses(client, listen)
        self.losses.subscribe(measure.TOPIC, self._hear)

    @property
    def workers(self) -> int:
        """Threads of all workers."""
        return max(1, sum((self.losses.threads or self.client.nthreads()).values()))

    def warm(self, modules: Sequence[str]) -> None:
        """Let workers import what tasks will need; see `Executor.warm`."""
        agreement.ask(self.client, warm.begin, tuple(modules))  # where it fails, tasks import it, and say so

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
        self.losses.hear(step)
        first: tuple[Future, ...] = ()
        finished: queue.SimpleQueue[Future] = queue.SimpleQueue()
        flying: dict[str, tuple[int, Future]] = {}
        again: list[int] = []
        coming = iter(range(len(tasks)))
        nonce = secrets.token_hex(8)
        seen = time.monotonic()
        try:
            while True:
                stop.check()
                if self.losses.hear(step):
                    nonce, seen = secrets.token_hex(8), time.monotonic()
                if shared is not None and (not first or first[0].cancelled()):
                    name = f"{step.replace(' ', '-')}-settings-{nonce}"
                    first = (self.client.submit(_hold, shared, key=name),)
                while len(flying) < AHEAD * self.workers and (index := _next(again, coming)) is not None:
                    key = f"{progress.group(index)}-{nonce}{index:08x}"
                    self._watched[key] = progress, index
                    call = (*self._guard, function, *first, tasks[index])
                    future = self.client.submit(measure.on_worker, *call, key=key, pure=False)
                    flying[key] = index, future
                    future.add_done_callback(finished.put)
                if not flying:
                    return
                try:
                    future = finished.get(timeout=0.2)
                except queue.Empty:
                    seen = self._wait_for_workers(seen, step)
                    if short := self.losses.shortage(flying):
                        raise self.losses.out_of_memory(short, progress.label(flying[short][0])) from None
                    progress.tell()
                    continue
                seen = time.monotonic()
                key = str(future.key)
                index = flying.pop(key)[0]
                self._watched.pop(key, None)
                try:
                    result, took = self._result(future, progress.label(index), step)
                except CancelledError:  # the connection was lost: the scheduler has forgotten it
                    again.append(index)
                    continue
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
            if flying and self.client.status == "running":
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
            self.client,
            load,
            shards,
            step=step,
            listen=self.listen,
            wait=self._wait_for_workers,
            hear=self.losses.hear,
        )

    def _wait_for_workers(self, seen: float, step: str) -> float:
        """Return when there was a worker last; say so, and give up, where there is none for long."""
        idle = time.monotonic() - seen
        if idle < PATIENCE or self.losses.threads:
            return seen if idle < PATIENCE else time.monotonic()
        known = waiting.of(self.client)
        if known is not None:
            known.check()
        if idle > (LIMIT if known is None else known.limit):
            raise ClusterError(
                "there is no worker left", found=f"none for {idle:.0f} s", todo="start workers, run again"
            )
        if int(idle) % 30 == 10:
            more = f" ({known.words()})" if known is not None else ""
            self.listen(events.Event(step, text=f"no worker for {idle:.0f} s; waiting for one{more}"))
            time.sleep(1)
        return seen

    def _result(self, future: Future, label: str, step: str) -> Any:
        """Return what a task returned, or raise its error in words; a lost result is made again meanwhile."""
        loop: Any = self.client.loop
        answer = asyncio.run_coroutine_threadsafe(_take(future), loop.asyncio_loop)
        while not wait([answer], timeout=0.2).done:
            stop.check()
            self.losses.hear(step)
        try:
            return answer.result()
        except KilledWorker as error:
            raise ClusterError(
                "a task killed its worker several times",
                where=label,
                found=f"{error.allowed_failures + 1} workers lost; of the last, "
                f"{self.losses.memory_of(str(future.key))}",
                todo=REMEDY,
            ) from error
        except MemoryError as error:
            raise OutOfMemoryError(
                "a worker ran out of memory", where=label, found=str(error) or None, todo=REMEDY
            ) from error

    def close(self) -> None:
        """Close the client and what was started for it."""
        self.losses.close()
        self._closing.close()


async def _take(future: Future) -> Any:
    return await future


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


def _next(again: list[int], coming: Iterator[int]) -> int | None:
    """Return the next task: one that was lost, or a new one."""
    return again.pop() if again else next(coming, None)
