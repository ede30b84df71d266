"""From the files of a release to a store, in two passes of tasks and one commit."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from galdask import digest, events, publish
from galdask.catalog import companion, former, groups, journal, made, manifest, scan, sources
from galdask.catalog.build import build_partitions, finished
from galdask.catalog.ledger import ledger
from galdask.catalog.partition import Rule, boundaries, rule_for
from galdask.catalog.plan import Plan, targets_of
from galdask.catalog.readers import open_table
from galdask.catalog.runs import Runs
from galdask.catalog.schema import KeyJoin, Release, RowMatch
from galdask.errors import ConfigError, OutputError, StoreError

STEP = "ingest"
#: tasks for each worker, at most: several partitions share a task where there are many
BATCHES = 10


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did.

    Parameters
    ----------
    changed : bool
        False if the store held just this already.
    rows, stars, partitions : int
        What the store holds now.
    written : int
        Bytes of new data files.
    reused : int
        Partitions of which no file had to be written.
    seconds : float
        Time it took.
    store : path
        Where it is.
    release : str
        Its release.
    notes : tuple of str
        What the user should know: optional tables that are absent, columns that cannot be read.
    former : str
        Release that the store held before, where it was another one.
    """

    changed: bool
    rows: int
    stars: int
    partitions: int
    written: int
    reused: int
    seconds: float
    store: Path
    release: str
    notes: tuple[str, ...] = ()
    former: str = ""

    def text(self) -> str:
        """Return one sentence for people."""
        if not self.changed:
            return f"{self.store} is up to date: {self.rows:,} rows, nothing to do"
        moved = f"the store held {self.former}; it now holds {self.release}\n" if self.former else ""
        return (
            f"{moved}{self.store}: {self.rows:,} rows, {self.stars:,} stars, {self.partitions} partitions "
            f"({self.reused} reused), {self.written / 1e6:.1f} MB written in {self.seconds:.1f} s"
        )


def ingest(
    release: Release,
    source: Path,
    store: Path,
    *,
    executor: Runs,
    columns: str = "needed",
    listen: events.Listener = events.silent,
    partition_rows: int | None = None,
    scratch: Path | None = None,
    replace_release: bool = False,
) -> IngestReport:
    """Make or renew a store from the files of a release.

    Parameters
    ----------
    release : Release
        What the files should hold.
    source : path
        Folder with the files.
    store : path
        Folder of the store; made if needed. Nobody sees a half-made store: its manifest is replaced
        in one step at the end.
    executor : Runs
        Runs the tasks.
    columns : {"needed", "all"}
        The canonical columns, or every column of the files beside them.
    listen : callable
        Receives progress events.
    partition_rows : int, optional
        Fewest rows of a partition; by default 8192 for a catalogue up to two million rows. An
        existing store keeps its own.
    scratch : path, optional
        Where compressed files are inflated; by default inside the store.
    replace_release : bool
        Whether a store of another release may become one of this release.

    Returns
    -------
    IngestReport

    Raises
    ------
    InputError
        If a file is missing, broken or not what the release says.
    OutputError
        If the store cannot be written or is being written by another process.
    StoreError
        If the folder holds the store of another release, and may not be replaced.

    Notes
    -----
    Data files are named by their content: what the new release leaves as it was is not written again.
    The manifest of a release that was replaced is kept beside the new one, see `galdask.catalog.earlier`.
    """
    began = time.perf_counter()
    if columns not in ("needed", "all"):
        raise ConfigError("unknown set of columns", expected="needed or all", found=columns)
    store, source = Path(store).absolute(), Path(source).absolute()
    paths = sources.find(release, source)
    identity = sources.identity(paths)
    settings = {"format": manifest.FORMAT, "release": digest.of_settings(release), "columns": columns}
    earlier = _earlier(store, release, listen, replace_release)
    if earlier is not None and _same(store, earlier, settings, identity, partition_rows):
        return _report(store, earlier, began, changed=False)
    scratch = Path(scratch).absolute() if scratch else store / journal.NAME / "scratch"
    tables = {name: open_table(release.tables[name], path, scratch) for name, path in paths.items()}
    kept = earlier["partitioning"]["low"] if earlier is not None else None
    rule = rule_for(tables[release.main.name].rows, partition_rows or kept)
    key = digest.of_settings(settings, identity, rule.to_json())
    plan = _plan(release, store, key, tables, columns, rule)
    companion.check_counts(plan)
    if store.exists() and not store.is_dir():
        raise OutputError("a store is a folder, and this is a file", where=store)
    with publish.locked(store, "store"):
        journal.sweep(store)
        with publish.explained(store):
            content, entries = _run(plan, release, executor, listen)
        sources.check_unchanged(identity, paths)
        content |= {"settings": settings, "sources": identity, "mock": sources.is_mock(paths)}
        computed, dropped = groups.carried(store, content)
        if computed:
            content[groups.KEY] = computed
        former.keep(store, content)
        made.by_ingest(store, content)
        content["digest"] = manifest.commit(store, content)
        journal.sweep(store)
        journal.clear(store)
    report = replace(
        _report(store, content, began, changed=True),
        written=sum(entry["written"] for entry in entries),
        reused=sum(not entry["written"] for entry in entries),
        former=former.release_of(earlier, release.name),
        notes=(*_notes(release, plan, columns), *dropped),
    )
    for text in report.notes:
        listen(events.Event(STEP, text=text))
    return report


