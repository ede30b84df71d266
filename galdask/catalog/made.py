"""Which commands made a store: beside the manifest, so that equal stores have equal manifests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from galdask import provenance, publish
from galdask.catalog import groups, manifest

NAME = "made.json"


def identity(content: Mapping[str, Any]) -> str:
    """Return the digest of a manifest without its groups of computed columns."""
    return manifest.digest_of({key: value for key, value in content.items() if key != groups.KEY})


def by_ingest(store: Path, content: Mapping[str, Any]) -> None:
    """Note the present command as the one that makes a store of this content, before that is committed."""
    kept = {entry["name"] for entry in content.get(groups.KEY, ())}
    others = {name: one for name, one in _read(store).get("groups", {}).items() if name in kept}
    _write(store, {"ingest": provenance.record(of=identity(content)), "groups": others})


def by_group(store: Path, name: str) -> None:
    """Note the present command as the one that makes a group of computed columns."""
    known = _read(store)
    _write(store, {**known, "groups": {**known.get("groups", {}), name: provenance.record()}})


def of_store(store: Path, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record of the ingest that made a store of this content; empty where it is not known."""
    found = _record(_read(store).get("ingest"))
    return found if found.get("of") == identity(content) else {}


def of_group(store: Path, name: str) -> dict[str, Any]:
    """Return the record of the command that made a group; empty where it is not known."""
    return _record(_read(store).get("groups", {}).get(name))


def _record(found: Any) -> dict[str, Any]:
    good = isinstance(found, dict) and isinstance(found.get("command"), list)
    return dict(found) if good else {}


def _write(store: Path, content: Mapping[str, Any]) -> None:
    publish.write_json(store / NAME, content, durable=True)


def _read(store: Path) -> dict[str, Any]:
    try:
        found = json.loads((store / NAME).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    good = isinstance(found, dict) and all(isinstance(found.get(k, {}), dict) for k in ("ingest", "groups"))
    return found if good else {}
