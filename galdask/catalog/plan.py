"""What an ingest makes of the tables of a release: every column of the store and where it is read."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from galdask.catalog.manifest import GROUPS, StoredColumn
from galdask.catalog.missing import Missing
from galdask.catalog.partition import Rule
from galdask.catalog.readers.base import ColumnType, Table
from galdask.catalog.schema import ColumnSpec, KeyJoin, Release, RowMatch
from galdask.errors import ConfigError, InputError

#: bytes of source rows that are held in memory as columns at a time
SLAB_BYTES = 128 << 20
#: fewest rows of a row group
LEAST_SLAB = 1024
#: name of the column with the star keys
STAR_KEY = "star_key"


@dataclass(frozen=True, slots=True)
class Target:
    """One column of the store and its origin.

    Parameters
    ----------
    stored : StoredColumn
    table : str
        Name of the table, "" for an expression.
    read_name : str
        What to ask `Table.read` for.
    missing : Missing
    expression : str, optional
    """

    stored: StoredColumn
    table: str
    read_name: str
    missing: Missing
    expression: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All that the tasks of one ingest share; small and picklable.

    Parameters
    ----------
    store, journal : path
    release, star_id : str
        Name of the release; canonical column of the star's id.
    tables : dict of str to Table
        Opened tables, the main one first.
    joins : dict of str to RowMatch or KeyJoin
        Companion -> how it is joined.
    targets : dict of str to Target
        Every column of the store but `star_key`, in order.
    rule : Rule
    """

    store: Path
    journal: Path
    release: str
    star_id: str
    tables: Mapping[str, Table]
    joins: Mapping[str, RowMatch | KeyJoin]
    targets: Mapping[str, Target]
    rule: Rule

    @property
    def main(self) -> str:
        """Name of the main table."""
        return next(iter(self.tables))

    def names(self, table: str) -> list[str]:
        """Return what has to be read from a table, each name once."""
        wanted = [t.read_name for t in self.targets.values() if t.table == table]
        join = self.joins.get(table)
        if isinstance(join, RowMatch):
            wanted += join.pairs
        return list(dict.fromkeys(wanted))

    def groups(self) -> dict[str, list[StoredColumn]]:
        """Return group -> its columns, `star_key` first."""
        key = StoredColumn(STAR_KEY, "needed", "uint64", description="blake2b-64 of the star's id")
        stored = [key, *(target.stored for target in self.targets.values())]
        grouped = {group: [c for c in stored if c.group == group] for group in GROUPS}
        return {group: columns for group, columns in grouped.items() if columns}

    def slab_rows(self) -> int:
        """Return how many rows are held in memory at a time; they make a row group of the files."""
        width = sum(row_bytes(self.tables[t].types, self.names(t)) for t in self.tables)
        return max(LEAST_SLAB, SLAB_BYTES // max(width, 1))


def row_bytes(types: Mapping[str, ColumnType], names: list[str] | None = None) -> int:
    """Return the bytes of one row's values, 32 for a string of unknown width."""
    chosen = types.values() if names is None else [types[n if n in types else _base(n)] for n in names]
    return sum((t.dtype.itemsize or 32) * int(np.prod(t.shape)) for t in chosen)


def _base(read_name: str) -> str:
    """The array column of an element such as "X_H[5]"."""
    return re.sub(r"\[[\d,]+\]$", "", read_name)


def targets_of(release: Release, tables: Mapping[str, Table], columns: str) -> dict[str, Target]:
    """Return the columns of the store by name.

    Parameters
    ----------
    release : Release
        What the tables should hold.
    tables : dict of str to Table
        The tables that are there.
    columns : {"needed", "all"}
        The canonical ones, or those and every other.

    Raises
    ------
    InputError
        If a column is not in its file, or has another type than declared.
    ConfigError
        If the release names what it cannot mean.
    """
    check_columns(release, tables)
    targets: dict[str, Target] = {}
    for spec in release.columns.values():
        if spec.expression is not None:
            continue
        if spec.table not in tables or (spec.optional and spec.source not in tables[spec.table].types):
            continue
        targets[spec.name] = _canonical(spec, tables[spec.table])
    targets = _with_expressions(release, targets)
    for needed in (release.star_id, *_joined_on(release, tables)):
        if needed not in targets or targets[needed].table != release.main.name:
            raise ConfigError(
                f"the column {needed!r} must come from the main table",
                where=f"release {release.name}",
                expected=f"a column of {release.main.name!r}",
            )
    for name in (release.star_id, *_keys(release, tables)):
        _check_identifier(name, targets[name], release)
    if columns == "all":
        targets.update(_others(release, tables, targets))
    return targets


def _keys(release: Release, tables: Mapping[str, Table]) -> list[str]:
    joins = [release.tables[table].join for table in tables]
    return [join.column for join in joins if isinstance(join, KeyJoin)]


def _joined_on(release: Release, tables: Mapping[str, Table]) -> list[str]:
    names: list[str] = []
    for table in tables:
        join = release.tables[table].join
        names += join.pairs.values() if isinstance(join, RowMatch) else []
        names += [join.column] if isinstance(join, KeyJoin) else []
    return names


def _check_identifier(name: str, target: Target, release: Release) -> None:
    if target.stored.type != "string" and not target.stored.type.startswith(("int", "uint")):
        raise ConfigError(
            f"the column {name!r} cannot name a star",
            where=f"release {release.name}",
            expected="text or whole numbers",
            found=target.stored.type,
        )


def check_columns(release: Release, tables: Mapping[str, Table]) -> None:
    """Raise one `InputError` for each table that lacks columns, all of them named."""
    for name, table in tables.items():
        wanted = {s.source: s.name for s in release.columns.values() if s.table == name and not s.optional}
        join = release.tables[name].join
        if isinstance(join, RowMatch):
            wanted |= dict.fromkeys(join.pairs, "row match")
        if isinstance(join, KeyJoin):
            wanted |= {source: "join" for source in (join.source, join.by) if source}
        lacking = [source for source in wanted if source and source not in table.types]
        for source in lacking:
            if source in table.refused:
                raise InputError(
                    f"the column {source!r} cannot be read",
                    where=table.path,
                    found=table.refused[source],
                )
        if not lacking:
            continue
        foreign = len(lacking) > max(2, len(wanted) // 4)
        near = {s: difflib.get_close_matches(s, table.types, 2, 0.6) for s in lacking}
        hints = [f"{s} (there is {' or '.join(n)})" if n else s for s, n in near.items()]
        raise InputError(
            f"this is not the {name!r} table of {release.name}"
            if foreign
            else f"the {name!r} table of {release.name} lacks columns",
            where=table.path,
            expected=f"{len(wanted)} columns that the release names",
            found=f"no {'; no '.join(hints[:6])}" + (f"; {len(hints) - 6} more" if len(hints) > 6 else ""),
            todo="give the release that the file belongs to" if foreign else "correct the release file",
        )


def _canonical(spec: ColumnSpec, table: Table) -> Target:
    assert spec.source is not None
    found = table.types[spec.source]
    where = f"{table.path}, column {spec.source!r}"
    if found.shape and spec.index is None:
        raise ConfigError(
            f"the column {spec.name!r} is an array",
            where=where,
            expected="one number or text a row",
            found=f"shape {found.shape}",
            todo=f'name one element in the release file, as in "{spec.source}[0]"',
        )
    if spec.index is not None:
        index = (spec.index,) if isinstance(spec.index, int) else spec.index
        shape = (int(np.prod(found.shape)),) if len(index) == 1 else found.shape
        if len(index) != len(shape) or any(not 0 <= i < n for i, n in zip(index, shape, strict=False)):
            what = f"there is no element {spec.read_name}"
            raise InputError(what, where=where, found=f"shape {found.shape}")
    declared = spec.dtype or _type_name(found.dtype)
    if not _holds(found.dtype, declared):
        raise InputError(
            f"the column {spec.name!r} has the wrong type",
            where=where,
            expected=f"{declared}, or a type that fits into it",
            found=_type_name(found.dtype),
            todo="correct the type in the release file, or give the release that the file belongs to",
        )
    stored = StoredColumn(
        name=spec.name,
        group="needed",
        type=declared,
        unit=spec.unit,
        description=spec.description,
        nullable=_nullable(declared),
        policy=_policy(spec.missing),
        source=f"{spec.table}: {spec.read_name}",
    )
    return Target(stored, spec.table, spec.read_name, spec.missing)


def _type_name(dtype: np.dtype) -> str:
    return "string" if dtype.kind == "S" else dtype.name


def _nullable(type_name: str) -> bool:
    return not type_name.startswith("float")


def _holds(found: np.dtype, declared: str) -> bool:
    if found.kind == "S" or declared == "string":
        return found.kind == "S" and declared == "string"
    return np.can_cast(found, np.dtype(declared), "safe")


def _policy(missing: Missing) -> dict[str, Any]:
    facts = {
        "values": list(missing.values),
        "above": missing.above,
        "below": missing.below,
        "not_positive": missing.not_positive or None,
        "texts": list(missing.texts),
    }
    return {name: value for name, value in facts.items() if value not in (None, [])}


def _with_expressions(release: Release, targets: Mapping[str, Target]) -> dict[str, Target]:
    """Add the columns made by expressions, each after its inputs; those without their inputs stay out."""
    from galdask.catalog.expression import names_in

    done = dict(targets)
    waiting = [spec for spec in release.columns.values() if spec.expression is not None]
    while True:
        ready = [spec for spec in waiting if set(names_in(spec.expression or "")) <= set(done)]
        if not ready:
            break
        for spec in ready:
            inputs = [done[name].stored.type for name in names_in(spec.expression or "")]
            single = bool(inputs) and all(t == "float32" for t in inputs)
            stored = StoredColumn(
                name=spec.name,
                group="needed",
                type=spec.dtype or ("float32" if single else "float64"),
                unit=spec.unit,
                description=spec.description,
                policy=_policy(spec.missing),
                source=f"= {spec.expression}",
            )
            done[spec.name] = Target(stored, "", "", spec.missing, spec.expression)
        waiting = [spec for spec in waiting if spec not in ready]
    return done


def _others(release: Release, tables: Mapping[str, Table], taken: Mapping[str, Target]) -> dict[str, Target]:
    """Every column of the files that no canonical scalar holds already."""
    used = {(t.table, t.read_name) for t in taken.values()}
    others: dict[str, Target] = {}
    for name, table in tables.items():
        for source, found in table.types.items():
            if (name, source) in used:
                continue
            plain = re.sub(r"\W+", "_", source.lower()).strip("_") or "column"
            chosen = plain
            if chosen in taken or chosen in others or chosen == STAR_KEY:
                chosen = f"{name}_{plain}"
            turn = 2
            while chosen in taken or chosen in others or chosen == STAR_KEY:
                chosen, turn = f"{name}_{plain}_{turn}", turn + 1
            kind = _type_name(found.dtype)
            missing = release.missing if kind.startswith("float") else Missing()
            stored = StoredColumn(
                name=chosen,
                group="arrays" if found.shape else "rest",
                type=kind,
                unit=found.unit or "",
                shape=found.shape,
                nullable=_nullable(kind),
                policy=_policy(missing),
                source=f"{name}: {source}",
            )
            others[chosen] = Target(stored, name, source, missing)
    return others
