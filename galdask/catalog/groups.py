"""Groups of computed columns beside those of a release: in files of their own, partition by partition.

A group says from which columns it was computed. It belongs to a partition as long as the digests of these
are the same there, whatever else an ingest has changed; where they are not, it has no part until it is
computed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from galdask import digest
from galdask.catalog import manifest, parquet
from galdask.catalog.columns import ColumnDigest, Numbers, arrow_field, to_arrow
from galdask.catalog.manifest import MARK, StoredColumn
from galdask.errors import StoreError

#: key of the manifest, and folder of what an unfinished computation leaves in the store
KEY, JOURNAL = "orbits", ".orbits"


@dataclass(frozen=True, slots=True)
class Part:
    """A group's files for one partition.

    Parameters
    ----------
    inputs : str
        Digest of the rows and of the columns that it was computed from; see `inputs_of`.
    files, bytes : dict
        Place (as `StoredColumn.group` has it) -> file relative to the store, and its size.
    digests, missing : dict
        Column -> digest of its values, and how many of them are missing.
    counts : dict of str to int
        What was counted of its stars; adds over partitions.
    """

    inputs: str
    files: Mapping[str, str]
    bytes: Mapping[str, int]
    digests: Mapping[str, str]
    missing: Mapping[str, int]
    counts: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        """Return the entry of the manifest."""
        return {name: getattr(self, name) for name in self.__slots__}

    def intact(self, store: Path, rows: int) -> bool:
        """Return whether the files are there and their footers can be read."""
        return all(parquet.intact(store / file, rows) for file in self.files.values())


@dataclass(frozen=True, slots=True)
class Group:
    """Computed columns of a store.

    Parameters
    ----------
    name : str
        Such as ``orbits-1a2b3c4d``.
    settings : dict
        Everything that decides the numbers.
    reads : dict of str to str
        Column of the release that it was computed from -> its type and unit.
    columns : dict of str to StoredColumn
        By their plain names.
    parts : tuple of (Part or None)
        By partition; None where the group must be computed (again).
    """

    name: str
    settings: Mapping[str, Any]
    reads: Mapping[str, str]
    columns: Mapping[str, StoredColumn]
    parts: tuple[Part | None, ...]

    @property
    def kind(self) -> str:
        """What was computed: the name without its digest."""
        return self.name.partition("-")[0]

    @property
    def complete(self) -> bool:
        """Whether it has a part for every partition."""
        return all(part is not None for part in self.parts)

    @property
    def bytes(self) -> int:
        """Size of its data files."""
        return sum(sum(part.bytes.values()) for part in self.parts if part is not None)

    @property
    def counts(self) -> dict[str, int]:
        """What was counted over all partitions that it has."""
        return total(part.counts for part in self.parts if part is not None)

    def qualified(self, name: str) -> StoredColumn:
        """Return a column under the name by which a store gives it, ``GROUP:COLUMN``."""
        return replace(self.columns[name], name=f"{self.name}{MARK}{name}")

    def to_json(self) -> dict[str, Any]:
        """Return the entry of the manifest."""
        lost = total(part.missing for part in self.parts if part is not None)
        columns = [replace(c, missing=lost.get(c.name, 0)).to_json() for c in self.columns.values()]
        return {
            "name": self.name,
            "settings": self.settings,
            "reads": dict(self.reads),
            "columns": columns,
            "parts": [None if part is None else part.to_json() for part in self.parts],
        }

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Group:
        """Read the entry of a manifest."""
        columns = [StoredColumn.from_json(column) for column in entry["columns"]]
        parts = tuple(None if part is None else Part(**part) for part in entry["parts"])
        return cls(entry["name"], entry["settings"], entry["reads"], {c.name: c for c in columns}, parts)


def total(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Return the sums of counts, in the order in which names are first met."""
    sums: dict[str, int] = {}
    for one in counts:
        for name, number in one.items():
            sums[name] = sums.get(name, 0) + number
    return sums


