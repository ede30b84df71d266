"""What the stars of the mock look like: mass, temperature, gravity and colours on MIST-like tracks.

Loci are smooth fits by eye to MIST isochrones (Choi et al. 2016): on the giant branch the temperature falls
with [Fe/H] by about 310 K/dex at fixed log g. Gravity follows from luminosity, mass and temperature with
the Sun as zero point, so that M_H, T_eff and log g are one consistent star.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: T_eff (K), bolometric correction in H, J-K, H-K, G-H, BP-RP (mag) of the colour table
COLOURS = np.array(
    [
        [3200.0, 2.80, 1.32, 0.33, 5.20, 3.50],
        [3600.0, 2.60, 1.10, 0.25, 4.00, 2.40],
        [4000.0, 2.46, 0.93, 0.19, 3.20, 1.75],
        [4250.0, 2.37, 0.83, 0.16, 2.85, 1.52],
        [4600.0, 2.15, 0.70, 0.11, 2.45, 1.28],
        [4950.0, 1.93, 0.59, 0.09, 2.10, 1.10],
        [5400.0, 1.67, 0.47, 0.07, 1.72, 0.94],
        [5800.0, 1.41, 0.37, 0.05, 1.42, 0.81],
        [8000.0, 0.55, 0.10, 0.02, 0.50, 0.25],
        [11000.0, -0.55, -0.04, -0.02, 0.05, -0.05],
    ]
)
#: main sequence: M_H, T_eff
SEQUENCE = np.array(
    [[2.6, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 6.6], [6150, 5980, 5650, 5200, 4720, 4280, 3950, 3720, 3520]]
)
#: age (Gyr) and mass (Msun) of a solar-metallicity giant
GIANT_MASS = (10.0, 1.02, -0.27)
#: surface gravity and temperature of the Sun, and its bolometric magnitude
SUN_LOGG, SUN_TEFF, SUN_MBOL = 4.438, 5772.0, 4.74


@dataclass(frozen=True, slots=True)
class Atmosphere:
    """Arrays of one value a star."""

    mass: np.ndarray
    """Msun."""
    teff: np.ndarray
    """K."""
    logg: np.ndarray
    """Log10 of cm/s2."""


def colour(teff: np.ndarray, name: str) -> np.ndarray:
    """Return "bc_h", "j_k", "h_k", "g_h" or "bp_rp", mag, at temperatures in K."""
    column = 1 + ("bc_h", "j_k", "h_k", "g_h", "bp_rp").index(name)
    return np.interp(teff, COLOURS[:, 0], COLOURS[:, column])


def giant_teff(logg: np.ndarray, fe_h: np.ndarray, mass: np.ndarray, clump: np.ndarray) -> np.ndarray:
    """Return T_eff, K, on the giant branch (and about 110 K hotter in the clump)."""
    metal = -(310.0 - 25.0 * (logg - 2.0)) * np.maximum(fe_h, -1.6)
    return (
        4500.0
        + 480.0 * (logg - 2.0)
        - 130.0 * (logg - 2.0) ** 2
        + metal
        + 350.0 * np.log10(mass)
        + 110.0 * clump
    )


def atmosphere(
    m_h: np.ndarray, age: np.ndarray, fe_h: np.ndarray, clump: np.ndarray, normal: np.ndarray
) -> Atmosphere:
    """Return the atmospheres of stars.

    Parameters
    ----------
    m_h : (n,) float64
        Absolute magnitude in H.
    age, fe_h : (n,) float64
        Gyr, dex.
    clump : (n,) bool
        Which burn helium.
    normal : (n,) float64
        Standard normals: the width of the loci (30 K).

    Returns
    -------
    Atmosphere
    """
    age_0, mass_0, power = GIANT_MASS
    giant_mass = mass_0 * (np.maximum(age, 0.3) / age_0) ** power * 10.0 ** (0.08 * np.clip(fe_h, -1.5, 0.5))
    giant_mass = np.where(clump, 0.97 * giant_mass, giant_mass)
    dwarf_mass = np.interp(m_h, [2.0, 3.3, 4.5, 5.5, 6.6], [1.25, 1.0, 0.75, 0.6, 0.5])
    # share of the main sequence: subgiants run from one locus to the other
    share = 1.0 / (1.0 + np.exp((2.35 - m_h) / 0.22))
    share = np.where(clump, 0.0, share)
    mass = (1.0 - share) * giant_mass + share * dwarf_mass
    dwarf_teff = np.interp(m_h, SEQUENCE[0], SEQUENCE[1]) - 60.0 * np.clip(fe_h, -1.5, 0.5)
    teff = np.full(m_h.shape, 4700.0)
    logg = np.full(m_h.shape, 2.0)
    for _ in range(3):
        luminosity = 0.4 * (SUN_MBOL - m_h - colour(teff, "bc_h"))
        logg = SUN_LOGG + np.log10(mass) + 4.0 * np.log10(teff / SUN_TEFF) - luminosity
        on_giants = giant_teff(np.clip(logg, -0.5, 3.7), fe_h, giant_mass, clump)
        teff = np.clip((1.0 - share) * on_giants + share * dwarf_teff, 3100.0, 7000.0)
    return Atmosphere(mass, teff + 30.0 * normal, logg)