def unchanged(
    release: Release,
    source: Path,
    store: Path,
    columns: str | None = None,
    *,
    replace_release: bool = False,
) -> bool:
    """Tell whether a store holds just what these files hold, by their sizes and times; nothing is read.

    Parameters
    ----------
    release, source, store, replace_release
        As `ingest` takes them.
    columns : {"needed", "all"}, optional
        By default what the store has.

    Raises
    ------
    InputError, StoreError
        If a file is missing, or the folder holds the store of another release.
    """
    store, source = Path(store).absolute(), Path(source).absolute()
    identity = sources.identity(sources.find(release, source))
    earlier = _earlier(store, release, events.silent, replace_release)
    if earlier is None:
        return False
    settings = {
        "format": manifest.FORMAT,
        "release": digest.of_settings(release),
        "columns": columns or earlier["settings"]["columns"],
    }
    return _same(store, earlier, settings, identity, None)


def _earlier(
    store: Path, release: Release, listen: events.Listener, replace_release: bool
) -> dict[str, Any] | None:
    if not (store / manifest.NAME).exists():
        return None
    try:
        content = manifest.read(store)
    except manifest.NewerStoreError:
        raise
    except StoreError as error:
        listen(events.Event(STEP, text=f"{error.what}: made anew"))
        return None
    if content["release"] != release.name and not replace_release:
        raise StoreError(
            "this is the store of another release",
            where=store,
            expected=release.name,
            found=content["release"],
            todo="give another folder; or let this store become that release: ingest --replace-release, "
            "or regenerate",
        )
    return content


def _same(
    store: Path,
    content: Mapping[str, Any],
    settings: Mapping[str, Any],
    identity: Mapping[str, Any],
    partition_rows: int | None,
) -> bool:
    if content["settings"] != settings or content["sources"] != identity:
        return False
    if partition_rows not in (None, content["partitioning"]["low"]):
        return False
    for part in content["partitions"]:
        for group, file in part["files"].items():
            path = store / file
            if not path.is_file() or path.stat().st_size != part["bytes"][group]:
                return False
    return True


def _plan(
    release: Release, store: Path, key: str, tables: Mapping[str, Any], columns: str, rule: Rule
) -> Plan:
    main = release.main.name
    ordered = {main: tables[main]} | dict(tables)
    joins: dict[str, RowMatch | KeyJoin] = {}
    for name in ordered:
        join = release.tables[name].join
        if join is not None:
            joins[name] = join
    return Plan(
        store=store,
        journal=journal.folder(store, key),
        release=release.name,
        star_id=release.star_id,
        tables=ordered,
        joins=joins,
        targets=targets_of(release, ordered, columns),
        rule=rule,
    )


