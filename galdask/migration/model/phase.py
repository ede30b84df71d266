"""Where on its orbit a star is: from (Lz, JR, radial phase) to (R, vR), in the plane, exactly.

With R = middle - half cos(eta) between the turning points, dt = half sin(eta) / vR d(eta) is even and
periodic in eta. Its cosine series gives the phase, theta_R = eta + sum_k c_k sin(k eta), as Kepler's equation
does for a point mass; it is inverted by Newton's method. (theta_R, JR) are canonical: at fixed Lz
dR dvR = dtheta_R dJR.
"""

from __future__ import annotations

import numpy as np

from galdask.migration.model.circles import circles
from galdask.stars.orbits import Potential, planar
from galdask.stars.orbits.field import gradients

#: nodes in eta, stars at a time, steps of the secant rule and of Newton's
_NODES, _BLOCK, _STEPS, _NEWTON = 48, 20_000, 12, 12
_TOLERANCE = 1e-10


def place_on_orbit(
    lz: np.ndarray, jr: np.ndarray, theta: np.ndarray, potential: Potential
) -> tuple[np.ndarray, np.ndarray]:
    """Return where stars are along the radius.

    Parameters
    ----------
    lz : (n,) float64
        Angular momentum, kpc km/s, > 0.
    jr : (n,) float64
        Radial action, kpc km/s, > 0.
    theta : (n,) float64
        Radial phase, 0 to 2 pi, 0 at the pericentre; stars move outward until pi.
    potential : Potential
        The potential.

    Returns
    -------
    r, vr : (n,) float64
        Kpc, km/s; NaN where no bound orbit has this action.
    """
    r, vr = np.empty(lz.size), np.empty(lz.size)
    for first in range(0, lz.size, _BLOCK):
        part = slice(first, first + _BLOCK)
        r[part], vr[part] = _block(lz[part], jr[part], theta[part] % (2.0 * np.pi), potential)
    return r, vr


def _orbit(lz: np.ndarray, jr: np.ndarray, potential: Potential) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return pericentre, apocentre (kpc) and energy ((km/s)^2) of the orbits with these actions."""
    guide = circles(lz, potential)
    vphi = lz / guide.r
    # at the guiding radius the energy above the circular orbit is vR^2 / 2, and dJR/dE = 1 / Omega_R
    above = guide.kappa * jr * (1.0 - 0.5 * np.minimum(guide.kappa * jr / vphi**2, 0.8))
    slope = guide.kappa.copy()
    found = planar(guide.r, np.sqrt(2.0 * above), vphi, potential=potential)
    for _ in range(_STEPS):
        wrong = jr - found["jr"]
        if not np.any(np.abs(wrong) > _TOLERANCE * jr):
            break
        new = np.maximum(above + slope * wrong, 0.5 * above)
        after = planar(guide.r, np.sqrt(2.0 * new), vphi, potential=potential)
        gained = after["jr"] - found["jr"]
        with np.errstate(invalid="ignore", divide="ignore"):
            secant = (new - above) / gained
        sound = (np.abs(gained) > 1e-7 * jr) & (secant > 0.0) & (secant < 2.0 * guide.kappa)
        slope = np.where(sound, secant, slope)
        above, found = new, after
    bound = np.abs(jr - found["jr"]) <= 1e-7 * jr
    energy = np.where(bound, found["energy"], np.nan)
    return found["r_peri"], found["r_apo"], energy


def _block(
    lz: np.ndarray, jr: np.ndarray, theta: np.ndarray, potential: Potential
) -> tuple[np.ndarray, np.ndarray]:
    near, far, energy = _orbit(lz, jr, potential)
    r, vr = np.full(lz.size, np.nan), np.full(lz.size, np.nan)
    known = np.isfinite(energy) & (far > near)
    near, far, energy, lz, theta = (x[known] for x in (near, far, energy, lz, theta))
    middle, half = 0.5 * (far + near), 0.5 * (far - near)
    eta = np.pi * (np.arange(_NODES) + 0.5) / _NODES
    radius = middle[:, None] - half[:, None] * np.cos(eta)
    square = 2.0 * (energy[:, None] - _in_plane(potential, radius)) - (lz[:, None] / radius) ** 2
    # next to a turning point the square may round to nothing
    square = np.maximum(square, 1e-30 * (lz[:, None] / radius) ** 2)
    rate = half[:, None] * np.sin(eta) / np.sqrt(square)
    order = np.arange(1, _NODES)
    series = rate @ np.cos(np.outer(eta, np.r_[0, order])) * (2.0 / _NODES)
    waves = np.ascontiguousarray((series[:, 1:] / order / (0.5 * series[:, :1])).T)
    outward = theta <= np.pi
    goal = np.where(outward, theta, 2.0 * np.pi - theta)
    at = goal.copy()
    for _ in range(_NEWTON):
        value, slope = _series(waves, at)
        step = (at + value - goal) / np.maximum(1.0 + slope, 0.2)
        at = np.clip(at - step, 0.0, np.pi)
        if not np.any(np.abs(step) > 1e-12):
            break
    r[known] = middle - half * np.cos(at)
    left = 2.0 * (energy - _in_plane(potential, r[known])) - (lz / r[known]) ** 2
    vr[known] = np.where(outward, 1.0, -1.0) * np.sqrt(np.maximum(left, 0.0))
    return r, vr


def _in_plane(potential: Potential, r: np.ndarray) -> np.ndarray:
    flat = np.square(r).reshape(-1)
    return gradients(potential.field, flat, np.zeros(flat.size))[0].reshape(r.shape)


def _series(waves: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return sum_k c_k sin(k x) and its derivative, by Clenshaw's recurrence; `waves` holds c_1, c_2 ..."""
    cosine = np.cos(at)
    b1, b2, d1, d2 = (np.zeros(at.size) for _ in range(4))
    for k in range(waves.shape[0] - 1, -1, -1):
        b1, b2 = waves[k] + 2.0 * cosine * b1 - b2, b1
        d1, d2 = (k + 1) * waves[k] + 2.0 * cosine * d1 - d2, d1
    return b1 * np.sin(at), d1 * cosine - d2
