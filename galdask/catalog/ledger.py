"""The ledger of an ingest: every row of every table is accounted for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from galdask.catalog.companion import used_file
from galdask.catalog.plan import Plan
from galdask.catalog.schema import KeyJoin
from galdask.errors import StoreError


def ledger(
    plan: Plan, joined: Mapping[str, Mapping[str, int]], entries: Sequence[Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Return table -> its file and the counts of its rows.

    Parameters
    ----------
    plan : Plan
        The ingest.
    joined : dict
        Key-joined table -> what `companion.index` counted.
    entries : sequence of dict
        All partitions, from `build_partition`.

    Raises
    ------
    StoreError
        If rows went missing, which would be a fault of this program.
    """
    rows = sum(entry["rows"] for entry in entries)
    accounts: dict[str, dict[str, Any]] = {}
    for name, table in plan.tables.items():
        account: dict[str, Any] = {"file": table.path.name, "rows_in": table.rows}
        if isinstance(plan.joins.get(name), KeyJoin):
            used = _used(plan, name, len(entries))
            aside = joined[name]["without_key"] + joined[name]["duplicates"]
            account |= {
                "rows_out": used,
                "without_key": joined[name]["without_key"],
                "duplicates": joined[name]["duplicates"],
                "without_star": table.rows - used - aside,
                "stars_matched": sum(entry["matched"][name] for entry in entries),
            }
            balanced = account["without_star"] >= 0
        else:
            account["rows_out"] = rows
            balanced = rows == table.rows
        if not balanced:
            raise StoreError("rows went missing on the way into the store", where=table.path, found=account)
        accounts[name] = account
    return accounts


def _used(plan: Plan, name: str, partitions: int) -> int:
    seen = np.zeros(plan.tables[name].rows, bool)
    for index in range(partitions):
        seen[np.load(used_file(plan, name, index))] = True
    return int(seen.sum())
