"""Companion tables: rows that must match, and rows found by a key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from galdask.catalog import journal
from galdask.catalog.keys import star_keys
from galdask.catalog.plan import Plan
from galdask.catalog.schema import KeyJoin, RowMatch
from galdask.errors import InputError

#: rows of a key-joined table that are copied to one set of files
CHUNK_ROWS = 1 << 18


def check_counts(plan: Plan) -> None:
    """Raise `InputError` if a row-matched table is shorter or longer than the main table."""
    main = plan.tables[plan.main]
    for name, join in plan.joins.items():
        table = plan.tables[name]
        how = "shorter" if table.rows < main.rows else "longer"
        if isinstance(join, RowMatch) and table.rows != main.rows:
            raise InputError(
                f"the table {name!r} is {how} than the main table",
                where=table.path,
                expected=f"{main.rows} rows, as in {main.path.name}",
                found=f"{table.rows} rows",
                todo="give files of the same release; their rows belong together one by one",
            )


def check_rows(
    plan: Plan, name: str, join: RowMatch, raw: Mapping[str, Mapping[str, np.ndarray]], start: int
) -> None:
    """Raise `InputError` at the first row in which a companion holds another star than the main table."""
    main = plan.tables[plan.main].path
    for source, canonical in join.pairs.items():
        ours = np.ma.getdata(raw[plan.main][plan.targets[canonical].read_name])
        theirs = np.ma.getdata(raw[name][source])
        if ours.dtype.kind != theirs.dtype.kind and "S" in (ours.dtype.kind, theirs.dtype.kind):
            ours, theirs = _as_text(ours), _as_text(theirs)
        wrong = ours != theirs
        if ours.dtype.kind == "f":
            wrong &= ~(np.isnan(ours) & np.isnan(theirs))
        if wrong.any():
            at = int(np.argmax(wrong))
            raise InputError(
                f"the rows of {name!r} are not those of the main table",
                where=f"{plan.tables[name].path}, column {source!r}, row {start + at} (from 0)",
                expected=f"{_shown(ours[at])} (as in {main.name})",
                found=_shown(theirs[at]),
                todo="give files of the same release; their rows belong together one by one",
            )


def _as_text(ids: np.ndarray) -> np.ndarray:
    return ids.astype("S20") if ids.dtype.kind in "iu" else ids


def _shown(value: object) -> str:
    return repr(value.decode("utf-8", "replace")) if isinstance(value, bytes) else repr(value)


def _folder(plan: Plan, name: str) -> Path:
    return plan.journal / "joins" / name


def used_file(plan: Plan, name: str, index: int) -> Path:
    """Return the file with the rows of a key-joined table that one partition used."""
    return _folder(plan, name) / f"used.{index}.npy"


def index(plan: Plan, name: str) -> dict[str, int]:
    """Copy a key-joined table to files that can be looked up by key, and return its ledger.

    Parameters
    ----------
    plan : Plan
        The ingest.
    name : str
        The table.

    Returns
    -------
    dict
        rows_in, without_key, duplicates: companion rows met and set aside.

    Raises
    ------
    InputError
        If a key stands twice and the release does not say which row to take.
    """
    join, table = plan.joins[name], plan.tables[name]
    assert isinstance(join, KeyJoin)
    folder = _folder(plan, name)
    folder.mkdir(parents=True, exist_ok=True)
    names = plan.names(name)
    extra = [join.source, *([join.by] if join.by else [])]
    keys, rows, ranks = [], [], []
    for number, start in enumerate(range(0, table.rows, CHUNK_ROWS)):
        stop = min(start + CHUNK_ROWS, table.rows)
        data = table.read(start, stop, list(dict.fromkeys([*names, *extra])))
        ids = data[join.source]
        filled = np.flatnonzero(~_no_key(plan, join, ids))
        keys.append(star_keys(np.ma.getdata(ids)[filled]))
        rows.append(filled + start)
        if join.by:
            ranks.append(np.ma.filled(np.ma.asarray(data[join.by], dtype=np.float64), np.nan)[filled])
        for column, source in enumerate([join.source, *names]):
            journal.save(folder / f"{number}.{column}.npy", np.ma.getdata(data[source]))
            if np.ma.is_masked(data[source]):
                journal.save(folder / f"{number}.{column}.mask.npy", np.ma.getmaskarray(data[source]))
    key = np.concatenate([*keys, np.empty(0, np.uint64)])
    row = np.concatenate([*rows, np.empty(0, np.int64)])
    order = np.argsort(key, kind="stable")
    if join.by:
        rank = np.nan_to_num(np.concatenate([*ranks, np.empty(0)]), nan=-np.inf, neginf=-np.inf)
        order = np.lexsort((row, -rank, key))
    key, row = key[order], row[order]
    first = np.ones(len(key), bool)
    first[1:] = key[1:] != key[:-1]
    if join.duplicates == "refuse" and not first.all():
        _refuse(plan, name, join, row, int(np.argmin(first)))
    journal.save(folder / "key.npy", key[first])
    journal.save(folder / "row.npy", row[first])
    return {
        "rows_in": table.rows,
        "without_key": table.rows - len(key),
        "duplicates": int(len(key) - first.sum()),
    }


def _no_key(plan: Plan, join: KeyJoin, ids: np.ndarray) -> np.ndarray:
    policy = plan.targets[join.column].missing
    return policy.mask(ids)


def _refuse(plan: Plan, name: str, join: KeyJoin, row: np.ndarray, at: int) -> None:
    table = plan.tables[name]
    a, b = sorted(int(row[i]) for i in (at - 1, at))
    value = np.ma.getdata(table.read(a, a + 1, [join.source])[join.source])[0]
    raise InputError(
        f"a key of {name!r} stands more than once",
        where=f"{table.path}, column {join.source!r}, rows {a} and {b} (from 0)",
        expected="one row for each key",
        found=_shown(value),
        todo="say in the release file which row to take: duplicates: first, or {highest: COLUMN}",
    )


def look_up(
    plan: Plan, name: str, ids: np.ndarray, hidden: np.ndarray, start: int
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the companion's columns for rows of the main table, and which of its rows they are, or -1.

    Parameters
    ----------
    plan : Plan
        The ingest.
    name : str
        The key-joined table.
    ids : ndarray
        The main table's values of the join's column.
    hidden : ndarray of bool
        Rows without a value.
    start : int
        Row number of the first, for messages.
    """
    join, folder = plan.joins[name], _folder(plan, name)
    assert isinstance(join, KeyJoin)
    plain = np.ma.getdata(ids)
    known = np.load(folder / "key.npy", mmap_mode="r")
    wanted = star_keys(plain)
    at = np.minimum(np.searchsorted(known, wanted), max(len(known) - 1, 0))
    found = (known[at] == wanted) & ~hidden if len(known) else np.zeros(len(wanted), bool)
    theirs = np.full(len(wanted), -1, np.int64)
    theirs[found] = np.load(folder / "row.npy", mmap_mode="r")[at[found]]
    names = [join.source, *plan.names(name)]
    columns = {source: _gather(plan, name, number, source, theirs) for number, source in enumerate(names)}
    _check_ids(plan, name, join, plain, columns[join.source], found, start)
    return {source: columns[source] for source in plan.names(name)}, theirs


