"""Do the workers see the store and the results where this process sees them? Asked once, before a run."""

from __future__ import annotations

import hashlib
import os
import secrets
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
    note, word = build / f".sight.{secrets.token_hex(4)}.tmp", secrets.token_hex(8)
    publish.write_text(note, word)
    manifest = store.absolute() / "manifest.json" if store else Path(os.devnull)
    try:
        ours = seen(str(manifest), str(note.absolute()))
        answers = ask(client, seen, str(manifest), str(note.absolute()))
    finally:
        note.unlink(missing_ok=True)
    for address, theirs in answers.items():
        if isinstance(theirs, BaseException):
            raise ClusterError("a worker cannot look for files", where=f"worker {address}", found=theirs)
        if theirs["store"] != ours["store"]:
            raise ClusterError(
                "a worker sees another store, or none, at its path",
                where=f"worker {address} on {theirs['host']}",
                expected=manifest,
                found=theirs["store"] if "no" in theirs["store"] else "another manifest.json",
                todo="keep the store in a folder that all machines have under one path; "
                "`galdask cluster check NAME --store STORE` looks at all workers",
            )
        if theirs["note"] != word:
            raise ClusterError(
                "a worker does not see the folder of the results",
                where=f"worker {address} on {theirs['host']}",
                expected=build.absolute(),
                todo="take as --out a folder that all machines have under one path; "
                "`galdask cluster check NAME --out OUT` looks at all workers",
            )


def seen(manifest: str, note: str) -> dict[str, str]:
    """Return what this process sees of a store and of a note (runs on workers)."""
    import socket

    found = {"host": socket.gethostname()}
    for name, place in (("store", manifest), ("note", note)):
        try:
            content = Path(place).read_bytes()
        except OSError as error:
            found[name] = f"no: {error.strerror}"
        else:
            found[name] = (
                hashlib.sha256(content).hexdigest() if name == "store" else content.decode("utf-8", "replace")
            )
    return found
