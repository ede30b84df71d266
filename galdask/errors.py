"""The one tree of errors: what was expected, what was found, where, and what to do next."""

from __future__ import annotations

from typing import Any


class GaldaskError(Exception):
    """Base of every error that galdask raises on purpose.

    Parameters
    ----------
    what : str
        One sentence: what went wrong.
    expected, found : optional
        What should have been there and what was; printed as text.
    where : str, optional
        Place of the fault: file, line, partition, column, row.
    todo : str, optional
        What the user can do next.

    Notes
    -----
    The command line prints the message without a traceback and exits with ``exit_code``.
    """

    exit_code = 2

    def __init__(
        self,
        what: str,
        *,
        expected: Any = None,
        found: Any = None,
        where: Any = None,
        todo: str | None = None,
    ) -> None:
        self.what = what
        self.expected = None if expected is None else str(expected)
        self.found = None if found is None else str(found)
        self.where = None if where is None else str(where)
        self.todo = todo
        super().__init__(self.text())

    def text(self) -> str:
        """Return the message, one labelled line for each thing that is known."""
        lines = [self.what]
        for label in ("where", "expected", "found"):
            value = getattr(self, label)
            if value is not None:
                lines.append(f"  {label + ':':<10}{value}")
        if self.todo is not None:
            lines.append(f"  {'to do:':<10}{self.todo}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes with every part, not only the text."""
        state = {k: getattr(self, k) for k in ("expected", "found", "where", "todo")}
        return _rebuild, (type(self), self.what, state)


def _rebuild(kind: type[GaldaskError], what: str, state: dict[str, str | None]) -> GaldaskError:
    return kind(what, **state)


class ConfigError(GaldaskError):
    """A release, pipeline or cluster file that does not say what it must."""


class InputError(GaldaskError):
    """A catalogue file that is missing, broken or not the one described."""


class StoreError(GaldaskError):
    """A store that is missing, damaged or lacks a column."""


class SampleError(GaldaskError):
    """Cuts, bits or populations that cannot be applied, or that leave no star."""


class ReductionError(GaldaskError):
    """A reduction whose numbers cannot be held exactly."""


class ProductError(GaldaskError):
    """A product that cannot be made."""


class OutputError(GaldaskError):
    """A place that cannot be written, or that another run is writing."""


class ClusterError(GaldaskError):
    """Workers that cannot be started, or that died too often."""


class StoppedError(GaldaskError):
    """The user stopped the run; what was finished is kept."""

    exit_code = 130
