"""What every reader offers: row ranges of named columns as plain numpy arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np


@dataclass(frozen=True, slots=True)
class ColumnType:
    """What a column of a file holds.

    Parameters
    ----------
    dtype : numpy.dtype
        Type of the arrays that `Table.read` returns, native byte order; 'S<n>' for strings, 'S' with
        itemsize 0 where the width is known only after reading.
    shape : tuple of int
        Shape of one row's value: () for a number, (27,) for an array of 27.
    unit : str, optional
        Unit as the file spells it.
    """

    dtype: np.dtype
    shape: tuple[int, ...] = ()
    unit: str | None = None


class Table(Protocol):
    """One table of a file, opened: cheap to make, holds no open file."""

    @property
    def path(self) -> Path:
        """The file as the user gave it."""
        ...

    @property
    def rows(self) -> int:
        """Number of rows."""
        ...

    @property
    def types(self) -> Mapping[str, ColumnType]:
        """The columns that can be read, in the file's order."""
        ...

    @property
    def refused(self) -> Mapping[str, str]:
        """Columns that cannot be read, with the reason; asking for one is an error."""
        ...

    def read(self, start: int, stop: int, names: Sequence[str]) -> dict[str, np.ndarray]:
        """Return rows [start, stop) of the named columns.

        Parameters
        ----------
        start, stop : int
            Row range, 0 <= start <= stop <= rows.
        names : sequence of str
            Columns; "X_H[5]" is one element of an array column.

        Returns
        -------
        dict of str to ndarray
            By the names asked for; C-contiguous, native byte order, shape (stop - start, ...).
            A missing number is NaN; integers and booleans with missing elements come as
            MaskedArray; strings are 'S<n>' of valid UTF-8 without trailing blanks.

        Raises
        ------
        InputError
            If a column is not there or cannot be read, or the file is broken.
        """
        ...
