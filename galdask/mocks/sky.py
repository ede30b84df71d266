"""The sky of the mock: equatorial and Galactic angles, and the Galactocentric frame of Imig et al. 2023.

Written out here in plain numpy, apart from the code that a mock is there to test.
"""

from __future__ import annotations

import numpy as np

from galdask.units import KMS_PER_KPC_MASYR

#: distance to the centre and height of the Sun, kpc; velocity of the Sun, km/s (Imig et al. 2023, S 2.4)
R_SUN, Z_SUN = 8.3, 0.027
V_SUN = (11.1, 232.24, 7.25)
#: equatorial direction of the centre and the roll that lays the plane flat, deg (Reid & Brunthaler 2004)
CENTRE = (266.4051, -28.936175)
ROLL = 58.5986320306
#: north Galactic pole and the longitude of the north celestial pole, deg (Murray 1989, J2000)
POLE = (192.8594812065348, 27.12825118085622)
NODE = 122.9319185680026


def _turn(angle: float, axis: str) -> np.ndarray:
    """Return the matrix that turns the axes by `angle` degrees about one of them."""
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    if axis == "x":
        return np.array([[1, 0, 0], [0, c, s], [0, -s, c]])
    if axis == "y":
        return np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]])
    return np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])


#: from equatorial to Galactic unit vectors
TO_GALACTIC = _turn(180 - NODE, "z") @ _turn(90 - POLE[1], "y") @ _turn(POLE[0], "z")
#: from equatorial vectors about the Sun to Galactocentric ones
TO_CENTRE = (
    _turn(-float(np.degrees(np.arcsin(Z_SUN / R_SUN))), "y")
    @ _turn(ROLL, "x")
    @ _turn(-CENTRE[1], "y")
    @ _turn(CENTRE[0], "z")
)
#: where the Sun is, kpc
SUN = np.array([-np.sqrt(R_SUN**2 - Z_SUN**2), 0.0, Z_SUN])


def unit_vector(longitude: np.ndarray, latitude: np.ndarray) -> np.ndarray:
    """Return unit vectors, shape (3, n), of angles in degrees."""
    lon, lat = np.radians(longitude), np.radians(latitude)
    c = np.cos(lat)
    return np.stack([c * np.cos(lon), c * np.sin(lon), np.sin(lat)])


def angles(vector: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return longitude in [0, 360) and latitude, degrees, of vectors of shape (3, n)."""
    longitude = np.degrees(np.arctan2(vector[1], vector[0])) % 360.0
    return longitude, np.degrees(np.arctan2(vector[2], np.hypot(vector[0], vector[1])))


def to_galactic(ra: np.ndarray, dec: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return Galactic l, b of equatorial angles, all in degrees."""
    return angles(TO_GALACTIC @ unit_vector(ra, dec))


def to_equatorial(glon: np.ndarray, glat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return equatorial angles of Galactic l, b, all in degrees."""
    return angles(TO_GALACTIC.T @ unit_vector(glon, glat))


def position(ra: np.ndarray, dec: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """Return Galactocentric x, y, z, shape (3, n) in kpc, of angles in degrees and distances in kpc."""
    return TO_CENTRE @ (unit_vector(ra, dec) * distance) + SUN[:, None]


def motion(
    ra: np.ndarray, dec: np.ndarray, distance: np.ndarray, velocity: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return proper motions and radial velocity of stars.

    Parameters
    ----------
    ra, dec : (n,) float64
        Degrees.
    distance : (n,) float64
        Kpc.
    velocity : (3, n) float64
        Galactocentric x, y, z components, km/s.

    Returns
    -------
    pmra, pmdec, rv : (n,) float64
        Mas/yr (pmra with the cosine of the declination), mas/yr, km/s.
    """
    v = TO_CENTRE.T @ (velocity - np.array(V_SUN)[:, None])
    lon, lat = np.radians(ra), np.radians(dec)
    (sa, ca), (sd, cd) = (np.sin(lon), np.cos(lon)), (np.sin(lat), np.cos(lat))
    toward_pole = -sd * ca * v[0] - sd * sa * v[1] + cd * v[2]
    scale = 1.0 / (KMS_PER_KPC_MASYR * distance)
    return (
        (-sa * v[0] + ca * v[1]) * scale,
        toward_pole * scale,
        cd * ca * v[0] + cd * sa * v[1] + sd * v[2],
    )
