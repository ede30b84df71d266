"""Rows of the mock's allStar: who, where, why, and what was measured of each spectrum."""

from __future__ import annotations

import numpy as np

from galdask.mocks import identifiers, sky
from galdask.mocks.abundances import fill_abundances
from galdask.mocks.footprint import HALO_FIELD, TELESCOPES, Footprint
from galdask.mocks.identifiers import compose, flag_texts, padded
from galdask.mocks.layout import Column, blank
from galdask.mocks.observation import Observation
from galdask.mocks.photometry import NOT_MEASURED
from galdask.mocks.spectra import ASPCAP_BITS
from galdask.mocks.targeting import targeting

#: names of telescopes as in the column TELESCOPE
TELESCOPE_NAMES = (*(name for name, _ in TELESCOPES), "apo1m")
#: what is added to a field's name for the second and third spectrum of a star
PROGRAMME_MARKS = ("", "_b", "_c")
#: names of STARFLAG bits that the mock sets
STAR_BITS = {
    "BRIGHT_NEIGHBOR": 2, "LOW_SNR": 4, "PERSIST_HIGH": 9, "PERSIST_MED": 10, "SUSPECT_BROAD_LINES": 17,
    "BAD_RV_COMBINATION": 18,
}  # fmt: skip
#: filler of VISIT_PK: 2**31 wrapped into an int32
NO_VISIT = -(2**31)


def rows(columns: tuple[Column, ...], fields: Footprint, seen: Observation, first: int) -> np.ndarray:
    """Return rows of the main table.

    Parameters
    ----------
    columns : tuple of Column
        Full or lite layout.
    fields : Footprint
        The fields.
    seen : Observation
        Spectra, in order.
    first : int
        Number of the first of these rows in the table.

    Returns
    -------
    (n,) structured
    """
    table = blank(columns, seen.size)
    full = "FILE" in (table.dtype.names or ())
    _fill_names(table, fields, seen, full)
    _fill_photometry(table, fields, seen, full)
    _fill_targeting(table, seen)
    _fill_velocities(table, seen)
    for name, values in seen.gaia.items():
        table[f"GAIAEDR3_{name}"] = values
    fill_abundances(table, seen, full)
    if full:
        visits = np.arange(100)
        number = (first + np.arange(seen.size))[:, None] * 4 + visits
        table["VISIT_PK"] = np.where(visits < seen.label["visits"][:, None], number, NO_VISIT)
    return table


def field_names(fields: Footprint, width: int = 20) -> np.ndarray:
    """Return the names of fields for the first, second and third spectrum of a star, S20, (3, fields)."""
    return np.stack([padded([name + mark for name in fields.name], width) for mark in PROGRAMME_MARKS])


def _fill_names(table: np.ndarray, fields: Footprint, seen: Observation, full: bool) -> None:
    field, name, telescope = seen.star["field"], seen.row["apogee_id"], seen.row["telescope"]
    table["APOGEE_ID"] = identifiers.widen(name, 30)
    table["TELESCOPE"] = padded(TELESCOPE_NAMES, 6)[telescope]
    table["FIELD"] = field_names(fields)[seen.row["turn"], field]
    table["ALT_ID"] = padded(["none"], 30)
    for column in ("RA", "DEC"):
        table[column] = seen.star[column.lower()]
    table["GLON"], table["GLAT"] = sky.to_galactic(seen.star["ra"], seen.star["dec"])
    if not full:
        return
    location = fields.location_id[field]
    table["LOCATION_ID"] = location
    places, which = np.unique(location.astype(np.int64) * 4 + telescope, return_inverse=True)
    prefixes = [f"{TELESCOPE_NAMES[place % 4]}.{place // 4}." for place in places.tolist()]
    north = (telescope == 1).astype(np.int64)
    table["FILE"] = compose(["apStar-dr17-", "asStar-dr17-"], north, name, ".fits", 64)
    table["TARGET_ID"] = compose(prefixes, which, name, "", 58)
    stars = ["apogee." + prefix.replace(".", ".stars.", 1) for prefix in prefixes]
    table["APSTAR_ID"] = compose(stars, which, name, "", 71)
    results = ["apogee." + prefix.replace(".", ".synspec_rev1.", 1) for prefix in prefixes]
    table["ASPCAP_ID"] = compose(results, which, name, "", 77)


