"""What becomes of workers while tasks run: lost, silent, paused, short of memory; and of the scheduler.

The scheduler is asked once a second, and never waited for: an answer is looked at when it is there. Time
counts only while somebody asks: after a machine has slept, nobody is blamed for the night.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from distributed import Client

from galdask import events
from galdask.engine import stop
from galdask.errors import ClusterError, OutOfMemoryError

#: seconds between two looks at the workers; seconds that one may be silent before the user is told
LOOK, PATIENCE = 1.0, 10.0
#: seconds that a lost scheduler may take to come back; that one may take to answer
RECONNECT, ANSWER = 30.0, 60.0
#: seconds that all workers may be paused without a task that runs
STUCK = 60.0
#: workers that may end for want of memory under one task
SHORTAGES = 3
#: topics of Dask: workers that come and go; workers whose nanny ends them for their memory
_ALL, _MEMORY = "all", "worker-restart-memory"
#: what can be done about memory
REMEDY = (
    "give each worker more memory (memory_limit in the cluster file), fewer threads_per_worker, or fewer "
    "rows in a partition (ingest into a new store with --partition-rows); what was finished is kept"
)


class Losses:
    """Listens to the scheduler of a client while tasks run.

    Parameters
    ----------
    client : distributed.Client
        An open client.
    listen : callable
        Receives progress events.

    Attributes
    ----------
    threads : dict of str to int
        Threads of the workers that were there at the last look, by address.
    """

    def __init__(self, client: Client, listen: events.Listener) -> None:
        self.client, self.listen = client, listen
        self.threads: dict[str, int] = {}
        self._events: deque[tuple[str, Any]] = deque()
        self._topics: dict[str, Callable[[Any], None]] = {}
        self._asked: concurrent.futures.Future[Any] | None = None
        self._clock = self._asked_at = self._looked = 0.0
        self._beat = time.monotonic()
        self._away: float | None = None
        self._seen: dict[str, tuple[float, float]] = {}
        self._said: set[tuple[str, str]] = set()
        self._stuck = 0.0
        self._held: dict[str, tuple[int, int]] = {}
        self._short: dict[str, int] = {}
        self._shortages: Counter[str] = Counter()
        self._last: dict[str, str] = {}
        self.subscribe(_ALL, lambda event: self._events.append((_ALL, event[1])))
        self.subscribe(_MEMORY, lambda event: self._events.append((_MEMORY, event[1])))

    def subscribe(self, topic: str, handle: Callable[[Any], None]) -> None:
        """Hear a topic of the scheduler, also after the connection was lost."""
        self._topics[topic] = handle
        self.client.subscribe_topic(topic, handle)

    def close(self) -> None:
        """Hear no more."""
        if self.client.status == "running":
            for topic in self._topics:
                self.client.unsubscribe_topic(topic)
        self._topics.clear()

    def hear(self, step: str) -> bool:
        """Tell what has happened; wait while the scheduler is away.

        Returns
        -------
        bool
            Whether the connection was lost meanwhile: what was asked must be asked again.

        Raises
        ------
        ClusterError
            If the scheduler is gone or does not answer, or every worker is paused for good.
        StoppedError
            If the user asked to stop.
        """
        back = self._connected(step)
        while self._events:
            topic, event = self._events.popleft()
            if isinstance(event, Mapping):
                (self._lost if topic == _ALL else self._ended)(step, event)
        self._look(step)
        return back

    def shortage(self, keys: Iterable[str]) -> str | None:
        """Return the task under which too many workers ran short of memory, if there is one."""
        return next((key for key in keys if self._shortages[key] >= SHORTAGES), None)

    def memory_of(self, key: str) -> str:
        """Return in words what the worker held that was lost last under a task."""
        return self._last.get(key, "its memory is not known")

    def out_of_memory(self, key: str, where: str) -> OutOfMemoryError:
        """Return the error of a task whose workers ran short of memory."""
        return OutOfMemoryError(
            "a task needs more memory than a worker has",
            where=where,
            found=f"{self._shortages[key]} workers were ended; of the last, {self.memory_of(key)}",
            todo=REMEDY,
        )

    def _tick(self) -> None:
        now = time.monotonic()
        self._clock += min(now - self._beat, 1.0)
        self._beat = now

    def _say(self, step: str, text: str) -> None:
        self.listen(events.Event(step, text=text, level="warning"))

    def _once(self, step: str, worker: str, kind: str, text: str | None, over: str = "") -> None:
        """Say a thing of a worker when it begins, and another one when it is over."""
        if text is not None and (worker, kind) not in self._said:
            self._said.add((worker, kind))
            self._say(step, text)
        elif text is None and (worker, kind) in self._said:
            self._said.discard((worker, kind))
            self._say(step, over)

    def _connected(self, step: str) -> bool:
        """Wait until the client has its scheduler; tell whether it had lost it."""
        self._tick()
        loop: Any = self.client.loop
        if loop.asyncio_loop.is_closed():
            raise ClusterError(
                "the connection to the scheduler was closed",
                where=step,
                todo="open the cluster again; what was finished is kept",
            )
        while self.client.status != "running":
            stop.check()
            if self._away is None:
                self._away, self._asked = self._clock, None
                self._say(step, "the connection to the scheduler is lost; trying to find it again")
            gone = self._clock - self._away
            if self.client.status in ("closed", "closing") or gone > RECONNECT:
                raise ClusterError(
                    "the scheduler of the cluster is gone",
                    where=str(getattr(self.client.scheduler, "address", "") or step),
                    found=f"no connection for {gone:.0f} s",
                    todo="start the cluster again; the same command resumes, what was finished is kept",
                )
            time.sleep(0.1)
            self._tick()
        if self._away is None:
            return False
        self._away = None
        self._say(step, "the scheduler is there again; what was on its way is asked again")
        for topic, handle in self._topics.items():
            self.client.subscribe_topic(topic, handle)
        return True

    def _look(self, step: str) -> None:
        """Ask for the workers, or look at the answer."""
        self._tick()
        if self._asked is None:
            if self._clock - self._looked >= LOOK or not self._looked:
                loop: Any = self.client.loop
                loop = loop.asyncio_loop
                self._asked = asyncio.run_coroutine_threadsafe(self._identity(), loop)
                self._asked_at = self._clock
        elif self._asked.done():
            answer, self._asked, self._looked = self._asked, None, self._clock
            with contextlib.suppress(OSError, concurrent.futures.CancelledError):
                self._workers(step, answer.result()["workers"])
        elif self._clock - self._asked_at > ANSWER:
            raise ClusterError(
                "the scheduler of the cluster does not answer",
                where=str(getattr(self.client.scheduler, "address", step)),
                found=f"no answer for {ANSWER:.0f} s",
                todo="see whether its machine is overloaded or asleep; the same command resumes",
            )

    async def _identity(self) -> Any:
        scheduler: Any = self.client.scheduler
        return await scheduler.identity(n_workers=-1)

    def _workers(self, step: str, workers: Mapping[str, Mapping[str, Any]]) -> None:
        """Note what the scheduler knows of its workers, and tell what is new."""
        self.threads = {address: int(one["nthreads"]) for address, one in workers.items()}
        paused = running = 0
        for address, one in workers.items():
            metrics, limit = one.get("metrics") or {}, int(one.get("memory_limit") or 0)
            held = int(metrics.get("memory", 0))
            self._held[address] = max(held, self._held.get(address, (0, 0))[0]), limit
            heard = float(one.get("last_seen", 0.0))
            if address not in self._seen or self._seen[address][0] != heard:
                self._seen[address] = heard, self._clock
            silent = self._clock - self._seen[address][1] > PATIENCE
            text = f"the worker {address} has been silent for {PATIENCE:.0f} s; its work may go to others"
            self._once(step, address, "silent", text if silent else None, f"the worker {address} is back")
            pausing = one.get("status") == "paused"
            text = f"the worker {address} is paused: it holds {_mib(held, limit)}"
            over = f"the worker {address} works again: it holds {_mib(held, limit)}"
            self._once(step, address, "paused", text if pausing else None, over)
            paused += pausing
            running += int((metrics.get("task_counts") or {}).get("executing", 0))
        if not paused or paused < len(workers) or running:
            self._stuck = self._clock
        elif self._clock - self._stuck > STUCK:
            raise OutOfMemoryError(
                "every worker is paused because its memory is full",
                where=step,
                found=", ".join(f"{a}: {_mib(*self._held[a])}" for a in sorted(workers)[:4]),
                todo=REMEDY,
            )

    def _lost(self, step: str, event: Mapping[str, Any]) -> None:
        """Hear that a worker has left."""
        if event.get("action") != "remove-worker":
            return
        address = str(event.get("worker", ""))
        held, limit = self._held.pop(address, (0, 0))
        self._seen.pop(address, None)
        self._said -= {(address, "silent"), (address, "paused")}
        short = self._short.pop(address, 0)
        keys = [str(key) for key in event.get("processing-tasks", ())]
        for key in keys:
            self._shortages[key] += short > 0
            self._last[key] = f"{address}, {_mib(max(short, held), limit)} were measured"
        if not event.get("expected"):
            why = f" (it held {_mib(short, limit)})" if short else ""
            self._say(step, f"the worker {address} was lost{why}; {len(keys)} tasks go to others")

    def _ended(self, step: str, event: Mapping[str, Any]) -> None:
        """Hear that a nanny ends a worker for its memory."""
        self._short[str(event.get("worker", ""))] = int(event.get("rss", 1))


def _mib(held: int, limit: int) -> str:
    return f"{held / 2**20:,.0f} of {limit / 2**20:,.0f} MiB" if limit else f"{held / 2**20:,.0f} MiB"
