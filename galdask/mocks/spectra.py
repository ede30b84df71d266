"""What the mock survey measures in its spectra: S/N, labels with errors, bits for what failed."""

from __future__ import annotations

import numpy as np

from galdask.mocks.stars import MAIN, TELLURIC, Arrays

#: ASPCAPFLAG bits that the mock sets (names of DR17)
ASPCAP_BITS = {
    "TEFF_WARN": 0, "LOGG_WARN": 1, "N_M_WARN": 6, "STAR_WARN": 7, "CHI2_WARN": 8, "COLORTE_WARN": 9,
    "SN_WARN": 11, "TEFF_BAD": 16, "LOGG_BAD": 17, "STAR_BAD": 23,
    "CHI2_BAD": 24, "SN_BAD": 27, "NO_ASPCAP_RESULT": 31, "BAD_FRAC_LOWSNR": 34, "FERRE_FAIL": 36,
    "MULTIPLE_SUSPECT": 41,
}  # fmt: skip
#: bits of which any sets STAR_BAD and blanks the named labels
BADMASK = sum(1 << bit for bit in (16, 17, 23, 25, 26, 28, 31, 32, 33, 34, 35, 36, 40, 41))
#: S/N below which SN_BAD is set, as the DR17 code does it
SN_BAD_BELOW = 30.0
#: magnitude at which a finished star of each cohort reaches S/N 100
DEPTH = np.array([11.7, 12.5, 13.0])
#: S/N that no spectrum passes
SATURATED = 1500.0
#: chances of spoiled spectra
NO_RESULT, BAD_CHI2, BAD_FIT, FE_FLAGGED, MG_FLAGGED = 0.018, 0.008, 0.022, 0.001, 0.002


def signal_to_noise(rng: np.random.Generator, star: Arrays) -> np.ndarray:
    """Draw the S/N per pixel of the best spectrum of each star; float32."""
    normal, u = rng.standard_normal(star["h_mag"].size), rng.random(star["h_mag"].size)
    depth = np.where(star["target"] == MAIN, DEPTH[star["cohort"]], 12.2)
    snr = 118.0 * 10.0 ** (-0.18 * (star["h_mag"] - depth)) * np.exp(0.33 * normal)
    snr = np.where(u < 0.12, 0.38 * snr, snr)  # plates left unfinished
    return np.maximum(snr / np.hypot(1.0, snr / SATURATED), 4.0).astype(np.float32)


def errors(star: Arrays, snr: np.ndarray) -> Arrays:
    """Return the standard errors of the labels: teff (K), logg, fe_h, mg_fe (dex), rv (km/s)."""
    blur = np.sqrt(1.0 + (75.0 / snr) ** 2)
    weak = 10.0 ** (-0.16 * np.clip(star["fe_h"], -2.5, 0.5)) * np.clip(star["teff"] / 4700.0, 0.8, 2.5) ** 2
    faint = np.where(star["logg"] > 3.8, 1.4, 1.0)
    return {
        "teff": 8.0 * blur * weak * faint,
        "logg": 0.030 * blur * np.sqrt(weak) * faint,
        "fe_h": 0.0070 * blur * weak * faint,
        "mg_fe": 0.0105 * blur * weak * faint,
        "rv": 0.03 * blur * weak,
    }


def labels(rng: np.random.Generator, star: Arrays, snr: np.ndarray) -> Arrays:
    """Draw measured labels, before any is blanked.

    Parameters
    ----------
    rng : numpy.random.Generator
        Stream to draw from; always five normals a spectrum.
    star : dict of (n,) arrays
        True star of each spectrum, as from `stars.draw`.
    snr : (n,) float32
        S/N of each spectrum.

    Returns
    -------
    dict of (n,) float32
        teff, logg, fe_h, mg_fe, m_h and the errors teff_err, logg_err, fe_h_err, mg_fe_err. A measured value
        differs from the truth by a normal of just its stated error; [M/H] follows [Fe/H] within 0.006 dex.
    """
    error = errors(star, snr)
    normal = rng.standard_normal((5, snr.size))
    measured: Arrays = {}
    for k, name in enumerate(("teff", "logg", "fe_h", "mg_fe")):
        measured[name] = (star[name] + error[name] * normal[k]).astype(np.float32)
        measured[f"{name}_err"] = error[name].astype(np.float32)
    measured["m_h"] = (measured["fe_h"] + 0.006 * normal[4]).astype(np.float32)
    return measured


def flags(rng: np.random.Generator, star: Arrays, snr: np.ndarray) -> Arrays:
    """Draw what failed in each spectrum.

    Returns
    -------
    dict of (n,) arrays
        aspcapflag (int64); fe_bad, mg_bad (bool): the element alone failed; blank (bool): no named label.
    """
    u = rng.random((6, snr.size))
    bit = {name: np.int64(1) << np.int64(b) for name, b in ASPCAP_BITS.items()}
    hot = star["target"] == TELLURIC
    cool = star["teff"] < 3550.0
    flag = np.where(u[0] < NO_RESULT, bit["NO_ASPCAP_RESULT"], np.int64(0))
    flag |= np.where(u[1] < BAD_FIT + 0.30 * cool + 0.05 * (snr < 40.0) + 0.85 * hot, bit["TEFF_BAD"], 0)
    flag |= np.where((u[1] > 0.992) | (star["logg"] < -0.2), bit["LOGG_BAD"], 0)
    flag |= np.where(u[2] < BAD_CHI2, bit["CHI2_BAD"], np.where(u[2] < 0.06, bit["CHI2_WARN"], 0))
    flag |= np.where((u[3] < 0.25) & (snr < 20.0), bit["BAD_FRAC_LOWSNR"], 0)
    flag |= np.where(u[3] > 0.9985, bit["MULTIPLE_SUSPECT"], 0)
    flag |= np.where(u[3] < 0.0008, bit["FERRE_FAIL"], 0)
    flag |= np.where(snr < SN_BAD_BELOW, bit["SN_BAD"], 0)
    flag |= np.where((snr < 70.0) & (snr < SN_BAD_BELOW), bit["SN_WARN"], 0)  # as DR17 has it
    for name, chance in (
        ("TEFF_WARN", 0.03),
        ("LOGG_WARN", 0.04),
        ("N_M_WARN", 0.10),
        ("COLORTE_WARN", 0.02),
    ):
        u[4] = (u[4] * 1.618033988749895 + 0.5) % 1.0
        flag |= np.where(u[4] < chance, bit[name], 0)
    bad = (flag & BADMASK) != 0
    flag |= np.where(bad, bit["STAR_BAD"], 0)
    warned = (flag & (bit["TEFF_WARN"] | bit["LOGG_WARN"] | bit["CHI2_WARN"] | bit["COLORTE_WARN"])) != 0
    flag |= np.where(warned, bit["STAR_WARN"], 0)
    return {
        "aspcapflag": flag,
        "fe_bad": u[5] < FE_FLAGGED,
        "mg_bad": (u[5] > 1.0 - MG_FLAGGED),
        "blank": bad | ((flag & bit["CHI2_BAD"]) != 0),
    }
