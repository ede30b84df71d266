"""What runs the tasks of an ingest: an executor of the engine, or anything like it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from galdask.events import Share


class Runs(Protocol):
    """What runs the tasks: an executor of the engine, or anything like it."""

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
        shares: Sequence[Share] | None = None,
        unit: str = "tasks",
    ) -> Iterator[tuple[int, Any]]:
        """Yield (index of a task, ``function(shared, task)``) in the order of completion."""
        ...
