"""The mock's photometry: 2MASS, Gaia and extinctions of stars, with errors and missing values."""

from __future__ import annotations

import numpy as np

from galdask.mocks import dust
from galdask.mocks.atmospheres import colour
from galdask.mocks.stars import MAIN, ONE_METRE, Arrays

#: filler of a magnitude that was not measured
NOT_MEASURED = 99.0
#: G beyond which Gaia has no source, and the share of brighter stars that it misses
GAIA_LIMIT, GAIA_MISSED = 20.4, 0.012
#: error of the colour excess that gives A_K, mag
AK_ERROR = 0.025


def photometry(rng: np.random.Generator, star: Arrays, to_infinity: np.ndarray) -> Arrays:
    """Draw magnitudes of stars.

    Parameters
    ----------
    rng : numpy.random.Generator
        Stream to draw from.
    star : dict of (n,) arrays
        True stars.
    to_infinity : (n,) float64
        A_K through the whole layer of dust in each star's direction.

    Returns
    -------
    dict of (n,) arrays
        J, H, K and their errors, G, BP, RP, AK_TARG, AK_WISE, SFD_EBV (mag), has_gaia (bool).
    """
    size = star["teff"].size
    normal, u = rng.standard_normal((9, size)), rng.random((4, size))
    law, a_k, teff = dust.LAW, star["a_k"], star["teff"]
    true_k = star["h_mag"] - colour(teff, "h_k") - (law["h"] - law["k"]) * a_k
    true_j = true_k + colour(teff, "j_k") + (law["j"] - law["k"]) * a_k
    bp_rp = colour(teff, "bp_rp") + (law["bp"] - law["rp"]) * a_k
    found: Arrays = {}
    for k, (band, true) in enumerate((("J", true_j), ("H", star["h_mag"]), ("K", true_k))):
        error = 0.021 + 0.008 * u[k] + 0.02 * 10.0 ** (0.5 * np.clip(true - 14.5, -5.0, 1.0))
        found[band], found[f"{band}_ERR"] = true + error * normal[k], np.round(error, 3)
    # the main survey keeps its limits in H: they were cut on the measured magnitude
    found["H"] = np.where(star["target"] == MAIN, star["h_mag"], found["H"])
    bad = (star["target"] == ONE_METRE) & (u[0] < 0.12)
    for band in ("J", "H", "K"):
        found[band] = np.where(bad, NOT_MEASURED, np.round(found[band], 3))
        found[f"{band}_ERR"] = np.where(bad, np.nan, found[f"{band}_ERR"])
    found["G"] = star["g_mag"] + 0.003 * normal[3]
    # G - RP is near half of BP - RP
    found["RP"] = found["G"] - 0.55 * bp_rp - 0.02 * bp_rp * normal[4] * 0.2
    found["BP"] = found["RP"] + bp_rp + 0.005 * normal[5] * (1.0 + 10.0 ** (0.4 * (star["g_mag"] - 17.0)))
    found["AK_WISE"] = np.where(u[1] < 0.96, a_k + AK_ERROR * normal[6], np.nan)
    found["AK_TARG"] = np.where(u[1] < 0.99, a_k + AK_ERROR * normal[6], np.nan)
    found["SFD_EBV"] = to_infinity * dust.REDDENING * (1.0 + 0.1 * normal[7])
    found["has_gaia"] = (star["g_mag"] < GAIA_LIMIT) & (u[2] > GAIA_MISSED)
    return found