def inputs_of(rows: int, digests: Mapping[str, str], reads: Iterable[str]) -> str:
    """Return the digest of what a group is computed from in a partition."""
    return digest.of_settings(rows, {name: digests[name] for name in reads})


def kinds_of(columns: Mapping[str, StoredColumn], reads: Iterable[str]) -> dict[str, str]:
    """Return the types and units of the columns that a group reads."""
    return {name: f"{columns[name].type} {columns[name].unit}".strip() for name in sorted(reads)}


def write_part(
    store: Path,
    columns: Sequence[StoredColumn],
    values: Mapping[str, np.ndarray],
    inputs: str,
    counts: Mapping[str, int],
) -> Part:
    """Write the data files of a group for one partition, under names made of their content.

    Parameters
    ----------
    store : path
        The store.
    columns : sequence of StoredColumn
        The group's columns; `StoredColumn.group` is the folder under ``data``.
    values : mapping of str to ndarray
        Their values, (rows, ...) of the stored type; missing floats are NaN.
    inputs, counts
        As `Part` has them.

    Raises
    ------
    OutputError
        If the files cannot be written.
    """
    files, sizes, digests, missing = {}, {}, {}, {}
    for place in dict.fromkeys(column.group for column in columns):
        own = [column for column in columns if column.group == place]
        arrays = []
        for column in own:
            content = Numbers(np.ascontiguousarray(values[column.name], dtype=column.type))
            state = ColumnDigest(column)
            state.update(content)
            digests[column.name] = state.hexdigest()
            floats = content.values.dtype.kind == "f"
            missing[column.name] = int(np.count_nonzero(np.isnan(content.values))) if floats else 0
            arrays.append(to_arrow(column, content))
        schema = pa.schema([arrow_field(column) for column in own])
        table = pa.Table.from_arrays(arrays, schema=schema)
        name = parquet.content_name([digests[c.name] for c in own], schema, table.num_rows)
        path = store / "data" / place / name
        if not parquet.intact(path, table.num_rows):
            with parquet.DataFile(path.parent) as file:
                file.add(table)
                file.publish(name)
        files[place], sizes[place] = f"data/{place}/{name}", path.stat().st_size
    return Part(inputs, files, sizes, digests, missing, dict(counts))


def commit(store: Path, group: Group) -> str:
    """Add a group to the manifest of a store, or replace the one of its name; the store must be locked.

    Returns
    -------
    str
        The store's new digest.
    """
    content = manifest.read(store)
    others = [entry for entry in content.get(KEY, ()) if entry["name"] != group.name]
    return manifest.commit(store, content | {KEY: [*others, group.to_json()]})


def carried(store: Path, content: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the groups of a store's present manifest that stay under a new content.

    Parameters
    ----------
    store : path
        The store; its manifest is the one that `content` will replace.
    content : mapping
        What the new manifest will hold.

    Returns
    -------
    list of dict
        Entries of the manifest. A group keeps its part for every partition whose columns have the digests
        that it was computed from, wherever that partition stood before; where none has, it stays without
        parts, to be computed again. It goes when a column that it reads is gone.
    list of str
        Which groups go, and why.
    """
    try:
        earlier = manifest.read(store).get(KEY, ())
    except StoreError:
        return [], []
    columns = {entry["name"]: StoredColumn.from_json(entry) for entry in content["columns"]}
    kept, dropped = [], []
    for group in map(Group.from_json, earlier):
        if lacking := sorted(group.reads.keys() - columns.keys()):
            dropped.append(f"{group.name} goes: there is no column {', '.join(lacking)} any more")
            continue
        reads = kinds_of(columns, group.reads)
        known = (
            {part.inputs: part for part in group.parts if part is not None} if reads == group.reads else {}
        )
        parts = tuple(
            known.get(inputs_of(one["rows"], one["digests"], group.reads)) for one in content["partitions"]
        )
        kept.append(replace(group, reads=reads, parts=parts).to_json())
    return kept, dropped
