"""Galactic frames: where the Sun stands and moves, and the turn from the sky to the Galaxy.

Right-handed: x points from the Sun to the Galactic centre, y along Galactic rotation, z to the north
Galactic pole; the Sun is at x < 0. A frame has no defaults: every number is written down where it is used.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from galdask.config import Section
from galdask.errors import ConfigError

#: sense of theta -> factor of y
THETA = {"toward_rotation": 1.0, "against_rotation": -1.0}
#: sky systems that positions may be given in
SYSTEMS = ("icrs", "galactic")
#: deg; roll about the line to the centre that puts the north Galactic pole on the frame's z axis
ROLL_0 = 58.5986320306
#: deg; FK5 direction of the north Galactic pole, and Galactic longitude of the north celestial pole
_POLE_RA, _POLE_DEC, _POLE_L = 192.8594812065348, 27.12825118085622, 122.9319185680026
#: deg; turn from ICRS to the mean equator of J2000 (IERS: -19.9, 9.1 and -22.9 mas)
_ETA, _XI, _DA = -19.9 / 3.6e6, 9.1 / 3.6e6, -22.9 / 3.6e6


@dataclass(frozen=True, slots=True)
class Frame:
    """A Galactocentric frame.

    Parameters
    ----------
    name : str
        What the frame is called; enters no number.
    r_sun : float
        Distance from the Sun to the Galactic centre, kpc.
    z_sun : float
        Height of the Sun above the plane, kpc.
    v_sun : tuple of 3 float
        Velocity of the Sun about the Galactic centre along x, y, z, km/s.
    galcen_ra, galcen_dec : float
        ICRS direction of the Galactic centre, deg.
    roll : float
        Extra roll about the line from the Sun to the centre, deg.
    tilt : bool
        True: the line from the Sun to the centre dips by asin(z_sun / r_sun) below the plane, as astropy
        has it; the Sun is at x = -sqrt(r_sun^2 - z_sun^2). False: the plane is parallel to b = 0,
        x = d cos(b) cos(l) - r_sun, y = d cos(b) sin(l), z = d sin(b) + z_sun, and r_sun is measured in
        the plane.
    theta : {"toward_rotation", "against_rotation"}
        theta = atan2(y, x) in [0, 360) deg, or its mirror image atan2(-y, x). The Sun is at 180 in both.

    Raises
    ------
    ConfigError
        If a number is not finite, r_sun is not positive, or |z_sun| >= r_sun.

    References
    ----------
    The transform is that of `astropy.coordinates.Galactocentric`.
    """

    name: str
    r_sun: float
    z_sun: float
    v_sun: tuple[float, float, float]
    galcen_ra: float
    galcen_dec: float
    roll: float
    tilt: bool
    theta: str

    def __post_init__(self) -> None:
        v_sun = tuple(float(v) for v in self.v_sun)
        object.__setattr__(self, "v_sun", v_sun)
        numbers = (self.r_sun, self.z_sun, *v_sun, self.galcen_ra, self.galcen_dec, self.roll)
        where = f"frame {self.name!r}"
        if len(v_sun) != 3 or not all(math.isfinite(n) for n in numbers):
            raise ConfigError(
                "a frame holds finite numbers, three of them for v_sun", where=where, found=numbers
            )
        if not (self.r_sun > 0 and abs(self.z_sun) < self.r_sun and abs(self.galcen_dec) <= 90):
            raise ConfigError(
                "this frame is impossible",
                where=where,
                expected="r_sun > 0, |z_sun| < r_sun, |galcen_dec| <= 90",
                found=f"r_sun = {self.r_sun}, z_sun = {self.z_sun}, galcen_dec = {self.galcen_dec}",
            )
        if self.theta not in THETA:
            raise ConfigError(
                "unknown sense of theta", where=where, expected=" or ".join(THETA), found=self.theta
            )

    @classmethod
    def from_section(cls, section: Section) -> Frame:
        """Read a frame; every key must be there."""
        v_sun = section.list("v_sun")
        if len(v_sun) != 3 or not all(isinstance(v, int | float) and not isinstance(v, bool) for v in v_sun):
            raise section.fail(
                "v_sun", "v_sun holds three numbers", expected="[U, V, W] in km/s", found=v_sun
            )
        frame = cls(
            name=section.text("name"),
            r_sun=float(section.number("r_sun", low=1e-3, high=100.0)),
            z_sun=float(section.number("z_sun", low=-1.0, high=1.0)),
            v_sun=(float(v_sun[0]), float(v_sun[1]), float(v_sun[2])),
            galcen_ra=float(section.number("galcen_ra", low=0.0, high=360.0)),
            galcen_dec=float(section.number("galcen_dec", low=-90.0, high=90.0)),
            roll=float(section.number("roll", low=-360.0, high=360.0)),
            tilt=section.flag("tilt"),
            theta=section.text("theta", choices=tuple(THETA)),
        )
        section.done()
        return frame

    @property
    def y_sign(self) -> float:
        """Factor of y in theta = atan2(y_sign * y, x)."""
        return THETA[self.theta]

    @property
    def sun(self) -> np.ndarray:
        """Position of the Sun, (3,) kpc."""
        return affine(self, "icrs")[1]

    def settings(self) -> dict[str, Any]:
        """Return the numbers of the frame under their names, without its own name."""
        return {key: value for key, value in asdict(self).items() if key != "name"}


#: frames of papers; a pipeline file still spells its own out
FRAMES = {
    # Imig et al. 2023, section 2.4: 8.3 kpc and 27 pc; direction and velocities of the same set of values in
    # astropy ("pre-v4.0"), as the paper prints none
    "imig2023": Frame(
        "imig2023", 8.3, 0.027, (11.1, 232.24, 7.25), 266.4051, -28.936175, 0.0, True, "toward_rotation"
    ),
    # Frankel et al. 2020, section 2.3: 8.2 kpc, 20.8 pc, tangential velocity 247.4 km/s, U and W of
    # Schoenrich et al. 2010; the paper's U of -11.1 counts outwards, x here points to the centre
    "frankel2020": Frame(
        "frankel2020", 8.2, 0.0208, (11.1, 247.4, 7.25), 266.4051, -28.936175, 0.0, True, "toward_rotation"
    ),
}


def turn(angle: float, axis: int) -> np.ndarray:
    """Return the matrix that turns the axes by `angle` (deg) about axis 0, 1 or 2 (x, y, z)."""
    a = math.radians(angle)
    j, k = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.eye(3)
    matrix[j, j] = matrix[k, k] = math.cos(a)
    matrix[j, k], matrix[k, j] = math.sin(a), -math.sin(a)
    return matrix


def galactic_from_icrs() -> np.ndarray:
    """Return the (3, 3) matrix from ICRS to Galactic unit vectors, by way of FK5 as astropy does."""
    fk5 = turn(-_ETA, 0) @ turn(_XI, 1) @ turn(_DA, 2)
    return turn(180.0 - _POLE_L, 2) @ turn(90.0 - _POLE_DEC, 1) @ turn(_POLE_RA, 2) @ fk5


@lru_cache(maxsize=64)
def affine(frame: Frame, system: str = "icrs") -> tuple[np.ndarray, np.ndarray]:
    """Return the affine map from heliocentric vectors of a sky system to the frame.

    Parameters
    ----------
    frame : Frame
        The Galactocentric frame.
    system : {"icrs", "galactic"}
        System of the vectors.

    Returns
    -------
    matrix : (3, 3) float64, orthonormal
    offset : (3,) float64, kpc
        Position of the Sun: x = matrix @ vector + offset.
    """
    centre = turn(ROLL_0 - frame.roll, 0) @ turn(-frame.galcen_dec, 1) @ turn(frame.galcen_ra, 2)
    offset = np.array([-frame.r_sun, 0.0, frame.z_sun])
    if frame.tilt:
        dip = turn(-math.degrees(math.asin(frame.z_sun / frame.r_sun)), 1)
        centre = dip @ centre
        offset = -frame.r_sun * dip[:, 0]
    matrix = centre @ galactic_from_icrs().T if system == "galactic" else centre
    matrix = np.ascontiguousarray(matrix)
    matrix.setflags(write=False)
    offset.setflags(write=False)
    return matrix, offset
