"""A source table that travels with a task: FITS and Parquet as opened, texts opened again on arrival."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from galdask.catalog.readers import ColumnType, Table, open_table
from galdask.catalog.schema import TableSpec


class Opened:
    """A table; see `Table` for what it offers.

    Parameters
    ----------
    spec : TableSpec
        What the release says of it.
    path : Path
        The file.
    scratch : Path
        Where a compressed file is inflated.
    """

    def __init__(self, spec: TableSpec, path: Path, scratch: Path) -> None:
        self.spec, self.path, self.scratch = spec, path, scratch
        self._table: Table | None = open_table(spec, path, scratch)
        self.rows: int = self._table.rows
        self.types: Mapping[str, ColumnType] = self._table.types
        self.refused: Mapping[str, str] = self._table.refused

    def read(self, start: int, stop: int, names: Sequence[str]) -> dict[str, np.ndarray]:
        """Return rows [start, stop) of the named columns; see `Table.read`."""
        if self._table is None:
            self._table = open_table(self.spec, self.path, self.scratch)
        return self._table.read(start, stop, names)

    def __getstate__(self) -> dict[str, Any]:
        """Leave the content of a text file behind: the worker reads it once for itself."""
        state = dict(self.__dict__)
        if self.spec.format not in ("fits", "parquet"):
            state["_table"] = None
        return state
