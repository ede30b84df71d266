"""A file on its way: NAME.part with the bytes so far, NAME.part.json with what they are a part of."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from galdask import publish
from galdask.catalog.fetch.reply import Reply
from galdask.catalog.fetch.wanted import Wanted


class Part:
    """The part of a file that is here.

    Parameters
    ----------
    final : Path
        Name of the whole file.
    wanted : Wanted
        What the whole file is.
    """

    def __init__(self, final: Path, wanted: Wanted) -> None:
        self.final, self.wanted = final, wanted
        self.path = final.with_name(final.name + ".part")
        self._note = final.with_name(final.name + ".part.json")

    @property
    def size(self) -> int:
        """Bytes that are here."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    @property
    def total(self) -> int | None:
        """Bytes of the whole file, as the server last said."""
        total = self._known().get("total")
        return total if isinstance(total, int) else None

    def resume(self, address: str) -> tuple[int, str | None]:
        """Return from which byte to go on, and what the server is to compare.

        A part is continued if it is named by what the same address gave with it, or if the checksum of
        the whole is known, so that a wrong continuation would be seen.
        """
        have, known = self.size, self._known()
        if have == 0:
            return 0, None
        if known.get("sha1", self.wanted.sha1) != self.wanted.sha1:
            return 0, None
        if known.get("address") == address and known.get("mark"):
            return have, str(known["mark"])
        return (have, None) if self.wanted.sha1 is not None else (0, None)

    @contextlib.contextmanager
    def opened(self, reply: Reply, address: str) -> Iterator[BinaryIO]:
        """Open it for the bytes of a reply; what lies beyond the reply's first byte is cut off."""
        with publish.explained(self.path):
            note = {
                "address": address,
                "mark": reply.mark,
                "total": reply.total,
                "sha1": self.wanted.sha1,
            }
            if reply.start == 0:
                self.path.unlink(missing_ok=True)
            publish.write_json(self._note, note)
            with open(self.path, "ab") as handle:
                handle.truncate(reply.start)
                yield handle

    def publish(self) -> None:
        """Give it its name, once it is safe on the disk."""
        with publish.explained(self.final):
            with open(self.path, "rb") as handle:
                os.fsync(handle.fileno())
            os.replace(self.path, self.final)
            self._note.unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove it: its bytes are of no use."""
        with publish.explained(self.path):
            self.path.unlink(missing_ok=True)
            self._note.unlink(missing_ok=True)

    def _known(self) -> dict[str, Any]:
        try:
            found = json.loads(self._note.read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
