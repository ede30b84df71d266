"""How bright the stars of the mock are: one luminosity function in H for all populations.

Giants follow dN/dM ~ 10^(0.3 M) below a tip, as stellar evolution sets it, with the red clump on top
(M_H = -1.49, the value used for the APOGEE disk by Frankel et al. 2020); turn-off stars and dwarfs follow
below.
"""

from __future__ import annotations

import numpy as np

#: brightest and faintest M_H, and the step of the table, mag
BRIGHT, FAINT, STEP = -6.8, 6.6, 0.01
#: slope of the giant branch, dex/mag, and its tip, mag
GIANT_SLOPE, TIP = 0.30, -6.4
#: absolute magnitude of the clump, its spread, and clump stars per giant within 0.5 mag
CLUMP, CLUMP_SPREAD, CLUMP_RATIO = -1.49, 0.14, 1.1
#: magnitude where giants give way to the main sequence
TURN_OFF = 2.6
#: main-sequence stars per mag at M_H = 4 for one giant per mag at M_H = 0
DWARFS = 36.0


class LuminosityFunction:
    """Cumulative number of stars against M_H, cut to a range.

    Parameters
    ----------
    bright, faint : float
        Range of M_H kept, mag.
    """

    def __init__(self, bright: float = BRIGHT, faint: float = FAINT):
        self.edges = np.arange(BRIGHT, FAINT + STEP / 2, STEP)
        middle = self.edges[:-1] + STEP / 2
        giants, clump, dwarfs = _parts(middle)
        self._clump_share = clump / (giants + clump + dwarfs)
        number = (giants + clump + dwarfs) * ((middle > bright) & (middle < faint))
        self.cumulative = np.r_[0.0, np.cumsum(number)] * STEP

    def below(self, magnitude: np.ndarray) -> np.ndarray:
        """Return the number of stars brighter than `magnitude`."""
        place = np.clip((magnitude - BRIGHT) / STEP, 0.0, self.edges.size - 1.000001)
        left = place.astype(np.int64)
        low = self.cumulative[left]
        return low + (self.cumulative[left + 1] - low) * (place - left)

    def draw(self, uniform: np.ndarray, bright: np.ndarray, faint: np.ndarray) -> np.ndarray:
        """Return M_H drawn between two magnitudes, one star each."""
        low, high = self.below(bright), self.below(faint)
        return np.interp(low + uniform * (high - low), self.cumulative, self.edges)

    def is_clump(self, uniform: np.ndarray, magnitude: np.ndarray) -> np.ndarray:
        """Return which stars of these M_H are clump stars."""
        place = ((magnitude - BRIGHT) / STEP).astype(np.int64)
        return uniform < self._clump_share[np.clip(place, 0, self._clump_share.size - 1)]


def _parts(m: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return giants, clump stars and main-sequence stars per mag."""
    giants = (
        10.0 ** (GIANT_SLOPE * m) / (1.0 + np.exp((TIP - m) / 0.12)) / (1.0 + np.exp((m - TURN_OFF) / 0.15))
    )
    near = 10.0 ** (GIANT_SLOPE * CLUMP) * CLUMP_RATIO
    clump = near * np.exp(-0.5 * ((m - CLUMP) / CLUMP_SPREAD) ** 2) / (CLUMP_SPREAD * np.sqrt(2 * np.pi))
    dwarfs = DWARFS * 10.0 ** (0.12 * (m - 4.0)) / (1.0 + np.exp((TURN_OFF + 0.5 - m) / 0.25))
    return giants, clump, dwarfs
