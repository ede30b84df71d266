"""Rows of the two catalogues that go with the mock's allStar: DistMass and astroNN."""

from __future__ import annotations

import numpy as np

from galdask.mocks import distmass, identifiers, sky
from galdask.mocks.allstar import TELESCOPE_NAMES
from galdask.mocks.elements import ELEMENTS
from galdask.mocks.footprint import SEISMIC, Footprint
from galdask.mocks.identifiers import padded
from galdask.mocks.kinematics import CIRCULAR
from galdask.mocks.layout import Column, blank
from galdask.mocks.observation import Observation

#: frame of the astroNN catalogue: distance to the centre, height of the Sun (kpc)
ASTRONN_R_SUN, ASTRONN_Z_SUN = 8.125, 0.0208


def distmass_rows(columns: tuple[Column, ...], fields: Footprint, seen: Observation) -> np.ndarray:
    """Return rows of the DistMass file: distances in pc, ages in years, NaN where there is none."""
    table = blank(columns, seen.size)
    label, vac = seen.label, seen.vac
    unseen = seen.flag["blank"]
    table["APOGEE_ID"] = identifiers.widen(seen.row["apogee_id"], 30)
    for name in ("TEFF", "LOGG", "M_H"):
        table[name] = np.where(unseen, np.nan, label[name.lower()])
    for k, name in ((0, "C_FE"), (2, "N_FE")):
        table[name] = np.where(unseen, np.nan, label["x_h"][:, k] - label["fe_h"])
    table["GAIAEDR3_DIST"] = seen.gaia["R_MED_PHOTOGEO"]
    table["EXTINCTION"], table["MAG"] = seen.light["AK_TARG"], seen.light["K"]
    modulus = 5.0 * np.log10(vac["distance"]) + 10.0
    table["ABS_MAG"] = seen.light["K"] - np.nan_to_num(seen.light["AK_TARG"]) - modulus
    table["ABS_MAG_ERR"] = 2.17 * vac["distance_err"] / vac["distance"]
    table["WEIGHTED_DIST"], table["WEIGHTED_DIST_ERR"] = 1e3 * vac["distance"], 1e3 * vac["distance_err"]
    has_age = vac["has_age"]
    for kind in ("UNCOR", "COR"):
        for group in ("SS", "MO", "TW"):
            age = vac[f"AGE_{kind}_{group}"]
            table[f"AGE_{kind}_{group}"] = np.where(has_age, age, np.nan)
            # the giants' relation of mass and age, turned round
            mass = 1.02 * (age / 1e10) ** -0.27
            table[f"MASS_{kind}_{group}"] = np.where(has_age, mass, np.nan)
    table["MASS_ERR"] = np.where(has_age, 0.10, np.nan)
    table["AGE_ERR"] = np.where(has_age[:, None], vac["AGE_ERR"], np.nan)
    trained = (fields.kind[seen.star["field"]] == SEISMIC) & (seen.row["index"] % 4 == 0) & has_age
    table["BITMASK"] = (
        np.where(vac["outside"], distmass.OUTSIDE, 0)
        | np.where(seen.row["index"] % 50 == 0, distmass.TRAINING, 0)
        | np.where(trained, distmass.SEISMIC_MASS, 0)
    )
    return table


