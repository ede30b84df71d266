"""What was verified in a folder: a file that has not changed since is not read again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from galdask import provenance, publish
from galdask.catalog.fetch.wanted import Wanted

NAME = ".galdask-fetched.json"


def known(folder: Path, wanted: Wanted) -> str | None:
    """Return how a file was verified, None if it was not, or changed since, or another one is wanted now."""
    entry = _read(folder).get(wanted.file)
    if not isinstance(entry, dict) or _facts(folder, wanted, str(entry.get("how"))) != {
        key: value for key, value in entry.items() if key not in ("from", "when")
    }:
        return None
    return str(entry["how"])


def write(folder: Path, wanted: Wanted, how: str, address: str) -> None:
    """Note that a file was verified, how, and where it is from."""
    entry = _facts(folder, wanted, how) | {"from": address, "when": provenance.now()}
    publish.write_json(folder / NAME, _read(folder) | {wanted.file: entry})


def _facts(folder: Path, wanted: Wanted, how: str) -> dict[str, Any]:
    state = (folder / wanted.file).stat()
    return {
        "how": how,
        "bytes": state.st_size,
        "mtime_ns": state.st_mtime_ns,
        "sha1": wanted.sha1,
        "size": wanted.size,
        "url": wanted.url,
    }


def _read(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / NAME).read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
