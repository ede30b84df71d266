"""The run beside the published numbers: rows by group, how many agree, and the picture of the pulls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from galdask.report.anchors import anchor
from galdask.report.tables import number

#: status -> the mark before its word
MARKS = {"agrees": "✓", "differs": "≠", "not computable": "–", "no such product in this run": "–"}
#: status -> what many of them are called, and one in a table
MANY = {"agrees": "agree", "differs": "differ", "no such product in this run": "not made"}
SHORT = {"no such product in this run": "not made"}
#: largest pull that is drawn to scale
REACH = 6.0
#: width of the picture, left end of its scale, and height of one line, in its own units
WIDTH, LEFT, LINE = 420.0, 6.0, 34


@dataclass(frozen=True, slots=True)
class Group:
    """The rows under one heading."""

    title: str
    rows: list[Mapping[str, Any]]

    @property
    def anchor(self) -> str:
        """Name of its place in the page."""
        return anchor("published", self.title)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows have each status."""
        found = Counter(str(row["status"]) for row in self.rows)
        return {MANY.get(status, status): found[status] for status in MARKS if found[status]}

    @property
    def pulls(self) -> list[tuple[float, str, str]]:
        """Place in the picture, level and words of every pull."""
        found = []
        for row in self.rows:
            pull = row.get("pull")
            if pull is None or number(str(pull)) is None:
                continue
            shown = max(-REACH, min(REACH, float(pull)))
            words = f"{row['id']}: {float(pull):+.1f}".replace("-", "−")
            found.append((place(shown), level(float(pull)), words))
        return found


def level(pull: float | None) -> str:
    """Return how far apart two numbers are: "near", "off" (above 2 errors), "far" (above 3) or "none"."""
    if pull is None:
        return "none"
    return "near" if abs(pull) <= 2 else "off" if abs(pull) <= 3 else "far"


def place(pull: float) -> float:
    """Return where a pull is in the picture."""
    return LEFT + (WIDTH - 2 * LEFT) * (pull + REACH) / (2 * REACH)


def groups(rows: Iterable[Mapping[str, Any]]) -> list[Group]:
    """Return the rows by heading, in their order."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(str(row["group"]), []).append(row)
    return [Group(title, mine) for title, mine in found.items()]


def counts(found: Iterable[Group]) -> dict[str, int]:
    """Return how many rows of all groups have each status."""
    total: Counter[str] = Counter()
    for group in found:
        total.update(group.counts)
    return {status: total[status] for status in (MANY.get(s, s) for s in MARKS) if total[status]}
