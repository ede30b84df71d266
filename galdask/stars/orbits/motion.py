"""What is known of a block of stars while their actions are found: a row of numbers for each quantity."""

from __future__ import annotations

import math

import numba as nb

from galdask.stars.orbits import status
from galdask.stars.orbits.compiled import PART
from galdask.stars.orbits.field import potential
from galdask.stars.orbits.tabulated import X_MAX

#: rows of the work array: energy, lz, x0 = d^2 sinh^2 u, lam = x0 + d^2, cos^2 v, sin^2 v, half of
#: p_u^2 and p_v^2, Phi at the star; then JR, the radial turning points, Jz, cos^2 v at the vertical
ENERGY, LZ, X0, L, T0, W0, KU, KV, PHI, JR, X1, X2, JZ, T1 = range(14)
COUNT = 14
#: stars in a block
BLOCK = 256

_MISSING, _AXIS, _UNBOUND, _FAR = status.MISSING, status.AXIS, status.UNBOUND, status.FAR
_ON_AXIS = status.ON_AXIS**2


@nb.njit(**PART)
def motions(field, start, r_, vr_, vphi_, z_, vz_, d2, work, bits):  # type: ignore[no-untyped-def]
    """Write the rows ENERGY to PHI of the block at `start`, and the status of stars without an orbit.

    kpc, km/s; d2, the squared focal length, is the block's own, kpc^2.
    """
    for i in range(d2.size):
        j = start + i
        r, vr, vphi, z, vz = r_[j], vr_[j], vphi_[j], z_[j], vz_[j]
        x, y = r * r, z * z
        work[ENERGY, i], code = math.nan, 0
        if not (abs(vr) + abs(vphi) + abs(vz) + abs(z) + r + d2[i] < math.inf and r >= 0.0):
            code = _MISSING
        elif not x + y < 0.25 * X_MAX:
            code = _FAR
        elif not x > _ON_AXIS:
            code = _AXIS
        bits[i] = code
        if code:
            continue
        phi = potential(field, x, y)
        energy = phi + 0.5 * (vr * vr + vphi * vphi + vz * vz)
        work[ENERGY, i], work[PHI, i], work[LZ, i] = energy, phi, r * vphi
        if not energy < 0.0:
            bits[i] = _UNBOUND
            continue
        m = x + y - d2[i]
        root = math.sqrt(m * m + 4.0 * d2[i] * x)
        x0 = 0.5 * (m + root) if m >= 0.0 else 2.0 * d2[i] * x / (root - m)
        lam = x0 + d2[i]
        work[X0, i], work[L, i], work[T0, i], work[W0, i] = x0, lam, y / lam, x / x0
        half = 0.5 / (lam * x0)
        outward = vr * r * lam + vz * z * x0
        upward = vr * z * x0 - vz * r * lam
        work[KU, i], work[KV, i] = outward * outward * half, upward * upward * half
