"""Rows of the mock's allStar of DR14 and DR16: what DR17 measured, in columns and fillers of their day."""

from __future__ import annotations

import numpy as np

from galdask.mocks import allstar, astrometry
from galdask.mocks.footprint import Footprint
from galdask.mocks.layout import Column, blank, layout
from galdask.mocks.observation import Observation

#: missing numbers, and those in the Gaia columns
FILLER, GAIA_FILLER = -9999.99, -9999.0
#: bits of STARFLAG and ANDFLAG that were known, and of the 32-bit ASPCAPFLAG
STAR_BITS, ASPCAP_BITS = (1 << 18) - 1, (1 << 32) - 1
#: release -> texts in names of files and spectra, beside those of DR17
NAMES = {
    "dr14": ((b"-dr17-", b"-r8-"), (b".synspec_rev1.", b".l31c.2.")),
    "dr16": ((b"-dr17-", b"-r12-"), (b".synspec_rev1.", b".l33.")),
}
#: release -> APSTAR_VERSION, ASPCAP_VERSION, RESULTS_VERSION
VERSIONS = {"dr14": ("stars", "l31c", "l31c.2"), "dr16": ("stars", "l33", "r12-l33")}
#: errors and zero point of Gaia DR2 parallaxes in units of those of EDR3, and mas (Lindegren et al. 2018)
DR2_NOISE, DR2_ZERO_POINT = 1.4, -0.029


def rows(release: str, columns: tuple[Column, ...], fields: Footprint, seen: Observation) -> np.ndarray:
    """Return rows of the main table of DR14 or DR16.

    Parameters
    ----------
    release : {"dr14", "dr16"}
        Whose names.
    columns : tuple of Column
        Its layout.
    fields : Footprint
        The fields.
    seen : Observation
        Spectra, as that release has them.

    Returns
    -------
    (n,) structured
    """
    modern = allstar.rows(layout("dr17"), fields, seen, 0)
    table = blank(columns, seen.size, FILLER)
    for column in columns:
        if column.name in (modern.dtype.names or ()):
            _copy(table, modern, column, NAMES[release])
    flag = (seen.flag["aspcapflag"] & ASPCAP_BITS).astype(np.uint32)
    table["ASPCAPFLAG"] = flag.view(np.int32)
    for name in ("STARFLAG", "ANDFLAG"):
        table[name] = modern[name] & STAR_BITS
    table["PARAMFLAG"] = 0
    _fill_visits(table, seen)
    for name, text in zip(
        ("APSTAR_VERSION", "ASPCAP_VERSION", "RESULTS_VERSION"), VERSIONS[release], strict=True
    ):
        table[name] = text.encode()
    table["ASPCAP_CLASS"] = np.char.rstrip(modern["ASPCAP_GRID"]).astype("S5")
    if release == "dr14":
        known = modern["TARG_PMRA"] != 0.0
        for name in ("PMRA", "PMDEC"):
            table[name] = np.where(known, modern[f"TARG_{name}"], FILLER)
        table["PM_SRC"] = modern["TARG_PM_SRC"]
    else:
        _fill_gaia(table, seen)
    return table


def _copy(
    table: np.ndarray, modern: np.ndarray, column: Column, names: tuple[tuple[bytes, bytes], ...]
) -> None:
    """Copy one column of DR17 into its older form."""
    values = modern[column.name]
    if column.type == "char":
        text = np.char.rstrip(values)
        for new, old in names:
            text = np.char.replace(text, new, old)
        width = column.repeat
        table[column.name] = np.char.ljust(text, width).astype(f"S{width}")
    elif column.type.startswith("float"):
        values = values[:, : column.repeat] if values.ndim > 1 else values
        table[column.name] = np.where(np.isnan(values), FILLER, values)
    elif values.ndim > 1:
        table[column.name] = values[:, : column.repeat]
    else:
        table[column.name] = values


def _fill_visits(table: np.ndarray, seen: Observation) -> None:
    """Fill what was dropped later: visits by instrument, and velocities by two ways of measuring them."""
    visits = seen.label["visits"]
    first = seen.row["index"] % 40 == 0
    table["NINST"] = np.stack(
        [np.zeros_like(visits), np.where(first, visits, 0), np.where(first, 0, visits)], axis=1
    )
    rv = table["VHELIO_AVG"]
    known = rv > -9999.0
    for prefix in ("OBS", "SYNTH"):
        table[f"{prefix}VHELIO_AVG"] = np.where(known, rv + (0.02 if prefix == "OBS" else -0.02), FILLER)
        table[f"{prefix}VSCATTER"], table[f"{prefix}VERR"] = table["VSCATTER"], table["VERR"]
        table[f"{prefix}VERR_MED"] = table["VERR"]
    table["VERR_MED"], table["SYNTHSCATTER"] = table["VERR"], 0.05


def _fill_gaia(table: np.ndarray, seen: Observation) -> None:
    """Fill Gaia DR2 of DR16: the EDR3 of DR17 with larger errors, about other noise around the same truth."""
    gaia, star = seen.gaia, seen.star
    there = gaia["SOURCE_ID"] != 0
    table["GAIA_SOURCE_ID"] = gaia["SOURCE_ID"]
    noise = (gaia["PARALLAX"] - 1.0 / star["distance"] - astrometry.ZERO_POINT) * DR2_NOISE
    values = {
        "PARALLAX": 1.0 / star["distance"] + DR2_ZERO_POINT + noise,
        "PARALLAX_ERROR": DR2_NOISE * gaia["PARALLAX_ERROR"],
        "RADIAL_VELOCITY": gaia["DR2_RADIAL_VELOCITY"],
        "RADIAL_VELOCITY_ERROR": gaia["DR2_RADIAL_VELOCITY_ERROR"],
        "R_EST": gaia["R_MED_GEO"], "R_LO": gaia["R_LO_GEO"], "R_HI": gaia["R_HI_GEO"],
    }  # fmt: skip
    for name in ("PMRA", "PMDEC"):
        true = star[name.lower()]
        values[name] = true + DR2_NOISE * (gaia[name] - true)
        values[f"{name}_ERROR"] = DR2_NOISE * gaia[f"{name}_ERROR"]
    for band in ("G", "BP", "RP"):
        values[f"PHOT_{band}_MEAN_MAG"] = gaia[f"PHOT_{band}_MEAN_MAG"]
    for name, value in values.items():
        table[f"GAIA_{name}"] = np.where(there & np.isfinite(value), value, GAIA_FILLER)
