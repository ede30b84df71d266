"""How tasks are run: one small interface, in this process or on Dask workers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, Protocol

from galdask import events
from galdask.engine import stop
from galdask.engine.residents import Here, Load, Residents

Result = tuple[int, Any]


class Executor(Protocol):
    """Run many small tasks and hand back results as they come.

    Attributes
    ----------
    dashboard : str or None
        Link of the dashboard, if there is one.
    """

    dashboard: str | None

    @property
    def workers(self) -> int:
        """Tasks that run at the same time."""
        ...

    def run(
        self,
        function: Callable[..., Any],
        tasks: Sequence[Any],
        *,
        step: str,
        labels: Sequence[str] | None = None,
        shared: Any = None,
    ) -> Iterator[Result]:
        """Yield (index of the task, result) in the order of completion.

        Parameters
        ----------
        function : callable
            A function of a module: ``function(task)``, or ``function(shared, task)`` if `shared` is given.
        tasks : sequence
            Small, picklable descriptions of the work.
        step : str
            Name of the step, for progress and the dashboard.
        labels : sequence of str, optional
            What each task works on, for error messages.
        shared : optional
            What all tasks need; sent once to each worker.

        Raises
        ------
        GaldaskError
            The error of a task, or `ClusterError` if workers died, or `StoppedError`.
        """
        ...

    def residents(self, load: Load, shards: Sequence[Any], *, step: str) -> Residents:
        """Return shards that stay in memory and answer rounds of messages.

        Parameters
        ----------
        load : callable
            A function of a module; ``load(shard)`` returns an object with a method ``answer(message)``.
        shards : sequence
            Small, picklable descriptions of the shards.
        step : str
            Name of the step, for progress and error messages.

        Raises
        ------
        GaldaskError
            The error of a shard that cannot be loaded, or as in `run`.
        """
        ...

    def close(self) -> None:
        """Release the workers."""
        ...


class Inline:
    """Run tasks in this process.

    Parameters
    ----------
    threads : int
        Threads; with 1, tasks run one after the other in the caller's thread.
    listen : callable
        Receives progress events.
    """

    dashboard: str | None = None

    def __init__(self, threads: int = 1, listen: events.Listener = events.silent) -> None:
        self.workers = threads
        self.listen = listen
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

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
        call = function if shared is None else _with(function, shared)
        results = self._threads(call, tasks) if self._pool else _one_by_one(call, tasks)
        for done, result in enumerate(results, 1):
            self.listen(events.Event(step, done, len(tasks), "tasks"))
            yield result

    def _threads(self, call: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[Result]:
        assert self._pool is not None
        waiting = iter(enumerate(tasks))
        running: dict[Future, int] = {}
        try:
            while True:
                stop.check()
                for index, task in itertools.islice(waiting, 2 * self.workers - len(running)):
                    running[self._pool.submit(call, task)] = index
                if not running:
                    return
                for future in wait(running, timeout=0.2, return_when=FIRST_COMPLETED).done:
                    yield running.pop(future), future.result()
        finally:
            for future in running:
                future.cancel()
            wait(running)

    def residents(self, load: Load, shards: Sequence[Any], *, step: str) -> Residents:
        """Return shards in this process; see `Executor.residents`."""
        return Here(load, shards, self.workers, step)

    def close(self) -> None:
        """End the threads."""
        if self._pool:
            self._pool.shutdown()


class _with:  # noqa: N801 - a partial application that reads as one
    def __init__(self, function: Callable[..., Any], shared: Any) -> None:
        self.function, self.shared = function, shared

    def __call__(self, task: Any) -> Any:
        return self.function(self.shared, task)


def _one_by_one(call: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[Result]:
    for index, task in enumerate(tasks):
        stop.check()
        yield index, call(task)
