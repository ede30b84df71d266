"""Rows of what went with the mock's DR14 and DR16: the DR14 distances, and the red-clump catalogue."""

from __future__ import annotations

import numpy as np

from galdask.mocks import dust, sky
from galdask.mocks.footprint import Footprint
from galdask.mocks.identifiers import padded
from galdask.mocks.layout import Column, blank
from galdask.mocks.observation import Observation

#: group of the DR14 distances -> error as a fraction, share of stars that have one
GROUPS = {"NAOC": (0.18, 0.90), "NICE": (0.25, 0.85), "NMSU": (0.16, 0.92)}
#: error of a StarHorse distance and of a red-clump distance, as fractions
STARHORSE_ERROR, CLUMP_ERROR = 0.12, 0.05
#: frame of the red-clump catalogue, kpc
RC_X_SUN, RC_Z_SUN = 8.15, 0.0208
#: numbers that were not measured
FILLER = -9999.99


def distance_rows(columns: tuple[Column, ...], seen: Observation, rng: np.random.Generator) -> np.ndarray:
    """Return rows of the DR14 distances, kpc, of four groups; the filler where there is none.

    Parameters
    ----------
    columns : tuple of Column
        Layout "distances14".
    seen : Observation
        Spectra of DR14.
    rng : numpy.random.Generator
        Stream to draw from.
    """
    table, size = blank(columns, seen.size, FILLER), seen.size
    normal, u = rng.standard_normal((5, size)), rng.random((4, size))
    table["APOGEE_ID"], table["ASPCAP_ID"] = seen.row["apogee_id"], padded(["apogee.l31c.2"], 50)
    distance, star = seen.star["distance"], seen.star
    fine = ~seen.flag["blank"] & np.isfinite(star["ra"])
    with_one = fine & (u[0] < 0.95)
    middle = distance * np.exp(STARHORSE_ERROR * normal[0])
    extinction = np.maximum(star["a_k"] * 8.5 * (1.0 + 0.1 * normal[1]), 0.0)
    for percent, sigma in ((5, -1.645), (16, -1.0), (50, 0.0), (84, 1.0), (95, 1.645)):
        table[f"BPG_dist{percent:02d}"] = np.where(with_one, middle * np.exp(sigma * STARHORSE_ERROR), FILLER)
        table[f"BPG_AV{percent:02d}"] = np.where(with_one, np.maximum(extinction + 0.15 * sigma, 0.0), FILLER)
    table["BPG_meandist"] = np.where(with_one, middle * np.exp(0.5 * STARHORSE_ERROR**2), FILLER)
    table["BPG_diststd"] = np.where(with_one, middle * STARHORSE_ERROR, FILLER)
    table["BPG_meanAV"], table["BPG_AVstd"] = (
        np.where(with_one, extinction, FILLER),
        np.where(with_one, 0.15, FILLER),
    )
    for k, (group, (error, share)) in enumerate(GROUPS.items(), 1):
        found = np.where(fine & (u[k] < share), distance * np.exp(error * normal[k + 1]), FILLER)
        spread = np.where(found > 0.0, error * found, FILLER)
        table[f"{group}_dist"], table["NMSU_dist_err" if group == "NMSU" else f"{group}_err_dist"] = (
            found,
            spread,
        )
        if group == "NMSU":
            table["NMSU_dist_prior"], table["NMSU_dist_prior_err"] = found, spread
    return table


def clump_rows(
    columns: tuple[Column, ...], fields: Footprint, seen: Observation, rng: np.random.Generator
) -> np.ndarray:
    """Return rows of the red-clump catalogue: the best spectrum of each clump star, distances in kpc.

    Parameters
    ----------
    columns : tuple of Column
        Layout "rc".
    fields : Footprint
        The fields.
    seen : Observation
        Spectra of the release.
    rng : numpy.random.Generator
        Stream to draw from.
    """
    normal = rng.standard_normal(seen.size)
    star, label, light = seen.star, seen.label, seen.light
    keep = star["clump"] & ~seen.flag["blank"] & (seen.flag["extratarg"] & 16 == 0) & np.isfinite(star["ra"])
    keep = np.flatnonzero(keep & (label["logg"] > 1.8) & (label["logg"] < 3.0))
    table = blank(columns, keep.size, FILLER)
    table["APOGEE_ID"], table["LOCATION_ID"] = (
        seen.row["apogee_id"][keep],
        fields.location_id[star["field"][keep]],
    )
    table["RA"], table["DEC"] = star["ra"][keep], star["dec"][keep]
    a_k = np.nan_to_num(light["AK_TARG"][keep])
    for band, name in (("J", "j"), ("H", "h"), ("K", "k")):
        table[f"{band}0"] = light[band][keep] - dust.LAW[name] * a_k
    table["TEFF"], table["LOGG"], table["METALS"] = (label[name][keep] for name in ("teff", "logg", "m_h"))
    table["ALPHAFE"], table["ADDL_LOGG_CUT"] = 0.75 * label["mg_fe"][keep], 1
    distance = star["distance"][keep] * np.exp(CLUMP_ERROR * normal[keep])
    table["RC_DIST"], table["RC_DM"] = distance, 5.0 * np.log10(distance) + 10.0
    x, y, z = sky.unit_vector(*sky.to_galactic(star["ra"][keep], star["dec"][keep])) * distance
    table["RC_GALR"], table["RC_GALPHI"] = np.hypot(RC_X_SUN - x, y), np.arctan2(y, RC_X_SUN - x)
    table["RC_GALZ"] = z + RC_Z_SUN
    return table
