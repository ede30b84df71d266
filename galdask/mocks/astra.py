"""Rows of the mock's DR19: the Astra table of ASPCAP results, StarFlow ages and distances of astroNN."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from galdask.mocks import dust, elements, identifiers, sky, spectra
from galdask.mocks.allstar import TELESCOPE_NAMES, field_names
from galdask.mocks.footprint import Footprint
from galdask.mocks.identifiers import padded
from galdask.mocks.layout import Column, blank
from galdask.mocks.observation import Observation
from galdask.mocks.targeting import targeting

#: ASPCAPFLAG name -> bits of result_flags that say about the same
RESULT_BITS = {
    "NO_ASPCAP_RESULT": 0, "FERRE_FAIL": 0, "TEFF_WARN": 5, "TEFF_BAD": 6, "LOGG_WARN": 7, "LOGG_BAD": 8,
    "CHI2_BAD": 25, "MULTIPLE_SUSPECT": 21,
}  # fmt: skip
#: bits that make a result bad; S/N below which LOW_SNR (bit 26) is set
BAD_BITS = sum(1 << bit for bit in (0, 1, 2, 3, 4, 6, 8, 21, 22, 23, 24, 25, 26, 27))
LOW_SNR, LOW_SNR_BIT = 20.0, 26
#: bit of {x}_h_flags for a failed element (BAD_GRID_EDGE)
ELEMENT_BAD = 1 << 8
#: element of the mock -> column, where it is not the symbol
OTHER_NAMES = {"CI": "c_1", "TiII": "ti_2"}
#: number of the first star, and of the first star that SDSS-V alone has
FIRST_ID, FIRST_NEW = 54_000_000, 1 << 30
#: StarFlow: density of the training set inside, the recommended limit being 3e9, and outside
DENSITY = (2.0e10, 5.0e8)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where spectra of a block come from."""

    release: str
    """Column `release`: dr17 for spectra of SDSS-IV, sdss5 for new ones."""
    first_star: int
    """Number added to a star's place in its cell to make its sdss_id."""
    first_spectrum: int
    """Number of the block's first spectrum."""
    known: bool
    """Whether SDSS-IV targeted the stars: its masks are zero for all others."""


def rows(columns: tuple[Column, ...], fields: Footprint, seen: Observation, origin: Origin) -> np.ndarray:
    """Return rows of astraAllStarASPCAP, HDU 2; angles are single precision, there is no [Mg/Fe].

    Parameters
    ----------
    columns : tuple of Column
        Layout "dr19".
    fields : Footprint
        The fields.
    seen : Observation
        Spectra as DR19 has them.
    origin : Origin
        Where they come from.

    Returns
    -------
    (n,) structured
    """
    table = blank(columns, seen.size)
    _fill_source(table, fields, seen, origin)
    _fill_targeting(table, seen, origin)
    _fill_measurements(table, seen)
    flag = result_flags(seen)
    no_result = flag & 1 != 0
    table["result_flags"] = flag
    table["flag_bad"] = np.where(flag & BAD_BITS != 0, b"T", b"F")
    table["flag_warn"] = np.where(flag != 0, b"T", b"F")
    label, nothing = seen.label, np.float32(np.nan)
    giant = seen.star["logg"] < 3.5
    table["calibrated_flags"] = np.where(giant, np.where(seen.star["clump"], 4, 2), 1)
    for name, shift in (("teff", 90.0), ("logg", -0.03)):
        value, error = (np.where(no_result, nothing, label[key]) for key in (name, f"{name}_err"))
        table[name], table[f"e_{name}"] = value, error
        table[f"raw_{name}"], table[f"raw_e_{name}"] = value - np.float32(shift), error
    for name, value, error in (
        ("m_h_atm", label["m_h"], label["fe_h_err"]),
        ("alpha_m_atm", 0.75 * label["mg_fe"], label["mg_fe_err"]),
    ):
        table[name] = table[f"raw_{name}"] = np.where(no_result, nothing, value)
        table[f"e_{name}"] = table[f"raw_e_{name}"] = np.where(no_result, nothing, error)
    _fill_elements(table, seen, no_result)
    table["rchi2"] = np.where(no_result, nothing, 1.2 + (seen.row["snr"] / 110.0) ** 1.6)
    table["rchi2"] *= np.where(flag & (1 << 25) != 0, 1000.0, 1.0).astype(np.float32)
    return table


