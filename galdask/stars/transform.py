"""From the sky to a Galactic frame: compiled kernels, each with the numpy function that it equals.

One affine map a frame (`galdask.stars.frame.affine`) and one pass over the stars, in blocks that stay in
the cache. Sines and cosines are reduced in degrees, which is exact, and summed as Taylor series with
plain arithmetic: the loop is vectorised and its bits do not depend on the processor.

A star without a usable direction or distance (not finite, distance <= 0, |latitude| > 90 deg) is NaN.

References
----------
The transform is that of `astropy.coordinates.Galactocentric`; tests compare the two over the sky.
"""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from galdask.units import KMS_PER_KPC_MASYR

#: stars at a time
_BLOCK = 512
#: deg; an angle of float32 radians may pass the pole by its rounding
_POLE = 90.0 + 1e-4
#: deg; a longitude beyond this is no angle
_FAR = 1e9
_K = KMS_PER_KPC_MASYR
_RADIAN = math.pi / 180.0

_S3, _S5, _S7, _S9, _S11, _S13, _S15, _S17 = ((-1) ** k / math.factorial(2 * k + 1) for k in range(1, 9))
_C2, _C4, _C6, _C8, _C10, _C12, _C14, _C16 = ((-1) ** k / math.factorial(2 * k) for k in range(1, 9))

IN = nb.types.Array(nb.float64, 1, "C", readonly=True)
OUT = nb.float64[::1]
_MATRIX = nb.types.Array(nb.float64, 2, "C", readonly=True)


@nb.njit(nb.void(IN, nb.float64, OUT, OUT), cache=True, nogil=True, error_model="numpy")
def sincos(angle, degrees, sine, cosine):  # type: ignore[no-untyped-def]
    """Write the sine and cosine of angles; `degrees` is the factor from their unit to degrees."""
    for i in range(angle.size):
        a = angle[i] * degrees
        quarter = math.floor(a * (1.0 / 90.0) + 0.5)
        t = (a - 90.0 * quarter) * _RADIAN
        u = t * t
        s = t + t * u * (
            _S3 + u * (_S5 + u * (_S7 + u * (_S9 + u * (_S11 + u * (_S13 + u * (_S15 + u * _S17))))))
        )
        c = 1.0 + u * (
            _C2 + u * (_C4 + u * (_C6 + u * (_C8 + u * (_C10 + u * (_C12 + u * (_C14 + u * _C16))))))
        )
        quarter = quarter - 4.0 * math.floor(quarter * 0.25)
        swap = (quarter == 1.0) | (quarter == 3.0)
        s, c = (c if swap else s), (s if swap else c)
        sine[i] = -s if quarter >= 2.0 else s
        cosine[i] = -c if (quarter == 1.0) | (quarter == 2.0) else c


@nb.njit(
    nb.void(IN, IN, IN, nb.float64, _MATRIX, IN, OUT, OUT, OUT), cache=True, nogil=True, error_model="numpy"
)
def positions(lon, lat, distance, degrees, matrix, offset, x, y, z):  # type: ignore[no-untyped-def]
    """Write x, y, z (kpc) of stars; see `positions_numpy`."""
    sin_a, cos_a, sin_b, cos_b = np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK)
    for start in range(0, lon.size, _BLOCK):
        stop = min(start + _BLOCK, lon.size)
        sincos(lon[start:stop], degrees, sin_a, cos_a)
        sincos(lat[start:stop], degrees, sin_b, cos_b)
        for i in range(start, stop):
            j, d = i - start, distance[i]
            if not (0.0 < d < np.inf and abs(lon[i] * degrees) < _FAR and abs(lat[i] * degrees) <= _POLE):
                d = np.nan
            u, v, w = d * (cos_b[j] * cos_a[j]), d * (cos_b[j] * sin_a[j]), d * sin_b[j]
            x[i] = matrix[0, 0] * u + matrix[0, 1] * v + matrix[0, 2] * w + offset[0]
            y[i] = matrix[1, 0] * u + matrix[1, 1] * v + matrix[1, 2] * w + offset[1]
            z[i] = matrix[2, 0] * u + matrix[2, 1] * v + matrix[2, 2] * w + offset[2]


def _usable(lon: np.ndarray, lat: np.ndarray, distance: np.ndarray) -> np.ndarray:
    return (distance > 0.0) & (distance < np.inf) & (np.abs(lon) < _FAR) & (np.abs(lat) <= _POLE)


