"""One line of `galdask doctor`, without what nobody else should read."""

from __future__ import annotations

import getpass
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from galdask.catalog.describe import size_text as size
from galdask.engine.cluster_check import FAIL, OK, WARN, Line
from galdask.errors import GaldaskError, printable

__all__ = ["FAIL", "OK", "WARN", "Line", "guarded", "plain", "size"]

#: name and password before the host of an address, and what is called a secret
_LOGIN = re.compile(r"(?<=://)[^/\s@]+@")
_SECRET = re.compile(r"(?i)\b((?:token|passw(?:or)?d|secret|api_?key)\w*\s*[=:]\s*)\S+")


def plain(text: str) -> str:
    """Return a text that may be shown to anybody: homes as ~, no names of users, no passwords, one line."""
    home = str(Path.home())
    if len(home) > 1:
        text = re.sub(re.escape(home) + r"(?=/|\W|$)", "~", text)
    text = re.sub(r"(?<=/home/)[^/\s:]+|(?<=/Users/)[^/\s:]+", "...", text)
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = ""
    if len(user) > 2 and user != "root":
        text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(user)}(?![A-Za-z0-9])", "...", text)
    text = _SECRET.sub(r"\1...", _LOGIN.sub("...@", text))
    return printable(" ".join(text.split()))


def guarded(name: str, check: Callable[[], Line | Iterable[Line]]) -> Iterator[Line]:
    """Yield the lines of a check; one that fails is a line, too."""
    try:
        found = check()
        yield from [found] if isinstance(found, Line) else found
    except GaldaskError as error:
        yield Line(FAIL, name, str(error))
    except Exception as error:
        yield Line(FAIL, name, f"{type(error).__name__}: {error}")
