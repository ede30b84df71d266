"""Numbers of stars in cells; with two axes, two-dimensional histograms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from galdask.reductions import states
from galdask.reductions.cells import CellTable, add, group, populations
from galdask.reductions.key import Key
from galdask.reductions.protocol import register
from galdask.reductions.states import State


@register
@dataclass(frozen=True)
class Counts:
    """Number of stars in each cell.

    Parameters
    ----------
    key : Key
        Cells.

    Notes
    -----
    Finalized column: ``n``.
    """

    key: Key

    kind: ClassVar[str] = "counts"
    version: ClassVar[int] = 1
    layout: ClassVar[Literal["sum", "runs"]] = "sum"

    def columns(self) -> tuple[str, ...]:
        """Names of the columns that are read."""
        return self.key.columns()

    def parameters(self) -> dict[str, Any]:
        """Everything that decides the numbers."""
        return {"key": self.key}

    def map(self, columns: Mapping[str, np.ndarray]) -> State:
        """Return the counts of a block."""
        cells = self.key.cells(columns)
        if self.key.size <= 4 * cells.size:
            every = np.bincount(cells[cells >= 0], minlength=self.key.size)
            occupied = np.flatnonzero(every)
            return {"cells": occupied.astype(np.int64), "n": every[occupied].astype(np.int64)}
        occupied, rows, starts = group(cells)
        return {"cells": occupied, "n": np.diff(starts, append=rows.size).astype(np.int64)}

    def identity(self) -> State:
        """Return the counts of no star."""
        return {"cells": np.empty(0, dtype=np.int64), "n": np.empty(0, dtype=np.int64)}

    def combine(self, a: State, b: State) -> State:
        """Return the sum."""
        return add([a, b])

    def finalize(self, parts: Sequence[State], shard_bytes: int = 64 << 20) -> CellTable:
        """Return ``n`` in each occupied cell."""
        total = populations(add([self.identity(), *parts]), self.key)
        return CellTable(total["cells"], {"n": total["n"]})

    def bound(self, rows: int) -> int:
        """Upper bound of the bytes of a state."""
        most = min(rows, self.key.size)
        return states.bound(8 * most, 8 * most)
