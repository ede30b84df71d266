"""Angular momenta at birth: eq. 1 of Frankel et al. 2020.

    p(Lz0) = Lz0 / L0^2 exp(-Lz0 / L0),   L0 = VC Rd0,   0 < Lz0

The paper calls L0 the mean angular momentum; the mean of this density is 2 L0, and L0 is its mode.
"""

from __future__ import annotations

import numpy as np

from galdask.migration.model.parameters import Parameters


def log_p(p: Parameters, lz0: np.ndarray) -> np.ndarray:
    """Return ln p(Lz0), 1/(kpc km/s); -inf where Lz0 <= 0."""
    lz0 = np.asarray(lz0, dtype=np.float64)
    inside = np.where(lz0 <= 0.0, 1.0, lz0)
    found = np.log(inside) - 2.0 * np.log(p.scale) - inside / p.scale
    return np.where(lz0 <= 0.0, -np.inf, found)


def draw(p: Parameters, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return Lz0 (kpc km/s) from two uniform numbers in (0, 1): the sum of two exponential ones."""
    return -p.scale * (np.log(first) + np.log(second))
