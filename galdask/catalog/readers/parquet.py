"""A user's Parquet file, read by row ranges."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from galdask.catalog.readers.arrow import column_type, to_numpy
from galdask.catalog.readers.base import ColumnType
from galdask.catalog.readers.names import check_range, find, pick
from galdask.errors import InputError


class ParquetTable:
    """A Parquet file; see `Table`.

    Row groups that a range touches are decoded whole, so ranges should not be much smaller than
    they are.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    InputError
        If it is not Parquet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with pq.ParquetFile(path) as file:
                metadata, schema = file.metadata, file.schema_arrow
                counts = [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
        except (pa.ArrowException, OSError, ValueError) as error:
            raise InputError("this is not a Parquet file", where=path, found=_short(error)) from error
        if len(set(schema.names)) != len(schema.names):
            raise InputError("two columns have the same name", where=path, found=", ".join(schema.names))
        self._ends = np.cumsum([0, *counts])
        self.rows = int(self._ends[-1])
        self.types: dict[str, ColumnType] = {}
        self.refused: dict[str, str] = {}
        for field in schema:
            described = column_type(field.type)
            if isinstance(described, str):
                self.refused[field.name] = described
            else:
                unit = (field.metadata or {}).get(b"unit")
                self.types[field.name] = ColumnType(
                    described.dtype, described.shape, unit.decode("utf-8", "replace") if unit else None
                )

    def read(self, start: int, stop: int, names: Sequence[str]) -> dict[str, np.ndarray]:
        """Return rows [start, stop) of the named columns; see `Table.read`."""
        check_range(start, stop, self.rows, self.path)
        wanted = {name: find(name, self.types, self.refused, self.path) for name in names}
        columns = list(dict.fromkeys(column for column, _ in wanted.values()))
        first, last = self._groups(start, stop)
        try:
            with pq.ParquetFile(self.path) as file:
                table = file.read_row_groups(list(range(first, last)), columns=columns, use_threads=False)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise InputError("the file cannot be read", where=self.path, found=_short(error)) from error
        table = table.slice(start - int(self._ends[first]), stop - start)
        plain = {name: to_numpy(table.column(name), f"{self.path}, column {name}") for name in columns}
        return {
            name: plain[column] if element is None else pick(plain[column], element)
            for name, (column, element) in wanted.items()
        }

    def _groups(self, start: int, stop: int) -> tuple[int, int]:
        """The row groups that a range touches."""
        if start == stop:
            return 0, 0
        first = int(np.searchsorted(self._ends, start, side="right")) - 1
        return first, int(np.searchsorted(self._ends, stop, side="left"))


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
