"""The mock's Gaia EDR3: parallaxes, proper motions, radial velocities and distances from parallaxes."""

from __future__ import annotations

import numpy as np

from galdask.mocks.distmass import parallax_error
from galdask.mocks.stars import Arrays

#: zero point of the parallaxes, mas (Lindegren et al. 2021)
ZERO_POINT = -0.021
#: error of a proper motion in units of the parallax error, mas/yr per mas
MOTION_PER_PARALLAX = 1.03
#: G below which Gaia DR2 gives a radial velocity
RV_LIMIT = 13.2


def astrometry(rng: np.random.Generator, star: Arrays, motion: Arrays, light: Arrays) -> Arrays:
    """Draw the Gaia columns of stars; NaN, and 0 as source_id, without a match.

    Parameters
    ----------
    rng : numpy.random.Generator
        Stream to draw from.
    star, motion, light : dict of (n,) arrays
        True stars, their motions, and their photometry.

    Returns
    -------
    dict of (n,) arrays
        Columns named as in the main table, without the prefix GAIAEDR3_.
    """
    size = star["distance"].size
    normal = rng.standard_normal((6, size))
    identifier = rng.integers(1 << 40, 6_900_000_000_000_000_000, size, dtype=np.int64)
    error = parallax_error(star["g_mag"]) * np.exp(0.12 * normal[0])
    own = MOTION_PER_PARALLAX * error
    seen = light["has_gaia"]
    parallax = 1.0 / star["distance"] + ZERO_POINT + error * normal[1]
    found: Arrays = {
        "SOURCE_ID": np.where(seen, identifier, 0),
        "PARALLAX": parallax, "PARALLAX_ERROR": error,
        "PMRA": motion["pmra"] + own * normal[2], "PMRA_ERROR": own,
        "PMDEC": motion["pmdec"] + 0.95 * own * normal[3], "PMDEC_ERROR": 0.95 * own,
        "PHOT_G_MEAN_MAG": light["G"], "PHOT_BP_MEAN_MAG": light["BP"], "PHOT_RP_MEAN_MAG": light["RP"],
    }  # fmt: skip
    rv_error = 0.25 + 1.2 * 10.0 ** (0.4 * (star["g_mag"] - 12.8))
    has_rv = star["g_mag"] < RV_LIMIT
    found["DR2_RADIAL_VELOCITY"] = np.where(has_rv, motion["rv"] + rv_error * normal[4], np.nan)
    found["DR2_RADIAL_VELOCITY_ERROR"] = np.where(has_rv, rv_error, np.nan)
    for kind, floor in (("GEO", 0.33), ("PHOTOGEO", 0.20)):
        width = 1.0 / np.hypot(1.0 / floor, 1.0 / (error * star["distance"]))
        middle = 1000.0 * star["distance"] * np.exp(width * normal[1 if kind == "GEO" else 5])
        found[f"R_MED_{kind}"] = middle
        found[f"R_LO_{kind}"], found[f"R_HI_{kind}"] = middle * np.exp(-width), middle * np.exp(width)
    for name, values in found.items():
        if name != "SOURCE_ID":
            found[name] = np.where(seen, values, np.nan)
    return found
