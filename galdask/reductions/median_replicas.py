"""Medians in cells with Poisson replicas: for errors of what is made of several medians."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numba import njit

from galdask.errors import ReductionError
from galdask.reductions import star_runs, states
from galdask.reductions.axis import plain, required
from galdask.reductions.bootstrap import BLOCK, poisson_rows
from galdask.reductions.cells import CellTable
from galdask.reductions.fixed_point import add_replicas
from galdask.reductions.key import CLASSES, POPULATIONS, Key
from galdask.reductions.order_bits import from_bits, to_bits
from galdask.reductions.protocol import register
from galdask.reductions.states import State

_32 = np.uint64(32)
#: bytes that a record takes while a shard is merged
_RECORD = 128


@register
@dataclass(frozen=True)
class MedianReplicas:
    """Medians of a quantity in cells, of the stars with the star-keyed Poisson weights of a bootstrap.

    Parameters
    ----------
    key : Key
        Cells.
    quantity : str
        Column; held as float32. Stars without it do not enter.
    replicas : int
        Number of replicas.
    seed : int
        Seed of the weights, 0 <= seed < 2**32.

    Notes
    -----
    In a replica every star stands w times among the sorted values. Finished: ``n`` stars and
    ``replica_medians`` (replicas,), NaN where no star of the cell has weight. All occupied cells are held
    at once, 72 bytes a cell and replica, so keys should have at most some ten thousand cells.
    """

    key: Key
    quantity: str
    replicas: int = 200
    seed: int = 1

    kind: ClassVar[str] = "median_replicas"
    version: ClassVar[int] = 1
    layout: ClassVar[Literal["sum", "runs"]] = "runs"

    def __post_init__(self) -> None:
        if self.replicas < 1 or not 0 <= self.seed < 2**32:
            raise ReductionError(
                "replicas must be 1 or more, the seed a whole number below 2**32",
                found=f"replicas {self.replicas}, seed {self.seed}",
            )
        if self.key.places >= 2**32:
            raise ReductionError("a key has too many cells", expected="below 2**32", found=self.key.places)

    def columns(self) -> tuple[str, ...]:
        """Names of the sample's columns that `map` reads."""
        return tuple(dict.fromkeys([*self.key.columns(), self.quantity, "star_key"]))

    def parameters(self) -> dict[str, Any]:
        """Return everything that decides the numbers."""
        return {"key": self.key, "quantity": self.quantity, "replicas": self.replicas, "seed": self.seed}

    def map(self, columns: Mapping[str, np.ndarray]) -> State:
        """Return the records of one block of stars, sorted by cell and value."""
        values = plain(required(columns, self.quantity)).astype(np.float32)
        cells = self.key.cells(columns, values.size)
        rows = np.flatnonzero((cells >= 0) & np.isfinite(values))
        place, kind = np.divmod(cells[rows], len(CLASSES)) if self.key.population else (cells[rows], None)
        run = {
            "order": (place.astype(np.uint64) << _32) | to_bits(values[rows]),
            "star": np.asarray(required(columns, "star_key"), dtype=np.uint64)[rows],
        }
        if kind is not None:
            run["population"] = kind.astype(np.uint8)
        return star_runs.sorted_run(run)

    def identity(self) -> State:
        """Return the state of no star."""
        run = star_runs.empty_run(self.key.population)
        del run["value"]
        return run

    def combine(self, a: State, b: State) -> State:
        """Return the union of two runs as a multiset."""
        return star_runs.merged([a, b])

    def bound(self, rows: int) -> int:
        """Return an upper bound of the bytes of the state of `rows` stars."""
        return states.bound(*(rows * a.itemsize for a in self.identity().values()))

    def finalize(self, parts: Sequence[State], shard_bytes: int = 64 << 20) -> CellTable:
        """Return the medians of every replica; stars are walked twice, about `shard_bytes` at a time."""
        parts, limit = [self.identity(), *parts], max(1, shard_bytes // _RECORD)
        occupied = np.unique(np.concatenate([np.unique(p["order"] >> _32) for p in parts])).astype(np.int64)
        kinds = len(POPULATIONS) if self.key.population else 1
        totals, n = self._totals(parts, occupied)
        ranks = np.stack([(totals - 1) // 2, totals // 2], axis=-1)
        seen = np.zeros(totals.shape, dtype=np.int64)
        found = np.zeros(ranks.shape, dtype=np.uint32)
        for run in star_runs.shards(parts, limit):
            place = np.searchsorted(occupied, (run["order"] >> _32).astype(np.int64))
            kind = run.get("population", np.full(place.size, len(CLASSES) - 1, dtype=np.uint8))
            bits = run["order"].astype(np.uint32)
            for first in range(0, place.size, BLOCK):
                rows = slice(first, first + BLOCK)
                weights = poisson_rows(run["star"][rows], self.replicas, self.seed)
                _pick(place[rows], kind[rows], bits[rows], weights, ranks, seen, found)
        medians = 0.5 * from_bits(found).astype(np.float64).sum(axis=-1)
        medians[totals == 0] = np.nan
        there = np.flatnonzero(n.ravel())
        final = (occupied[:, None] * kinds + np.arange(kinds)).ravel()[there]
        rows_of = medians.reshape(-1, self.replicas)[there]
        return CellTable(final, {"n": n.ravel()[there], "replica_medians": rows_of})

    def _totals(self, parts: Sequence[State], occupied: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return sums of weights (cells, populations, replicas) and numbers of stars (cells, populations)."""
        classes = len(CLASSES) if self.key.population else 1
        totals = np.zeros((occupied.size * classes, self.replicas), dtype=np.int64)
        n = np.zeros(occupied.size * classes, dtype=np.int64)
        none = np.empty((0, BLOCK), dtype=np.int64)
        for part in parts:
            for first in range(0, part["star"].size, BLOCK):
                rows = slice(first, first + BLOCK)
                star = np.asarray(part["star"][rows])
                cell = np.searchsorted(occupied, (part["order"][rows] >> _32).astype(np.int64)) * classes
                if classes > 1:
                    cell += part["population"][rows]
                n += np.bincount(cell, minlength=n.size)
                totals += add_replicas(star, cell, none[:, : star.size], n.size, self.replicas, self.seed)[0]
        if classes == 1:
            return totals[:, None], n[:, None]
        return _told(totals.reshape(-1, classes, self.replicas)), _told(n.reshape(-1, classes))


def _told(classes: np.ndarray) -> np.ndarray:
    """Return total, low alpha and high alpha along the second axis from the four classes."""
    own = classes[:, : len(POPULATIONS) - 1]
    return np.concatenate([classes.sum(axis=1, keepdims=True), own], axis=1)


@njit(
    "void(int64[::1], uint8[::1], uint32[::1], uint8[:, ::1], int64[:, :, :, ::1], int64[:, :, ::1],"
    " uint32[:, :, :, ::1])",
    cache=True,
    nogil=True,
)
def _pick(
    place: np.ndarray,
    kind: np.ndarray,
    bits: np.ndarray,
    weights: np.ndarray,
    ranks: np.ndarray,
    seen: np.ndarray,
    found: np.ndarray,
) -> None:
    """Note the values at the two middle ranks of each cell, population and replica, as stars go by."""
    for b in range(weights.shape[0]):
        for i in range(place.size):
            weight = np.int64(weights[b, i])
            if weight == 0:
                continue
            cell, last = place[i], seen.shape[1] - 1
            for group in (0, np.int64(kind[i]) + 1):
                if group > last:
                    continue
                before = seen[cell, group, b]
                after = before + weight
                for j in range(2):
                    if before <= ranks[cell, group, b, j] < after:
                        found[cell, group, b, j] = bits[i]
                seen[cell, group, b] = after
