"""The table of derived numbers beside those that the paper prints, with what is known about each.

The paper's text and its Table 1 do not come from one set of parameters: the text goes with sigma_Lz of 567 to
572 kpc km/s, sigma_R of 42 to 43 km/s at 8 kpc and R_sigmaR near 27 kpc (`TEXT`), Table 1 with 582, 49
and 19. So a printed number need not follow from Table 1; the remarks say which do.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np

from galdask.migration.derived import estimates, evolution, sun
from galdask.migration.model import diffusion, heating
from galdask.migration.model.choices import DEFAULT, Choices
from galdask.migration.model.parameters import Parameters

#: birth of the Sun as printed, kpc km/s: the paper's ranges of siblings start from it
PRINTED_LZ0, PRINTED_LZ0_ERR = 1824.0, 127.0
#: where the numbers of the text hold: the paper's solar radius and the radius of eq. 23, kpc; age, Gyr
R_TEXT, AGE_TEXT = 8.0, 6.0


@dataclass(frozen=True, slots=True)
class Printed:
    """What the paper says of a quantity."""

    quantity: str
    where: str
    """Equation or section of the paper."""
    unit: str
    printed: float | None
    goes_with: str
    """Set of parameters that gives the printed number: text, table1, both, between, neither; any, where no
    parameter enters."""
    remark: str


@dataclass(frozen=True, slots=True)
class Number:
    """One line of the table."""

    quantity: str
    where: str
    unit: str
    value: float
    printed: float | None
    goes_with: str = ""
    remark: str = ""

    @property
    def ratio(self) -> float | None:
        """Value over the printed number."""
        return self.value / self.printed if self.printed else None


def lines() -> list[Printed]:
    """Return the lines of the table, in order (`printed.csv`)."""
    table = files("galdask.migration.derived").joinpath("printed.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(table.splitlines())
    return [
        Printed(
            row["quantity"],
            row["where"],
            row["unit"],
            float(row["printed"]) if row["printed"] else None,
            row["goes_with"],
            row["remark"],
        )
        for row in rows
    ]


def numbers(p: Parameters, choices: Choices = DEFAULT) -> list[Number]:
    """Return the derived numbers of a set of parameters, beside the printed ones."""
    found = values(p, choices)
    return [
        Number(
            line.quantity,
            line.where,
            line.unit,
            float(np.reshape(found[line.quantity], -1)[0]),
            line.printed,
            line.goes_with,
            line.remark,
        )
        for line in lines()
    ]


def values(p: Parameters, choices: Choices = DEFAULT) -> dict[str, Any]:
    """Return every derived quantity of a set of parameters, or of many (`sets.side_by_side`) as (n, 1)."""
    found = {**_migration(p, choices), **_heating(p, choices), **_sun(p, choices)}
    found["rms JR expected near the Sun"] = estimates.rms_jr()
    found["rms Lz expected near the Sun"] = estimates.rms_lz()
    return found


def _migration(p: Parameters, choices: Choices) -> dict[str, Any]:
    strength = diffusion.spread(p, np.asarray(AGE_TEXT))
    share, lower = evolution.drift_share(p, AGE_TEXT, choices)
    found = {
        f"rms(Lz - Lz0) at {age:g} Gyr": evolution.rms_lz(p, age, choices) for age in (AGE_TEXT, sun.AGE, 1.0)
    }
    for lz0 in (1824.0, 658.0):
        found[f"the same, born at {lz0:g}, cut at Lz = 0"] = evolution.rms_lz_from(p, lz0, AGE_TEXT, choices)
    return found | {
        "sigma_Lz at 6 Gyr": strength,
        "share of the drift in the variance": share,
        "share of the drift in the rms": lower,
        "rms(Lz - Lz0) over sigma_Lz, 6 Gyr": evolution.rms_lz(p, AGE_TEXT, choices) / strength,
        "sigma_Lz / VC": strength / p.VC,
        "rms(Lz - Lz0) / VC": evolution.migration_kpc(p, AGE_TEXT, choices),
    }


def _heating(p: Parameters, choices: Choices) -> dict[str, Any]:
    mean = evolution.mean_jr(p, AGE_TEXT, R_TEXT, choices)
    rms = evolution.rms_jr(p, AGE_TEXT, R_TEXT, choices)
    amplitude = evolution.epicycle_amplitude(p, AGE_TEXT, R_TEXT, choices)
    return {
        "<JR> at 6 Gyr, 8 kpc": mean,
        "rms(JR - JR0) at 6 Gyr, 8 kpc": rms,
        "rms(JR - JR0) over <JR>": rms / mean,
        "<JR> at 1 Gyr over that at 6 Gyr": evolution.mean_jr(p, 1.0, R_TEXT, choices) / mean,
        "sigma_R at the Sun, 6 Gyr": heating.dispersion(p, np.asarray(AGE_TEXT), np.asarray(p.R0)),
        "amplitude of epicycles, 6 Gyr": amplitude,
        "the same without the sqrt(2)": amplitude / np.sqrt(2.0),
        "rms JR over rms Lz": evolution.ratio(p, AGE_TEXT, R_TEXT, choices),
    }


def _sun(p: Parameters, choices: Choices) -> dict[str, Any]:
    born = sun.birthplace(p)
    found = {
        "Lz0 of the Sun": born.lz0,
        "its error from [Fe/H]": born.lz0_err,
        "birth radius of the Sun": born.r0,
        "its error": born.r0_err,
        "birth radius over R0": born.r0 / p.R0,
    }
    for prefix, lz0, error in (
        ("siblings, 95 %", PRINTED_LZ0, PRINTED_LZ0_ERR),
        ("from the Lz0 of the set", born.lz0, born.lz0_err),
    ):
        near = sun.siblings(p, lz0, error, choices=choices)
        found[f"{prefix}: lowest Lz"], found[f"{prefix}: highest Lz"] = near.lz
        found[f"{prefix}: highest JR"] = near.jr
    return found


def text(found: list[Number]) -> str:
    """Return the table as lines of text."""
    rows = [("quantity", "paper", "unit", "here", "printed", "here/printed", "goes with", "remark")]
    for n in found:
        printed = "-" if n.printed is None else f"{n.printed:.4g}"
        ratio = "-" if n.ratio is None else f"{n.ratio:.3f}"
        value = f"{n.value:.4g}"
        rows.append((n.quantity, n.where, n.unit, value, printed, ratio, n.goes_with, n.remark))
    return aligned(rows, numeric=(3, 4, 5))


def table(found: list[Number]) -> str:
    """Return the table as CSV."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(Number.__slots__)
    writer.writerows([getattr(number, name) for name in Number.__slots__] for number in found)
    return made.getvalue()


def aligned(rows: Sequence[Sequence[str]], numeric: Sequence[int]) -> str:
    """Return rows of words as lines, column under column; the numeric ones to the right."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    made = []
    for row in rows:
        words = [w.rjust(widths[k]) if k in numeric else w.ljust(widths[k]) for k, w in enumerate(row)]
        made.append("  ".join(words).rstrip())
    return "\n".join(made)