def _fill_photometry(table: np.ndarray, fields: Footprint, seen: Observation, full: bool) -> None:
    light = seen.light
    for column in ("J", "H", "K", "J_ERR", "H_ERR", "K_ERR", "AK_TARG", "AK_WISE", "SFD_EBV"):
        table[column] = light[column]
    methods = padded(["RJCE_WISE", "SFD", "NONE"], 32)
    method = np.where(np.isfinite(light["AK_WISE"]), 0, np.where(np.isfinite(light["AK_TARG"]), 1, 2))
    table["AK_TARG_METHOD"] = methods[method]
    if not full:
        return
    table["SRC_H"] = padded(["2MASS"], 16)
    halo = fields.kind[seen.star["field"]] == HALO_FIELD
    k = light["K"]
    table["WASH_M"] = np.where(halo, k + 3.1, np.nan)
    table["WASH_T2"] = np.where(halo, k + 1.9, NOT_MEASURED)
    table["DDO51"] = np.where(halo, k + 3.2, np.nan)
    for column in ("WASH_M_ERR", "WASH_T2_ERR", "DDO51_ERR"):
        table[column] = np.where(halo, 0.02, np.nan)
    table["WASH_DDO51_GIANT_FLAG"] = np.where(halo, seen.star["logg"] < 3.5, -1)
    table["WASH_DDO51_STAR_FLAG"] = np.where(halo, 1, -1)
    wise = np.where(np.isfinite(light["AK_WISE"]), k - 0.05 - 0.4 * seen.star["a_k"], np.nan)
    for column in ("WISE_4_5", "TARG_4_5"):
        table[column], table[f"{column}_ERR"] = wise, np.where(np.isfinite(wise), 0.021, np.nan)
    table["IRAC_4_5"] = np.where(np.abs(table["GLAT"]) < 1.0, wise, NOT_MEASURED)
    known = light["has_gaia"] & (seen.row["index"] % 3 == 0)
    for column in ("PMRA", "PMDEC"):  # zero, not NaN, where the targeting had none
        table[f"TARG_{column}"] = np.where(known, np.nan_to_num(seen.gaia[column]), 0.0)
    table["TARG_PM_SRC"] = padded(["none", "URAT1"], 16)[known.astype(np.int64)]


def _fill_targeting(table: np.ndarray, seen: Observation) -> None:
    plan, why = seen.row["plan"], targeting()
    for group in (why.masks, why.texts, why.limits):
        for column, values in group.items():
            table[column] = values[plan]
    table["EXTRATARG"] = seen.flag["extratarg"]


def _fill_velocities(table: np.ndarray, seen: Observation) -> None:
    label, star, snr = seen.label, seen.star, seen.row["snr"]
    table["NVISITS"], table["SNR"] = label["visits"], snr
    table["SNREV"] = snr * (1.0 + 0.05 * ((seen.flag["starflag"] & (1 << 9)) != 0))
    starflag = seen.flag["starflag"]
    every = starflag & np.where(label["visits"] < 4, -1, ~(1 << 2))
    for column, flag in (("STARFLAG", starflag), ("ANDFLAG", every)):
        table[column], table[f"{column}S"] = flag, flag_texts(flag, STAR_BITS, 132)
    failed = (starflag & (1 << 18)) != 0
    table["VHELIO_AVG"] = np.where(failed, np.nan, label["rv"])
    table["VSCATTER"], table["VERR"] = label["scatter"], label["rv_err"]
    table["RV_TEFF"], table["RV_LOGG"] = star["teff"] + 120.0, star["logg"] + 0.1
    table["RV_FEH"], table["RV_ALPHA"], table["RV_CARB"] = star["fe_h"] - 0.1, 0.0, 0.0
    table["RV_CHI2"] = 1.0 + snr / 60.0
    table["RV_CCFWHM"], table["RV_AUTOFWHM"] = 18.5 + 0.5 * (star["logg"] - 2.0), 16.6
    table["RV_FLAG"], table["N_COMPONENTS"] = np.where(snr < 10.0, 1 << 2, 0), 1
    fibre = (seen.row["index"] * 37) % 300 + 1
    table["MEANFIB"], table["SIGFIB"] = fibre, np.where(label["visits"] > 2, 20.0, 0.0)
    flag = seen.flag["aspcapflag"]
    table["ASPCAPFLAG"], table["ASPCAPFLAGS"] = flag, flag_texts(flag, ASPCAP_BITS, 256)
    table["FRAC_BADPIX"], table["FRAC_LOWSNR"], table["FRAC_SIGSKY"] = (
        0.004,
        np.minimum(1.0, 2.0 / snr),
        0.012,
    )
