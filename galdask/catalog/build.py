"""Second pass: one partition, from the rows of all tables to its data files."""

from __future__ import annotations

import contextlib
import json
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

Task = tuple[int, int, int]


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
    groups = plan.groups()
    schemas = {g: pa.schema([arrow_field(c) for c in columns]) for g, columns in groups.items()}
    digests = {c.name: ColumnDigest(c) for columns in groups.values() for c in columns}
    missing = dict.fromkeys(digests, 0)
    used: dict[str, list[np.ndarray]] = {n: [] for n, j in plan.joins.items() if isinstance(j, KeyJoin)}

    slabs = [(a, min(a + slab, stop)) for a in range(start, stop, slab)] or [(start, stop)]
    files: dict[str, parquet.DataFile] = {}
    made: dict[str, str] = {}
    names: dict[str, str] = {}
    fresh = 0
    with contextlib.ExitStack() as stack:
        for a, b in slabs:
            content, found = collect(plan, a, b)
            for column, values in content.items():
                digests[column].update(values)
                missing[column] += values.missing
            for table, rows in found.items():
                used[table].append(rows)
            if b == stop:
                made = {column: digest.hexdigest() for column, digest in digests.items()}
                names = {g: _name(columns, made, schemas[g], slab) for g, columns in groups.items()}
            for group, columns in groups.items():
                folder = plan.store / "data" / group
                if len(slabs) == 1 and parquet.intact(folder / names[group], b - a):
                    continue
                if group not in files:
                    files[group] = stack.enter_context(parquet.DataFile(folder))
                files[group].add(_table(columns, schemas[group], content))
        for group, file in files.items():
            fresh += file.publish(names[group])
    paths = {group: f"data/{group}/{name}" for group, name in names.items()}
    entry = {
        "index": index,
        "rows": stop - start,
        "row_start": start,
        "files": paths,
        "bytes": {group: (plan.store / path).stat().st_size for group, path in paths.items()},
        "digests": made,
        "missing": missing,
        "matched": {table: sum(int((rows >= 0).sum()) for rows in met) for table, met in used.items()},
        "written": fresh,
    }
    for table, met in used.items():
        rows = np.unique(np.concatenate(met))
        journal.save(used_file(plan, table, index), rows[rows >= 0])
    publish.write_text(entry_file(plan.journal, index), json.dumps(entry))
    return entry


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
