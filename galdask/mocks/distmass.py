"""The mock DistMass catalogue: distances and ages of spectra, row by row with the main table.

Meaning of its columns after Stone-Martinez et al. 2024 (AJ 167, 73): distances in parsec, ages in years,
six ages (three sets of training masses, corrected or not with Gaia), errors of log age as (+, -) in dex,
value 2 of BITMASK where a star lies outside the space that the training covers.
"""

from __future__ import annotations

import numpy as np

from galdask.mocks.stars import Arrays

#: BITMASK values: in the training set of distances, outside the covered space, sources of training masses
TRAINING, OUTSIDE, SEISMIC_MASS = 1, 2, 4
#: spectroscopic distance error without a parallax, as a fraction
DISTANCE_ERROR = 0.095
#: standard deviation of log10 age, medians of the stated errors (dex), and the oldest isochrone (log yr)
AGE_ERROR, AGE_ERROR_UP, AGE_ERROR_DOWN, OLDEST = 0.15, 0.16, 0.14, 10.301
#: share of stars outside for reasons of their own
STRAY = 0.008
#: gravity below which a star is evolved and gets an age
EVOLVED = 3.5


def parallax_error(g_mag: np.ndarray) -> np.ndarray:
    """Return the error of a Gaia EDR3 parallax, mas, at magnitudes G (Lindegren et al. 2021, rounded)."""
    return 0.014 * np.sqrt(1.0 + 10.0 ** (0.46 * (np.clip(g_mag, 9.0, 21.0) - 14.2)))


def distances(rng: np.random.Generator, star: Arrays) -> tuple[np.ndarray, np.ndarray]:
    """Draw distances, kpc, and their errors: spectroscopy weighted with the parallax."""
    n = star["distance"].size
    normal, width = rng.standard_normal((2, n))
    spectroscopic = DISTANCE_ERROR * np.exp(0.15 * width)
    with_parallax = 1.0 / np.hypot(
        1.0 / spectroscopic, 1.0 / (parallax_error(star["g_mag"]) * star["distance"])
    )
    found = star["distance"] * np.exp(with_parallax * normal)
    return found, found * with_parallax


def is_outside(
    rng: np.random.Generator, teff: np.ndarray, logg: np.ndarray, m_h: np.ndarray, fe_h: np.ndarray
) -> np.ndarray:
    """Return which labels lie outside the covered space.

    The borders are those of the 2025 re-typed formula: log g < 0.8, log g < 0.000906 T - 2.625,
    log g > 0.002 T - 5.8 below 4.1, metal-poor at -0.7; and a few strays.
    """
    stray = rng.random(teff.size) < STRAY
    outside = (logg < 0.8) | (logg < 0.000906 * teff - 2.625) | ((logg > 0.002 * teff - 5.8) & (logg < 4.1))
    return outside | (m_h <= -0.7) | (fe_h <= np.float32(-0.7)) | stray | ~np.isfinite(logg)


def log_age(rng: np.random.Generator, age: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """Draw log10 of the measured age in years; stars outside come out too young or too old."""
    normal = rng.standard_normal(age.size)
    wide = np.where(outside, 2.0, 1.0)
    return np.clip(9.0 + np.log10(age) + AGE_ERROR * wide * normal, 8.0, OLDEST)


def ages(rng: np.random.Generator, log_uncorrected: np.ndarray) -> Arrays:
    """Return the six ages in years and their errors from the uncorrected one (log years).

    The other training sets differ by 0.02 and 0.03 dex with a scatter of 0.05; the correction stretches
    log age by 6 per cent about 9.7.
    """
    n = log_uncorrected.size
    normal = rng.standard_normal((4, n))
    found: Arrays = {}
    for k, (group, shift, scatter) in enumerate((("SS", 0.0, 0.0), ("MO", 0.02, 0.05), ("TW", -0.03, 0.05))):
        log = log_uncorrected + shift + scatter * normal[k]
        found[f"AGE_UNCOR_{group}"] = 10.0 ** np.clip(log, 8.0, OLDEST)
        found[f"AGE_COR_{group}"] = 10.0 ** np.clip(9.7 + 1.06 * (log - 9.7) - 0.02, 8.0, OLDEST)
    wide = np.exp(0.25 * normal[3])
    found["AGE_ERR"] = np.stack([AGE_ERROR_UP * wide, -AGE_ERROR_DOWN * wide], axis=1)
    return found
