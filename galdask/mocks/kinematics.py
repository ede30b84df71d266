"""How the stars of the mock move: a rotation curve, dispersions and the asymmetric drift."""

from __future__ import annotations

import numpy as np

from galdask.mocks.components import COMPONENTS, HALO, MAGELLANIC, R_0

#: circular speed far out, km/s: the frame's Sun less its own 12.24 km/s, and the radius of its rise, kpc
CIRCULAR, RISE = 220.0, 1.2
#: scale length of velocity dispersions, kpc
SIGMA_LENGTH = 9.0
#: speed of the Magellanic stars, Galactocentric x, y, z, km/s (Kallivayalil et al. 2013, rounded)
MAGELLANIC_MOTION = (-57.0, -226.0, 221.0)


def circular_speed(r: np.ndarray) -> np.ndarray:
    """Return the speed of a circular orbit, km/s, at radii in kpc."""
    return CIRCULAR * (1.0 - np.exp(-np.asarray(r) / RISE))


def draw(
    rng: np.random.Generator, component: np.ndarray, population: np.ndarray, xyz: np.ndarray
) -> np.ndarray:
    """Draw Galactocentric velocities.

    Parameters
    ----------
    rng : numpy.random.Generator
        Stream to draw from; always three normals a star.
    component, population : (n,) integer
        Index in `COMPONENTS` and population of each star.
    xyz : (3, n) float64
        Position, kpc.

    Returns
    -------
    (3, n) float64
        Velocities along x, y, z, km/s. Disks rotate with the Sun (towards +y at the Sun), behind the
        circular speed by Stroemgren's drift sigma_R^2 / (2 v_c) (R / h_R + 2 R / h_sigma - 1).
    """
    spin = rng.standard_normal((3, component.size))
    r = np.maximum(np.hypot(xyz[0], xyz[1]), 1e-3)
    sigma = np.array([c.sigma for c in COMPONENTS])[component].T
    disk = np.array([c.shape == "disk" for c in COMPONENTS])[component]
    length = np.array([c.lengths[0] if c.shape == "disk" else 2.5 for c in COMPONENTS])[component]
    sigma = sigma * np.where(disk, np.exp((R_0 - np.clip(r, 3.0, 16.0)) / SIGMA_LENGTH), 1.0)
    v_c = circular_speed(r)
    drift = sigma[0] ** 2 / (2.0 * np.maximum(v_c, 60.0)) * (r / length + 2.0 * r / SIGMA_LENGTH - 1.0)
    # the bar turns nearly as a solid body; the halo hardly turns
    mean = np.where(disk, v_c - np.clip(drift, 0.0, 0.6 * v_c), np.minimum(40.0 * r, 0.8 * v_c))
    mean = np.where(population == HALO, 10.0, mean)
    v_r, v_spin, v_z = spin * sigma + np.stack([np.zeros_like(mean), mean, np.zeros_like(mean)])
    cos, sin = xyz[0] / r, xyz[1] / r
    # clockwise seen from the north: v_spin > 0 is towards +y at the Sun, where x < 0
    velocity = np.stack([v_r * cos + v_spin * sin, v_r * sin - v_spin * cos, v_z])
    far = population == MAGELLANIC
    return np.where(far, np.array(MAGELLANIC_MOTION)[:, None] + 30.0 * spin, velocity)
