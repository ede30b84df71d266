"""The other elements of the mock: 27 abundances that follow [Fe/H], [Mg/Fe] and, for C and N, the mass."""

from __future__ import annotations

import numpy as np

from galdask.mocks.stars import Arrays

#: order of the element arrays
ELEMENTS = (
    "C", "CI", "N", "O", "Na", "Mg", "Al", "Si", "P", "S", "K", "Ca", "Ti", "TiII", "V", "Cr",
    "Mn", "Fe", "Co", "Ni", "Cu", "Ge", "Rb", "Ce", "Nd", "Yb", "C13",
)  # fmt: skip
MG, FE = ELEMENTS.index("Mg"), ELEMENTS.index("Fe")
#: element -> column of the main table, without those that have none
NAMED = {name: name.upper() for name in ELEMENTS if name not in ("Ge", "Rb", "Nd", "C13")}
#: elements that ASPCAP measures but does not publish, flagged as outside the calibrated range
UNPUBLISHED = ("P", "Cu", "Ge", "Rb", "Nd", "Yb", "C13")
#: bit of ELEMFLAG for them (CALRANGE_BAD), and for a failed element (GRIDEDGE_BAD)
CALRANGE_BAD, GRIDEDGE_BAD = 1 << 1, 1 << 0
#: element -> [X/Fe] = a [Mg/Fe] + b [Fe/H] + scatter (dex)
TRENDS = {
    "C": (0.25, 0.05, 0.04), "CI": (0.25, 0.05, 0.06), "N": (0.0, 0.20, 0.06), "O": (0.85, -0.03, 0.03),
    "Na": (0.1, 0.25, 0.10), "Mg": (1.0, 0.0, 0.0), "Al": (0.7, 0.10, 0.05), "Si": (0.6, -0.03, 0.03),
    "P": (0.5, -0.1, 0.20), "S": (0.7, -0.05, 0.06), "K": (0.4, -0.05, 0.06), "Ca": (0.4, -0.05, 0.03),
    "Ti": (0.4, 0.0, 0.05), "TiII": (0.6, 0.0, 0.14), "V": (0.1, 0.1, 0.12), "Cr": (-0.05, 0.0, 0.06),
    "Mn": (-0.3, 0.2, 0.03), "Fe": (0.0, 0.0, 0.0), "Co": (0.2, 0.15, 0.09), "Ni": (0.05, 0.05, 0.02),
    "Cu": (0.1, 0.25, 0.20), "Ge": (0.1, 0.1, 0.25), "Rb": (0.0, 0.1, 0.25), "Ce": (-0.3, -0.15, 0.12),
    "Nd": (0.1, -0.1, 0.25), "Yb": (0.0, -0.1, 0.25), "C13": (0.0, 0.0, 0.25),
}  # fmt: skip
#: error of each element in units of that of [Fe/H]
ERRORS = np.array(
    [2.0, 3.2, 2.6, 2.0, 9.0, 1.5, 2.2, 1.7, 14.0, 5.5, 4.5, 2.1, 2.6, 9.5, 10.0, 6.0, 2.0, 1.0, 8.0, 1.6,
     2.0, 9.0, 9.0, 7.5, 9.0, 9.0, 9.0]
)  # fmt: skip


def over_hydrogen(rng: np.random.Generator, star: Arrays, label: Arrays) -> tuple[np.ndarray, np.ndarray]:
    """Draw the arrays X_H and X_H_ERR.

    Parameters
    ----------
    rng : numpy.random.Generator
        Stream to draw from.
    star, label : dict of (n,) arrays
        True stars and measured labels of spectra.

    Returns
    -------
    x_h, x_h_err : (n, 27) float32
        Dex. The entry of Fe is the label [Fe/H]; that of Mg is [Fe/H] plus the label [Mg/Fe].
    """
    normal = rng.standard_normal((star["fe_h"].size, len(ELEMENTS)), dtype=np.float32)
    a, b, scatter = np.array([TRENDS[name] for name in ELEMENTS], dtype=np.float32).T
    # first dredge-up: heavier giants carry less carbon and more nitrogen
    mixed = np.where(star["logg"] < 3.4, np.log10(star["mass"]), 0.0).astype(np.float32)
    x_fe = label["mg_fe"][:, None] * a + label["fe_h"][:, None] * b + normal * scatter
    x_fe[:, 0] -= 0.05 + 0.35 * mixed
    x_fe[:, 1] -= 0.05 + 0.35 * mixed
    x_fe[:, 2] += 0.10 + 0.75 * mixed
    error = np.maximum(label["fe_h_err"][:, None] * ERRORS.astype(np.float32), np.float32(0.005))
    error[:, FE], error[:, MG] = label["fe_h_err"], label["mg_fe_err"]
    x_h = x_fe + label["fe_h"][:, None]
    x_h[:, FE] = label["fe_h"]
    return x_h.astype(np.float32), error.astype(np.float32)


def elemflag(size: int, fe_bad: np.ndarray, mg_bad: np.ndarray) -> np.ndarray:
    """Return ELEMFLAG, int64 of shape (n, 27)."""
    flag = np.zeros((size, len(ELEMENTS)), dtype=np.int64)
    for name in UNPUBLISHED:
        flag[:, ELEMENTS.index(name)] = CALRANGE_BAD
    flag[fe_bad, FE] |= GRIDEDGE_BAD
    flag[mg_bad, MG] |= GRIDEDGE_BAD
    return flag
