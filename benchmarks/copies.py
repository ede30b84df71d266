"""A table of any number of rows that is made while it is read: the stars of a store, again and again.

Row i is star i modulo the number of the store's stars, under the id i, with some of its values moved by an
amount that follows from i alone. So any process may make any rows, and they are the same every time.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from galdask import events, publish, rng
from galdask.catalog import ingest as passes
from galdask.catalog import journal, manifest
from galdask.catalog.partition import rule_for
from galdask.catalog.readers.base import ColumnType
from galdask.catalog.release import load_release
from galdask.catalog.store import open_store, read_partition

#: how far a copy of a star lies from it, in the units of the store (dex, dex, pc), and which draw that is
MOVED = {"fe_h": (0.01, 0), "mg_fe": (0.005, 1), "distance": (5.0, 2)}
STAR_ID, TABLE = "star_id", "survey"


class Copies:
    """The stars of a store as a table of a release; see `galdask.catalog.readers.Table`.

    Parameters
    ----------
    seed : path
        The store.
    rows : int
        Rows of the table.
    names : sequence of str
        Columns of the store that it has, beside the id.
    """

    def __init__(self, seed: Path, rows: int, names: Sequence[str]) -> None:
        self.path, self.rows, self.names = Path(seed), rows, tuple(names)
        store = open_store(seed)
        self.types = {STAR_ID: ColumnType(np.dtype(np.int64))} | {
            name: ColumnType(np.dtype(store.columns[name].type), (), store.columns[name].unit)
            for name in names
        }
        self.refused: Mapping[str, str] = {}

    def read(self, start: int, stop: int, names: Sequence[str]) -> dict[str, np.ndarray]:
        """Return rows [start, stop) of the named columns; see `Table.read`."""
        ids = np.arange(start, stop, dtype=np.int64)
        if list(names) == [STAR_ID]:
            return {STAR_ID: ids}
        stars = whole(self.path, self.names)
        place = ids % len(next(iter(stars.values())))
        moves = rng.normal(ids.astype(np.uint64), 0, 1, "mock")
        found = {}
        for name in names:
            if name == STAR_ID:
                found[name] = ids
                continue
            values = stars[name][place]
            if name in MOVED:
                width, draw = MOVED[name]
                values = values + (width * moves[:, draw]).astype(values.dtype)
            found[name] = values if np.ma.is_masked(values) else np.ma.getdata(values)
        return found


@functools.lru_cache(maxsize=1)
def whole(seed: Path, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Return columns of a store in the order of its rows, kept for the process."""
    store = open_store(seed)
    parts = [read_partition(store.part(p.index, names), verify=False) for p in store.partitions]
    return {name: np.ma.concatenate([part[name] for part in parts]) for name in names}


def release(table: Copies) -> str:
    """Return the release file of such a table."""
    import yaml

    store = open_store(table.path)
    columns = {name: {"column": name, "unit": store.columns[name].unit} for name in table.names}
    described = {
        "galdask_release": 1,
        "name": TABLE,
        "title": "Copies of the stars of a mock release, for the benchmark of growth",
        "reference": "none",
        "star_id": STAR_ID,
        "tables": {TABLE: {"file": f"{TABLE}.parquet", "format": "parquet"}},
        "columns": {STAR_ID: {"column": STAR_ID, "type": "int64"}} | columns,
        "masks": {name: dict(bits) for name, bits in store.masks.items() if name in table.names},
    }
    return yaml.safe_dump(described, sort_keys=False)


def ingest(table: Copies, store: Path, executor: Any, partition_rows: int | None = None) -> Path:
    """Make a store of such a table with the passes of the real ingest; a killed call is gone on with."""
    store.mkdir(parents=True, exist_ok=True)
    described = load_release(publish.write_text(store / "release.yaml", release(table)))
    rule = rule_for(table.rows, partition_rows)
    plan = passes._plan(described, store, f"{table.rows:016d}", {TABLE: table}, "needed", rule)
    content, _ = passes._run(plan, described, executor, events.silent)
    settings = {"columns": "needed", "release": TABLE, "format": manifest.FORMAT}
    manifest.commit(store, content | {"settings": settings, "sources": {}, "mock": True})
    journal.clear(store)
    return store
