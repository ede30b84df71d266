"""What became of each star of an orbit group: the bits of its status, and a ledger that sums to the input."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from galdask.stars.orbits.status import BIT, STATUS

#: bits of the column ``status`` -> (value, meaning); the first ten are those of an orbit itself
BITS: dict[str, tuple[int, str]] = {
    **STATUS,
    "no_place": (1 << 10, "no direction, or no positive distance"),
    "no_motion": (1 << 11, "a proper motion or the radial velocity is missing or not finite"),
    "default_error": (1 << 12, "an error is missing, negative or infinite: the stated default stands in"),
    "zero_error": (1 << 13, "an error is zero: that number is the same in all draws"),
    "no_error": (1 << 14, "an error is missing and has no default: there are no draws"),
    "lost_draws": (1 << 15, "some draws have no actions: percentiles are over the others"),
    "few_draws": (1 << 16, "more than half of the draws have no actions: no percentiles"),
}
NO_PLACE, NO_MOTION, DEFAULT_ERROR, ZERO_ERROR, NO_ERROR, LOST_DRAWS, FEW_DRAWS = (
    np.uint32(BITS[name][0]) for name in tuple(BITS)[len(STATUS) :]
)
#: fates in the order in which they are found: every star has the first that holds
FATES: dict[str, tuple[int, str]] = {
    "no_place": (int(NO_PLACE), "no position: nothing is known"),
    "no_motion": (int(NO_MOTION), "a position alone"),
    "axis": (BIT["axis"], "no orbit: R = 0"),
    "missing": (BIT["missing"], "no orbit: a coordinate is not finite"),
    "far": (BIT["far"], "no orbit: beyond the potential's table"),
    "unbound": (BIT["unbound"], "no orbit: unbound"),
    "no_convergence": (BIT["no_convergence"], "no orbit: a turning point was not found"),
    "no_error": (int(NO_ERROR), "an orbit without percentiles: no error"),
    "few_draws": (int(FEW_DRAWS), "an orbit without percentiles: too few draws have one"),
    "orbit": (0, "an orbit"),
}
_FATE, _REMARK = "fate ", "remark "


def count(status: np.ndarray) -> dict[str, int]:
    """Return how many stars have each fate and each bit, (n,) uint32; the fates sum to n."""
    left = np.ones(status.size, dtype=bool)
    found = {"rows": int(status.size)}
    for name, (bit, _) in FATES.items():
        mine = left & ((status & np.uint32(bit)) != 0) if bit else left
        found[_FATE + name] = int(np.count_nonzero(mine))
        left = left & ~mine
    for name, (bit, _) in BITS.items():
        found[_REMARK + name] = int(np.count_nonzero(status & np.uint32(bit)))
    return found


def table(counts: Mapping[str, int]) -> str:
    """Return the ledger as CSV: a line a fate, which sum to the stars; then a line a bit, which overlap."""
    lines = ["kind,name,stars,meaning", f"input,all,{counts['rows']},rows of the store"]
    lines += [f'fate,{n},{counts[_FATE + n]},"{text}"' for n, (_, text) in FATES.items()]
    lines += [f'bit {bit},{n},{counts[_REMARK + n]},"{text}"' for n, (bit, text) in BITS.items()]
    return "\n".join(lines) + "\n"


def summary(counts: Mapping[str, int]) -> list[str]:
    """Return lines for people: fates and bits that some star has."""
    lines = [f"{counts['rows']:,} stars"]
    for name, (_, text) in FATES.items():
        if number := counts[_FATE + name]:
            lines.append(f"  {number:>11,}  {text}")
    told = {name: counts[_REMARK + name] for name in BITS if name not in FATES}
    some = ", ".join(f"{name} {number:,}" for name, number in told.items() if number)
    return [*lines, f"  remarks: {some}"] if some else lines
