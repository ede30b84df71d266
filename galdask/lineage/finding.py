"""What a run found for one published fact, or why it found nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass


class NotComputableError(Exception):
    """The run has the product, but the number cannot be had from it; the text says why."""


class NotMadeError(Exception):
    """The run does not have the product that the number would come from; the text names it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A number of the run.

    Parameters
    ----------
    value : float
        In the unit of the fact.
    error : float or None
        Its 1-sigma error, where there is one.
    source : str
        Product or file, and what in it.
    beside : tuple of (str, float, float or None)
        Other readings of the same fact: what they are, value and error.
    remark : str
        What a reader must know of it.
    """

    value: float
    error: float | None = None
    source: str = ""
    beside: tuple[tuple[str, float, float | None], ...] = ()
    remark: str = ""


def finding(
    value: object,
    error: object = None,
    source: str = "",
    *,
    beside: tuple[tuple[str, float, float | None], ...] = (),
    remark: str = "",
    missing: str = "no number in the dataset",
) -> Finding:
    """Return a finding of plain numbers.

    Raises
    ------
    NotComputableError
        If the value is not finite: `missing` says why.
    """
    number, spread = float(value), None if error is None else float(error)  # type: ignore[arg-type]
    if not math.isfinite(number):
        raise NotComputableError(missing)
    if spread is not None and not math.isfinite(spread):
        spread = None
    kept = tuple((words, v, e) for words, v, e in beside if math.isfinite(v))
    return Finding(number, spread, source, kept, remark)
