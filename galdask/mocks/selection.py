"""What the mock survey sees: for each field and cohort, which components at which distances."""

from __future__ import annotations

import numpy as np

from galdask.mocks import dust, sky
from galdask.mocks.components import COMPONENTS, density
from galdask.mocks.footprint import Footprint
from galdask.mocks.luminosity import LuminosityFunction

#: nearest and farthest distance, kpc, and the number of steps between, equal in log distance
NEAR, FAR, STEPS = 0.06, 45.0, 110


class Selection:
    """Cumulative tables from which stars of a magnitude-limited survey are drawn.

    The weight of (component, distance) in a cohort is density x distance^2 x the part of the luminosity
    function that falls between the cohort's limits in H, seen through the dust of the field's centre.

    Parameters
    ----------
    fields : Footprint
        The fields.
    luminosity : LuminosityFunction, optional
        All stars by default; a cut one draws only stars of that range, in the right proportions.
    """

    def __init__(self, fields: Footprint, luminosity: LuminosityFunction | None = None):
        everything = LuminosityFunction()
        self.luminosity = everything if luminosity is None else luminosity
        self.edges = np.geomspace(NEAR, FAR, STEPS + 1)
        middle = np.sqrt(self.edges[1:] * self.edges[:-1])
        self.a_k = dust.extinction(fields.ra, fields.dec, middle)
        self._log_middle = np.log(middle)
        away = sky.TO_CENTRE @ sky.unit_vector(fields.ra, fields.dec)
        xyz = away[:, :, None] * middle + sky.SUN[:, None, None]
        shells = np.stack([density(c, xyz) for c in COMPONENTS], axis=1) * middle**2 * np.diff(self.edges)
        self.h_from, self.h_to, share = fields.cohorts()
        modulus = 5.0 * np.log10(middle) + 10.0 + dust.LAW["h"] * self.a_k
        tables, kept = [], []
        for cohort in range(share.shape[1]):
            low, high = (h[:, cohort, None] - modulus for h in (self.h_from, self.h_to))
            weight = shells * (self.luminosity.below(high) - self.luminosity.below(low))[:, None, :]
            total = weight.reshape(fields.size, -1).sum(axis=1)
            if luminosity is not None:
                seen = shells * (everything.below(high) - everything.below(low))[:, None, :]
                share[:, cohort] *= total / seen.reshape(fields.size, -1).sum(axis=1)
            kept.append(total)
            tables.append(np.cumsum(weight.reshape(fields.size, -1), axis=1) / total[:, None])
        # one increasing table: row number plus cumulative share, row = cohort * fields + field
        self._table = (np.concatenate(tables) + np.arange(3 * fields.size)[:, None]).ravel()
        self._cells = shells.shape[1] * shells.shape[2]
        self.fields = fields.size
        #: expected share of stars of each field that this selection draws (1 without a cut)
        self.reached = share.sum(axis=1)
        self._cohort = np.cumsum(share, axis=1) / self.reached[:, None]

    def draw_cohort(self, uniform: np.ndarray, field: np.ndarray) -> np.ndarray:
        """Return the cohort, 0 to 2, of stars in these fields."""
        edges = self._cohort[field]
        return (uniform > edges[:, 0]).astype(np.int8) + (uniform > edges[:, 1])

    def draw_place(
        self, uniform: np.ndarray, depth: np.ndarray, field: np.ndarray, cohort: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return component and distance (kpc) of stars.

        Parameters
        ----------
        uniform, depth : (n,) float64
            Uniform numbers: which cell of the table, and where inside its step of distance.
        field, cohort : (n,) integer
            Where the star was seen.
        """
        row = cohort.astype(np.int64) * self.fields + field
        cell = np.searchsorted(self._table, row + uniform, side="right") - row * self._cells
        cell = np.clip(cell, 0, self._cells - 1)
        component, step = np.divmod(cell, STEPS)
        distance = self.edges[step] * (self.edges[step + 1] / self.edges[step]) ** depth
        return component, distance

    def extinction(self, field: np.ndarray, distance: np.ndarray) -> np.ndarray:
        """Return A_K, mag, of stars in these fields at these distances (kpc)."""
        place = (np.log(distance) - self._log_middle[0]) / (self._log_middle[1] - self._log_middle[0])
        place = np.clip(place, 0.0, STEPS - 1.000001)
        left = place.astype(np.int64)
        low = self.a_k[field, left]
        return low + (self.a_k[field, left + 1] - low) * (place - left)

    def draw_magnitude(
        self,
        uniform: np.ndarray,
        field: np.ndarray,
        cohort: np.ndarray,
        distance: np.ndarray,
        a_k: np.ndarray,
    ) -> np.ndarray:
        """Return M_H of stars that fall within their cohort's limits."""
        modulus = 5.0 * np.log10(distance) + 10.0 + dust.LAW["h"] * a_k
        bright, faint = self.h_from[field, cohort] - modulus, self.h_to[field, cohort] - modulus
        return self.luminosity.draw(uniform, bright, faint)
