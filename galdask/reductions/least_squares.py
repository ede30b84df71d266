"""Weighted least squares over stars by exact sums, with Poisson replicas of every sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, isfinite, log2
from typing import Any, ClassVar, Literal

import numpy as np

from galdask import digest
from galdask.errors import ReductionError
from galdask.reductions import cells as sparse
from galdask.reductions import states
from galdask.reductions.axis import plain, required
from galdask.reductions.cells import CellTable
from galdask.reductions.fixed_point import LIMIT, add_once, add_replicas
from galdask.reductions.key import Key
from galdask.reductions.line_sums import TERMS, lines_of_sums
from galdask.reductions.protocol import register
from galdask.reductions.records import batches, joined_records, sorted_records
from galdask.reductions.states import State

#: bytes that a star takes while it is added
_RECORD = 256


@register
@dataclass(frozen=True)
class LeastSquares:
    """The line y = intercept + slope x through the stars of each cell, by weighted least squares.

    Stars enter that are inside the key, have x, y and weight (above zero), and x in [x_low, x_high].

    Parameters
    ----------
    key : Key
        Cells; 16 kB a cell are held at 200 replicas while lines are made, so keys should be small.
    x, y : str
        Columns.
    weight : str, optional
        Column of weights, such as 1 / error**2; their common factor does not matter.
    x_low, x_high : float, optional
        Range of x, both ends included; None = open.
    origin_x, origin_y : float
        Point from which x and y are counted while they are summed; near their middle is best.
    reach_x, reach_y, reach_weight : float
        Largest |x - origin_x|, |y - origin_y| and weight that the sums are made for.
    replicas : int
        Poisson replicas of the stars for the error of the slope.
    seed : int
        Seed of the replicas' weights, 0 <= seed < 2**32.

    Notes
    -----
    A state holds cell, key, x and y of every star that enters, sorted; the sums, and the weights of the
    replicas, are made when it is finished. The sums of w, wx, wy, wxx, wxy, wyy hold each star's term in
    float64, rounded to a multiple of 2**-s with s so that the largest term is 2**61, in two integers of 31
    bits and the rest. Sums of integers are exact; above 2**31 - 1 stars (or weights of a replica) in a cell
    they are refused. Lines agree with float64 least squares to 1e-9 of slope and intercept.

    Finished: ``slope``, ``intercept`` (at x = 0), ``slope_err`` (standard deviation over replicas),
    ``slope_err_naive`` = sqrt(sum w residual^2 / (n - 2) / sum w (x - <x>)^2), ``n``, ``reason``
    (`lines.REASONS`; fewer than 3 stars, or no spread in x beyond rounding, give NaN), and
    ``slope_replicas`` (replicas,).
    """

    kind: ClassVar[str] = "least_squares"
    version: ClassVar[int] = 3
    layout: ClassVar[Literal["sum", "runs"]] = "runs"

    key: Key
    x: str
    y: str
    weight: str | None = None
    x_low: float | None = None
    x_high: float | None = None
    origin_x: float = 0.0
    origin_y: float = 0.0
    reach_x: float = 1024.0
    reach_y: float = 1024.0
    reach_weight: float = 1.0
    replicas: int = 200
    seed: int = 1

    def __post_init__(self) -> None:
        reaches = (self.reach_x, self.reach_y, self.reach_weight)
        if not all(0 < r < 2.0**40 for r in reaches) or not isfinite(self.origin_x + self.origin_y):
            raise ReductionError("the reach of a fit must be above 0 and below 2**40", found=reaches)
        if self.key.size >= 2**32:
            raise ReductionError("a key has too many cells", expected="below 2**32", found=self.key.size)
        if self.replicas < 0 or not 0 <= self.seed < 2**32:
            raise ReductionError(
                "replicas and seed must be whole numbers that are not negative, the seed below 2**32",
                found=f"replicas {self.replicas}, seed {self.seed}",
            )

    @cached_property
    def scales(self) -> tuple[int, ...]:
        """Bits after the point of each term of `TERMS`."""
        bits = [log2(r) for r in (self.reach_weight, self.reach_x, self.reach_y)]
        return tuple(61 - ceil(sum(b * p for b, p in zip(bits, powers, strict=True))) for powers in TERMS)

    def columns(self) -> tuple[str, ...]:
        """Names of the sample's columns that `map` reads."""
        weight = [self.weight] if self.weight else []
        return tuple(dict.fromkeys([*self.key.columns(), self.x, self.y, *weight, "star_key"]))

    def parameters(self) -> dict[str, Any]:
        """Return everything that decides the numbers."""
        return dict(digest.canonical(self))

    def map(self, columns: Mapping[str, np.ndarray]) -> State:
        """Return the records of the stars of one block that enter.

        Raises
        ------
        ReductionError
            If a star that enters is beyond a reach.
        """
        x, y = (plain(required(columns, c)).astype(np.float64) for c in (self.x, self.y))
        weight = np.ones(x.size)
        if self.weight:
            weight = plain(required(columns, self.weight)).astype(np.float64)
        star = np.asarray(required(columns, "star_key"), dtype=np.uint64)
        low = -np.inf if self.x_low is None else self.x_low
        high = np.inf if self.x_high is None else self.x_high
        place = self.key.cells(columns, x.size)
        enters = (place >= 0) & np.isfinite(x) & np.isfinite(y) & np.isfinite(weight)
        enters &= (x >= low) & (x <= high) & (weight > 0)
        rows = np.flatnonzero(enters)
        if not rows.size:
            return self.identity()
        run: State = {
            "cells": place[rows].astype(np.uint32),
            "star": star[rows],
            "x": self._held(self.x, x[rows], self.origin_x, self.reach_x),
            "y": self._held(self.y, y[rows], self.origin_y, self.reach_y),
        }
        if self.weight:
            run["weight"] = self._held(self.weight, weight[rows], 0.0, self.reach_weight)
        return sorted_records(run)

    def _held(self, name: str, values: np.ndarray, origin: float, reach: float) -> np.ndarray:
        """Return values counted from their origin, or say which is beyond reach."""
        out = values - origin + 0.0  # zero has one sign
        worst = int(np.argmax(np.abs(out)))
        if abs(out[worst]) > reach:
            raise ReductionError(
                "a star is beyond the reach of a least-squares fit",
                where=f"column {name}",
                expected=f"within {reach:g} of {origin:g}",
                found=f"{values[worst]:g}",
                todo="cut such stars, or widen the reach",
            )
        return out

    def identity(self) -> State:
        """Return the state of no star."""
        kinds: dict[str, Any] = {"cells": np.uint32, "star": np.uint64, "x": np.float64, "y": np.float64}
        if self.weight:
            kinds["weight"] = np.float64
        return {name: np.empty(0, dtype=kind) for name, kind in kinds.items()}

    def combine(self, a: State, b: State) -> State:
        """Return the stars of both, sorted."""
        return sorted_records(joined_records([a, b]))

    def bound(self, rows: int) -> int:
        """Return an upper bound of the bytes of the state of `rows` stars."""
        return states.bound(*(rows * a.itemsize for a in self.identity().values()))

    def finalize(self, parts: Sequence[State], shard_bytes: int = 64 << 20) -> CellTable:
        """Return the lines; the sums of all cells are held at once.

        Raises
        ------
        ReductionError
            If a cell holds more stars than the sums are made for.
        """
        parts = [self.identity(), *parts]
        cells = np.unique(np.concatenate([np.unique(part["cells"]) for part in parts])).astype(np.int64)
        size, terms = cells.size, len(TERMS)
        state = {
            "cells": cells,
            "n": np.zeros(size, dtype=np.int64),
            "sums": np.zeros((size, terms, 2), dtype=np.int64),
            "replica_n": np.zeros((size, self.replicas), dtype=np.int64),
            "replica_sums": np.zeros((size, self.replicas, terms - 1, 2), dtype=np.int64),
        }
        for batch in batches(parts, max(1, shard_bytes // _RECORD)):
            self._add(state, batch)
            self._checked(state)
        state = self._checked(sparse.populations(state, self.key))
        return CellTable(
            np.asarray(state["cells"]), lines_of_sums(state, self.scales, self.origin_x, self.origin_y)
        )

    def _add(self, state: State, batch: State) -> None:
        """Add a batch of stars to the sums and to those of every replica."""
        weight = batch.get("weight", np.ones(batch["x"].size))
        terms = np.empty((len(TERMS), weight.size), dtype=np.int64)
        for k, ((_, px, py), scale) in enumerate(zip(TERMS, self.scales, strict=True)):
            terms[k] = np.rint(np.ldexp(weight * batch["x"] ** px * batch["y"] ** py, scale))
        place, size = np.searchsorted(state["cells"], batch["cells"].astype(np.int64)), state["cells"].size
        n, sums = add_once(place, terms, size)
        counts, replicas = add_replicas(batch["star"], place, terms[:-1], size, self.replicas, self.seed)
        for name, more in zip(
            ("n", "sums", "replica_n", "replica_sums"), (n, sums, counts, replicas), strict=True
        ):
            state[name] += more

    def _checked(self, state: State) -> State:
        for name in ("n", "replica_n"):
            most = int(state[name].max()) if state[name].size else 0
            if most > LIMIT:
                raise ReductionError(
                    "a cell holds too many stars for an exact sum",
                    where=self.kind,
                    expected=f"at most {LIMIT}",
                    found=most,
                )
        return state
