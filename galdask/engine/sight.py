"""Do the workers see the store and the results where this process sees them? Asked once, before a run."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from galdask import publish
from galdask.engine.clusters.agreement import ask
from galdask.errors import ClusterError


def require(executor: Any, store: Path | None, build: Path) -> None:
    """Check that every worker reads the same store and sees what this process writes.

    Parameters
    ----------
    executor : Executor
        Where a run works; in this process there is nothing to check.
    store : path or None
        Folder of the store, if there is one already.
    build : path
        Folder in which the results are written.

    Raises
    ------
    ClusterError
        If a worker sees another store, or none, or another folder under the name of the results.
    """
    client = getattr(executor, "client", None)
    if client is None:
        return
    note = build / f".sight.{secrets.token_hex(4)}.tmp"
    publish.write_text(note, secrets.token_hex(8))
    places = {"note": str(note.absolute())}
    if store is not None:
        places["store"] = str(store.absolute() / "manifest.json")
    try:
        ours = seen(places)
        answers = ask(client, seen, places)
    finally:
        note.unlink(missing_ok=True)
    for address, theirs in answers.items():
        if isinstance(theirs, BaseException):
            raise ClusterError("a worker cannot look for files", where=f"worker {address}", found=theirs)
        if store is not None and theirs["store"] != ours["store"]:
            raise ClusterError(
                "a worker sees another store, or none, at its path",
                where=f"worker {address} on {theirs['host']}",
                expected=places["store"],
                found=theirs["store"] if theirs["store"].startswith("no:") else "another manifest.json",
                todo="keep the store in a folder that all machines have under one path; "
                "`galdask cluster check NAME --store STORE` looks at all workers",
            )
        if theirs["note"] != ours["note"]:
            raise ClusterError(
                "a worker does not see the folder of the results",
                where=f"worker {address} on {theirs['host']}",
                expected=build.absolute(),
                todo="take as --out a folder that all machines have under one path; "
                "`galdask cluster check NAME --out OUT` looks at all workers",
            )


def seen(places: Mapping[str, str]) -> dict[str, str]:
    """Return the host of this process, and a digest of each named file as it sees it (runs on workers)."""
    import socket

    found = {"host": socket.gethostname()}
    for name, place in places.items():
        try:
            found[name] = hashlib.sha256(Path(place).read_bytes()).hexdigest()
        except OSError as error:
            found[name] = f"no: {error.strerror}"
    return found
