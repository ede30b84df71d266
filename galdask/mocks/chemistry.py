"""What the stars of the mock are made of: the known truth in [Fe/H] and [Mg/Fe].

Each alpha population has one smooth mean [Fe/H](R, |Z|, age) and a lopsided scatter around it, as radial
migration leaves one: metal-poor tails inside, metal-rich tails outside (Hayden et al. 2015). Slopes are
chosen to resemble Tables 1 and 2 of Imig et al. 2023. [Mg/Fe] is a quadratic in [Fe/H] plus a term in age
and a normal scatter, so its mean at (R, |Z|, age) is known in closed form too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from galdask.mocks.components import HALO, HIGH_ALPHA, LOW_ALPHA, MAGELLANIC


@dataclass(frozen=True, slots=True)
class LowAlpha:
    """Numbers of the low-alpha disk."""

    inner: float = 0.20
    """[Fe/H] of the inner plateau in the plane, dex."""
    knee: float = 6.0
    """Radius where the plateau ends, kpc."""
    softness: float = 0.7
    """Width of that bend, kpc."""
    outer: float = 16.0
    """Radius beyond which the slope is weaker, kpc."""
    outer_softness: float = 1.0
    """Width of that bend, kpc."""
    outer_share: float = 0.5
    """Part of the slope that is lost there."""
    slope_young: float = -0.083
    """Slope outside at age 0, dex/kpc."""
    slope_per_gyr: float = 0.0030
    """How the slope flattens with age, dex/kpc/Gyr."""
    rise: float = -0.03
    """Vertical slope in the outer disk, dex/kpc."""
    rise_inner: float = -0.52
    """Added to it in the inner disk, dex/kpc."""
    rise_radius: float = 9.2
    """Radius where half of that has gone, kpc."""
    rise_width: float = 1.5
    """Width of that change, kpc."""
    height: float = 3.0
    """Height at which the vertical slope bends over, kpc."""
    scatter: float = 0.11
    """Intrinsic scatter at age 0, dex."""
    scatter_per_gyr: float = 0.007
    """Growth of it, dex/Gyr."""
    turn: float = 9.4
    """Radius where the skewness of the scatter is zero, kpc (Imig et al. 2023, S 4.1)."""
    turn_width: float = 3.0
    """How fast it turns, kpc."""
    turn_most: float = 0.97
    """Largest lopsidedness (delta of the skew-normal law)."""


@dataclass(frozen=True, slots=True)
class HighAlpha:
    """Numbers of the high-alpha disk."""

    centre: float = -0.29
    """[Fe/H] at the centre, in the plane, at `age_0`, dex."""
    slope: float = -0.006
    """Radial slope, dex/kpc."""
    rise: float = -0.11
    """Vertical slope, dex/kpc."""
    height: float = 4.0
    """Height at which the vertical slope bends over, kpc."""
    age_0: float = 8.5
    """Age of the zero point, Gyr."""
    per_gyr: float = -0.02
    """Change with age, dex/Gyr."""
    scatter: float = 0.20
    """Intrinsic scatter, dex."""


LOW, HIGH = LowAlpha(), HighAlpha()
#: mean [Fe/H] and scatter of the populations without a gradient
PLAIN_FE_H = {HALO: (-1.45, 0.35), MAGELLANIC: (-0.75, 0.20)}
#: [Mg/Fe] = a + b [Fe/H] + c [Fe/H]^2 + d (age - 5 Gyr), and scatter, by population.
#: The halo is put above the line that divides the disks: its few stars would rule low alpha's third moment.
MG_FE = {
    LOW_ALPHA: (0.035, -0.10, 0.10, 0.005, 0.030),
    HIGH_ALPHA: (0.215, -0.23, -0.11, 0.0, 0.034),
    HALO: (0.30, -0.07, 0.0, 0.0, 0.030),
    MAGELLANIC: (-0.02, -0.08, 0.0, 0.0, 0.050),
}


def mean_fe_h(population: int, r: np.ndarray, abs_z: np.ndarray, age: np.ndarray) -> np.ndarray:
    """Return the true mean [Fe/H] of stars of one population.

    Parameters
    ----------
    population : int
        `LOW_ALPHA`, `HIGH_ALPHA`, `HALO` or `MAGELLANIC`.
    r, abs_z : (n,) float64
        Cylindrical radius and height, kpc.
    age : (n,) float64
        Gyr.

    Returns
    -------
    (n,) float64
        Dex.
    """
    r, abs_z, age = np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in (r, abs_z, age)))
    if population == LOW_ALPHA:
        bend = LOW.softness * np.logaddexp(0.0, (r - LOW.knee) / LOW.softness)
        bend = bend - LOW.outer_share * LOW.outer_softness * np.logaddexp(
            0.0, (r - LOW.outer) / LOW.outer_softness
        )
        plane = LOW.inner + (LOW.slope_young + LOW.slope_per_gyr * age) * bend
        return plane + vertical_slope(r) * LOW.height * np.tanh(abs_z / LOW.height)
    if population == HIGH_ALPHA:
        rise = HIGH.rise * HIGH.height * np.tanh(abs_z / HIGH.height)
        return HIGH.centre + HIGH.slope * r + rise + HIGH.per_gyr * (age - HIGH.age_0)
    return np.full(r.shape, PLAIN_FE_H[population][0])


def vertical_slope(r: np.ndarray) -> np.ndarray:
    """Return d[Fe/H]/d|Z| of the low-alpha disk in the plane, dex/kpc, at radii in kpc."""
    return LOW.rise + LOW.rise_inner / (1.0 + np.exp((r - LOW.rise_radius) / LOW.rise_width))


def scatter_fe_h(population: int, age: np.ndarray) -> np.ndarray:
    """Return the standard deviation of [Fe/H] about its mean, dex, at ages in Gyr."""
    age = np.asarray(age, dtype=float)
    if population == LOW_ALPHA:
        return LOW.scatter + LOW.scatter_per_gyr * age
    return np.full(age.shape, HIGH.scatter if population == HIGH_ALPHA else PLAIN_FE_H[population][1])


def lopsidedness(population: int, r: np.ndarray) -> np.ndarray:
    """Return delta of the skew-normal scatter: negative inside `LowAlpha.turn`, positive outside."""
    r = np.asarray(r, dtype=float)
    if population != LOW_ALPHA:
        return np.zeros(r.shape)
    return LOW.turn_most * np.tanh((r - LOW.turn) / LOW.turn_width)


def skewness_fe_h(population: int, r: np.ndarray) -> np.ndarray:
    """Return the skewness g1 of the scatter of [Fe/H] at fixed R, |Z| and age (Azzalini 1985)."""
    mean = lopsidedness(population, r) * np.sqrt(2.0 / np.pi)
    return (4.0 - np.pi) / 2.0 * mean**3 / (1.0 - mean**2) ** 1.5


def mean_mg_fe(population: int, r: np.ndarray, abs_z: np.ndarray, age: np.ndarray) -> np.ndarray:
    """Return the true mean [Mg/Fe] of one population, dex; arguments as `mean_fe_h`."""
    a, b, c, d, _ = MG_FE[population]
    mean = mean_fe_h(population, r, abs_z, age)
    return a + b * mean + c * (mean**2 + scatter_fe_h(population, age) ** 2) + d * (np.asarray(age) - 5.0)


def draw(
    rng: np.random.Generator, population: np.ndarray, r: np.ndarray, abs_z: np.ndarray, age: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the true abundances of stars.

    Parameters
    ----------
    rng : numpy.random.Generator
        Stream to draw from; always three normals a star.
    population : (n,) integer
        Population of each star.
    r, abs_z : (n,) float64
        Kpc.
    age : (n,) float64
        Gyr.

    Returns
    -------
    fe_h, mg_fe : (n,) float64
        Dex.
    """
    one, two, three = rng.standard_normal((3, r.size))
    fe_h, mg_fe = np.empty(r.size), np.empty(r.size)
    for which in (LOW_ALPHA, HIGH_ALPHA, HALO, MAGELLANIC):
        here = np.flatnonzero(population == which)
        if not here.size:
            continue
        delta = lopsidedness(which, r[here])
        law = delta * np.abs(one[here]) + np.sqrt(1.0 - delta**2) * two[here] - delta * np.sqrt(2.0 / np.pi)
        law *= scatter_fe_h(which, age[here]) / np.sqrt(1.0 - 2.0 / np.pi * delta**2)
        fe_h[here] = mean_fe_h(which, r[here], abs_z[here], age[here]) + law
        a, b, c, d, scatter = MG_FE[which]
        mean = a + b * fe_h[here] + c * fe_h[here] ** 2 + d * (age[here] - 5.0)
        mg_fe[here] = mean + scatter * three[here]
    return fe_h, mg_fe
