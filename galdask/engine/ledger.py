"""The ledger as reductions over blocks: what each step of each sample took, what each quantity lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from galdask.reductions.cells import CellTable
from galdask.reductions.states import State
from galdask.stars import ledger
from galdask.stars.block import Block


@dataclass(frozen=True)
class Ledger:
    """Count rows by sample and fate.

    Parameters
    ----------
    fates : tuple of (str, tuple of str)
        For each sample the names of its steps, in order; code 0 is "kept".
    """

    fates: tuple[tuple[str, tuple[str, ...]], ...]

    kind: ClassVar[str] = "ledger"
    version: ClassVar[int] = 2
    layout: ClassVar[str] = "sum"
    #: it sees the fates in all samples, not the stars of one
    every_sample: ClassVar[bool] = True

    def columns(self) -> tuple[str, ...]:
        """Return the columns of a view that are read: none, the fates come with the block."""
        return ()

    def parameters(self) -> dict[str, Any]:
        """Return the canonical parameters."""
        return {"fates": [[sample, list(steps)] for sample, steps in self.fates]}

    def map_block(self, block: Block) -> State:
        """Count the fates of one block, and those that have no value as their reason."""
        found = ledger.counts(block)
        return {name: found[name] for name in self.identity()}

    def identity(self) -> State:
        """Return the counts of no row."""
        empty: State = {"rows": np.zeros(1, dtype=np.int64)}
        for sample, steps in self.fates:
            for kind in ("fates", "missing"):
                empty[f"{kind}/{sample}"] = np.zeros(len(steps) + 1, dtype=np.int64)
        return empty

    def combine(self, a: State, b: State) -> State:
        """Add the counts."""
        return ledger.add(a, b)

    def finalize(self, parts: Sequence[State], shard_bytes: int = 0) -> CellTable:
        """Return the table with columns sample, step (0 is kept), n and missing; `rows` beside it."""
        total = self.identity()
        for part in parts:
            total = self.combine(total, part)
        numbers = [total[f"fates/{sample}"] for sample, _ in self.fates]
        which = np.repeat(np.arange(len(numbers)), [len(n) for n in numbers])
        return CellTable(
            cells=np.arange(which.size, dtype=np.int64),
            values={
                "sample": which.astype(np.int64),
                "step": np.concatenate([np.arange(len(n)) for n in numbers]).astype(np.int64),
                "n": np.concatenate(numbers),
                "missing": np.concatenate([total[f"missing/{sample}"] for sample, _ in self.fates]),
            },
            tables={"rows": CellTable(np.zeros(1, np.int64), {"n": total["rows"]}, {})},
        )

    def counts(self, table: CellTable) -> ledger.Counts:
        """Return a finished table as the counts that `galdask.stars.ledger` reads."""
        found = {"rows": table.tables["rows"].values["n"]}
        for index, (sample, _) in enumerate(self.fates):
            mine = table.values["sample"] == index
            found[f"fates/{sample}"] = table.values["n"][mine]
            found[f"missing/{sample}"] = table.values["missing"][mine]
        return found


@dataclass(frozen=True)
class Gaps:
    """Count the stars of one sample that have no value of a quantity, or one outside its range.

    Parameters
    ----------
    sample : str
        The sample.
    quantity : str
        The quantity.
    """

    sample: str
    quantity: str

    kind: ClassVar[str] = "gaps"
    version: ClassVar[int] = 1
    layout: ClassVar[str] = "sum"
    NAMES: ClassVar[tuple[str, ...]] = ("stars", "missing", "out_of_range")

    def columns(self) -> tuple[str, ...]:
        """Return the columns of the sample's view that are read."""
        return (self.quantity,)

    def parameters(self) -> dict[str, Any]:
        """Return the canonical parameters; the sample's cuts stand in the lineage."""
        return {"quantity": self.quantity}

    def map_block(self, block: Block) -> State:
        """Count the stars of one block."""
        lost, outside = block.gaps[self.sample][self.quantity]
        member = block.member.get(self.sample)
        stars = block.rows if member is None else int(np.count_nonzero(member))
        return self._state(stars, lost - outside, outside)

    def identity(self) -> State:
        """Return the counts of no star."""
        return self._state(0, 0, 0)

    def combine(self, a: State, b: State) -> State:
        """Add the counts."""
        return ledger.add(a, b)

    def finalize(self, parts: Sequence[State], shard_bytes: int = 0) -> CellTable:
        """Return one row: stars, those without a value, those with one outside the range."""
        total = self.identity()
        for part in parts:
            total = self.combine(total, part)
        return CellTable(np.zeros(1, dtype=np.int64), total, {})

    def _state(self, *numbers: int) -> State:
        return {name: np.array([n], dtype=np.int64) for name, n in zip(self.NAMES, numbers, strict=True)}
