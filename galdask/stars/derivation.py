"""From a partition's columns to a block: the cut flow in order, then derived columns of the kept rows.

A step on a store column looks at the whole column. A step on a derived column computes it for the rows
that are still alive, and no others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from galdask.errors import StoreError
from galdask.stars.block import Block
from galdask.stars.cuts import Cut
from galdask.stars.plane import SIGNED
from galdask.stars.populations import UNDEFINED
from galdask.stars.readings import STAR_KEY, missing, take
from galdask.stars.sample import Sample

if TYPE_CHECKING:
    from galdask.stars.recipe import Recipe

Rows = np.ndarray | None  # sorted row numbers; None for all


@dataclass(frozen=True, slots=True)
class Flow:
    """How the rows of a partition fare in one sample."""

    fates: np.ndarray  # (n,) uint8
    alive: np.ndarray  # (n,) bool
    missing: np.ndarray  # (steps + 1,) int64: rows that failed at each step for want of a value


def derive(recipe: Recipe, columns: Mapping[str, np.ndarray]) -> Block:
    """Return the block of a partition; see `Recipe.derive`."""
    return _Derivation(recipe, columns).block()


class _Derivation:
    """One partition while it is worked on; derived columns are kept for the rows of their first use."""

    def __init__(self, recipe: Recipe, columns: Mapping[str, np.ndarray]) -> None:
        known = {name: columns[stored] for name, stored in recipe.aliases.items() if stored in columns}
        self.recipe, self.columns = recipe, {**columns, **known}
        self.rows = len(take(columns, recipe.columns_read[0], None))
        for name in recipe.columns_read:
            if len(take(columns, name, None)) != self.rows:
                raise StoreError(
                    f"the column {name!r} has another length than the others",
                    expected=f"{self.rows} rows",
                    found=len(columns[name]),
                )
        cuts = {
            step.target
            for sample in recipe.chains.values()
            for step in sample.steps
            if step.source == "quantity"
        }
        wanted = {*recipe.derived_columns, *cuts} | ({"z"} if SIGNED in recipe.derived_columns else set())
        self.places = {*recipe.position.names} & wanted
        self.quantities = [name for name in recipe.quantities if name in recipe.derived_columns]
        self.made: dict[str, tuple[Rows, dict[str, np.ndarray]]] = {}

    def block(self) -> Block:
        flows: dict[str, Flow] = {}
        for name, sample in self.recipe.chains.items():
            flows[name] = self.flow(sample, flows)
        cut = {name: flows[name].alive for name, sample in self.recipe.chains.items() if not sample.raw}
        kept = np.logical_or.reduce(list(cut.values())) if cut else np.zeros(self.rows, dtype=bool)
        rows = None if kept.all() else np.flatnonzero(kept)
        block = Block(
            rows=self.rows,
            fates={name: flow.fates for name, flow in flows.items()},
            missing={name: flow.missing for name, flow in flows.items()},
            columns={},
            member={name: alive if rows is None else alive[rows] for name, alive in cut.items()},
            raw={},
            gaps={},
        )
        self.add_raw(block)
        if cut:
            block.columns |= self.kept_columns(rows)
        for name, member in block.member.items():
            block.gaps[name] = {q: self.gap(q, rows, member) for q in self.quantities}
        return block

    def kept_columns(self, rows: Rows) -> dict[str, np.ndarray]:
        columns = {}
        for name in self.recipe.derived_columns:
            if name == STAR_KEY:
                columns[name] = take(self.columns, STAR_KEY, rows)
            elif name.endswith("_err") and name not in self.recipe.quantities:
                quantity = self.recipe.quantities[name.removesuffix("_err")]
                columns[name] = quantity.derive_error(self.columns, rows, self.values(quantity.name, rows))
            else:
                columns[name] = self.values(name, rows)
        return columns

    def add_raw(self, block: Block) -> None:
        for sample, chain in self.recipe.chains.items():
            if chain.raw:
                for name in self.recipe.columns_of(sample):
                    key = name == STAR_KEY
                    block.raw[name] = take(self.columns, name, None) if key else self.values(name, None)
                block.gaps[sample] = {q: self.gap(q, None, None) for q in chain.quantities}

    def gap(self, quantity: str, rows: Rows, member: np.ndarray | None) -> tuple[int, int]:
        """Return how many stars have no value of a quantity, and how many of these one outside its range."""
        lost = np.isnan(self.values(quantity, rows))
        outside = self.values(f"{quantity} outside", rows)
        if member is not None:
            lost, outside = lost & member, outside & member
        return int(np.count_nonzero(lost)), int(np.count_nonzero(outside))

    def flow(self, sample: Sample, flows: Mapping[str, Flow]) -> Flow:
        """Apply the steps of a sample, those of its base already applied."""
        done = 0
        fates, alive = np.zeros(self.rows, dtype=np.uint8), np.ones(self.rows, dtype=bool)
        lost = np.zeros(len(sample.steps) + 1, dtype=np.int64)
        if sample.base is not None:
            base = flows[sample.base]
            done = len(base.missing) - 1
            fates, alive = base.fates.copy(), base.alive.copy()
            lost[: done + 1] = base.missing
        for code, step in enumerate(sample.steps[done:], start=done + 1):
            gone, lost[code] = self.fail(step, alive)
            fates += gone.view(np.uint8) * np.uint8(code)
            alive &= ~gone
        return Flow(fates, alive, lost)

    def fail(self, step: Cut, alive: np.ndarray) -> tuple[np.ndarray, int]:
        """Return which living rows fail a step, and how many of them have no value there."""
        if step.source == "column":
            values = take(self.columns, step.target, None)
            gone = alive & ~step.test.passes(values)
            return gone, int(np.count_nonzero(gone & missing(values)))
        rows = None if alive.all() else np.flatnonzero(alive)
        values = self.values(step.target, rows)
        failed = ~step.test.passes(values)
        lost = int(np.count_nonzero(failed & missing(values)))
        if rows is None:
            return failed, lost
        gone = np.zeros(self.rows, dtype=bool)
        gone[rows] = failed
        return gone, lost

    def values(self, name: str, rows: Rows) -> np.ndarray:
        """Return a derived column of some rows."""
        group = "place" if name in self.recipe.position.names else name.removesuffix(" outside")
        if group in self.made:
            known, arrays = self.made[group]
            chosen = _places(known, rows, self.rows)
            if chosen is not False:
                return arrays[name] if chosen is None else arrays[name][chosen]
        arrays = self.make(group, rows)
        self.made[group] = rows, arrays
        return arrays[name]

    def make(self, group: str, rows: Rows) -> dict[str, np.ndarray]:
        if group == "place":
            return self.recipe.position.derive(self.recipe.frame, self.columns, rows, self.places)
        if self.recipe.orbits is not None and self.recipe.is_orbit(group):
            return {group: take(self.columns, self.recipe.orbits.stored[group], rows)}
        if group == SIGNED:
            return {group: np.copysign(self.values("z_max", rows), self.values("z", rows))}
        count = self.rows if rows is None else len(rows)
        if group == "population":
            boundary = self.recipe.populations
            if boundary is None:
                return {group: np.full(count, UNDEFINED, dtype=np.int8)}
            return {group: boundary.classify(*(self.values(name, rows) for name in boundary.quantities))}
        values, outside = self.recipe.quantities[group].derive(self.columns, rows)
        return {group: values, f"{group} outside": np.zeros(count, bool) if outside is None else outside}


def _places(known: Rows, rows: Rows, total: int) -> np.ndarray | bool | None:
    """Return where `rows` stand among the `known` ones: None if they are the same, False if not all are."""
    if known is rows or (known is not None and rows is not None and np.array_equal(known, rows)):
        return None
    if known is None:
        return rows
    if rows is None:
        return False
    places = np.full(total, -1, dtype=np.int64)
    places[known] = np.arange(len(known))
    found = places[rows]
    return found if (found >= 0).all() else False
