"""The ledger: what became of every row of the input, as counts that add up over partitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from galdask.errors import SampleError
from galdask.stars.block import Block

Counts = dict[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a cut flow.

    Parameters
    ----------
    sample : str
        Sample.
    code : int
        Fate: 0 is kept, k is "failed first at step k".
    step : str
        Name of the step, "kept" for 0.
    rows : int
        Rows with this fate.
    missing : int
        Those of them that failed because there was no value.
    left : int
        Rows that passed this step and all before it.
    """

    sample: str
    code: int
    step: str
    rows: int
    missing: int
    left: int


def counts(block: Block) -> Counts:
    """Return the counts of one block: arrays of int64 that add.

    Returns
    -------
    dict of str to ndarray
        ``rows`` (1,); for each sample ``fates/<sample>`` and ``missing/<sample>`` (steps + 1,), and
        ``gaps/<sample>/<quantity>`` (2,): stars without a value, and of these those with one outside its
        range.
    """
    found = {"rows": np.array([block.rows], dtype=np.int64)}
    for sample, lost in block.missing.items():
        found[f"fates/{sample}"] = np.bincount(block.fates[sample], minlength=len(lost)).astype(np.int64)
        found[f"missing/{sample}"] = np.asarray(lost, dtype=np.int64)
        for quantity, pair in block.gaps.get(sample, {}).items():
            found[f"gaps/{sample}/{quantity}"] = np.array(pair, dtype=np.int64)
    return found


def add(a: Counts, b: Counts) -> Counts:
    """Return the counts of both; a name that one lacks counts as zero there."""
    total = dict(a)
    for name, numbers in b.items():
        total[name] = total[name] + numbers if name in total else numbers
    return total


def flow(fates: Mapping[str, Sequence[str]], total: Counts) -> list[Line]:
    """Return the cut flow of every sample: its steps in order, then what is kept.

    Parameters
    ----------
    fates : mapping of str to sequence of str
        `Recipe.fates`.
    total : dict of str to ndarray
        Added `counts`.

    Raises
    ------
    SampleError
        If a sample's fates do not sum to the rows of the input.
    """
    lines = []
    rows = int(total["rows"][0])
    for sample, steps in fates.items():
        numbers, lost = total[f"fates/{sample}"], total[f"missing/{sample}"]
        if int(numbers.sum()) != rows:
            raise SampleError(
                f"the ledger of the sample {sample!r} does not sum to the input",
                expected=rows,
                found=numbers.sum(),
            )
        left = rows
        for code, step in enumerate(steps, start=1):
            left -= int(numbers[code])
            lines.append(Line(sample, code, step, int(numbers[code]), int(lost[code]), left))
        lines.append(Line(sample, 0, "kept", int(numbers[0]), 0, left))
    return lines


def require_stars(sample: str, steps: Sequence[str], total: Counts) -> None:
    """Check that a sample has stars.

    Raises
    ------
    SampleError
        If it has none: names the cut that took the last ones.
    """
    numbers = total[f"fates/{sample}"]
    if numbers[0] > 0:
        return
    taken = np.flatnonzero(numbers)
    if not taken.size:
        raise SampleError(f"the sample {sample!r} is empty", found="a catalogue without rows")
    code = int(taken[-1])
    last, lost = int(numbers[code]), int(total[f"missing/{sample}"][code])
    raise SampleError(
        f"no star is left in the sample {sample!r}",
        where=f"cut {steps[code - 1]!r}",
        found=f"it takes the last {last} of {int(total['rows'][0])} rows, {lost} for want of a value",
        todo="loosen this cut, or check the column that it reads",
    )
