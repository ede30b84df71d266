"""One published fact beside the run's finding: difference, pull, and one word for how they agree."""

from __future__ import annotations

import math
from dataclasses import dataclass

from galdask.lineage.fact import Fact
from galdask.lineage.finding import Finding

#: status of a row
AGREES, DIFFERS = "agrees", "differs"
NOT_COMPUTABLE, NOT_MADE = "not computable", "no such product in this run"
STATUSES = (AGREES, DIFFERS, NOT_COMPUTABLE, NOT_MADE)
#: largest pull of an exact number that agrees
LARGEST_PULL = 3.0
#: the two ends of a range: what lies between them agrees with both
ENDS = {"young_peak_lo": "lower limit", "young_peak_hi": "upper limit"}


@dataclass(frozen=True, slots=True)
class Row:
    """A published fact and what the run found.

    Parameters
    ----------
    fact : Fact
        What is printed.
    finding : Finding or None
        What the run found; None where it found nothing.
    status : str
        Of `STATUSES`.
    reason : str
        Why there is no finding; empty otherwise.
    """

    fact: Fact
    finding: Finding | None
    status: str
    reason: str = ""

    @property
    def difference(self) -> float | None:
        """The run's number less the printed one."""
        return None if self.finding is None else self.finding.value - self.fact.value

    @property
    def combined(self) -> float:
        """The combined error: that of the run, and the printed one or the rounding of the print."""
        error = None if self.finding is None else self.finding.error
        return math.hypot(error or 0.0, self.fact.uncertainty)

    @property
    def pull(self) -> float | None:
        """The difference over the combined error; None for what is not exact, and for counts of stars."""
        if self.fact.kind != "exact" or self.difference is None or self.combined == 0.0:
            return None
        return self.difference / self.combined


def judge(fact: Fact, finding: Finding) -> Row:
    """Set a finding beside its fact.

    Notes
    -----
    An exact number agrees within 3 combined errors (a count of stars if it is the same); a limit if it is
    kept, an approximate or qualitative number if it is no farther off than the fact's `within`, each with
    one error of the run as a margin; a setting if it is the same.
    """
    row = Row(fact, finding, AGREES)
    return Row(fact, finding, AGREES if _agrees(row) else DIFFERS)


def _agrees(row: Row) -> bool:
    fact, away, margin = row.fact, row.difference or 0.0, (row.finding and row.finding.error) or 0.0
    margin += fact.within + 1e-9
    kind = ENDS.get(fact.id, fact.kind)
    if kind == "lower limit":
        return away >= -margin
    if kind == "upper limit":
        return away <= margin
    if kind == "exact":
        return away == 0.0 if row.pull is None else abs(row.pull) <= LARGEST_PULL
    return abs(away) <= margin
