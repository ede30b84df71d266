"""The cut flow: which step took how many stars, as rows for a table and bars for a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    missing: int = 0
    """Of the stars removed, those that failed for want of a value."""
    rule: str = ""
    """What the step asks for."""


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

    @property
    def share(self) -> float:
        """Stars kept over stars of the input."""
        return self.kept / self.rows if self.rows else 0.0


def flows(ledger: Iterable[Mapping[str, Any]], samples: Mapping[str, Any] | None = None) -> list[Flow]:
    """Return the flow of every sample that has steps.

    Parameters
    ----------
    ledger : iterable of mapping
        Rows with `sample`, `step`, `removed`, `remaining` and, where it is known, `missing`, in order; the
        steps "input" and "kept" are the two ends of a sample.
    samples : mapping, optional
        Of the record of the run: sample -> ``fates`` and ``cuts``, which give the rules of the steps.

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
        known = rules((samples or {}).get(sample, {}))
        steps = tuple(
            Step(
                str(row["step"]),
                int(row["removed"]),
                int(row["remaining"]),
                int(row["remaining"]) / first if first else 0.0,
                int(row.get("missing") or 0),
                known.get(str(row["step"]), ""),
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
            removed, missing = (sum(getattr(s, key) for s in base.steps) for key in ("removed", "missing"))
            joined = Step(f"sample {base.sample}", removed, last.remaining, last.share, missing)
            return replace(flow, steps=(joined, *flow.steps[n:]))
    return flow


def rules(sample: Mapping[str, Any]) -> dict[str, str]:
    """Return what each step of a sample asks for, as the record of a run tells it."""
    names: Sequence[Any] = sample.get("fates", ())
    cuts: Sequence[Any] = sample.get("cuts", ())
    if len(names) != len(cuts):
        return {}
    return {str(name): rule(cut) for name, cut in zip(names, cuts, strict=True) if isinstance(cut, Mapping)}


def rule(cut: Mapping[str, Any]) -> str:
    """Return one cut as a formula: "1 ≤ logg ≤ 2", "aspcapflag without bit 23"."""
    column = str(cut.get("column") or cut.get("quantity") or "")
    if "equals" in cut:
        return f"{column} = {cut['equals']}"
    if cut.get("finite"):
        return f"{column} is there"
    if "clear" in cut:
        parts = []
        for key, word in (("clear", "without"), ("set", "with"), ("any", "with one of")):
            bits = [str(k) for k in range(64) if int(cut.get(key) or 0) >> k & 1]
            if bits:
                parts.append(f"{word} bit{'s' * (len(bits) > 1)} {', '.join(bits)}")
        return f"{column} {' and '.join(parts)}" if parts else ""
    low, high = cut.get("low"), cut.get("high")
    text = column
    if low is not None:
        text = f"{low:g} {'<' if cut.get('low_open') else '≤'} {text}"
    if high is not None:
        text = f"{text} {'<' if cut.get('high_open') else '≤'} {high:g}"
    return text if text != column else ""
