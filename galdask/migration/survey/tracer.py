"""The kind of star that is observed: how likely it is at an age, and how bright it is.

For the red clump, the probability that a star of an age is on it, per Gyr (Bovy et al. 2014, ApJ 790, 127,
Figure 14, two cubic polynomials in a = log10(tau / Gyr)):

    ln f = -1.6314 + 3.8230 a + 2.2133 a^2 - 35.7414 a^3     a <= 0.23
    ln f = -1.0666 + 1.8664 a - 9.0617 a^2 + 4.5860 a^3      a > 0.23

for ages of 0.8 to 10 Gyr. Below 0.8 Gyr the first polynomial explodes; f is 0 there, since the selection
holds no clump stars of that age. Only the shape matters: a constant cancels in the likelihood.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from galdask.errors import ConfigError

_YOUNG = (-1.6314, 3.8230, 2.2133, -35.7414)
_OLD = (-1.0666, 1.8664, -9.0617, 4.5860)
_STEP = 0.23
#: ages of the red clump, Gyr
CLUMP_AGES = (0.8, 10.0)
#: absolute magnitude of the red clump in H (Frankel et al. 2020)
CLUMP_H = -1.49


def red_clump(tau: np.ndarray | float) -> np.ndarray:
    """Return f_RC at ages (Gyr), per Gyr; 0 outside 0.8 to 10 Gyr."""
    tau = np.asarray(tau, dtype=np.float64)
    inside = (tau >= CLUMP_AGES[0]) & (tau <= CLUMP_AGES[1])
    a = np.log10(np.where(inside, tau, 1.0))
    log_f = np.where(
        a <= _STEP, np.polynomial.polynomial.polyval(a, _YOUNG), np.polynomial.polynomial.polyval(a, _OLD)
    )
    return np.where(inside, np.exp(log_f), 0.0)


@dataclass(frozen=True, slots=True)
class Tracer:
    """The kind of star that a sample holds.

    Parameters
    ----------
    ages : {"red_clump", "flat"}
        Weight of an age.
    youngest : float
        Age below which there is no star, Gyr; for the red clump at least 0.8.
    absolute_h, spread_h : float
        Absolute magnitude in H: mean and standard deviation of a Gaussian.

    Raises
    ------
    ConfigError
        If a value cannot be.
    """

    ages: Literal["red_clump", "flat"] = "red_clump"
    youngest: float = 0.8
    absolute_h: float = CLUMP_H
    spread_h: float = 0.0

    def __post_init__(self) -> None:
        if self.ages not in ("red_clump", "flat"):
            raise ConfigError("unknown weight of ages", expected="red_clump or flat", found=repr(self.ages))
        if not self.youngest > 0.0 or (self.ages == "red_clump" and self.youngest < CLUMP_AGES[0]):
            raise ConfigError(
                "the tracer cannot be this young",
                expected="at least 0.8 Gyr for the red clump, above 0 for others",
                found=f"{self.youngest:g} Gyr",
            )
        if not (np.isfinite(self.absolute_h) and 0.0 <= self.spread_h < 5.0):
            raise ConfigError(
                "the absolute magnitude of the tracer cannot be",
                expected="a mean, and a spread of 0 to 5 mag",
                found=f"{self.absolute_h}, {self.spread_h}",
            )

    def weight(self, tau: np.ndarray) -> np.ndarray:
        """Return the weight of ages (Gyr)."""
        flat = np.ones(np.shape(tau)) if self.ages == "flat" else red_clump(tau)
        return np.where(np.asarray(tau) >= self.youngest, flat, 0.0)

    @property
    def peak(self) -> float:
        """Largest weight of any age."""
        return float(np.max(self.weight(np.linspace(self.youngest, CLUMP_AGES[1], 20_001)))) * (1.0 + 1e-6)

    def magnitudes(self) -> tuple[np.ndarray, np.ndarray]:
        """Return absolute magnitudes and the share of each, that stand for the distribution."""
        if self.spread_h == 0.0:
            return np.array([self.absolute_h]), np.ones(1)
        nodes, weights = np.polynomial.hermite_e.hermegauss(7)
        return self.absolute_h + self.spread_h * nodes, weights / weights.sum()