def _run(
    plan: Plan, release: Release, executor: Runs, listen: events.Listener
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    scanned = journal.load(plan.journal, "scan") or _scan(plan, executor)
    ledgers = {name: _index(plan, name, executor) for name, j in plan.joins.items() if isinstance(j, KeyJoin)}
    starts = scanned["starts"]
    tasks = [(i, a, b) for i, (a, b) in enumerate(itertools.pairwise(starts))]
    entries = {task[0]: entry for task in tasks if (entry := finished(plan.journal, plan.store, task))}
    waiting = [task for task in tasks if task[0] not in entries]
    if entries:
        text = f"{len(entries)} of {len(tasks)} partitions were finished by an earlier call"
        listen(events.Event(STEP, text=text))
    size = max(1, -(-len(waiting) // (BATCHES * executor.workers)))
    batches = [waiting[i : i + size] for i in range(0, len(waiting), size)]
    labels = [f"partitions from {batch[0][0]}, rows {batch[0][1]} to {batch[-1][2]}" for batch in batches]
    shares = [events.Share(rows=sum(b - a for _, a, b in batch), parts=len(batch)) for batch in batches]
    for _, done in executor.run(
        build_partitions,
        batches,
        step="ingest write",
        labels=labels,
        shared=plan,
        shares=shares,
        unit="partitions",
    ):
        entries |= {entry["index"]: entry for entry in done}
    ordered = [entries[task[0]] for task in tasks]
    return _content(plan, release, scanned["stars"], ledgers, ordered), ordered


def _scan(plan: Plan, executor: Runs) -> dict[str, Any]:
    (plan.journal / "keys").mkdir(parents=True, exist_ok=True)
    table = plan.tables[plan.main]
    tasks = scan.ranges(table.rows)
    labels = [f"rows {a} to {b}" for a, b in tasks]
    shares = [events.Share(rows=b - a) for a, b in tasks]
    done = executor.run(
        scan.scan_range, tasks, step="ingest scan", labels=labels, shared=plan, shares=shares, unit="ranges"
    )
    found = dict(done)
    rows = np.concatenate([*(found[i][0] for i in range(len(tasks))), np.empty(0, np.int64)])
    hashes = np.concatenate([*(found[i][1] for i in range(len(tasks))), np.empty(0, np.uint64)])
    stars, collision = scan.count_stars([scan.run_file(plan.journal, a) for a, _ in tasks])
    if collision:
        raise scan.refuse_collision(plan, collision)
    scanned = {"starts": boundaries(rows, hashes, table.rows, plan.rule), "stars": stars}
    journal.keep(plan.journal, "scan", scanned)
    return scanned


def _index(plan: Plan, name: str, executor: Runs) -> dict[str, int]:
    known = journal.load(plan.journal, f"join-{name}")
    if known is None:
        label = f"table {name}"
        done = executor.run(companion.index, [name], step="ingest join", labels=[label], shared=plan)
        known = dict(done)[0]
        journal.keep(plan.journal, f"join-{name}", known)
    return known


def _content(
    plan: Plan,
    release: Release,
    stars: int,
    joined: Mapping[str, Mapping[str, int]],
    entries: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return what the manifest holds, but for settings and sources."""
    missing = {name: sum(entry["missing"][name] for entry in entries) for name in entries[0]["missing"]}
    columns = [replace(c, missing=missing[c.name]) for group in plan.groups().values() for c in group]
    kept = ("rows", "row_start", "files", "bytes", "digests")
    return {
        "galdask_store": manifest.FORMAT,
        "release": release.name,
        "title": release.title,
        "reference": release.reference,
        "star_id": release.star_id,
        "rows": sum(entry["rows"] for entry in entries),
        "stars": stars,
        "columns": [column.to_json() for column in columns],
        "masks": {name: dict(bits) for name, bits in release.masks.items() if name in plan.targets},
        "ledger": ledger(plan, joined, entries),
        "partitioning": plan.rule.to_json(),
        "partitions": [{name: entry[name] for name in kept} for entry in entries],
    }


def _report(store: Path, content: Mapping[str, Any], began: float, changed: bool) -> IngestReport:
    return IngestReport(
        changed=changed,
        rows=content["rows"],
        stars=content["stars"],
        partitions=len(content["partitions"]),
        written=0,
        reused=len(content["partitions"]),
        seconds=time.perf_counter() - began,
        store=store,
        release=str(content["release"]),
    )


def _notes(release: Release, plan: Plan, columns: str) -> tuple[str, ...]:
    there = plan.tables
    notes = [f"the optional table {name!r} is not there" for name in release.tables if name not in there]
    absent = [name for name in release.columns if name not in plan.targets]
    if absent:
        notes.append(f"columns that the files do not have: {', '.join(absent)}")
    if columns == "all":
        for table in plan.tables.values():
            notes += [f"{table.path.name}: {name} is left out: {why}" for name, why in table.refused.items()]
    return tuple(notes)
