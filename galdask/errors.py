"""The one tree of errors: what was expected, what was found, where, and what to do next."""

from __future__ import annotations

import unicodedata
from typing import Any

#: longer texts are cut in messages
LONGEST = 4000
#: kinds of signs that steer a terminal, turn the direction of writing, end lines, or are halves of pairs
_STEERING = ("Cc", "Cf", "Cs", "Zl", "Zp")


def printable(text: str) -> str:
    r"""Return a text whose control characters are written out, as ``\x1b``: it cannot steer a terminal.

    Line ends and tabs stay.
    """
    if text.isprintable():
        return text
    return "".join(
        _code(sign) if sign not in "\n\t" and unicodedata.category(sign) in _STEERING else sign
        for sign in text
    )


def _code(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if "\x7f" <= sign <= "\uffff" else ascii(sign)[1:-1]


def _shortened(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]} ... and {len(text) - LONGEST:,} more characters"


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
        """Return the message, one labelled line for each thing that is known.

        What stands in files cannot steer a terminal or look like a line of its own, and is cut where it
        is long.
        """
        lines = [_shortened(self.what)]
        for label, value in (
            ("where", self.where),
            ("expected", self.expected),
            ("found", self.found),
            ("to do", self.todo),
        ):
            if value is not None:
                lines.append(f"  {label + ':':<10}" + _shortened(value).replace("\n", "\n" + 12 * " "))
        return printable("\n".join(lines))

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


class OutOfMemoryError(ClusterError):
    """Work that does not fit into the memory of a worker."""


class StoppedError(GaldaskError):
    """The user stopped the run; what was finished is kept."""

    exit_code = 130
