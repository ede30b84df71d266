"""Between the sky and the disk: positions and velocities of stars, seen from the Sun.

X points outward through the Sun, Y along the rotation (l = 90 deg), Z to the north pole:

    e_r = (-cos b cos l, cos b sin l, sin b)
    e_l = (sin l, cos l, 0)
    e_b = (sin b cos l, -sin b sin l, cos b)

A star is at (R0, 0, z_sun) + D e_r and moves with v_sun + v_los e_r + k D (mu_l e_l + mu_b e_b), where mu_l
holds cos b. Angles are in radians, proper motions in mas/yr.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from galdask.units import KMS_PER_KPC_MASYR


@dataclass(frozen=True, slots=True)
class Sun:
    """Where the Sun is and how it moves; Frankel et al. 2020, section 2.3.

    Parameters
    ----------
    r, z : float
        Distance from the axis and height above the plane, kpc.
    v : tuple of float
        Velocity outward, along the rotation and to the north, km/s. The paper's -11.1 is outward: the Sun
        moves towards the centre.
    """

    r: float = 8.2
    z: float = 0.0208
    v: tuple[float, float, float] = (-11.1, 247.4, 7.25)


class Place(NamedTuple):
    """Position in the disk."""

    r: np.ndarray
    """Distance from the axis, kpc."""
    phi: np.ndarray
    """Azimuth from the Sun, positive with the rotation, radians."""
    z: np.ndarray
    """Height, kpc."""


class Motion(NamedTuple):
    """Position and velocity in the disk."""

    r: np.ndarray
    phi: np.ndarray
    z: np.ndarray
    vr: np.ndarray
    """Outward, km/s."""
    vphi: np.ndarray
    """With the rotation, km/s."""
    vz: np.ndarray
    """To the north, km/s."""


class Seen(NamedTuple):
    """What is measured of a star that is seen without error."""

    l: np.ndarray  # noqa: E741 - the field's name
    b: np.ndarray
    distance: np.ndarray
    """Kpc."""
    vlos: np.ndarray
    """Km/s."""
    pml: np.ndarray
    """With cos b, mas/yr."""
    pmb: np.ndarray


def axes(l: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # noqa: E741
    """Return e_r, e_l and e_b at angles (radians), each of shape (3, n)."""
    sl, cl, sb, cb = np.sin(l), np.cos(l), np.sin(b), np.cos(b)
    return (
        np.stack([-cb * cl, cb * sl, sb]),
        np.stack([sl, cl, np.zeros_like(sl)]),
        np.stack([sb * cl, -sb * sl, cb]),
    )


def unit_vectors(l: np.ndarray, b: np.ndarray) -> np.ndarray:  # noqa: E741
    """Return the directions e_r of angles (radians), shape (n, 3)."""
    return np.stack([-np.cos(b) * np.cos(l), np.cos(b) * np.sin(l), np.sin(b)], axis=-1)


def place(l: np.ndarray, b: np.ndarray, distance: np.ndarray, sun: Sun) -> Place:  # noqa: E741
    """Return where stars are, from angles (radians) and distances (kpc)."""
    x = sun.r - distance * np.cos(b) * np.cos(l)
    y = distance * np.cos(b) * np.sin(l)
    return Place(np.hypot(x, y), np.arctan2(y, x), sun.z + distance * np.sin(b))


def motion(seen: Seen, sun: Sun) -> Motion:
    """Return positions and velocities of stars that were seen."""
    l, b, d = np.broadcast_arrays(seen.l, seen.b, seen.distance)  # noqa: E741
    along, east, north = axes(l, b)
    v = along * seen.vlos + KMS_PER_KPC_MASYR * d * (east * seen.pml + north * seen.pmb)
    vx, vy, vz = (v[k] + sun.v[k] for k in range(3))
    x, y, z = sun.r + d * along[0], d * along[1], sun.z + d * along[2]
    r = np.hypot(x, y)
    return Motion(r, np.arctan2(y, x), z, (x * vx + y * vy) / r, (x * vy - y * vx) / r, vz)


def observe(star: Motion, sun: Sun) -> Seen:
    """Return what is seen of stars in the disk: the inverse of `motion`."""
    c, s = np.cos(star.phi), np.sin(star.phi)
    x, y, z = star.r * c - sun.r, star.r * s, star.z - sun.z
    distance = np.sqrt(x * x + y * y + z * z)
    l, b = np.arctan2(y, -x) % (2.0 * np.pi), np.arcsin(z / distance)  # noqa: E741
    v = (star.vr * c - star.vphi * s - sun.v[0], star.vr * s + star.vphi * c - sun.v[1], star.vz - sun.v[2])
    along, east, north = (sum(e[k] * v[k] for k in range(3)) for e in axes(l, b))
    scale = KMS_PER_KPC_MASYR * distance
    return Seen(l, b, distance, np.asarray(along), np.asarray(east / scale), np.asarray(north / scale))
