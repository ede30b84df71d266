"""The Staeckel fudge, compiled: actions and orbit quantities of many stars.

Binney (2012, MNRAS 426, 1324) treats each coordinate of a star as if the potential were of Staeckel's form in
prolate spheroidal coordinates of focal length d; `radial` and `vertical` hold the two motions. Peri- and
apocentre, z_max and eccentricity follow Mackereth & Bovy (2018, PASP 130, 114501).
"""

from __future__ import annotations

import math
from typing import Any

import numba as nb
import numpy as np

from galdask.stars.orbits import nodes
from galdask.stars.orbits.compiled import BITS, IN, IN2, IN3, IN4, KERNEL, OUT, OUT2, PART, STARTS, F, stamp
from galdask.stars.orbits.field import FIELD
from galdask.stars.orbits.motion import BLOCK, COUNT, ENERGY, JR, JZ, T1, X1, X2, motions
from galdask.stars.orbits.potential import Potential
from galdask.stars.orbits.radial import radial_motion
from galdask.stars.orbits.status import FAILED
from galdask.stars.orbits.vertical import vertical_motion

_FAILED = FAILED
#: rows of the results
ROWS = ("jr", "jz", "energy", "ecc", "z_max", "r_peri", "r_apo")
_NODES = nb.types.Tuple((IN3, STARTS, IN4, STARTS, IN))
_SIGNATURE = nb.void(FIELD, IN2, F, IN, IN, IN, IN, IN, IN, _NODES, OUT2, OUT, OUT2, BITS)


@nb.njit(**PART)
def _finish(work, d2, bits, start, out):  # type: ignore[no-untyped-def]
    """Write the rows of `ROWS` of a block that starts at column `start`."""
    for i in range(d2.size):
        j = start + i
        out[2, j] = work[ENERGY, i]
        if bits[i] & _FAILED:
            out[0, j] = out[1, j] = out[3, j] = out[4, j] = out[5, j] = out[6, j] = math.nan
            continue
        near, far = math.sqrt(work[X1, i]), math.sqrt(work[X2, i] + d2[i] * work[T1, i])
        out[0, j], out[1, j], out[3, j] = work[JR, i], work[JZ, i], (far - near) / (far + near)
        out[4, j], out[5, j], out[6, j] = math.sqrt((work[X2, i] + d2[i]) * work[T1, i]), near, far


def _kernel(sources: int) -> Any:
    @nb.njit(_SIGNATURE, **KERNEL)
    def stars(field, plane, thin, r, vr, vphi, z, vz, d2, grid, work, scratch, out, bits):  # type: ignore[no-untyped-def]
        _ = sources
        points, starts, v_points, v_starts, pole = grid
        for start in range(0, r.size, BLOCK):
            stop = min(start + BLOCK, r.size)
            own, d2_ = bits[start:stop], d2[start:stop]
            motions(field, start, r, vr, vphi, z, vz, d2_, work, own)
            radial_motion(plane, d2_, points, starts, scratch, work, own)
            vertical_motion(field, thin, stop - start, v_points, v_starts, pole, scratch, work, own)
            _finish(work, d2_, own, start, out)

    return stars


_stars = _kernel(stamp())


def fudge(
    made: Potential,
    r: np.ndarray,
    vr: np.ndarray,
    vphi: np.ndarray,
    z: np.ndarray,
    vz: np.ndarray,
    delta: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return actions and orbit quantities of stars.

    Parameters
    ----------
    made : Potential
        The potential.
    r, vr, vphi, z, vz : (n,) float64, contiguous
        Stars, kpc and km/s.
    delta : (n,) float64, kpc
        Focal lengths; 0 is allowed, a negative one counts as missing.

    Returns
    -------
    rows : (7, n) float64
        In the order of `ROWS`: kpc km/s, (km/s)^2, kpc.
    status : (n,) uint16
        Bits of `galdask.stars.orbits.status`.
    """
    out, bits = np.empty((len(ROWS), r.size)), np.empty(r.size, dtype=np.uint16)
    grid = (*nodes.radial(), *nodes.vertical())
    work, scratch = np.empty((COUNT, BLOCK)), np.empty(nodes.VERTICAL << nodes.LEVELS)
    thin, d2 = made.thickness**2, np.where(delta >= 0.0, delta, np.nan) ** 2
    _stars(made.field, made.plane, thin, r, vr, vphi, z, vz, d2, grid, work, scratch, out, bits)
    return out, bits
