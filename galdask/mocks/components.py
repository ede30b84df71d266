"""Where the stars of the mock are: mono-age disks, the bar and the halo.

Numbers follow the literature in round figures: thin and thick disk lengths and heights from
Bland-Hawthorn & Gerhard 2016 (S 5.1), inside-out growth, holes and flares of mono-age disks from
Mackereth et al. 2017 (S 4), the bar from the marks of Imig et al. 2023 (25 deg, axis ratio 0.4), the
halo from Deason et al. 2011 and Mackereth & Bovy 2020.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from galdask.mocks import sky

#: populations: which chemistry a star follows
LOW_ALPHA, HIGH_ALPHA, HALO, MAGELLANIC = 0, 1, 2, 3
POPULATIONS = ("low_alpha", "high_alpha", "halo", "magellanic")
#: radius of the Sun where densities are compared, kpc
R_0 = sky.R_SUN
#: angle of the bar's near end from the line to the centre, deg
BAR_ANGLE = 25.0


@dataclass(frozen=True, slots=True)
class Component:
    """A set of stars with one shape, one range of ages and one kinematics."""

    name: str
    """Name in truth.json."""
    population: int
    """Which chemistry: `LOW_ALPHA`, `HIGH_ALPHA` or `HALO`."""
    density: float
    """Stars per kpc3, relative: in the plane at R_0 for disks and halo, at the centre for the bar."""
    shape: str
    """ "disk", "bar" or "halo"."""
    lengths: tuple[float, float, float]
    """Disk: scale length, scale height, flare length. Bar: three axes. Halo: slope, flattening, core; kpc."""
    hole: float
    """Disk: radius inside which the density falls below the exponential, kpc; 0 for none."""
    age: float
    """Median age, Gyr."""
    age_scatter: float
    """Standard deviation of log10 age, dex."""
    sigma: tuple[float, float, float]
    """Velocity dispersions R, phi, z at R_0 (disk) or everywhere, km/s."""


COMPONENTS: tuple[Component, ...] = (
    Component("low_young", LOW_ALPHA, 0.30, "disk", (3.5, 0.26, 9.0), 7.0, 2.2, 0.14, (32.0, 22.0, 15.0)),
    Component("low_middle", LOW_ALPHA, 0.34, "disk", (3.0, 0.31, 9.5), 5.0, 3.7, 0.11, (36.0, 25.0, 19.0)),
    Component("low_mature", LOW_ALPHA, 0.24, "disk", (2.7, 0.40, 11.0), 2.5, 6.0, 0.09, (41.0, 29.0, 24.0)),
    Component("low_old", LOW_ALPHA, 0.13, "disk", (2.4, 0.52, 14.0), 0.0, 8.2, 0.08, (46.0, 33.0, 29.0)),
    Component("high", HIGH_ALPHA, 0.14, "disk", (2.2, 0.85, 60.0), 0.0, 8.5, 0.12, (60.0, 48.0, 45.0)),
    Component("bar_low", LOW_ALPHA, 18.0, "bar", (1.7, 0.68, 0.42), 0.0, 7.5, 0.12, (110.0, 90.0, 80.0)),
    Component("bar_high", HIGH_ALPHA, 12.0, "bar", (1.4, 0.56, 0.55), 0.0, 9.0, 0.12, (120.0, 100.0, 95.0)),
    Component("halo", HALO, 0.0015, "halo", (2.8, 0.7, 1.5), 0.0, 11.0, 0.05, (140.0, 100.0, 90.0)),
)
#: width of the edge of a hole, kpc
HOLE_EDGE = 1.2


def density(which: Component, xyz: np.ndarray) -> np.ndarray:
    """Return the density of a component.

    Parameters
    ----------
    which : Component
        The component.
    xyz : (3, ...) float64
        Galactocentric position, kpc.

    Returns
    -------
    (...) float64
        Stars per kpc3, relative.
    """
    x, y, z = xyz
    a, b, c = which.lengths
    if which.shape == "halo":
        flat = np.sqrt((x**2 + y**2 + (z / b) ** 2 + c**2) / (R_0**2 + c**2))
        return which.density * flat**-a
    if which.shape == "bar":
        cos, sin = np.cos(np.radians(BAR_ANGLE)), np.sin(np.radians(BAR_ANGLE))
        along, across = -cos * x + sin * y, sin * x + cos * y
        return which.density * np.exp(-np.sqrt((along / a) ** 2 + (across / b) ** 2 + (z / c) ** 2))
    r = np.hypot(x, y)
    height = b * np.exp((np.minimum(r, 18.0) - R_0) / c)
    # sech^2 in height: exponential far from the plane, flat in it
    vertical = 1.0 / np.cosh(np.abs(z) / (2.0 * height)) ** 2 * (b / height)
    inside = 1.0
    if which.hole:
        inside = (1.0 + np.exp((which.hole - R_0) / HOLE_EDGE)) / (1.0 + np.exp((which.hole - r) / HOLE_EDGE))
    return which.density * np.exp((R_0 - r) / a) * vertical * inside
