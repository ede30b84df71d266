"""What became of each star: the bits of the column ``status``, and a ledger that sums to the input."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

#: bits -> (value, meaning)
BITS: dict[str, tuple[int, str]] = {
    "no_fe_h": (1, "no [Fe/H]"),
    "no_age": (2, "no age, or one that is not positive"),
    "no_error": (4, "an error is missing and has no default"),
    "too_old": (8, "older than the model's oldest age by more than four errors"),
    "too_young": (16, "younger than the youngest age by more than four errors"),
    "too_metal_rich": (32, "more metal-rich than the centre at its age by more than four errors"),
    "old": (64, "older than the model's oldest age: ages up to that one are taken"),
    "young": (128, "younger than the youngest age: ages above that one are taken"),
    "metal_rich": (256, "more metal-rich than the centre at its age, within the errors: the interval is cut"),
    "default_error": (512, "an error is missing, negative or infinite: the stated default stands in"),
    "zero_error": (1024, "an error is zero: a thousandth of a dex stands in"),
    "no_lz": (2048, "no angular momentum: a birth radius, and no change of radius"),
}
#: fates in the order in which they are found: every star has the first that holds
FATES = ("no_fe_h", "no_age", "no_error", "too_old", "too_young", "too_metal_rich")
#: those after which there is no birth radius
LOST = sum(BITS[name][0] for name in FATES)
#: fates of stars with a birth radius
REMARKED = ("old", "young", "metal_rich")
_FATE, _REMARK, _OK = "fate ", "remark ", "ok"


def bit(name: str) -> np.uint32:
    """Return the bit of a name."""
    return np.uint32(BITS[name][0])


def count(status: np.ndarray) -> dict[str, int]:
    """Return how many stars have each fate and each bit, (n,) uint32; the fates sum to n."""
    left = np.ones(status.size, dtype=bool)
    found = {"rows": int(status.size)}
    for name in (*FATES, *REMARKED):
        mine = left & ((status & bit(name)) != 0)
        found[_FATE + name] = int(np.count_nonzero(mine))
        left &= ~mine
    found[_FATE + _OK] = int(np.count_nonzero(left))
    for name in BITS:
        found[_REMARK + name] = int(np.count_nonzero(status & bit(name)))
    return found


def _meaning(name: str) -> str:
    if name in FATES:
        return "no birth radius: " + BITS[name][1]
    return "a birth radius" if name == _OK else "a birth radius: " + BITS[name][1]


def table(counts: Mapping[str, int]) -> str:
    """Return the ledger as CSV: a line a fate, which sum to the stars; then a line a bit, which overlap."""
    lines = ["kind,name,stars,meaning", f"input,all,{counts['rows']},rows of the store"]
    lines += [f'fate,{n},{counts[_FATE + n]},"{_meaning(n)}"' for n in (*FATES, *REMARKED, _OK)]
    lines += [f'bit {value},{n},{counts[_REMARK + n]},"{text}"' for n, (value, text) in BITS.items()]
    return "\n".join(lines) + "\n"


def summary(counts: Mapping[str, int]) -> list[str]:
    """Return lines for people: fates and bits that some star has."""
    lines = [f"{counts['rows']:,} stars"]
    for name in (*FATES, *REMARKED, _OK):
        if number := counts[_FATE + name]:
            lines.append(f"  {number:>11,}  {_meaning(name)}")
    told = {name: counts[_REMARK + name] for name in BITS if name not in (*FATES, *REMARKED)}
    some = ", ".join(f"{name} {number:,}" for name, number in told.items() if number)
    return [*lines, f"  remarks: {some}"] if some else lines
