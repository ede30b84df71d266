"""The cut flow: which step took how many stars, as rows for a table and bars for a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a sample."""

    name: str
    removed: int
    """Stars whose first failed step this is."""
    remaining: int
    """Stars left after it."""
    share: float
    """Stars left over stars of the input, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Flow:
    """The steps of one sample, from the input to what is kept."""

    sample: str
    rows: int
    kept: int
    steps: tuple[Step, ...]

    @property
    def height(self) -> int:
        """Height of the picture in its own units."""
        return 40 * (len(self.steps) + 1) + 4


def flows(ledger: Iterable[Mapping[str, Any]]) -> list[Flow]:
    """Return the flow of every sample that has steps.

    Parameters
    ----------
    ledger : iterable of mapping
        Rows with `sample`, `step`, `removed` and `remaining`, in order; the steps "input" and
        "kept" are the two ends of a sample.

    Returns
    -------
    list of Flow
        In the order of the ledger; a sample without cuts has none. Where a sample begins with all
        the steps of an earlier one, these stand as one step that has the earlier sample's name.
    """
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for row in ledger:
        grouped.setdefault(str(row["sample"]), []).append(row)
    found = []
    for sample, rows in grouped.items():
        first = int(rows[0]["remaining"]) + (0 if rows[0]["step"] == "input" else int(rows[0]["removed"]))
        steps = tuple(
            Step(
                str(row["step"]),
                int(row["removed"]),
                int(row["remaining"]),
                int(row["remaining"]) / first if first else 0.0,
            )
            for row in rows
            if row["step"] not in ("input", "kept")
        )
        if steps:
            found.append(Flow(sample, first, int(rows[-1]["remaining"]), steps))
    return [_shortened(one, found[:i]) for i, one in enumerate(found)]


def _shortened(flow: Flow, earlier: list[Flow]) -> Flow:
    """Return a flow with the steps of the longest earlier one that it continues as one step."""
    for base in sorted(earlier, key=lambda other: -len(other.steps)):
        n = len(base.steps)
        if base.rows == flow.rows and base.steps == flow.steps[:n] and len(flow.steps) > n:
            last = base.steps[-1]
            removed = sum(step.removed for step in base.steps)
            joined = Step(f"sample {base.sample}", removed, last.remaining, last.share)
            return replace(flow, steps=(joined, *flow.steps[n:]))
    return flow
