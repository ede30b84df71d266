"""How often intervals over Monte Carlo draws hold the truth, and by how much their middle is off."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from galdask.stars.orbits import orbit_quantities
from tests.stars.orbits import known

NAMES = ("lz", "r_guide", "jr", "jz", "ecc", "z_max")
Q = (0.16, 0.5, 0.84)
#: edges of a value in units of its own error
BANDS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, np.inf)
#: stars whose draws are held at once
_AT_ONCE = 2_000


def expected(draws: int) -> float:
    """Return the part of truths between the sample quantiles of draws, if truth and draws are exchangeable.

    numpy's quantile q of n numbers stands at 1 + (n - 1) q of their order, and the truth is as likely in each
    of the n + 1 gaps.
    """
    return (Q[2] - Q[0]) * (draws - 1) / (draws + 1)


@dataclass(frozen=True)
class Intervals:
    """One quantity of many stars: truth, catalogue value, and 16, 50 and 84 % of the draws."""

    truth: np.ndarray
    value: np.ndarray
    low: np.ndarray
    middle: np.ndarray
    high: np.ndarray

    @property
    def sigma(self) -> np.ndarray:
        """Half the width of the interval."""
        return 0.5 * (self.high - self.low)

    def among(self, use: np.ndarray) -> Intervals:
        """Return some of the stars."""
        return Intervals(*(getattr(self, name)[use] for name in self.__dataclass_fields__))

    def held(self) -> float:
        """Return the part of truths inside."""
        return float(np.mean((self.low <= self.truth) & (self.truth <= self.high)))

    def below(self) -> float:
        """Return the part of truths below the interval."""
        return float(np.mean(self.truth < self.low))

    def above(self) -> float:
        """Return the part of truths above the interval."""
        return float(np.mean(self.truth > self.high))

    def bias(self, name: str = "middle") -> float:
        """Return the median of (middle or value - truth) / sigma."""
        return float(np.median((getattr(self, name) - self.truth) / self.sigma))

    def ratio(self, name: str = "middle") -> float:
        """Return the median of middle or value over truth."""
        return float(np.median(getattr(self, name) / self.truth))

    def bands(self, name: str) -> list[tuple[float, float, Intervals]]:
        """Return the stars by `name` (middle, value or truth) over sigma."""
        x = getattr(self, name) / self.sigma
        return [(low, high, self.among((x >= low) & (x < high))) for low, high in pairwise(BANDS)]


def scaled(stars: dict[str, np.ndarray], times: float) -> dict[str, np.ndarray]:
    """Return the same stars measured with errors that are some times as large, and stated as such."""
    out = dict(stars)
    true = known.true_measurements(stars)
    wide = times * stars["distance_err"] / stars["distance"]
    away = np.log(stars["distance"] / true["distance"])
    out["distance"] = true["distance"] * np.exp(times * away)
    out["distance_err"] = wide * out["distance"]
    for name in known.MEASURED[1:]:
        out[name] = true[name] + times * (stars[name] - true[name])
        out[f"{name}_err"] = times * stars[f"{name}_err"]
    return out


def intervals(stars: dict[str, np.ndarray], draws: int, seed: int = 1) -> dict[str, Intervals]:
    """Return the intervals of every star that is bound in truth, as measured and in nine of ten draws."""
    true = orbit_quantities(*known.truth(stars), potential=known.POTENTIAL)
    seen = orbit_quantities(*known.measured(stars), potential=known.POTENTIAL)
    rows = []
    for first in range(0, stars["ra"].size, _AT_ONCE):
        part = {name: values[first : first + _AT_ONCE] for name, values in stars.items()}
        some = known.measured(part, known.drawn(part, draws, seed + first))
        found = orbit_quantities(*some, potential=known.POTENTIAL)
        found = {name: found[name] for name in NAMES}
        lost = np.isnan(found["jr"])
        kept = lost.mean(axis=1) < 0.1
        for values in found.values():
            values[lost & kept[:, None]] = np.nan
            values[~kept] = np.nan
        with np.errstate(all="ignore"):
            rows.append([_quantiles(values, lost.any(axis=1) & kept) for values in found.values()])
    out = {}
    for k, name in enumerate(NAMES):
        q = np.concatenate([row[k] for row in rows], axis=1)
        one = Intervals(true[name], seen[name], *q)
        out[name] = one
    use = np.isfinite(true["jr"] + seen["jr"] + out["jr"].middle)
    return {name: one.among(use) for name, one in out.items()}


def _quantiles(values: np.ndarray, gaps: np.ndarray) -> np.ndarray:
    """Return (3, n) quantiles; stars with `gaps` leave their lost draws out."""
    found = np.quantile(values, Q, axis=1)
    for i in np.flatnonzero(gaps):
        found[:, i] = np.nanquantile(values[i], Q)
    return found
