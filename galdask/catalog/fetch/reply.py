"""What a server, or a folder in its place, answers; and the two ways in which it can fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


class RefusedError(Exception):
    """An address that will not give the file, however often it is asked.

    Parameters
    ----------
    why : str
        In plain words.
    gone : bool
        Whether there is nothing at the address, so that another one may have it.
    """

    def __init__(self, why: str, gone: bool = False) -> None:
        self.why, self.gone = why, gone
        super().__init__(why)


class TroubleError(Exception):
    """Something that may pass.

    Parameters
    ----------
    why : str
        In plain words.
    wait : float, optional
        Seconds that the server asks for.
    unreachable : bool
        Whether no server answered at all.
    """

    def __init__(self, why: str, wait: float | None = None, unreachable: bool = False) -> None:
        self.why, self.wait, self.unreachable = why, wait, unreachable
        super().__init__(why)


class ChangedError(Exception):
    """What is there does not continue the part that is here."""


@dataclass(slots=True)
class Reply:
    """An open answer.

    Parameters
    ----------
    start : int
        Which byte of the file comes first.
    total : int or None
        Bytes of the whole file, as far as the answer tells.
    mark : str or None
        What names these bytes: a strong ETag or a date, to continue only the same file.
    read : callable
        Takes the largest number of bytes; returns some, none at the end.
    close : callable
        Ends it.
    """

    start: int
    total: int | None
    mark: str | None
    read: Callable[[int], bytes]
    close: Callable[[], None]
