"""Tables of a run as they stand in the page: numbers with their errors, published values beside them."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

#: a table with more rows than this is linked, not shown
SHOWN_ROWS = 60


@dataclass(slots=True)
class Table:
    """A table file: what its comments say, its columns and its rows as text."""

    name: str
    facts: dict[str, str] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The title that the file gives itself."""
        return self.facts.get("title", self.name.replace("_", " "))

    def column(self, name: str) -> list[str]:
        """Return one column."""
        at = self.columns.index(name)
        return [row[at] for row in self.rows]


@dataclass(frozen=True, slots=True)
class Compared:
    """One number of the run beside a published one."""

    bin: str
    ours: str
    published: str
    difference: float | None
    """In combined errors."""

    @property
    def level(self) -> str:
        """How far they are apart: "near", "off" (above 2) or "far" (above 3); "none" without a number."""
        if self.difference is None:
            return "none"
        size = abs(self.difference)
        return "near" if size <= 2 else "off" if size <= 3 else "far"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run's numbers beside published ones: for each population, one row a bin."""

    title: str
    quantity: str
    unit: str
    bins: str
    groups: dict[str, list[Compared]]

    @property
    def published(self) -> bool:
        """Whether there is any published number beside the run's own."""
        return any(c.published != "–" for group in self.groups.values() for c in group)

    def counts(self) -> tuple[int, int]:
        """Return how many numbers lie within 2 combined errors, and how many could be compared."""
        known = [c for group in self.groups.values() for c in group if c.difference is not None]
        return sum(c.level == "near" for c in known), len(known)


def read(path: Path) -> Table:
    """Read a CSV table whose leading comments are lines of "# key: value"."""
    table = Table(path.stem)
    with open(path, encoding="utf-8", errors="replace", newline="") as handle:
        lines = handle.read().splitlines()
    while lines and lines[0].startswith("#"):
        key, _, value = lines.pop(0).lstrip("# ").partition(":")
        table.facts[key.strip()] = value.strip()
    rows = [row for row in csv.reader(lines) if row]
    if rows:
        table.columns = rows[0]
        table.rows = [row for row in rows[1:] if len(row) == len(table.columns)]
    return table


def number(text: str) -> float | None:
    """Return a finite number, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def neat(text: str, digits: int = 4) -> str:
    """Return a cell of a table as it is shown: short numbers, a true minus, a dash for nothing."""
    value = number(text)
    if value is None:
        return "–" if text.strip().lower() in ("", "nan", "none") else text
    if value.is_integer() and abs(value) < 1e15 and "e" not in text.lower():
        return f"{int(value):,}".replace("-", "−")
    return f"{value:.{digits}g}".replace("-", "−")


def with_error(value: str, error: str) -> str:
    """Return "value ± error" with the digits that the error allows; a dash where there is no value."""
    v, e = number(value), number(error)
    if v is None:
        return "–"
    if e is None or e <= 0:
        return f"{v:.4f}".replace("-", "−")
    places = min(max(0, 1 - math.floor(math.log10(e))), 6)
    return f"{v:.{places}f}\u2009±\u2009{e:.{places}f}".replace("-", "−")


def _bin(row: Sequence[str], columns: Sequence[str], low: str) -> str:
    high = low.removesuffix("_low") + "_high"
    start, end = row[columns.index(low)], row[columns.index(high)] if high in columns else ""
    return f"{neat(start)}–{neat(end)}" if end else neat(start)


def comparisons(table: Table) -> list[Comparison]:
    """Return what of a table stands beside published values.

    Parameters
    ----------
    table : Table
        A column ``published_<q>`` stands beside ``<q>``; ``<q>_err``, ``published_<q>_err``,
        ``difference`` and one ``<bin>_low`` belong to it.

    Returns
    -------
    list of Comparison
        One for each value of ``fit_to``, or one; empty if nothing published is there.
    """
    columns = table.columns
    names = [c for c in columns if f"published_{c}" in columns and not c.endswith("_err")]
    low = next((c for c in columns if c.endswith("_low")), None)
    if not names or low is None or "difference" not in columns or "population" not in columns:
        return []
    name = names[0]
    units = dict(part.rsplit(" ", 1) for part in table.facts.get("units", "").split(", ") if " " in part)
    ways = list(dict.fromkeys(table.column("fit_to"))) if "fit_to" in columns else [""]

    def cell(row: Sequence[str], column: str) -> str:
        return row[columns.index(column)] if column in columns else ""

    found = []
    for way in ways:
        groups: dict[str, list[Compared]] = {}
        for row in table.rows:
            if way and cell(row, "fit_to") != way:
                continue
            groups.setdefault(cell(row, "population"), []).append(
                Compared(
                    _bin(row, columns, low),
                    with_error(cell(row, name), cell(row, f"{name}_err")),
                    with_error(cell(row, f"published_{name}"), cell(row, f"published_{name}_err")),
                    number(cell(row, "difference")),
                )
            )
        title = f"Fit to {'the stars' if way == 'stars' else 'the ' + way}" if way else table.title
        found.append(Comparison(title, name.replace("_", " "), units.get(name, ""), low, groups))
    return found
