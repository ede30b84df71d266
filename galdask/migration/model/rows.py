"""Points at which the model is evaluated again for every set of parameters, with all that does not change."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from galdask.migration.model.choices import DEFAULT, Choices
from galdask.migration.model.density import Geometry, geometry, log_birth_density
from galdask.migration.model.parameters import Parameters


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Points (tau, Lz0, Lz, JR, z) with weights, each array of one shape; dead points have weight 0."""

    tau: np.ndarray
    """Gyr."""
    lz0: np.ndarray
    """Kpc km/s."""
    lz: np.ndarray
    """Kpc km/s."""
    jr: np.ndarray
    """Kpc km/s."""
    z: np.ndarray
    """Kpc."""
    r_guide: np.ndarray
    """Rc(Lz), kpc."""
    kappa: np.ndarray
    """Radial frequency there, km/s/kpc."""
    unit_height: np.ndarray
    """sqrt(2 Jz / nu), kpc."""
    log_weight: np.ndarray
    """What the density is multiplied with, as a natural logarithm; -inf for dead points."""

    @property
    def size(self) -> int:
        """Number of points."""
        return int(self.tau.size)

    def take(self, which: np.ndarray | slice) -> Rows:
        """Return some of the points, by the first axis."""
        return Rows(*(getattr(self, field.name)[which] for field in fields(self)))

    def log_terms(self, p: Parameters, choices: Choices = DEFAULT) -> np.ndarray:
        """Return ln p(tau, Lz0, Lz, JR, z) + log_weight of every point."""
        about = Geometry(self.r_guide, self.kappa, self.unit_height)
        found = log_birth_density(p, self.tau, self.lz0, self.lz, self.jr, self.z, about, choices)
        return np.where(self.log_weight == -np.inf, -np.inf, found + self.log_weight)


def rows_at(
    p: Parameters,
    tau: np.ndarray,
    lz0: np.ndarray,
    lz: np.ndarray,
    jr: np.ndarray,
    z: np.ndarray,
    r: np.ndarray,
    log_weight: np.ndarray,
    choices: Choices = DEFAULT,
) -> Rows:
    """Return points with their geometry; those where no star can be are dead and stand at a harmless place.

    `r` is the distance from the axis, kpc, which only ``vertical_frequency: present`` uses.
    """
    alive = np.isfinite(log_weight) & (lz > 0.0) & (lz0 > 0.0) & np.isfinite(jr) & (tau > 0.0)
    alive &= (tau <= p.tau_m) & np.isfinite(lz) & np.isfinite(z)
    tau, lz0, lz = (np.where(alive, v, other) for v, other in ((tau, p.tau_m), (lz0, p.scale), (lz, p.scale)))
    jr, z, r = (np.where(alive, v, other) for v, other in ((jr, 0.0), (z, 0.0), (r, p.R0)))
    about = geometry(p, tau, lz0, lz, choices, r)
    return Rows(tau, lz0, lz, jr, z, *about, np.where(alive, log_weight, -np.inf))
