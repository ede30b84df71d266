"""Manifests that a store had before: kept beside the present one, so that an earlier run can be compared.

The data files that they name stay too; `galdask gc` removes both.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from galdask import publish
from galdask.catalog import manifest, manifest_check
from galdask.catalog.store import Store, open_store
from galdask.errors import StoreError

#: what their names begin with
PREFIX = "manifest-"


def release_of(content: Mapping[str, Any] | None, now: str) -> str:
    """Return the release of an earlier manifest where it is another than `now`, else nothing."""
    name = "" if content is None else str(content["release"])
    return name if name != now else ""


def keep(store: Path, content: Mapping[str, Any]) -> None:
    """Keep the present manifest if `content` holds other rows or columns; the store must be locked.

    Parameters
    ----------
    store : path
        The store; its manifest is the one that `content` will replace.
    content : mapping
        What the new manifest will hold.
    """
    try:
        before = manifest.read(store)
    except StoreError:
        return
    if any(before[part] != content[part] for part in ("release", "partitions", "columns")):
        name = f"{PREFIX}{before['release']}-{before['digest'][:16]}.json"
        publish.write_text(store / name, (store / manifest.NAME).read_text(), durable=True)


def paths(store: Path) -> list[Path]:
    """Return the files of the earlier manifests, the latest first."""
    return sorted(store.glob(f"{PREFIX}*.json"), key=lambda path: (-path.stat().st_mtime_ns, path.name))


def open_as_of(path: Path | str, wanted: str, partitions: list[Mapping[str, Any]] | None = None) -> Store:
    """Open a store as it was when a run read it, if that is still known; else as it is.

    Parameters
    ----------
    path : path
        The store.
    wanted : str
        Digest of its manifest then.
    partitions : list of mapping, optional
        Rows and digests of the columns that the run read, partition by partition: a store in which these
        are the same serves too.

    Raises
    ------
    StoreError
        If there is no store.
    """
    present = open_store(path)
    known = [present, *_earlier(present.path)]
    exact = [one for one in known if one.digest == wanted]
    alike = [one for one in known if partitions is not None and holds(one, partitions)]
    return next(iter([*exact, *alike, present]))


def _earlier(store: Path) -> Iterator[Store]:
    """Yield the store as each whole manifest has it, the latest first."""
    for path in paths(store):
        try:
            content = json.loads(path.read_bytes())
            if isinstance(content, dict) and manifest.is_intact(content):
                manifest_check.check(content, path)
                yield Store(store, content)
        except (OSError, ValueError, RecursionError, StoreError):
            continue  # it can no longer say what it held


def holds(store: Store, partitions: list[Mapping[str, Any]]) -> bool:
    """Tell whether a store has just these partitions, with these rows and digests of columns."""
    return len(partitions) == len(store.partitions) and all(
        then["rows"] == now.rows and then["digests"].items() <= now.digests.items()
        for then, now in zip(partitions, store.partitions, strict=True)
    )
