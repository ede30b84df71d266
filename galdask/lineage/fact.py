"""The published facts: numbers printed in the paper, with kind, region and how they are read here."""

from __future__ import annotations

import csv
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

#: the paper of the shipped table
PAPER = "Imig et al. 2023"
#: how strictly a fact is meant
KINDS = ("exact", "approximate", "lower limit", "upper limit", "qualitative", "quoted", "input")


@dataclass(frozen=True, slots=True)
class Fact:
    """One printed number.

    Parameters
    ----------
    id : str
        Its name.
    group : str
        Heading that it stands under.
    kind : str
        Of `KINDS`.
    quantity, population, region, unit, section, note : str
        What it is, of which stars, and where it is printed.
    printed : str
        The number as it is printed.
    printed_error : str
        Its error as it is printed; empty if none is.
    within : float
        For numbers that are not exact: how far a run may be off and still agree, in `unit`.
    """

    id: str
    group: str
    kind: str
    quantity: str
    population: str
    region: str
    printed: str
    printed_error: str
    unit: str
    section: str
    within: float
    note: str

    @property
    def value(self) -> float:
        """The number."""
        return float(self.printed)

    @property
    def error(self) -> float | None:
        """The printed error."""
        return float(self.printed_error) if self.printed_error else None

    @property
    def places(self) -> int:
        """Digits after the point that are printed."""
        return max(len(text.partition(".")[2]) for text in (self.printed, self.printed_error))

    @property
    def rounding(self) -> float:
        """Half a unit of the last printed digit; 0 for counts of stars."""
        if self.unit == "stars":
            return 0.0
        return 0.5 * 10.0 ** -len(self.printed.partition(".")[2])

    @property
    def uncertainty(self) -> float:
        """The printed error, or the rounding where none is printed."""
        return self.rounding if self.error is None else self.error


@functools.cache
def facts() -> tuple[Fact, ...]:
    """Return every fact of the shipped table, in its order."""
    return tuple(
        Fact(
            row["id"],
            row["group"],
            row["kind"],
            row["quantity"],
            row["population"],
            row["region"],
            row["value"],
            row["error"],
            row["unit"],
            row["section"],
            float(row["within"] or 0.0),
            row["note"],
        )
        for row in _rows("imig2023")
    )


def contradictions() -> list[dict[str, str]]:
    """Return where the paper says two things, and what is done here: topic, printed, done."""
    return [
        dict(zip(("topic", "printed", "done"), row.values(), strict=True)) for row in _rows("contradictions")
    ]


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = resources.files("galdask.lineage").joinpath(f"published/{name}.csv").read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())