def result_flags(seen: Observation) -> np.ndarray:
    """Return result_flags, (n,) int64: failures and edges as DR17 flagged them, and S/N below 20."""
    old = seen.flag["aspcapflag"]
    flag = np.where(seen.row["snr"] < LOW_SNR, np.int64(1 << LOW_SNR_BIT), np.int64(0))
    for name, bit in RESULT_BITS.items():
        here = old & (np.int64(1) << np.int64(spectra.ASPCAP_BITS[name])) != 0
        flag |= np.where(here, np.int64(1 << bit), 0)
    return flag


def sdss_id(seen: Observation, origin: Origin) -> np.ndarray:
    """Return the identifier of each spectrum's star, (n,) int64; -1 without a place on the sky."""
    return np.where(np.isfinite(seen.star["ra"]), origin.first_star + seen.row["index"], -1)


def _fill_source(table: np.ndarray, fields: Footprint, seen: Observation, origin: Origin) -> None:
    star, gaia, light = seen.star, seen.gaia, seen.light
    table["sdss_id"] = table["catalogid"] = sdss_id(seen, origin)
    if origin.known:
        table["sdss4_apogee_id"] = identifiers.widen(seen.row["apogee_id"], 19)
    table["obj"] = identifiers.widen(seen.row["apogee_id"], 19)
    table["gaia_dr3_source_id"] = table["gaia_dr2_source_id"] = gaia["SOURCE_ID"]
    table["release"], table["v_astra"] = origin.release.encode().ljust(5), b"0.6.0"
    table["apred"] = b"dr17 " if origin.release == "dr17" else b"1.3  "
    table["filetype"], table["apstar"], table["prefix"] = b"apStar", b"stars", b"ap"
    table["lead"], table["version_id"] = b"gaia_dr3_source".ljust(25), 31
    table["telescope"] = padded(TELESCOPE_NAMES, 6)[seen.row["telescope"]]
    table["field"] = field_names(fields, 19)[seen.row["turn"], star["field"]]
    table["spectrum_pk"] = origin.first_spectrum + np.arange(seen.size)
    table["source"] = table["source_pk"] = table["star_pk"] = table["sdss_id"]
    table["ra"], table["dec"] = star["ra"], star["dec"]
    table["l"], table["b"] = sky.to_galactic(star["ra"], star["dec"])
    for column, name in (("plx", "PARALLAX"), ("pmra", "PMRA"), ("pmde", "PMDEC")):
        table[column], table[f"e_{column}"] = gaia[name], gaia[f"{name}_ERROR"]
    table["gaia_v_rad"], table["gaia_e_v_rad"] = (
        gaia["DR2_RADIAL_VELOCITY"],
        gaia["DR2_RADIAL_VELOCITY_ERROR"],
    )
    for column in ("g", "bp", "rp"):
        table[f"{column}_mag"] = gaia[f"PHOT_{column.upper()}_MEAN_MAG"]
    for kind in ("geo", "photogeo"):
        for part in ("med", "lo", "hi"):
            table[f"r_{part}_{kind}"] = gaia[f"R_{part.upper()}_{kind.upper()}"]
    for column in ("j", "h", "k"):
        table[f"{column}_mag"], table[f"e_{column}_mag"] = (
            light[column.upper()],
            light[f"{column.upper()}_ERR"],
        )
    reddening = light["AK_TARG"] * dust.REDDENING
    for column in ("ebv", "ebv_rjce_allwise", "ebv_bayestar_2019"):
        table[column], table[f"e_{column}"] = reddening, 0.08
    table["ebv_sfd"], table["e_ebv_sfd"] = light["SFD_EBV"], 0.1 * light["SFD_EBV"]


def _fill_targeting(table: np.ndarray, seen: Observation, origin: Origin) -> None:
    """Fill the masks of SDSS-IV, or, of stars that it never targeted, one carton of SDSS-V."""
    if not origin.known:
        cartons = np.full((seen.size, 57), b"F", dtype="S1")
        cartons[np.arange(seen.size), seen.row["index"] % 57] = b"T"
        table["sdss5_target_flags"] = cartons
        return
    masks, plan = targeting().masks, seen.row["plan"]
    for column, source in (
        ("sdss4_apogee_target1_flags", "APOGEE_TARGET1"), ("sdss4_apogee_target2_flags", "APOGEE_TARGET2"),
        ("sdss4_apogee2_target1_flags", "APOGEE2_TARGET1"),
        ("sdss4_apogee2_target2_flags", "APOGEE2_TARGET2"),
        ("sdss4_apogee2_target3_flags", "APOGEE2_TARGET3"),
    ):  # fmt: skip
        # 32 bits without a sign, in a wider column
        table[column] = masks[source][plan].astype(np.int32).view(np.uint32)
    table["sdss4_apogee_extra_target_flags"] = seen.flag["extratarg"]


