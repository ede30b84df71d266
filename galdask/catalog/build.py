"""Second pass: one partition, from the rows of all tables to its data files."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from galdask import publish
from galdask.catalog import journal, parquet
from galdask.catalog.collect import collect
from galdask.catalog.columns import Column, ColumnDigest, arrow_field, to_arrow
from galdask.catalog.companion import used_file
from galdask.catalog.manifest import StoredColumn
from galdask.catalog.plan import Plan
from galdask.catalog.schema import KeyJoin
from galdask.events import gauge

Task = tuple[int, int, int]


def build_partitions(plan: Plan, batch: Sequence[Task]) -> list[dict[str, Any]]:
    """Write several partitions, one after the other, but for those that a lost task has finished."""
    return [finished(plan.journal, plan.store, task) or build_partition(plan, task) for task in batch]


def build_partition(plan: Plan, task: Task) -> dict[str, Any]:
    """Write the data files of one partition and its entry in the journal.

    Parameters
    ----------
    plan : Plan
        The ingest.
    task : tuple of int
        Index, first row and the row behind the last.

    Returns
    -------
    dict
        The entry: index, rows, row_start, files and bytes by group, digests and missing counts by
        column, matched rows by key-joined table, and the bytes that had to be written.

    Raises
    ------
    InputError
        If the files do not hold what the release says.
    OutputError
        If the data files cannot be written.
    """
    index, start, stop = task
    slab = plan.slab_rows()
    slabs = [(a, min(a + slab, stop)) for a in range(start, stop, slab)] or [(start, stop)]
    groups = plan.groups()
    schemas = {g: pa.schema([arrow_field(c) for c in columns]) for g, columns in groups.items()}
    tally = Tally(plan)
    files: dict[str, parquet.DataFile] = {}
    digests: dict[str, str] = {}
    names: dict[str, str] = {}
    with contextlib.ExitStack() as stack:
        for a, b in slabs:
            content, found = collect(plan, a, b)
            tally.add(content, found)
            gauge.count(rows=b - a)
            if b == stop:
                digests = {column: state.hexdigest() for column, state in tally.digests.items()}
                names = {g: _name(columns, digests, schemas[g], slab) for g, columns in groups.items()}
            for group, columns in groups.items():
                folder = plan.store / "data" / group
                if len(slabs) == 1 and parquet.intact(folder / names[group], b - a):
                    continue
                if group not in files:
                    files[group] = stack.enter_context(parquet.DataFile(folder))
                files[group].add(_table(columns, schemas[group], content))
        written = sum(file.publish(names[group]) for group, file in files.items())
    paths = {group: f"data/{group}/{name}" for group, name in names.items()}
    entry = {
        "index": index,
        "rows": stop - start,
        "row_start": start,
        "files": paths,
        "bytes": {group: (plan.store / path).stat().st_size for group, path in paths.items()},
        "digests": digests,
        "missing": tally.missing,
        "matched": tally.matched(),
        "written": written,
    }
    for table, rows in tally.rows_used().items():
        journal.save(used_file(plan, table, index), rows)
    publish.write_text(entry_file(plan.journal, index), json.dumps(entry))
    return entry


class Tally:
    """What is counted of a partition while its rows pass.

    Parameters
    ----------
    plan : Plan
        The ingest.

    Attributes
    ----------
    digests : dict of str to ColumnDigest
        State of each column's digest.
    missing : dict of str to int
        Missing elements of each column.
    """

    def __init__(self, plan: Plan) -> None:
        self.digests = {c.name: ColumnDigest(c) for columns in plan.groups().values() for c in columns}
        self.missing = dict.fromkeys(self.digests, 0)
        self._joined: dict[str, list[np.ndarray]] = {
            name: [] for name, join in plan.joins.items() if isinstance(join, KeyJoin)
        }

    def add(self, content: Mapping[str, Column], joined: Mapping[str, np.ndarray]) -> None:
        """Count the next rows: their columns, and the row of each key-joined table, or -1."""
        for name, column in content.items():
            self.digests[name].update(column)
            self.missing[name] += column.missing
        for table, rows in joined.items():
            self._joined[table].append(rows)

    def matched(self) -> dict[str, int]:
        """Return how many rows found a partner in each key-joined table."""
        return {table: sum(int((r >= 0).sum()) for r in rows) for table, rows in self._joined.items()}

    def rows_used(self) -> dict[str, np.ndarray]:
        """Return which rows of each key-joined table were found, each once."""
        once = {table: np.unique(np.concatenate(rows)) for table, rows in self._joined.items()}
        return {table: rows[rows >= 0] for table, rows in once.items()}


def _name(columns: list[StoredColumn], made: dict[str, str], schema: pa.Schema, slab: int) -> str:
    return parquet.content_name([made[column.name] for column in columns], schema, slab)


def _table(columns: list[StoredColumn], schema: pa.Schema, content: dict[str, Column]) -> pa.Table:
    return pa.Table.from_arrays([to_arrow(c, content[c.name]) for c in columns], schema=schema)


def entry_file(folder: Path, index: int) -> Path:
    """Return the file of a partition in the journal."""
    return folder / f"part-{index:05d}.json"


def finished(folder: Path, store: Path, task: Task) -> dict[str, Any] | None:
    """Return the entry of a partition that an earlier run has finished, or None."""
    try:
        entry: dict[str, Any] = json.loads(entry_file(folder, task[0]).read_bytes())
    except (OSError, ValueError):
        return None
    if (entry["row_start"], entry["row_start"] + entry["rows"]) != task[1:]:
        return None
    there = all(parquet.intact(store / path, entry["rows"]) for path in entry["files"].values())
    return {**entry, "written": 0} if there else None
