"""How tasks are run: one small interface, in this process or on Dask workers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, Protocol

from galdask import events
from galdask.engine import measure, stop
from galdask.engine.progress import Progress, Recorder
from galdask.engine.residents import Here, Load, Residents

Result = tuple[int, Any]


class Executor(Protocol):
    """Run many small tasks and hand back results as they come.

    Attributes
    ----------
    dashboard : str or None
        Link of the dashboard, if there is one.
    recorders : list of callable
        Each receives one record a finished task; see `galdask.engine.history`.
    """

    dashboard: str | None
    recorders: list[Recorder]

    @property
    def workers(self) -> int:
        """Tasks that run at the same time."""
        ...

    def warm(self, modules: Sequence[str]) -> None:
        """Let other processes import what tasks will need, before there are any; returns at once."""
        ...

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
        """Yield (index of the task, result) in the order of completion.

        Parameters
        ----------
        function : callable
            A function of a module: ``function(task)``, or ``function(shared, task)`` if `shared` is given.
        tasks : sequence
            Small, picklable descriptions of the work.
        step : str
            Name of the step, for progress and the dashboard, where "map states" is the group map-states.
        labels : sequence of str, optional
            What each task works on, for error messages and the history.
        shared : optional
            What all tasks need; sent once to each worker.
        shares : sequence of Share, optional
            What each task is of the whole: its rows, its units, its own group on the dashboard.
        unit : str
            What progress counts.

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
        self.recorders: list[Recorder] = []
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def warm(self, modules: Sequence[str]) -> None:
        """Do nothing: there is no other process."""

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
        call = _Call(function, shared, progress, tell=self._pool is None)
        results = self._threads(call, tasks, progress) if self._pool else _one_by_one(call, tasks)
        for index, (result, took) in results:
            progress.finished(index, took)
            yield index, result

    def _threads(self, call: _Call, tasks: Sequence[Any], progress: Progress) -> Iterator[Result]:
        assert self._pool is not None
        waiting = iter(enumerate(tasks))
        running: dict[Future, int] = {}
        try:
            while True:
                stop.check()
                for index, task in itertools.islice(waiting, 2 * self.workers - len(running)):
                    running[self._pool.submit(call, index, task)] = index
                if not running:
                    return
                for future in wait(running, timeout=0.2, return_when=FIRST_COMPLETED).done:
                    yield running.pop(future), future.result()
                progress.tell()
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


class _Call:
    """A task of a step, called and measured."""

    def __init__(self, function: Callable[..., Any], shared: Any, progress: Progress, tell: bool) -> None:
        self.function, self.shared, self.progress, self.tell = function, shared, progress, tell

    def __call__(self, index: int, task: Any) -> tuple[Any, measure.Measure]:
        def beat(rows: int, read: int) -> None:
            self.progress.beat(index, rows, read, measure.peak_bytes())
            if self.tell:  # nobody else does while the caller's thread works
                self.progress.tell()

        arguments = (task,) if self.shared is None else (self.shared, task)
        try:
            return measure.here(self.function, *arguments, beat=beat)
        except Exception as error:
            self.progress.failed(index, error)
            raise


def _one_by_one(call: _Call, tasks: Sequence[Any]) -> Iterator[Result]:
    for index, task in enumerate(tasks):
        stop.check()
        yield index, call(index, task)