def _fill_measurements(table: np.ndarray, seen: Observation) -> None:
    label, star, snr = seen.label, seen.star, seen.row["snr"]
    table["snr"], table["spectrum_flags"] = snr, seen.flag["starflag"]
    for column in ("n_visits", "n_good_visits", "n_good_rvs", "n_apogee_visits"):
        table[column] = label["visits"]
    failed = seen.flag["starflag"] & (1 << 18) != 0
    table["v_rad"] = np.where(failed, np.nan, label["rv"])
    table["e_v_rad"], table["std_v_rad"], table["median_e_v_rad"] = (
        label["rv_err"],
        label["scatter"],
        label["rv_err"],
    )
    table["doppler_teff"], table["doppler_logg"] = star["teff"] + 120.0, star["logg"] + 0.1
    table["doppler_fe_h"], table["doppler_rchi2"], table["n_components"] = (
        star["fe_h"] - 0.1,
        1.0 + snr / 60.0,
        1,
    )


def _fill_elements(table: np.ndarray, seen: Observation, no_result: np.ndarray) -> None:
    """Fill abundances over hydrogen; a failed element keeps its value and has a flag, as in Astra."""
    names = set(table.dtype.names or ())
    nothing = np.float32(np.nan)
    for k, symbol in enumerate(elements.ELEMENTS):
        name = f"{OTHER_NAMES.get(symbol, symbol.lower())}_h"
        if name not in names:
            continue
        value, error = seen.label["x_h"][:, k], seen.label["x_h_err"][:, k]
        failed = seen.flag["elemflag"][:, k] & elements.GRIDEDGE_BAD != 0
        table[name] = table[f"raw_{name}"] = np.where(no_result, nothing, value)
        table[f"e_{name}"] = table[f"raw_e_{name}"] = np.where(no_result, nothing, error)
        table[f"{name}_flags"] = np.where(failed, ELEMENT_BAD, 0)
        table[f"{name}_rchi2"] = np.where(no_result, nothing, 1.3)


def age_rows(columns: tuple[Column, ...], seen: Observation, origin: Origin) -> np.ndarray:
    """Return rows of StarFlow, row by row with the main table: ages and masses, Gyr and Msun."""
    table, vac = blank(columns, seen.size), seen.vac
    table["sdss_id"] = table["catalogid"] = sdss_id(seen, origin)
    if origin.known:
        table["sdss4_apogee_id"] = identifiers.widen(seen.row["apogee_id"], 20)
    known = vac["has_age"]
    age = np.where(known, 10.0 ** (vac["log_age"] - 9.0), np.nan)
    table["age"], table["e_p_age"], table["e_n_age"] = age, 0.42 * age, 0.29 * age
    mass = 1.02 * (age / 10.0) ** -0.27
    table["mass"], table["e_p_mass"], table["e_n_mass"] = mass, 0.1 * mass, 0.09 * mass
    table["training_density"] = np.where(known, np.where(vac["outside"], DENSITY[1], DENSITY[0]), 0.0)
    return table


def distance_rows(
    columns: tuple[Column, ...], main: np.ndarray, seen: Observation, rng: np.random.Generator
) -> np.ndarray:
    """Return rows of the astroNN distances, pc: columns of the main table and what the network says."""
    table = blank(columns, seen.size)
    for name in main.dtype.names or ():
        if name in (table.dtype.names or ()):
            table[name] = main[name]
    distance = 1e3 * seen.vac["distance"] * np.exp(0.03 * rng.standard_normal(seen.size))
    table["a_k_mag"] = seen.light["AK_TARG"]
    for name, error in (("nn_dist", 0.10), ("weighted_dist", 0.08)):
        table[name], table[f"{name}_err"] = distance, error * distance
    table["nn_dist_model_err"] = 0.05 * distance
    table["nn_parallax"], table["nn_parallax_err"] = 1e3 / distance, 100.0 / distance
    table["weighted_parallax"], table["weighted_parallax_err"] = 1e3 / distance, 80.0 / distance
    table["nn_parallax_model_err"] = 50.0 / distance
    table["gdr3_parallax_w_zp"] = seen.gaia["PARALLAX"] + 0.021
    table["gdr3_parallax_err"], table["gdr3_zeropoint"] = seen.gaia["PARALLAX_ERROR"], -0.021
    bad = ~np.isfinite(distance)
    table["flag_bad"] = table["flag_warn"] = np.where(bad, b"T", b"F")
    table["result_flags"] = bad
    return table
