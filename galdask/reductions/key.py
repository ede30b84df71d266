"""The key of a reduction: which cell each star falls into.

Cells are numbered in C order over the axes. With populations, the class of the star (0 low alpha, 1 high
alpha, 2 between them, 3 unknown) is the last and fastest index while states are made: 4 classes a cell.
Finalized tables have 3 instead: 0 total (all four classes), 1 low alpha, 2 high alpha.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from galdask.errors import ReductionError
from galdask.reductions.axis import Axis, required

#: classes of stars while states are made, and what finalized tables tell apart
CLASSES = ("low_alpha", "high_alpha", "buffer", "undefined")
POPULATIONS = ("total", "low_alpha", "high_alpha")


@dataclass(frozen=True)
class Key:
    """Cells over some axes, for each population or for all stars together.

    Parameters
    ----------
    axes : tuple of Axis
        May be empty: one cell that holds every star.
    population : bool
        Tell the alpha populations apart.
    """

    axes: tuple[Axis, ...] = ()
    population: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "axes", tuple(self.axes))
        names = [a.name for a in self.axes]
        if len(set(names)) != len(names):
            raise ReductionError("two axes of a key have the same name", found=names)
        if self.size >= 2**62:
            raise ReductionError("a key has too many cells", expected="fewer than 2**62", found=self.size)

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Bins of each axis, populations left out."""
        return tuple(a.size for a in self.axes)

    @cached_property
    def places(self) -> int:
        """Number of cells in space, populations left out."""
        return int(np.prod(self.shape, dtype=object)) if self.shape else 1

    @property
    def size(self) -> int:
        """Number of cells while states are made: `places`, times 4 with populations."""
        return self.places * (len(CLASSES) if self.population else 1)

    @property
    def final_shape(self) -> tuple[int, ...]:
        """Shape of finalized tables: `shape`, and 3 at the end with populations."""
        return self.shape + ((len(POPULATIONS),) if self.population else ())

    def columns(self) -> tuple[str, ...]:
        """Names of the columns that the key needs."""
        names = tuple(dict.fromkeys(a.column for a in self.axes))
        return (*names, "population") if self.population else names

    def cells(self, columns: Mapping[str, np.ndarray], rows: int | None = None) -> np.ndarray:
        """Return the cell of each star.

        Parameters
        ----------
        columns : mapping of str to (n,) array
            Columns of a block of stars.
        rows : int, optional
            Number of stars, for a key without axes and populations.

        Returns
        -------
        (n,) int64
            -1 for stars outside an axis.

        Raises
        ------
        ReductionError
            If a column is missing, or a population class is not 0, 1, 2 or 3.
        """
        needed = self.columns()
        if needed:
            rows = len(required(columns, needed[0]))
        elif rows is None:
            rows = len(next(iter(columns.values()))) if columns else 0
        out = np.zeros(rows, dtype=np.int64)
        for axis in self.axes:
            axis.accumulate(required(columns, axis.column), out)
        if self.population:
            classes = np.asarray(required(columns, "population"))
            if classes.size and (classes.min() < 0 or classes.max() >= len(CLASSES)):
                raise ReductionError(
                    "a star has an unknown population class",
                    where="column population",
                    expected="0, 1, 2 or 3",
                    found=f"{classes.min()} to {classes.max()}",
                )
            out = np.where(out >= 0, out * len(CLASSES) + classes, -1)
        return out

    def indices(self, cells: np.ndarray) -> dict[str, np.ndarray]:
        """Return the index along each axis (and ``population``) of finalized cells, (n,) int64 each."""
        names = [a.name for a in self.axes] + (["population"] if self.population else [])
        if not names:
            return {}
        return dict(zip(names, np.unravel_index(cells, self.final_shape), strict=True))
