"""Focal lengths of the spheroidal coordinates in which a potential is nearly of Staeckel's form.

At a place the best focal length follows from the second derivatives of the potential (Sanders 2012, MNRAS
426, 128, eq. 9). In X = R^2, Y = z^2 it reads

    d^2 = Y - X + (2 (Phi_X - Phi_Y) + X Phi_XX - Y Phi_YY) / Phi_XY

which holds in the plane and on the axis too: no place needs a limit. A spherical potential gives 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from galdask.stars.orbits.field import gradients
from galdask.stars.orbits.potential import DEFAULT, Potential, open_potential
from galdask.units import to_internal

#: kpc; d is clipped to this range, and so is d^2 < 0 (0 is the spherical limit, which the fudge bears)
D_MIN, D_MAX = 0.0, 20.0
#: kpc; grid of the table in R and |z|
R_MIN, R_MAX, R_STEPS = 0.05, 60.0, 240
Z_SCALE, Z_MAX, Z_STEPS = 0.5, 40.0, 120


def focal_squared(made: Potential, r: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return d^2 (kpc^2, of either sign) at places given in kpc."""
    x, y = np.square(r), np.square(z)
    _, fx, fy, fxx, fxy, fyy = gradients(made.field, x.reshape(-1), y.reshape(-1)).reshape(6, *x.shape)
    with np.errstate(invalid="ignore", divide="ignore"):
        return y - x + (2.0 * (fx - fy) + x * fxx - y * fyy) / fxy


def _clip(squared: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    inside = (squared >= D_MIN**2) & (squared <= D_MAX**2)
    return np.sqrt(np.clip(np.nan_to_num(squared, nan=D_MIN**2), D_MIN**2, D_MAX**2)), ~inside


def _axes() -> tuple[np.ndarray, np.ndarray]:
    r = np.geomspace(R_MIN, R_MAX, R_STEPS)
    z = Z_SCALE * np.sinh(np.linspace(0.0, np.arcsinh(Z_MAX / Z_SCALE), Z_STEPS))
    return r, z


@lru_cache(maxsize=16)
def focal_table(made: Potential) -> tuple[np.ndarray, np.ndarray]:
    """Return d (kpc) and whether it was clipped, on the grid; made once a potential."""
    r, z = _axes()
    grid = np.broadcast_arrays(r[:, None], z[None, :])
    length, clipped = _clip(focal_squared(made, *(np.ascontiguousarray(g) for g in grid)))
    return length, clipped


def focal_length(
    r: Any, z: Any, potential: Mapping[str, Any] | Potential = DEFAULT, *, exact: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return the focal length at places in a potential.

    Parameters
    ----------
    r, z : array_like or Quantity
        Places, kpc.
    potential : mapping or Potential
        As `galdask.stars.orbits.open_potential` takes it.
    exact : bool
        True: from the derivatives of the potential at the place. False: from a table over (R, |z|), linear
        in ln R and asinh(|z| / 0.5 kpc) between its knots; places outside take the value at its edge.

    Returns
    -------
    delta : ndarray, kpc
        Within [`D_MIN`, `D_MAX`]; NaN where a place is not finite.
    clipped : ndarray of bool
        Where that needed clipping, at the place (exact) or at one of the four knots about it.
    """
    made = open_potential(potential)
    r, z = np.broadcast_arrays(to_internal(r, "kpc"), to_internal(z, "kpc"))
    fine = np.isfinite(r) & np.isfinite(z) & (r >= 0)
    r, z = np.where(fine, r, 1.0), np.abs(np.where(fine, z, 0.0))
    if exact:
        length, clipped = _clip(focal_squared(made, r, z))
    else:
        table, cut = focal_table(made)
        u = np.log(np.clip(r, R_MIN, R_MAX) / R_MIN) / np.log(R_MAX / R_MIN) * (R_STEPS - 1)
        v = np.arcsinh(np.minimum(z, Z_MAX) / Z_SCALE) / np.arcsinh(Z_MAX / Z_SCALE) * (Z_STEPS - 1)
        i, j = np.minimum(u.astype(np.int64), R_STEPS - 2), np.minimum(v.astype(np.int64), Z_STEPS - 2)
        a, b = u - i, v - j
        near = (1 - b) * table[i, j] + b * table[i, j + 1]
        length = (1 - a) * near + a * ((1 - b) * table[i + 1, j] + b * table[i + 1, j + 1])
        clipped = cut[i, j] | cut[i + 1, j] | cut[i, j + 1] | cut[i + 1, j + 1]
        clipped = clipped | (r < R_MIN) | (r > R_MAX) | (z > Z_MAX)
    return np.where(fine, length, np.nan), clipped & fine
