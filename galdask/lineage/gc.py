"""What neither a store's manifest nor the current run of OUT names any more, and its removal."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from galdask import publish
from galdask.engine import history
from galdask.errors import InputError
from galdask.lineage import notes


@dataclass(frozen=True, slots=True)
class Old:
    """Something that can go.

    Parameters
    ----------
    path : path
        File or folder.
    bytes : int
        Its size on the disk.
    what : str
        What it was.
    """

    path: Path
    bytes: int
    what: str


def garbage(place: Path | str) -> list[Old]:
    """Return what can go from a store, or from the results of runs; nothing is removed.

    Parameters
    ----------
    place : path
        STORE or OUT.

    Raises
    ------
    InputError
        If it is neither.
    StoreError
        If the store's manifest is damaged: then nothing can be told apart.
    """
    place = Path(place)
    if (place / "manifest.json").is_file():
        found = [*_of_store(place)]
    elif (place / ".runs").is_dir():
        found = [*_of_runs(place)]
    else:
        raise InputError(
            "neither a store nor the results of runs",
            where=place,
            expected="a folder STORE or OUT of galdask",
        )
    return [Old(path, _size(path), what) for path, what in found]


def collect(place: Path | str) -> list[Old]:
    """Remove what can go, under the lock of the place; return it.

    Raises
    ------
    OutputError
        If another process is writing there.
    """
    place = Path(place)
    garbage(place)
    store = (place / "manifest.json").is_file()
    with contextlib.ExitStack() as stack:
        if not store:  # a regeneration holds the lock of the runs before the store's and the output's
            stack.enter_context(publish.locked(place / ".runs", "output"))
        stack.enter_context(publish.locked(place, "store" if store else "output"))
        found = garbage(place)
        for old in found:
            with publish.explained(old.path):
                if old.path.is_dir() and not old.path.is_symlink():
                    shutil.rmtree(old.path)
                else:
                    old.path.unlink(missing_ok=True)
        for folder in (place / "data", place / ".cache"):
            _prune(folder)
    return found


def _of_store(store: Path) -> Iterator[tuple[Path, str]]:
    from galdask.catalog import former, groups, journal, manifest

    content = manifest.read(store)
    live = {file for part in content["partitions"] for file in part["files"].values()}
    entries = content.get(groups.KEY, ())
    names = {entry["name"] for entry in entries}
    for entry in entries:
        live |= {file for part in entry["parts"] if part is not None for file in part["files"].values()}
    for folder in sorted((store / "data").glob("*")):
        if folder.name not in names and folder.name not in manifest.GROUPS:
            yield folder, "column group that the manifest does not name"
            continue
        for path in sorted(folder.rglob("*")):
            if path.is_dir():
                continue
            if path.name.endswith(".tmp"):
                yield path, "half-written file"
            elif path.suffix == ".parquet" and path.relative_to(store).as_posix() not in live:
                yield path, "columns of an earlier release"
    yield from ((path, "manifest of an earlier time") for path in former.paths(store))
    if (store / journal.NAME).exists():
        yield store / journal.NAME, "unfinished ingest"
    for path in sorted((store / groups.JOURNAL).glob("*")):
        yield path, "unfinished orbits"
    yield from ((path, "half-written file") for path in sorted(store.glob(".*.tmp")))


def _of_runs(out: Path) -> Iterator[tuple[Path, str]]:
    current = (out / "current").resolve()
    for run in sorted((out / ".runs").iterdir()):
        if run.name.endswith(".tmp"):
            yield run, "half-made run"
        elif run.is_dir() and run.resolve() != current and (out / "current").is_symlink():
            yield run, "earlier run"
    for path in history.histories(out):
        if (out / "current").is_symlink() and not path.name.startswith(current.name):
            yield path, "history of an earlier run"
    for path in (*sorted(out.glob(".*.tmp")), *sorted((out / ".cache").rglob(".*.tmp"))):
        yield path, "half-written file"
    noted = notes.read(current) if current.is_dir() else None
    if noted is not None:
        yield from _of_cache(out / ".cache", noted)


def _of_cache(cache: Path, noted: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield what the current run did not make or use: packs without a state of it, tables, samples."""
    from galdask.engine.cache import pack_index

    states, tables = _keys(noted)
    stars = {part["digests"]["star_key"][:24] for part in noted["partitions"]}
    for pack in sorted((cache / "states").glob("*/*.pack")):
        if pack.parent.name not in stars or not states & pack_index(pack).keys():
            yield pack, "states of an earlier run"
    for pack in sorted((cache / "tables").glob("*.pack")):
        if pack.stem not in tables:
            yield pack, "table of an earlier run"
    for folder in sorted((cache / "samples").glob("*")):
        files = sorted(folder.glob("*.arrow"), key=lambda path: path.stat().st_mtime_ns)
        kept = files[-1:] if folder.name in stars else []
        yield from ((path, "sample of an earlier run") for path in files if path not in kept)


def _keys(noted: dict[str, Any]) -> tuple[set[str], set[str]]:
    """Return the keys of the states of a run, and the file names of its tables."""
    from galdask.engine.plan import state_key, table_key

    states: set[str] = set()
    tables = set()
    for key, one in noted["requests"].items():
        columns = sorted(one["lineage"]["columns"])
        own = [state_key(key, p["rows"], [p["digests"][c] for c in columns]) for p in noted["partitions"]]
        states.update(own)
        tables.add(table_key(key, own)[:32])
    return states, tables


def _size(path: Path) -> int:
    if not path.is_dir() or path.is_symlink():
        return path.lstat().st_size
    return sum(os.lstat(Path(root) / name).st_size for root, _, files in os.walk(path) for name in files)


def _prune(folder: Path) -> None:
    """Remove folders that hold nothing any more."""
    for root, _, _ in os.walk(folder, topdown=False):
        if Path(root) != folder:
            with contextlib.suppress(OSError):
                os.rmdir(root)


def as_json(found: list[Old]) -> str:
    """Return what can go as JSON."""
    return json.dumps([{"path": str(o.path), "bytes": o.bytes, "what": o.what} for o in found], indent=1)
