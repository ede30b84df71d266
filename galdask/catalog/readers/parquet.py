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

#: row groups up to this many rows are decoded whole; of larger ones this many rows at a time
MOST_ROWS, BATCH_ROWS = 1 << 22, 1 << 16


class ParquetTable:
    """A Parquet file; see `Table`.

    Row groups that a range touches are decoded whole up to four million rows, so ranges should not be
    much smaller than they are; larger ones are decoded from their begin, a batch at a time.

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
        # every different text is held once; metadata of column chunks is not asked: what is wrong there
        # ends the process in Arrow
        self._texts = [
            f.name for f in schema if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)
        ]
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
            with pq.ParquetFile(self.path, read_dictionary=self._texts) as file:
                table = self._rows(file, range(first, last), columns, start, stop)
            if table.num_rows != stop - start:
                raise ValueError(f"{table.num_rows} values of {stop - start} rows")
            plain = {name: to_numpy(table.column(name), f"{self.path}, column {name}") for name in columns}
        except (pa.ArrowException, OSError, ValueError) as error:
            raise InputError("the file cannot be read", where=self.path, found=_short(error)) from error
        return {
            name: plain[column] if element is None else pick(plain[column], element)
            for name, (column, element) in wanted.items()
        }

    def _rows(
        self, file: pq.ParquetFile, groups: range, columns: list[str], start: int, stop: int
    ) -> pa.Table:
        """Return a row range of row groups; of large ones, which may decode to anything, in batches."""
        at = int(self._ends[groups.start])
        if int(self._ends[groups.stop]) - at <= MOST_ROWS:
            table = file.read_row_groups(list(groups), columns=columns, use_threads=False)
            return table.slice(start - at, stop - start)
        kept = []
        for batch in file.iter_batches(
            BATCH_ROWS, row_groups=list(groups), columns=columns, use_threads=False
        ):
            low, high = max(start - at, 0), min(stop - at, batch.num_rows)
            if low < high:
                kept.append(batch.slice(low, high - low))
            at += batch.num_rows
            if at >= stop:
                break
        return pa.Table.from_batches(kept)

    def _groups(self, start: int, stop: int) -> tuple[int, int]:
        """The row groups that a range touches."""
        if start == stop:
            return 0, 0
        first = int(np.searchsorted(self._ends, start, side="right")) - 1
        return first, int(np.searchsorted(self._ends, stop, side="left"))


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
