"""Content-defined partitions: where a catalogue is cut depends on its stars, not on row numbers.

A partition ends after the first row, at least `low` rows in, whose mixed star key is under a
threshold; where none is within `high` rows, after the row with the smallest mixed key. So an
inserted or corrected row changes its own partition and seldom more than the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from galdask.catalog.keys import mixed
from galdask.errors import StoreError

#: partitions hold 8-16 thousand rows up to this many rows, twice as many for each doubling beyond
_SMALL = 1 << 21
#: fewest rows of a partition: of a small catalogue, and of the largest; a worker of 2 GiB holds twice as many
_LEAST, _MOST = 8192, 1 << 17
_ALL = 1 << 64


@dataclass(frozen=True, slots=True)
class Rule:
    """How a catalogue is cut.

    Parameters
    ----------
    low, high : int
        Fewest and most rows of a partition (the last one may have fewer).
    """

    low: int
    high: int

    @property
    def threshold(self) -> int:
        """A row ends a partition where its mixed key is under this: once in (high - low) / 2 rows."""
        return min(2 * _ALL // (self.high - self.low + 1), _ALL - 1)

    @property
    def candidate(self) -> int:
        """Rows with a mixed key under this are kept for the choice: about 32 in a window."""
        return min(32 * _ALL // (self.high - self.low + 1), _ALL - 1)

    def to_json(self) -> dict[str, Any]:
        """Return the rule as the manifest holds it."""
        return {"low": self.low, "high": self.high}


def rule_for(rows: int, partition_rows: int | None = None) -> Rule:
    """Return the rule for a catalogue.

    Parameters
    ----------
    rows : int
        Rows of the main table.
    partition_rows : int, optional
        Fewest rows of a partition, for tests and unusual catalogues; by default 8192 up to two million
        rows of the catalogue, and larger by powers of two beyond, up to 131,072.
    """
    low = partition_rows
    if low is None:
        low = _LEAST
        while low < _MOST and rows > _SMALL * (low // _LEAST):
            low *= 2
    if low < 1:
        raise StoreError("a partition holds at least one row", where="partition_rows", found=low)
    return Rule(low, 2 * low)


def candidates(keys: np.ndarray, row_start: int, rule: Rule) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of a row range after which a cut is possible.

    Parameters
    ----------
    keys : ndarray of uint64
        Star keys of consecutive rows.
    row_start : int
        Row number of the first.
    rule : Rule
        How to cut.

    Returns
    -------
    rows : ndarray of int64
    hashes : ndarray of uint64
        Their mixed keys.
    """
    hashes = mixed(keys)
    near = np.flatnonzero(hashes < np.uint64(rule.candidate))
    return near + row_start, hashes[near]


def boundaries(rows: np.ndarray, hashes: np.ndarray, total: int, rule: Rule) -> list[int]:
    """Return the row numbers at which partitions start, and the number of rows at the end.

    Parameters
    ----------
    rows, hashes : ndarray
        All candidates in the order of rows, from `candidates`.
    total : int
        Rows of the catalogue; 0 gives one empty partition.
    rule : Rule
        How to cut.
    """
    strong = np.uint64(rule.threshold)
    starts = [0]
    while total - starts[-1] > rule.high:
        start = starts[-1]
        # a cut after row r makes a partition of r + 1 - start rows
        first, last = np.searchsorted(rows, [start + rule.low - 1, start + rule.high])
        window = hashes[first:last]
        under = np.flatnonzero(window < strong)
        if len(under):
            cut = int(rows[first + under[0]]) + 1
        elif len(window):
            cut = int(rows[first + int(np.argmin(window))]) + 1
        else:
            cut = start + rule.high
        starts.append(cut)
    return [*starts, total]
