"""Dust of the mock: an exponential layer, integrated along lines of sight."""

from __future__ import annotations

import numpy as np

from galdask.mocks import sky

#: A_K per kpc in the plane at the Sun (mag/kpc), scale length and height of the layer (kpc)
DENSITY, LENGTH, HEIGHT = 0.095, 4.2, 0.11
#: A_J, A_H, A_G, A_BP, A_RP in units of A_K (J and H as in Indebetouw et al. 2005)
LAW = {"j": 2.5, "h": 1.55, "k": 1.0, "g": 7.4, "bp": 9.0, "rp": 5.4}
#: E(B-V) in units of A_K
REDDENING = 1.0 / 0.302


def extinction(ra: np.ndarray, dec: np.ndarray, distances: np.ndarray) -> np.ndarray:
    """Return A_K along lines of sight.

    Parameters
    ----------
    ra, dec : (n,) float64
        Degrees.
    distances : (m,) float64
        Increasing, kpc.

    Returns
    -------
    (n, m) float64
        Mag, from the Sun to each distance.
    """
    edges = np.r_[0.0, distances]
    middle, step = 0.5 * (edges[1:] + edges[:-1]), np.diff(edges)
    away = sky.TO_CENTRE @ sky.unit_vector(ra, dec)
    xyz = away[:, :, None] * middle + sky.SUN[:, None, None]
    r = np.hypot(xyz[0], xyz[1])
    layer = DENSITY * np.exp((sky.R_SUN - r) / LENGTH - np.abs(xyz[2]) / HEIGHT)
    return np.cumsum(layer * step, axis=1)
