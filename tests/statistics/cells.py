"""Medians in cells: pulls and biases against the cells of a sample a hundred times larger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from galdask.reductions import CellTable
from galdask.reductions.key import POPULATIONS
from tests.statistics.truth import TIMES

#: classes of the number of stars expected in a cell, and the fewest for which medians are judged
CLASSES = ((3, 10), (10, 30), (30, 100), (100, 10**9))
FEWEST = 10


@dataclass(frozen=True)
class Pulls:
    """Pulls of medians, one an occupied cell and seed."""

    pull: np.ndarray
    expected: np.ndarray
    """Number of stars to expect in the cell."""
    population: np.ndarray
    """Index in `POPULATIONS`."""

    def of(self, population: str | None = None, low: float = FEWEST, high: float = np.inf) -> np.ndarray:
        """Pulls of one population where so many stars are expected: low <= n < high."""
        chosen = (self.expected >= low) & (self.expected < high) & np.isfinite(self.pull)
        if population is not None:
            chosen &= self.population == POPULATIONS.index(population)
        return self.pull[chosen]


def _common(a: CellTable, b: CellTable) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.intersect1d(a.cells, b.cells, assume_unique=True, return_indices=True)


def pulls(estimates: list[CellTable], truth: CellTable) -> Pulls:
    """Pulls (median - true median) / Maritz-Jarrett error of every seed and cell."""
    parts = []
    for found in estimates:
        cell, i, j = _common(found, truth)
        distance = found.values["median"][i] - truth.values["median"][j]
        with np.errstate(divide="ignore", invalid="ignore"):
            pull = distance / found.values["median_err"][i]
        parts.append((pull, truth.values["n"][j] / TIMES, cell % len(POPULATIONS)))
    return Pulls(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def biases(cells: dict[str, CellTable]) -> Iterator[tuple[str, dict[str, np.ndarray]]]:
    """For each population, measured minus true medians in stated errors, and the parts that make it up.

    The error is that of a cell with a hundredth of the stars. Cells with fewer than `FEWEST` stars then are
    left out.
    """
    common = cells["true"].cells
    for table in cells.values():
        common = np.intersect1d(common, table.cells, assume_unique=True)
    at = {name: np.searchsorted(table.cells, common) for name, table in cells.items()}
    number = np.min([table.values["n"][at[name]] for name, table in cells.items()], axis=0)
    error = cells["measured"].values["median_err"][at["measured"]] * np.sqrt(TIMES)
    for k, population in enumerate(POPULATIONS):
        here = (number >= FEWEST * TIMES) & (common % len(POPULATIONS) == k)
        median = {name: table.values["median"][at[name]][here] for name, table in cells.items()}
        yield (
            population,
            {
                name: (median[name] - median["true"]) / error[here]
                for name in ("measured", "places", "labels")
            },
        )
