"""An executor that notes what every task took, where, and what it did meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from benchmarks import harness

#: what tasks do -> the functions that do it; CPU time, and what runs inside another counts for the inner one
PARTS = {
    "decode": ("galdask.engine.tasks:read_partition", "galdask.stars.group_run:read_partition"),
    "derive": ("galdask.stars.recipe:Recipe.derive",),
    "write states": ("galdask.engine.cache:write_pack",),
    "read states": ("galdask.engine.cache:read_states",),
}
_spent: dict[str, float] = {}
_inner: list[float] = []


def _timed(what: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **words: Any) -> Any:
        _inner.append(0.0)
        began = time.thread_time()
        try:
            return function(*args, **words)
        finally:
            took = time.thread_time() - began
            own = took - _inner.pop()
            _spent[what] = _spent.get(what, 0.0) + own
            if _inner:
                _inner[-1] += took

    call.clocked = True  # type: ignore[attr-defined]
    return call


def _install() -> None:
    """Put clocks around `PARTS` and all reductions in this process, once."""
    from galdask.reductions.protocol import REGISTRY

    for what, places in PARTS.items():
        for place in places:
            module, _, path = place.partition(":")
            *owners, name = path.split(".")
            owner = functools.reduce(getattr, owners, importlib.import_module(module))
            _clock(what, owner, name)
    for kind, reduction in REGISTRY.items():
        _clock(f"map {kind}", reduction, "map")
        _clock(f"finish {kind}", reduction, "finalize")


def _clock(what: str, owner: Any, name: str) -> None:
    if not hasattr(getattr(owner, name), "clocked"):
        setattr(owner, name, _timed(what, getattr(owner, name)))


def call(shared: tuple[Callable[..., Any], tuple[Any, ...]], task: Any) -> tuple[Any, dict[str, Any]]:
    """Do a task; return its result, and what it took."""
    function, first = shared
    _install()
    _spent.clear()
    began, cpu = time.time(), time.thread_time()
    result = function(*first, task)
    told = {
        "began": began,
        "seconds": time.time() - began,
        "cpu": time.thread_time() - cpu,
        "process": os.getpid(),
        "parts": dict(_spent),
    }
    return result, told


class Clocked:
    """An executor beside which every task is timed; see `galdask.engine.executor.Executor`.

    Parameters
    ----------
    executor : Executor
        Does the work.

    Attributes
    ----------
    tasks : dict of str to list of dict
        Step -> what each of its tasks took.
    walls : dict of str to float
        Step -> seconds from its first submission to its last result.
    after : callable
        Called after every step.
    recorders : list
        Those of the executor.
    """

    def __init__(self, executor: Any) -> None:
        self.executor, self.client, self.dashboard = executor, executor.client, None
        self.tasks: dict[str, list[dict[str, Any]]] = {}
        self.walls: dict[str, float] = {}
        self.after: Callable[[], Any] = lambda: None
        self.recorders = getattr(executor, "recorders", [])

    @property
    def workers(self) -> int:
        """Tasks that run at the same time."""
        return int(self.executor.workers)

    def run(
        self,
        function: Callable[..., Any],
        tasks: Sequence[Any],
        *,
        step: str,
        shared: Any = None,
        **words: Any,
    ) -> Iterator[tuple[int, Any]]:
        """Yield results as the executor does."""
        first = () if shared is None else (shared,)
        began = time.perf_counter()
        known = self.tasks.setdefault(step, [])
        for index, (result, told) in self.executor.run(
            call, tasks, step=step, shared=(function, first), **words
        ):
            known.append(told)
            yield index, result
        self.walls[step] = self.walls.get(step, 0.0) + time.perf_counter() - began
        self.after()

    def warm(self, modules: Sequence[str]) -> None:
        """Let workers import what tasks will need."""
        self.executor.warm(modules)

    def residents(self, load: Any, shards: Sequence[Any], *, step: str) -> Any:
        """Return the executor's residents; their rounds are not timed."""
        return self.executor.residents(load, shards, step=step)

    def close(self) -> None:
        """Release the workers."""
        self.executor.close()

    def seconds(self, what: str = "seconds") -> dict[str, float]:
        """Return step -> seconds, or CPU seconds, of its tasks."""
        return {step: sum(task[what] for task in tasks) for step, tasks in self.tasks.items()}

    def parts(self) -> dict[str, float]:
        """Return what tasks did -> CPU seconds."""
        found: dict[str, float] = {}
        for tasks in self.tasks.values():
            for task in tasks:
                for what, seconds in task["parts"].items():
                    found[what] = found.get(what, 0.0) + seconds
        return found


class Loop:
    """Watch the event loop in which scheduler and client run: its CPU time, and how late it is.

    Parameters
    ----------
    loop : tornado loop
        That of the client.
    """

    #: seconds between two looks
    EVERY = 0.1

    def __init__(self, loop: Any) -> None:
        self._loop, self._late, self._stop = loop, [0.0], False
        self._cpu = [0.0, 0.0]
        ready = threading.Event()
        loop.add_callback(lambda: (self._cpu.__setitem__(0, time.thread_time()), ready.set()))
        ready.wait(10)
        loop.add_callback(self._watch)

    async def _watch(self) -> None:
        while not self._stop:
            before = time.perf_counter()
            await asyncio.sleep(self.EVERY)
            self._late.append(time.perf_counter() - before - self.EVERY)

    def stop(self) -> dict[str, float]:
        """Return CPU seconds, and the largest and the mean lateness in seconds."""
        ready = threading.Event()
        self._stop = True
        self._loop.add_callback(lambda: (self._cpu.__setitem__(1, time.thread_time()), ready.set()))
        ready.wait(10)
        late = sorted(self._late)
        return {
            "loop_cpu": self._cpu[1] - self._cpu[0],
            "late_max": late[-1],
            "late_99": late[int(0.99 * (len(late) - 1))],
        }


def peaks(client: Any) -> list[float]:
    """Return the largest memory of every worker process, MiB."""
    found = []
    for process in client.run(os.getpid).values():
        with contextlib.suppress(OSError):
            found.append(harness.peak_of(process))
    return found
