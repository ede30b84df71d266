"""The store: an immutable catalogue in Parquet partitions, and the reading of one of them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from galdask.catalog import manifest
from galdask.catalog.columns import Column, ColumnDigest, arrow_type, from_arrow
from galdask.catalog.groups import KEY, Group, Part
from galdask.catalog.manifest import MARK, Partition, StoredColumn
from galdask.catalog.parquet import broken, read
from galdask.catalog.texts import Texts
from galdask.errors import StoreError

_CHANGED = "a column of the store is not as it was written"


@dataclass(frozen=True, slots=True)
class PartitionRef:
    """Some columns of one partition: all that a worker needs to read them; small and picklable.

    Parameters
    ----------
    store : path
    index, rows, row_start : int
    columns : tuple of StoredColumn
        Those asked for, in that order.
    files : dict of str to str
        Group -> file, relative to the store.
    digests : dict of str to str
        Column -> digest of its values.
    """

    store: Path
    index: int
    rows: int
    row_start: int
    columns: tuple[StoredColumn, ...]
    files: Mapping[str, str]
    digests: Mapping[str, str]


class Store:
    """A catalogue on disk; see `open_store`.

    Attributes
    ----------
    path : path
    name, title : str
        The release.
    rows, stars : int
        Rows, and different stars among them.
    star_id : str
        Column with the star's id.
    mock : bool
        Whether the stars are made up: one of the files says so.
    digest : str
        sha256 of the manifest's content: the store's identity.
    columns : dict of str to StoredColumn
    masks : dict of str to dict of str to int
        Column -> name of a bit -> its number.
    partitions : tuple of Partition
        Their digests have those of the groups' columns too, under ``GROUP:COLUMN``.
    groups : tuple of Group
        Computed columns, group by group, in the order in which they were made.
    orbits : tuple of Group
        Those that are orbits.
    ledger : dict
        Table -> rows in, rows out and how they are accounted for.
    """

    def __init__(self, path: Path, content: Mapping[str, Any]) -> None:
        self.path, self.content = path, content
        self.name, self.title = str(content["release"]), str(content["title"])
        self.rows, self.stars = int(content["rows"]), int(content["stars"])
        self.mock = bool(content.get("mock", False))
        self.star_id, self.digest = str(content["star_id"]), str(content["digest"])
        self.columns: dict[str, StoredColumn] = {
            entry["name"]: StoredColumn.from_json(entry) for entry in content["columns"]
        }
        self.masks: dict[str, dict[str, int]] = content["masks"]
        self.ledger: dict[str, dict[str, Any]] = content["ledger"]
        self.groups = tuple(Group.from_json(entry) for entry in content.get(KEY, ()))
        self.orbits = tuple(group for group in self.groups if group.kind == "orbits")
        self.partitions = tuple(
            self._with_groups(Partition(index=index, **entry))
            for index, entry in enumerate(content["partitions"])
        )

    def _with_groups(self, entry: Partition) -> Partition:
        digests = dict(entry.digests)
        for group in self.groups:
            part = group.parts[entry.index]
            if part is not None:
                digests |= {f"{group.name}{MARK}{name}": value for name, value in part.digests.items()}
        return replace(entry, digests=digests) if self.groups else entry

    def group(self, name: str) -> Group:
        """Return a group of computed columns.

        Raises
        ------
        StoreError
            If there is none of that name.
        """
        for group in self.groups:
            if group.name == name:
                return group
        raise StoreError(
            f"the store has no column group {name!r}",
            where=self.path,
            expected="one of " + ", ".join(group.name for group in self.groups) if self.groups else "none",
            todo="see them with 'galdask info'; make one with 'galdask orbits' or 'galdask migration "
            "birth-radii'",
        )

    def column(self, name: str) -> StoredColumn:
        """Return a column of the release, or one of a group as ``GROUP:COLUMN``.

        Raises
        ------
        StoreError
            If there is none of that name.
        """
        if name in self.columns:
            return self.columns[name]
        whose, mark, plain = name.rpartition(MARK)
        if mark:
            group = self.group(whose)
            if plain in group.columns:
                return group.qualified(plain)
            raise StoreError(
                f"the column group {whose!r} has no column {plain!r}",
                where=self.path,
                expected="one of " + ", ".join(group.columns),
            )
        near = difflib.get_close_matches(name, self.columns, 3, 0.5)
        raise StoreError(
            f"the store has no column {name!r}",
            where=self.path,
            expected="one of " + ", ".join(near) if near else f"one of {len(self.columns)} columns",
            todo=f"did you mean {near[0]!r}?" if near else "see them with 'galdask info'",
        )

    def part(self, index: int, names: Sequence[str]) -> PartitionRef:
        """Return what is needed to read columns of a partition, named as `column` takes them.

        Raises
        ------
        StoreError
            If there is no such column or partition, or its group was not computed there.
        """
        if not 0 <= index < len(self.partitions):
            raise StoreError(
                f"the store has no partition {index}",
                where=self.path,
                expected=f"0 to {len(self.partitions) - 1}",
            )
        entry = self.partitions[index]
        columns = tuple(self.column(name) for name in dict.fromkeys(names))
        places = dict(entry.files)
        for whose in dict.fromkeys(c.name.rpartition(MARK)[0] for c in columns if c.name not in self.columns):
            places |= self._part_of(self.group(whose), index).files
        return PartitionRef(
            store=self.path,
            index=index,
            rows=entry.rows,
            row_start=entry.row_start,
            columns=columns,
            files={group: places[group] for group in dict.fromkeys(c.group for c in columns)},
            digests={c.name: entry.digests[c.name] for c in columns},
        )

    def _part_of(self, group: Group, index: int) -> Part:
        part = group.parts[index]
        if part is None:
            raise StoreError(
                f"the column group {group.name!r} was not computed for this partition",
                where=f"{self.path}, partition {index}",
                todo="the columns that it reads have changed there: run the same command again",
            )
        return part

    @property
    def bytes(self) -> int:
        """Size of the data files."""
        own = sum(sum(part.bytes.values()) for part in self.partitions)
        return own + sum(group.bytes for group in self.groups)

    def describe(self) -> str:
        """Return what the store holds as lines of text, from the manifest alone."""
        from galdask.catalog.describe import describe

        return describe(self)

    def __repr__(self) -> str:
        return f"<Store {self.path}: {self.name}, {self.rows} rows, {len(self.partitions)} partitions>"


def open_store(path: Path | str) -> Store:
    """Open a store.

    Parameters
    ----------
    path : path
        The folder.

    Raises
    ------
    StoreError
        If it is not a store, is damaged, or was written by a newer galdask.
    """
    folder = Path(path).absolute()
    return Store(folder, manifest.read(folder))


def read_partition(ref: PartitionRef, verify: bool = True) -> dict[str, np.ndarray | np.ma.MaskedArray]:
    """Read columns of a partition.

    Parameters
    ----------
    ref : PartitionRef
        From `Store.part`.
    verify : bool
        Compare the digest of each column with the manifest.

    Returns
    -------
    dict of str to ndarray
        Shape (rows, ...). Missing floats are NaN. Integers and booleans come as MaskedArray where the
        column has missing values in this partition. Strings are objects, str or None. Plain numbers
        may be read-only.

    Raises
    ------
    StoreError
        If a file is missing, damaged, or does not hold what was written.
    """
    found: dict[str, np.ndarray] = {}
    for group, file in ref.files.items():
        columns = [c for c in ref.columns if c.group == group]
        path = ref.store / file
        plain = {c.name: c.name.removeprefix(group.split("/")[0] + MARK) for c in columns}
        arrays = read(path, list(plain.values()), f"partition {ref.index}")
        for column in columns:
            array, where = arrays[plain[column.name]], f"partition {ref.index}, column {column.name!r}"
            if array.type != arrow_type(column) or len(array) != ref.rows:
                raise broken(_CHANGED, path, where, f"{len(array)} x {array.type}")
            content = from_arrow(column, array)
            if verify:
                digest = ColumnDigest(column)
                digest.update(content)
                if digest.hexdigest() != ref.digests[column.name]:
                    raise broken(_CHANGED, path, where, f"digest {digest.hexdigest()}")
            found[column.name] = _given(column, content, array)
    return {column.name: found[column.name] for column in ref.columns}


def _given(column: StoredColumn, content: Column, array: Any) -> np.ndarray:
    if isinstance(content, Texts):
        flat = array.flatten() if column.shape else array
        return np.asarray(flat.to_numpy(zero_copy_only=False)).reshape(-1, *column.shape)
    if content.mask is not None and content.missing:
        return np.ma.MaskedArray(content.values, content.mask)
    return content.values
