"""Objects that stay in the workers' memory and answer rounds of messages, here in this process.

A round sends one message to all shards and brings back one answer a shard, in the order of the shards. An
answer depends on the shard and the message alone, so a round may be repeated, wholly or in part, anywhere.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from galdask.catalog.descriptors import make_room
from galdask.engine import stop
from galdask.errors import ClusterError, GaldaskError

#: makes the object that answers for a shard: an importable function
Load = Callable[[Any], Any]


class Residents(Protocol):
    """Shards in memory, somewhere."""

    def round(self, message: Any) -> list[Any]:
        """Return ``answer(message)`` of every shard, in their order.

        Parameters
        ----------
        message : object
            What each shard is asked: small, picklable.

        Raises
        ------
        GaldaskError
            The error of a shard, `ClusterError` if workers died too often, or `StoppedError`.
        """
        ...

    def close(self) -> None:
        """Give the memory back."""
        ...


class Holder:
    """What one process holds: some of the shards, by their number.

    Parameters
    ----------
    load : callable
        ``load(shard)`` returns an object with a method ``answer(message)``.
    threads : int
        Shards that answer at the same time.
    step : str
        Name of the step, for error messages.
    """

    def __init__(self, load: Load, threads: int, step: str) -> None:
        self._load, self._step = load, step
        self._held: dict[int, Any] = {}
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def answer(
        self, message: Any, wanted: Sequence[int], more: dict[int, Any], less: Sequence[int] = ()
    ) -> list[tuple[int, Any, GaldaskError | None]]:
        """Load some shards and let go of others, then answer for those that are wanted.

        Returns
        -------
        list of (number, answer, error)
            One for each wanted shard; where shards could not be loaded, one for each of these instead.
        """
        for number in less:
            self._held.pop(number, None)
        if more:
            make_room(len(self._held) + len(more), f"{self._step}, a file for each shard")
        failed = [found for number, shard in more.items() if (found := self._take(number, shard))[2]]
        if failed:
            return failed
        work = [(number, message) for number in wanted]
        return list(self._pool.map(self._one, work)) if self._pool else [self._one(item) for item in work]

    def _take(self, number: int, shard: Any) -> tuple[int, Any, GaldaskError | None]:
        try:
            if number not in self._held:
                self._held[number] = self._load(shard)
            return number, None, None
        except Exception as error:
            return number, None, _refused(number, self._step, error)

    def _one(self, item: tuple[int, Any]) -> tuple[int, Any, GaldaskError | None]:
        number, message = item
        held = self._held[number]
        try:
            return number, held.answer(message), None
        except Exception as error:  # travels back beside the answers, and is raised there
            return number, None, _refused(number, self._step, error)

    def close(self) -> None:
        """Let go of all shards."""
        self._held.clear()
        if self._pool:
            self._pool.shutdown()


def _refused(number: int, step: str, error: Exception) -> GaldaskError:
    """Return the error of a shard: galdask's own as it is, another with its place."""
    if isinstance(error, GaldaskError):
        return error
    last = traceback.extract_tb(error.__traceback__)[-1]
    return ClusterError(
        "a resident shard failed",
        where=f"{step}, shard {number} ({last.filename}, line {last.lineno})",
        found=f"{type(error).__name__}: {error}",
        todo="give each worker more memory (memory_limit)" if isinstance(error, MemoryError) else None,
    )


class Here:
    """Shards in this process.

    Parameters
    ----------
    load : callable
        ``load(shard)`` returns an object with a method ``answer(message)``.
    shards : sequence
        Descriptions of the shards.
    threads : int
        Shards that answer at the same time.
    step : str
        Name of the step, for error messages.
    """

    def __init__(self, load: Load, shards: Sequence[Any], threads: int, step: str) -> None:
        self._holder, self._threads = Holder(load, threads, step), threads
        self._count = len(shards)
        self._ask(None, (), dict(enumerate(shards)))

    def round(self, message: Any) -> list[Any]:
        """Return one answer a shard; see `Residents.round`."""
        answers: list[Any] = []
        while len(answers) < self._count:
            stop.check()
            first = len(answers)
            answers += self._ask(message, range(first, min(first + 2 * self._threads, self._count)), {})
        return answers

    def _ask(self, message: Any, wanted: Sequence[int], more: dict[int, Any]) -> list[Any]:
        found = self._holder.answer(message, wanted, more)
        for _, _, error in found:
            if error is not None:
                raise error
        return [answer for _, answer, _ in found]

    def close(self) -> None:
        """Give the memory back."""
        self._holder.close()