def _check_ids(
    plan: Plan,
    name: str,
    join: KeyJoin,
    ours: np.ndarray,
    theirs: np.ndarray,
    found: np.ndarray,
    start: int,
) -> None:
    a, b = _as_text(ours[found]), _as_text(np.ma.getdata(theirs)[found])
    wrong = a != b
    if wrong.any():
        at = int(np.argmax(wrong))
        raise InputError(
            "two different ids have the same key",
            where=f"{plan.tables[name].path}, column {join.source!r}; main table, row "
            f"{start + int(np.flatnonzero(found)[at])} (from 0)",
            found=f"{_shown(a[at])} and {_shown(b[at])}",
            todo="rename one of them",
        )


def _gather(plan: Plan, name: str, number: int, source: str, rows: np.ndarray) -> np.ndarray:
    """Values of companion rows, missing where the row is -1."""
    folder, table = _folder(plan, name), plan.tables[name]
    pieces: list[tuple[np.ndarray, np.ndarray, np.ndarray | None]] = []
    for chunk in np.unique(rows[rows >= 0] // CHUNK_ROWS):
        where = np.flatnonzero((rows >= 0) & (rows // CHUNK_ROWS == chunk))
        local = rows[where] - chunk * CHUNK_ROWS
        stored = np.load(folder / f"{chunk}.{number}.npy", mmap_mode="r")
        mask_file = folder / f"{chunk}.{number}.mask.npy"
        mask = np.load(mask_file, mmap_mode="r")[local] if mask_file.exists() else None
        pieces.append((where, stored[local], mask))
    return _spread(pieces, rows >= 0, table.read(0, 0, [source])[source])


def _spread(
    pieces: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray | None]], found: np.ndarray, like: np.ndarray
) -> np.ndarray:
    dtype = np.result_type(like.dtype, *(values.dtype for _, values, _ in pieces))
    out = np.zeros((len(found), *like.shape[1:]), dtype)
    if dtype.kind == "f":
        out[...] = np.nan
    mask = np.zeros(out.shape, bool)
    mask[~found] = True
    for where, values, hidden in pieces:
        out[where] = values
        if hidden is not None:
            mask[where] = hidden
    return np.ma.MaskedArray(out, mask) if dtype.kind not in "fS" else out
