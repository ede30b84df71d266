"""Histograms with Poisson replicas: for errors of moments, modes and whatever else follows from counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from galdask.errors import ReductionError
from galdask.reductions import cells as sparse
from galdask.reductions import states
from galdask.reductions.axis import required
from galdask.reductions.cells import CellTable
from galdask.reductions.fixed_point import LIMIT, add_replicas
from galdask.reductions.key import Key
from galdask.reductions.protocol import register
from galdask.reductions.records import batches, joined_records, sorted_records
from galdask.reductions.states import State

#: bytes of a star in a state
_STAR = 12


@register
@dataclass(frozen=True)
class HistogramReplicas:
    """Number of stars in each cell, and the same with the star-keyed Poisson weights of a bootstrap.

    A star has one weight a replica wherever it is met, so that replicas of different cells, and of other
    reductions with the same seed, belong together.

    Parameters
    ----------
    key : Key
        Cells; the axes along which the histogram runs are some of its axes.
    replicas : int
        Number of replicas.
    seed : int
        Seed of the weights, 0 <= seed < 2**32.

    Notes
    -----
    A state holds the cell and the key of every star, 12 bytes a star, sorted; the weights are drawn when it
    is finished. Finished: ``n`` (int64) and ``replica_n`` (replicas) int32. All occupied cells are held at
    once, 8 bytes a cell and replica, so keys should have at most some ten thousand cells.
    """

    key: Key
    replicas: int = 200
    seed: int = 1

    kind: ClassVar[str] = "histogram_replicas"
    version: ClassVar[int] = 1
    layout: ClassVar[Literal["sum", "runs"]] = "runs"

    def __post_init__(self) -> None:
        if self.replicas < 1 or not 0 <= self.seed < 2**32:
            raise ReductionError(
                "a histogram needs at least one replica and a seed below 2**32",
                found=f"replicas {self.replicas}, seed {self.seed}",
            )
        if self.key.size >= 2**32:
            raise ReductionError(
                "a histogram with replicas has too many cells",
                expected="fewer than 2**32",
                found=self.key.size,
            )

    def columns(self) -> tuple[str, ...]:
        """Names of the sample's columns that `map` reads."""
        return (*self.key.columns(), "star_key")

    def parameters(self) -> dict[str, Any]:
        """Return everything that decides the numbers."""
        return {"key": self.key, "replicas": self.replicas, "seed": self.seed}

    def map(self, columns: Mapping[str, np.ndarray]) -> State:
        """Return cell and key of the stars of one block that are inside the key."""
        star = np.asarray(required(columns, "star_key"), dtype=np.uint64)
        cells = self.key.cells(columns, star.size)
        inside = cells >= 0
        return sorted_records({"cells": cells[inside].astype(np.uint32), "star": star[inside]})

    def identity(self) -> State:
        """Return the state of no star."""
        return {"cells": np.empty(0, dtype=np.uint32), "star": np.empty(0, dtype=np.uint64)}

    def combine(self, a: State, b: State) -> State:
        """Return the stars of both, sorted."""
        return sorted_records(joined_records([a, b]))

    def bound(self, rows: int) -> int:
        """Return an upper bound of the bytes of the state of `rows` stars."""
        return states.bound(4 * rows, 8 * rows)

    def finalize(self, parts: Sequence[State], shard_bytes: int = 64 << 20) -> CellTable:
        """Return the counts and their replicas in each occupied cell.

        Raises
        ------
        ReductionError
            If a replica of a cell has 2**31 stars or more.
        """
        found = [np.unique(part["cells"]) for part in parts]
        occupied = np.unique(np.concatenate([self.identity()["cells"], *found])).astype(np.int64)
        n = np.zeros(occupied.size, dtype=np.int64)
        counts = np.zeros((occupied.size, self.replicas), dtype=np.int64)
        for batch in batches(parts, max(1, shard_bytes // _STAR)):
            star, place = batch["star"], np.searchsorted(occupied, batch["cells"].astype(np.int64))
            n += np.bincount(place, minlength=n.size)
            none = np.empty((0, star.size), dtype=np.int64)
            counts += add_replicas(star, place, none, n.size, self.replicas, self.seed)[0]
        total = sparse.populations({"cells": occupied, "n": n, "replica_n": counts}, self.key)
        most = int(total["replica_n"].max(initial=0))
        if most > LIMIT:
            raise ReductionError("a cell has too many stars", expected=f"at most {LIMIT}", found=most)
        return CellTable(total["cells"], {"n": total["n"], "replica_n": total["replica_n"].astype(np.int32)})
