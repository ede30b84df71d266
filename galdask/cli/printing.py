"""What a command prints: names from catalogues and files cannot steer the terminal that shows them."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator
from typing import Any

from galdask.errors import printable


class Careful(io.TextIOBase):
    """A stream that writes control characters as codes, and what its encoding lacks, too."""

    def __init__(self, under: Any) -> None:
        self._under = under

    def write(self, text: str) -> int:
        """Write a text."""
        text = printable(text)
        try:
            self._under.write(text)
        except UnicodeEncodeError:
            name = self._under.encoding
            self._under.write(text.encode(name, "backslashreplace").decode(name))
        return len(text)

    def flush(self) -> None:
        """Write what waits."""
        self._under.flush()

    def isatty(self) -> bool:
        """Tell whether a terminal shows it."""
        return bool(self._under.isatty())

    def fileno(self) -> int:
        """Return the file below."""
        return int(self._under.fileno())

    def writable(self) -> bool:
        """Tell that it can be written."""
        return True

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Name of the encoding below."""
        return str(getattr(self._under, "encoding", None) or "utf-8")

    @property
    def buffer(self) -> Any:
        """Bytes go past it."""
        return self._under.buffer


@contextlib.contextmanager
def careful() -> Iterator[None]:
    """Print carefully for the time of a command."""
    with contextlib.redirect_stdout(Careful(sys.stdout)):
        yield
