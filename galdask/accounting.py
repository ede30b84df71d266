"""The account of a run: what became of every row of the input, and which stars a quantity lacks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from galdask import publish

if TYPE_CHECKING:
    from galdask.engine.ledger import Ledger
    from galdask.reductions.cells import CellTable
    from galdask.stars.ledger import Line
    from galdask.stars.recipe import Recipe

Row = dict[str, str | int]

#: columns of ledger.csv and ledger_quantities.csv
FLOW = ("sample", "step", "removed", "missing", "remaining")
GAPS = ("sample", "quantity", "stars", "missing", "out_of_range")


@dataclass(frozen=True, slots=True)
class Account:
    """What a run says of its rows.

    Parameters
    ----------
    rows : int
        Rows of the input.
    lines : tuple of Line
        The cut flow of every sample.
    gaps : tuple of dict
        For each quantity that was read in a sample: stars, those without a value, those with one
        outside the quantity's range.
    """

    rows: int
    lines: tuple[Line, ...]
    gaps: tuple[Row, ...]

    @property
    def kept(self) -> dict[str, int]:
        """Sample -> stars."""
        return {line.sample: line.rows for line in self.lines if line.code == 0}

    def flow(self) -> list[Row]:
        """Return the rows of ledger.csv: for each sample its input, its steps and what is kept."""
        found: list[Row] = []
        sample = None
        for line in self.lines:
            if line.sample != sample:
                sample = line.sample
                found.append(_row(FLOW, sample, "input", 0, 0, self.rows))
            removed = line.rows if line.code else 0
            found.append(_row(FLOW, sample, line.step, removed, line.missing, line.left))
        return found

    def write(self, folder: Path) -> None:
        """Write ledger.csv and ledger_quantities.csv into a folder."""
        publish.write_text(folder / "ledger.csv", _text(FLOW, self.flow()))
        publish.write_text(folder / "ledger_quantities.csv", _text(GAPS, self.gaps))


def requests(recipe: Recipe, wanted: Iterable[tuple[str, Any]]) -> dict[str, tuple[str, Any]]:
    """Return what is counted beside the reductions `wanted`: all fates, and the gaps of what they read.

    Parameters
    ----------
    recipe : Recipe
        Cuts and quantities.
    wanted : iterable of (sample, reduction)
        What products ask for; a quantity is counted in the samples in which one of them reads it.

    Returns
    -------
    dict of str to (sample, reduction)
        The ledger under "ledger", and one request for each sample and quantity.
    """
    from galdask.engine.ledger import Gaps

    read = {(sample, name) for sample, reduction in wanted for name in reduction.columns()}
    found: dict[str, tuple[str, Any]] = {"ledger": (recipe.samples[0], ledger(recipe))}
    for sample in recipe.samples:
        for quantity in recipe.quantities:
            if (sample, quantity) in read:
                found[f"gaps {sample} {quantity}"] = sample, Gaps(sample, quantity)
    return found


def ledger(recipe: Recipe) -> Ledger:
    """Return the ledger of a recipe's samples."""
    from galdask.engine.ledger import Ledger

    return Ledger(tuple((sample, recipe.fates[sample]) for sample in recipe.samples))


def account(tables: Mapping[str, CellTable], recipe: Recipe, main: str) -> Account:
    """Return the account of a run, checked.

    Parameters
    ----------
    tables : mapping of str to CellTable
        Results of `requests`.
    recipe : Recipe
        Cuts and quantities.
    main : str
        The sample that must have stars.

    Raises
    ------
    SampleError
        If a sample's fates do not sum to the input, or if no star is left in `main`: names the cut.
    """
    from galdask.engine.ledger import Gaps
    from galdask.stars.ledger import flow, require_stars

    total = ledger(recipe).counts(tables["ledger"])
    lines = flow(recipe.fates, total)
    require_stars(main, recipe.fates[main], total)
    gaps = []
    for sample in recipe.samples:
        for quantity in recipe.quantities:
            if (table := tables.get(f"gaps {sample} {quantity}")) is not None:
                counts = (int(table.values[name][0]) for name in Gaps.NAMES)
                gaps.append(_row(GAPS, sample, quantity, *counts))
    return Account(int(total["rows"][0]), tuple(lines), tuple(gaps))


def _row(names: Sequence[str], *values: str | int) -> Row:
    return dict(zip(names, values, strict=True))


def _text(names: Sequence[str], rows: Iterable[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
