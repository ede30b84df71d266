"""A fair sample of k stars for scatter figures: those with the smallest hash of their star key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from galdask import digest, rng
from galdask.errors import ReductionError
from galdask.reductions import states
from galdask.reductions.axis import required
from galdask.reductions.cells import CellTable
from galdask.reductions.key import CLASSES, POPULATIONS, Key
from galdask.reductions.protocol import register
from galdask.reductions.states import State

#: parts merged at one time when a sample is finished
_BATCH = 16
_OWN = ("_hash", "_star", "_cell")


@register
@dataclass(frozen=True)
class BottomK:
    """The k stars with the smallest hash of (star key, seed), and some of their columns.

    Any cut of the catalogue into blocks gives the same stars. Equal hashes are ordered by star key, cell and
    the bits of the columns; a star that the catalogue lists twice may appear twice.

    Parameters
    ----------
    key : Key or None
        Only stars inside enter; the finished table is sorted by their cell. With populations a star stands
        in the cell of total and in that of its own population. None: all stars, cell 0.
    columns_kept : tuple of str
        Columns to keep, of any plain number type that float64 holds exactly.
    k : int
        Number of stars, over all cells together.
    seed : int
        Seed of the hash, 0 <= seed < 2**32.
    complete : bool
        Only stars that have all the columns enter.

    Notes
    -----
    The finished table has a row a star: ``star_key`` and the columns as float64. Within a cell stars are
    in the order of their hash, so that the first j of them are a fair sample as well.
    """

    kind: ClassVar[str] = "bottom_k"
    version: ClassVar[int] = 1
    layout: ClassVar[Literal["sum", "runs"]] = "sum"

    key: Key | None
    columns_kept: tuple[str, ...]
    k: int = 20_000
    seed: int = 1
    complete: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns_kept", tuple(self.columns_kept))
        if self.k < 1 or not 0 <= self.seed < 2**32:
            raise ReductionError(
                "a sample needs at least one star and a seed below 2**32",
                found=f"k {self.k}, seed {self.seed}",
            )
        if len({*self.columns_kept, *_OWN}) < len(self.columns_kept) + len(_OWN):
            raise ReductionError("a column of a sample is named twice", found=", ".join(self.columns_kept))

    def columns(self) -> tuple[str, ...]:
        """Names of the sample's columns that `map` reads."""
        own = self.key.columns() if self.key else ()
        return tuple(dict.fromkeys([*own, *self.columns_kept, "star_key"]))

    def parameters(self) -> dict[str, Any]:
        """Return everything that decides the numbers."""
        return dict(digest.canonical(self))

    def map(self, columns: Mapping[str, np.ndarray]) -> State:
        """Return the k first stars of one block."""
        star = np.asarray(required(columns, "star_key"), dtype=np.uint64)
        cells = self.key.cells(columns, star.size) if self.key else np.zeros(star.size, dtype=np.int64)
        kept = {name: _numbers(name, required(columns, name)) for name in self.columns_kept}
        enters = cells >= 0
        for values in kept.values() if self.complete else ():
            enters &= np.isfinite(values)
        rows = np.flatnonzero(enters)
        words = rng.philox(star[rows], 0, self.seed, "point sample").astype(np.uint64)
        hashes = (words[:, 0] << np.uint64(32)) | words[:, 1]
        if rows.size > self.k:
            first = np.flatnonzero(hashes <= np.partition(hashes, self.k - 1)[self.k - 1])
            rows, hashes = rows[first], hashes[first]
        own = {"_hash": hashes, "_star": star[rows], "_cell": cells[rows]}
        return self._first({**own, **{name: v[rows] for name, v in kept.items()}})

    def identity(self) -> State:
        """Return the state of no star."""
        own = {"_hash": np.uint64, "_star": np.uint64, "_cell": np.int64}
        types = {**own, **dict.fromkeys(self.columns_kept, np.float64)}
        return {name: np.empty(0, dtype=t) for name, t in types.items()}

    def combine(self, a: State, b: State) -> State:
        """Return the k first stars of both."""
        return self._smallest([a, b])

    def bound(self, rows: int) -> int:
        """Return an upper bound of the bytes of the state of `rows` stars."""
        return states.bound(*[8 * min(rows, self.k)] * (len(_OWN) + len(self.columns_kept)))

    def finalize(self, parts: Sequence[State], shard_bytes: int = 64 << 20) -> CellTable:
        """Return the sample; parts are merged a few at a time."""
        state = self.identity()
        for first in range(0, len(parts), _BATCH):
            state = self._smallest([state, *parts[first : first + _BATCH]])
        cells, rows = state["_cell"], np.arange(state["_cell"].size)
        if self.key and self.key.population:
            place, kind = np.divmod(cells, len(CLASSES))
            own = np.flatnonzero(kind < len(POPULATIONS) - 1)
            cells = np.concatenate([place * len(POPULATIONS), (place * len(POPULATIONS) + kind + 1)[own]])
            rows = np.concatenate([rows, own])
        order = np.lexsort((rows, cells))
        rows = rows[order]
        values = {"star_key": state["_star"][rows], **{c: state[c][rows] for c in self.columns_kept}}
        return CellTable(cells[order], values)

    def _smallest(self, several: Sequence[State]) -> State:
        """Return the k first records of several states."""
        full = [s["_hash"][-1] for s in several if s["_hash"].size >= self.k]
        if full:
            ends = [int(np.searchsorted(s["_hash"], min(full), side="right")) for s in several]
            several = [{n: v[:end] for n, v in s.items()} for s, end in zip(several, ends, strict=True)]
        return self._first({n: np.concatenate([s[n] for s in several]) for n in self.identity()})

    def _first(self, records: State) -> State:
        """Return the k first of some records, sorted; nothing is shared with them."""
        order = np.lexsort([_bits(records[name]) for name in reversed(records)])[: self.k]
        return {name: values[order] for name, values in records.items()}


def _numbers(name: str, values: np.ndarray) -> np.ndarray:
    """Return a column as float64, missing values as NaN, or say that it cannot be held so."""
    known, values = ~np.ma.getmaskarray(values), np.ma.getdata(values)
    if values.dtype.kind not in "biuf":
        raise ReductionError(
            "a sample holds numbers only", where=f"column {name}", expected="numbers", found=values.dtype
        )
    out = np.where(known, values, 0).astype(np.float64)
    if values.dtype.itemsize == 8 and values.dtype.kind in "iu" and np.any(np.abs(out) > 2.0**53):
        raise ReductionError(
            "a sample holds float64, which cannot tell such large whole numbers apart",
            where=f"column {name}",
            expected="up to 2**53",
            found=f"{np.abs(out).max():.17g}",
        )
    return np.where(known, out, np.nan)


def _bits(values: np.ndarray) -> np.ndarray:
    """Return the bits of numbers as unsigned integers, so that every value has a place, NaN too."""
    return np.ascontiguousarray(values).view(f"u{values.dtype.itemsize}")
