"""The table of derived numbers beside those that the paper prints, with what is known about each.

The paper's text and its Table 1 do not come from one set of parameters: the text goes with sigma_Lz of 567 to
572 kpc km/s, sigma_R of 42 to 43 km/s at 8 kpc and R_sigmaR near 27 kpc (`TEXT`), Table 1 with 582, 49
and 19. So a printed number need not follow from Table 1; the remarks say which do.
"""

from __future__ import annotations

import csv
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
class Number:
    """One line of the table."""

    quantity: str
    where: str
    """Equation or section of the paper."""
    unit: str
    value: float
    printed: float | None
    remark: str = ""

    @property
    def ratio(self) -> float | None:
        """Value over the printed number."""
        return self.value / self.printed if self.printed else None


def numbers(p: Parameters, choices: Choices = DEFAULT) -> list[Number]:
    """Return the derived numbers of a set of parameters, beside the printed ones (`printed.csv`)."""
    values = {**_migration(p, choices), **_heating(p, choices), **_sun(p, choices)}
    values["rms JR expected near the Sun"] = estimates.rms_jr()
    values["rms Lz expected near the Sun"] = estimates.rms_lz()
    table = files("galdask.migration.derived").joinpath("printed.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(table.splitlines())
    return [
        Number(
            row["quantity"],
            row["where"],
            row["unit"],
            float(values[row["quantity"]]),
            float(row["printed"]) if row["printed"] else None,
            row["remark"],
        )
        for row in rows
    ]


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
        "sigma_Lz / VC": strength / p.VC,
        "rms(Lz - Lz0) / VC": evolution.migration_kpc(p, AGE_TEXT, choices),
    }


def _heating(p: Parameters, choices: Choices) -> dict[str, Any]:
    mean = evolution.mean_jr(p, AGE_TEXT, R_TEXT, choices)
    return {
        "<JR> at 6 Gyr, 8 kpc": mean,
        "rms(JR - JR0) at 6 Gyr, 8 kpc": evolution.rms_jr(p, AGE_TEXT, R_TEXT, choices),
        "<JR> at 1 Gyr over that at 6 Gyr": evolution.mean_jr(p, 1.0, R_TEXT, choices) / mean,
        "sigma_R at the Sun, 6 Gyr": heating.dispersion(p, np.asarray(AGE_TEXT), np.asarray(p.R0)),
        "amplitude of epicycles, 6 Gyr": evolution.epicycle_amplitude(p, AGE_TEXT, R_TEXT, choices),
        "rms JR over rms Lz": evolution.ratio(p, AGE_TEXT, R_TEXT, choices),
    }


def _sun(p: Parameters, choices: Choices) -> dict[str, Any]:
    born = sun.birthplace(p)
    near = sun.siblings(p, PRINTED_LZ0, PRINTED_LZ0_ERR, choices=choices)
    return {
        "Lz0 of the Sun": born.lz0,
        "its error from [Fe/H]": born.lz0_err,
        "birth radius of the Sun": born.r0,
        "its error": born.r0_err,
        "birth radius over R0": born.r0 / p.R0,
        "siblings, 95 %: lowest Lz": near.lz[0],
        "siblings, 95 %: highest Lz": near.lz[1],
        "siblings, 95 %: highest JR": near.jr,
    }


def text(found: list[Number]) -> str:
    """Return the table as lines of text."""
    rows = [("quantity", "paper", "unit", "here", "printed", "here/printed", "remark")]
    for number in found:
        printed = "-" if number.printed is None else f"{number.printed:.4g}"
        ratio = "-" if number.ratio is None else f"{number.ratio:.3f}"
        rows.append(
            (number.quantity, number.where, number.unit, f"{number.value:.4g}", printed, ratio, number.remark)
        )
    widths = [max(len(row[k]) for row in rows) for k in range(6)]
    lines = []
    for row in rows:
        left = [row[k].ljust(widths[k]) for k in range(3)]
        right = [row[k].rjust(widths[k]) for k in range(3, 6)]
        lines.append("  ".join((*left, *right, row[6])).rstrip())
    return "\n".join(lines)
