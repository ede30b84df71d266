"""Rows of all tables of a release as the columns of the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from galdask.catalog import companion, scan
from galdask.catalog.columns import Column, Numbers, settle
from galdask.catalog.plan import STAR_KEY, Plan, Target
from galdask.catalog.schema import KeyJoin, RowMatch
from galdask.catalog.texts import pack
from galdask.events import gauge

Raw = dict[str, np.ndarray]


def collect(plan: Plan, start: int, stop: int) -> tuple[dict[str, Column], dict[str, np.ndarray]]:
    """Read rows [start, stop) of every table and return the columns of the store.

    Parameters
    ----------
    plan : Plan
        The ingest.
    start, stop : int
        Row range of the main table.

    Returns
    -------
    columns : dict of str to Numbers or Texts
        Every column of the store, `star_key` included.
    used : dict of str to ndarray of int64
        Key-joined table -> its row for each row of the main table, or -1.

    Raises
    ------
    InputError
        If a row-matched table holds another star in a row, or a file is broken.
    """
    raw: dict[str, Raw] = {plan.main: plan.tables[plan.main].read(start, stop, plan.names(plan.main))}
    used: dict[str, np.ndarray] = {}
    for table, join in plan.joins.items():
        if isinstance(join, RowMatch):
            raw[table] = plan.tables[table].read(start, stop, plan.names(table))
            companion.check_rows(plan, table, join, raw, start)
        elif isinstance(join, KeyJoin):
            ids = raw[plan.main][plan.targets[join.column].read_name]
            hidden = plan.targets[join.column].missing.mask(ids)
            raw[table], used[table] = companion.look_up(plan, table, ids, hidden, start)
    gauge.count(read=sum(np.ma.getdata(a).nbytes for found in raw.values() for a in found.values()))
    columns: dict[str, Column] = {STAR_KEY: Numbers(scan.keys_of(plan, start, stop))}
    seen: set[tuple[str, str]] = set()
    for name, target in plan.targets.items():
        if target.expression is None:
            origin = (target.table, target.read_name)
            values = raw[target.table][target.read_name]
            columns[name] = _column(target, values.copy() if origin in seen else values)
            seen.add(origin)
        else:
            columns[name] = _evaluated(target, columns)
    return columns, used


def _column(target: Target, values: np.ndarray) -> Column:
    plain = np.ma.getdata(values)
    mask = np.ma.getmaskarray(values) if np.ma.is_masked(values) else None
    if target.stored.type == "string":
        empty = target.missing.mask(plain) if target.missing.texts else None
        if mask is not None:
            empty = mask if empty is None else empty | mask
        return pack(plain, empty)
    kept = settle(plain, mask, target.missing, target.stored.nullable)
    kept.values = kept.values.astype(target.stored.type, copy=False)
    return kept


def _evaluated(target: Target, columns: Mapping[str, Column]) -> Numbers:
    from galdask.catalog import expression

    assert target.expression is not None
    inputs: dict[str, Any] = {}
    for name in expression.names_in(target.expression):
        content = columns[name]
        assert isinstance(content, Numbers)
        values = content.values
        if content.mask is not None:
            values = np.where(content.mask, np.nan, values)
        inputs[name] = values
    values = expression.evaluate(target.expression, inputs).astype(target.stored.type)
    return settle(values, None, target.missing, False)