def astronn_rows(
    columns: tuple[Column, ...], fields: Footprint, seen: Observation, rng: np.random.Generator
) -> np.ndarray:
    """Return rows of the astroNN file: distances in pc, ages in Gyr, orbits by the epicycle approximation."""
    table = blank(columns, seen.size)
    label, star, size = seen.label, seen.star, seen.size
    normal = rng.standard_normal((4, size))
    unseen = (seen.flag["aspcapflag"] & (1 << 31)) != 0
    table["APOGEE_ID"] = seen.row["apogee_id"]
    table["LOCATION_ID"] = fields.location_id[star["field"]]
    table["TELESCOPE"] = padded(TELESCOPE_NAMES, 8)[seen.row["telescope"]]
    table["RA_APOGEE"], table["DEC_APOGEE"] = star["ra"], star["dec"]
    table["TEFF"], table["TEFF_ERR"] = label["teff"] + 25.0 * normal[0], 40.0
    table["LOGG"], table["LOGG_ERR"] = label["logg"] + 0.04 * normal[1], 0.06
    x_h = label["x_h"] + (0.02 * normal[2]).astype(np.float32)[:, None]
    for k, element in enumerate(ELEMENTS[:20]):
        table[f"{element.upper()}_H"], table[f"{element.upper()}_H_ERR"] = x_h[:, k], label["x_h_err"][:, k]
    distance = np.where(unseen, np.nan, seen.vac["distance"] * np.exp(0.03 * normal[3]))
    error = 0.08 * distance
    table["dist"], table["dist_error"], table["dist_model_error"] = 1e3 * distance, 1e3 * error, 500.0 * error
    table["weighted_dist"], table["weighted_dist_error"] = 1e3 * distance, 800.0 * error
    table["nn_parallax"], table["nn_parallax_error"] = 1.0 / distance, 0.08 / distance
    table["nn_parallax_model_error"] = 0.04 / distance
    table["fakemag"], table["fakemag_error"] = 10.0 ** (0.2 * seen.light["K"]) / distance, 1.0
    table["RA"], table["DEC"] = star["ra"], star["dec"]
    table["ref_epoch"] = 2016.0
    for column, source in (("pmra", "PMRA"), ("pmdec", "PMDEC")):
        table[column], table[f"{column}_error"] = seen.gaia[source], seen.gaia[f"{source}_ERROR"]
    table["phot_g_mean_mag"] = seen.gaia["PHOT_G_MEAN_MAG"]
    table["bp_rp"] = seen.gaia["PHOT_BP_MEAN_MAG"] - seen.gaia["PHOT_RP_MEAN_MAG"]
    table["g_rp"] = seen.gaia["PHOT_G_MEAN_MAG"] - seen.gaia["PHOT_RP_MEAN_MAG"]
    table["VHELIO_AVG"], table["source_id"] = label["rv"], seen.gaia["SOURCE_ID"]
    _fill_ages(table, seen, normal[2])
    _fill_orbits(table, seen, distance)
    return table


def _fill_ages(table: np.ndarray, seen: Observation, normal: np.ndarray) -> None:
    """Fill ages in Gyr: those of DistMass with 0.11 dex of scatter, none below 0.1 or above 20."""
    age = 10.0 ** (seen.vac["log_age"] - 9.0 + 0.11 * normal)
    age = np.where(seen.vac["has_age"] & (age > 0.1) & (age < 20.0), age, np.nan)
    table["age"], table["age_linear_correct"], table["age_lowess_correct"] = age, 1.1 * age, 1.08 * age
    table["age_total_error"], table["age_model_error"] = 0.3 * age, 0.15 * age


def _fill_orbits(table: np.ndarray, seen: Observation, distance: np.ndarray) -> None:
    """Fill positions in galpy's left-handed frame, and orbits of nearly circular motion."""
    star = seen.star
    x, y, z = sky.unit_vector(*sky.to_galactic(star["ra"], star["dec"])) * distance
    r = np.hypot(ASTRONN_R_SUN - x, y)
    phi = np.arctan2(y, ASTRONN_R_SUN - x)
    v_r = (star["vx"] * star["x"] + star["vy"] * star["y"]) / star["r"]
    v_t = -(star["vy"] * star["x"] - star["vx"] * star["y"]) / star["r"]
    guide = r * v_t / CIRCULAR
    kappa, nu = np.sqrt(2.0) * CIRCULAR / r, 70.0 * np.exp(-(r - 8.0) / 6.0)
    along, up = np.hypot(v_r / kappa, r - guide), np.hypot(z + ASTRONN_Z_SUN, star["vz"] / nu)
    values = {
        "galr": r, "galphi": phi, "galz": z + ASTRONN_Z_SUN, "galvr": v_r, "galvt": v_t, "galvz": star["vz"],
        "e": np.minimum(along / np.abs(guide), 1.0), "zmax": up, "rperi": np.abs(guide - along),
        "rap": np.abs(guide) + along, "jr": 0.5 * kappa * along**2, "Lz": r * v_t, "jz": 0.5 * nu * up**2,
        "omega_r": 1.0227 * kappa, "omega_phi": 1.0227 * v_t / r, "omega_z": 1.0227 * nu,
        "theta_r": np.arctan2(-v_r / kappa, r - guide) % (2.0 * np.pi), "theta_phi": phi % (2.0 * np.pi),
        "theta_z": np.arctan2(-star["vz"] / nu, z) % (2.0 * np.pi), "rl": np.abs(guide),
        "Energy": 0.5 * (v_r**2 + v_t**2 + star["vz"] ** 2) + CIRCULAR**2 * np.log(r / ASTRONN_R_SUN),
        "EminusEc": 0.5 * (v_r**2 + star["vz"] ** 2 + (kappa * (r - guide)) ** 2),
    }  # fmt: skip
    for column, value in values.items():
        table[column], table[f"{column}_err"] = value, 0.08 * np.abs(value)
    for column in table.dtype.names or ():
        if column.endswith("_corr"):
            table[column] = 0.0
