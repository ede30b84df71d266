"""The history of a run: one record a task, and what the client did around them, as JSON lines.

It lies beside what was made, in ``.history``, never inside: two equal runs end in the same bytes, and
their histories differ. A history is never a reason to fail.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from galdask import events
from galdask.errors import GaldaskError
from galdask.events import Event

#: folder of histories in OUT or STORE
FOLDER = ".history"
#: histories that are kept in a folder, the newest
KEEP = 20
#: version of the form
FORMAT = 1


class History:
    """Records of one call, written line by line; the file appears with the first task.

    Parameters
    ----------
    folder : path
        OUT or STORE.
    name : str
        What is run: a run's digest, or "ingest".
    listen : callable
        Is told when nothing can be written.
    """

    def __init__(self, folder: Path, name: str, listen: events.Listener = events.silent) -> None:
        self.folder, self.name, self.listen = folder / FOLDER, name, listen
        self.path: Path | None = None
        self._file: int | None = None
        self._waiting: list[dict[str, Any]] = []
        self._began = self._marked = time.time()
        self._seen: set[int] = set()

    def mark(self, phase: str) -> None:
        """Note that what was done since the last mark was this phase."""
        now = time.time()
        self._add({"kind": "phase", "phase": phase, "start": self._marked, "stop": now})
        self._marked = now

    @contextlib.contextmanager
    def of(self, executor: Any) -> Iterator[None]:
        """Record the tasks of an executor."""
        recorders = getattr(executor, "recorders", None)
        if recorders is None:
            yield
            return
        self._workers = int(executor.workers)
        recorders.append(self._task)
        try:
            yield
        finally:
            recorders.remove(self._task)

    def _task(self, record: dict[str, Any]) -> None:
        if self._file is None and self.path is None:
            self._open()
        self._add(record)

    def _open(self) -> None:
        moment = datetime.fromtimestamp(self._began, UTC)
        name = f"{self.name}-{moment:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}.jsonl"
        self.path = self.folder / name
        head = {
            "kind": "begin",
            "format": FORMAT,
            "name": self.name,
            "time": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
            "start": self._began,
            "slots": self._workers,
            "command": ["galdask", *sys.argv[1:]] if Path(sys.argv[0]).name.startswith("galdask") else [],
        }
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o644)
            for old in histories(self.folder.parent)[KEEP:]:
                old.unlink(missing_ok=True)
        except OSError as error:
            self._give_up(error)
        waiting, self._waiting = self._waiting, []
        for record in (head, *waiting):
            self._add(record)

    def _add(self, record: dict[str, Any]) -> None:
        if self._file is None:
            if self.path is None:
                self._waiting.append(record)
            return
        try:
            os.write(self._file, (json.dumps(record) + "\n").encode())
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        text = f"the history of this run cannot be written: {error.strerror}"
        self.listen(Event("history", text=text, level="warning"))
        self._close()

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def end(self, status: str) -> None:
        """Note how it ended."""
        self._add({"kind": "end", "status": status, "start": self._began, "stop": time.time()})
        self._close()


@contextlib.contextmanager
def kept(folder: Path | str, name: str, listen: events.Listener = events.silent) -> Iterator[History]:
    """Keep the history of what is done inside, however it ends.

    Parameters
    ----------
    folder : path
        OUT or STORE; nothing is written there before the first task is finished.
    name : str
        What is run.
    listen : callable
        Receives progress events.
    """
    history = History(Path(folder), name, listen)
    status = "done"
    try:
        yield history
    except GaldaskError as error:
        status = f"{type(error).__name__}: {error.what}"
        raise
    except BaseException as error:
        status = type(error).__name__
        raise
    finally:
        history.end(status)


def histories(folder: Path | str) -> list[Path]:
    """Return the histories of OUT or STORE, the newest first."""
    found = [path for path in (Path(folder) / FOLDER).glob("*.jsonl") if path.is_file()]
    return sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)
