"""A small table that was read whole and is served from memory by row ranges."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from galdask.catalog.readers.base import ColumnType
from galdask.catalog.readers.names import check_range, find, pick


class MemoryTable:
    """Columns in memory; see `Table`.

    Parameters
    ----------
    path : Path
        The file as the user knows it.
    rows : int
        Number of rows.
    columns : dict of str to ndarray
        The columns, native byte order.
    units : dict of str to str
        Units as the file spells them.
    refused : dict of str to str
        Columns that cannot be read, with the reason.

    Attributes
    ----------
    origin : (function, arguments), optional
        How to make the table again. Where it is set, a process that is sent the table makes it
        there from the file.
    """

    def __init__(
        self,
        path: Path,
        rows: int,
        columns: Mapping[str, np.ndarray],
        units: Mapping[str, str] | None = None,
        refused: Mapping[str, str] | None = None,
    ) -> None:
        self.path, self.rows = path, rows
        self.origin: tuple[Callable[..., Any], tuple[Any, ...]] | None = None
        self._columns = dict(columns)
        self.refused = dict(refused or {})
        self.types = {
            name: ColumnType(values.dtype, values.shape[1:], (units or {}).get(name))
            for name, values in self._columns.items()
        }

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Travel as the name of the file where that is known, else with all content."""
        return self.origin or super().__reduce__()

    def read(self, start: int, stop: int, names: Sequence[str]) -> dict[str, np.ndarray]:
        """Return rows [start, stop) of the named columns; see `Table.read`."""
        check_range(start, stop, self.rows, self.path)
        result = {}
        for name in names:
            column, element = find(name, self.types, self.refused, self.path)
            values = self._columns[column][start:stop]
            result[name] = _plain_if_full(values.copy() if element is None else pick(values, element))
        return result


def _plain_if_full(values: np.ndarray) -> np.ndarray:
    """A mask that hides nothing is taken off, as in every other reader."""
    if np.ma.isMA(values) and not np.ma.is_masked(values):
        return np.ma.getdata(values)
    return values