def positions_numpy(
    lon: np.ndarray,
    lat: np.ndarray,
    distance: np.ndarray,
    degrees: float,
    matrix: np.ndarray,
    offset: np.ndarray,
) -> np.ndarray:
    """Return Galactocentric positions.

    Parameters
    ----------
    lon, lat : (n,) float64
        Direction.
    distance : (n,) float64
        Heliocentric distance, kpc.
    degrees : float
        Factor from the unit of the angles to degrees.
    matrix, offset : (3, 3) and (3,) float64
        From `galdask.stars.frame.affine`, kpc.

    Returns
    -------
    (3, n) float64
        x, y, z in kpc.
    """
    a, b = lon * (degrees * _RADIAN), lat * (degrees * _RADIAN)
    d = np.where(_usable(lon * degrees, lat * degrees, distance), distance, np.nan)
    vectors = d * np.stack([np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), np.sin(b)])
    return matrix @ vectors + offset[:, None]


@nb.njit(
    nb.void(IN, IN, IN, IN, IN, IN, nb.float64, _MATRIX, IN, IN, OUT, OUT, OUT, OUT, OUT, OUT),
    cache=True,
    nogil=True,
    error_model="numpy",
)
def phase_space(  # type: ignore[no-untyped-def]
    lon, lat, distance, pm_lon, pm_lat, rv, degrees, matrix, offset, v_sun, x, y, z, vx, vy, vz
):
    """Write positions (kpc) and velocities (km/s) of stars; see `velocities_numpy`."""
    sin_a, cos_a, sin_b, cos_b = np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK)
    for start in range(0, lon.size, _BLOCK):
        stop = min(start + _BLOCK, lon.size)
        sincos(lon[start:stop], degrees, sin_a, cos_a)
        sincos(lat[start:stop], degrees, sin_b, cos_b)
        for i in range(start, stop):
            j, d = i - start, distance[i]
            if not (0.0 < d < np.inf and abs(lon[i] * degrees) < _FAR and abs(lat[i] * degrees) <= _POLE):
                d = np.nan
            u, v, w = d * (cos_b[j] * cos_a[j]), d * (cos_b[j] * sin_a[j]), d * sin_b[j]
            x[i] = matrix[0, 0] * u + matrix[0, 1] * v + matrix[0, 2] * w + offset[0]
            y[i] = matrix[1, 0] * u + matrix[1, 1] * v + matrix[1, 2] * w + offset[1]
            z[i] = matrix[2, 0] * u + matrix[2, 1] * v + matrix[2, 2] * w + offset[2]
            east, north = _K * d * pm_lon[i], _K * d * pm_lat[i]
            out = rv[i] * cos_b[j] - north * sin_b[j]
            u, v = out * cos_a[j] - east * sin_a[j], out * sin_a[j] + east * cos_a[j]
            w = rv[i] * sin_b[j] + north * cos_b[j]
            vx[i] = matrix[0, 0] * u + matrix[0, 1] * v + matrix[0, 2] * w + v_sun[0]
            vy[i] = matrix[1, 0] * u + matrix[1, 1] * v + matrix[1, 2] * w + v_sun[1]
            vz[i] = matrix[2, 0] * u + matrix[2, 1] * v + matrix[2, 2] * w + v_sun[2]


def velocities_numpy(
    lon: np.ndarray,
    lat: np.ndarray,
    distance: np.ndarray,
    pm_lon: np.ndarray,
    pm_lat: np.ndarray,
    rv: np.ndarray,
    degrees: float,
    matrix: np.ndarray,
    v_sun: np.ndarray,
) -> np.ndarray:
    """Return Galactocentric velocities.

    Parameters
    ----------
    lon, lat, distance, degrees, matrix
        As in `positions_numpy`.
    pm_lon, pm_lat : (n,) float64, mas/yr
        Proper motions, that in longitude times cos(latitude).
    rv : (n,) float64, km/s
        Heliocentric radial velocity.
    v_sun : (3,) float64
        Velocity of the Sun, km/s.

    Returns
    -------
    (3, n) float64
        vx, vy, vz in km/s.
    """
    a, b = lon * (degrees * _RADIAN), lat * (degrees * _RADIAN)
    d = np.where(_usable(lon * degrees, lat * degrees, distance), distance, np.nan)
    east, north = _K * d * pm_lon, _K * d * pm_lat
    out = rv * np.cos(b) - north * np.sin(b)
    vectors = np.stack(
        [
            out * np.cos(a) - east * np.sin(a),
            out * np.sin(a) + east * np.cos(a),
            rv * np.sin(b) + north * np.cos(b),
        ]
    )
    return matrix @ vectors + v_sun[:, None]
