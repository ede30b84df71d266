"""The ledger: how many rows of the input each step of each sample took, summing to the input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from galdask.reductions.cells import CellTable
from galdask.reductions.states import State
from galdask.stars.block import Block


@dataclass(frozen=True)
class Ledger:
    """Count rows by sample and fate; a reduction over blocks.

    Parameters
    ----------
    fates : tuple of (str, tuple of str)
        For each sample the names of its steps, in order; code 0 is "kept".
    """

    fates: tuple[tuple[str, tuple[str, ...]], ...]

    kind: ClassVar[str] = "ledger"
    version: ClassVar[int] = 1
    layout: ClassVar[str] = "sum"

    def columns(self) -> tuple[str, ...]:
        """Return the columns of a view that are read: none, the fates come with the block."""
        return ()

    def parameters(self) -> dict[str, Any]:
        """Return the canonical parameters."""
        return {"fates": [[sample, list(steps)] for sample, steps in self.fates]}

    def map_block(self, block: Block) -> State:
        """Count the fates of one block."""
        state: State = {"rows": np.array([block.rows], dtype=np.int64)}
        for sample, steps in self.fates:
            state[f"fate.{sample}"] = np.bincount(block.fates[sample], minlength=len(steps) + 1).astype(
                np.int64
            )
        return state

    def identity(self) -> State:
        """Return the counts of no row."""
        empty: State = {"rows": np.zeros(1, dtype=np.int64)}
        return empty | {
            f"fate.{sample}": np.zeros(len(steps) + 1, dtype=np.int64) for sample, steps in self.fates
        }

    def combine(self, a: State, b: State) -> State:
        """Add the counts."""
        return {name: a[name] + b[name] for name in a}

    def finalize(self, parts: Sequence[State], shard_bytes: int = 0) -> CellTable:
        """Return the table with columns sample, step (0 is kept) and n."""
        total = self.identity()
        for part in parts:
            total = self.combine(total, part)
        numbers = [total[f"fate.{sample}"] for sample, _ in self.fates]
        which = np.repeat(np.arange(len(numbers)), [len(n) for n in numbers])
        return CellTable(
            cells=np.arange(which.size, dtype=np.int64),
            values={
                "sample": which.astype(np.int64),
                "step": np.concatenate([np.arange(len(n)) for n in numbers]).astype(np.int64),
                "n": np.concatenate(numbers),
            },
            tables={"rows": CellTable(np.zeros(1, np.int64), {"n": total["rows"]}, {})},
        )
