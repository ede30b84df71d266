"""Variation with azimuth: none at all, and a known one.

Stars of a mock lie where they lie; within a slice of |Z| and a ring of 1 kpc their abundances are dealt out
anew, so that [Fe/H] depends on azimuth in no way. Onto that a slope along R that changes with azimuth is
put, steep at the two ends so that it is clear which azimuths are the extremes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from tests.statistics.estimators import Stars
from tests.statistics.families import Family, Pair

#: how much the slopes at azimuths 135 and 225 degrees differ, dex/kpc (0.026 is published for all)
RANGE = 0.06
#: chances that are looked at
LEVELS = (0.05, 0.1, 0.2, 0.5)
SLICES = (0.5, 1.0, 2.0)
KEPT = ("slope_range", "slope_range_noise", "slope_range_p", "n_rings")
SPREADS = ("observed_spread", "expected_spread", "n_theta")


def dealt(stars: Stars) -> dict[str, np.ndarray]:
    """The same stars with abundances dealt out anew within slices and rings."""
    rng = np.random.default_rng(int(stars["star_key"][0] % 2**32))
    place = np.digitize(stars["abs_z"], SLICES) * 1000 + np.floor(stars["r"]).astype(int)
    there, mixed = np.argsort(place, kind="stable"), np.lexsort((rng.random(place.size), place))
    out = dict(stars)
    for name in ("fe_h", "mg_fe", "population"):
        values = stars[name].copy()
        values[there] = stars[name][mixed]
        out[name] = values
    return out


def tilted(stars: Stars) -> dict[str, np.ndarray]:
    """Those, with a slope along R that changes with azimuth."""
    out = dealt(stars)
    turned = np.clip((stars["theta"] - 180.0) / 45.0, -1.2, 1.2) ** 3
    # bins of azimuth are 10 degrees wide: their middles at 135 and 225 have the mean over the bin
    edge = np.mean(np.clip(np.linspace(40.0, 50.0, 1001) / 45.0, -1.2, 1.2) ** 3)
    added = 0.5 * RANGE / edge * turned * (stars["r"] - 8.3)
    out["fe_h"] = (out["fe_h"] + added).astype(np.float32)
    return out


NONE = Family(
    "azimuth_none",
    "No variation with azimuth",
    (Pair("slope", samples=True), Pair("slope_range", holds=False, samples=True)),
    product="polar_maps",
    copies=4,
    change=dealt,
    more=(*KEPT, *SPREADS),
)
INJECTED = Family(
    "azimuth_injected",
    "A known variation with azimuth",
    (
        Pair("slope", samples=True),
        Pair("slope_range", only=("total", "low_alpha"), samples=True),
    ),
    product="polar_maps",
    copies=4,
    change=tilted,
    more=KEPT,
)


def chances(found: xr.Dataset) -> np.ndarray:
    """Chances that there is no variation, of panels that have one in every mock."""
    p = found["slope_range_p"]
    good = np.isfinite(p).all("seed")
    return p.where(good).values[np.isfinite(p.where(good).values)]


def shares(p: np.ndarray) -> Iterator[tuple[float, float, float]]:
    """Each level, the share of chances at or below it, and the scatter of that share."""
    for level in LEVELS:
        yield level, float(np.mean(p <= level)), float(np.sqrt(level * (1 - level) / p.size))


def excess(found: xr.Dataset) -> float:
    """Mean range over the mean of the range that noise gives, of panels that have one in every mock."""
    reach, noise = found["slope_range"], found["slope_range_noise"]
    good = np.isfinite(reach).all("seed")
    return float(reach.where(good).mean() / noise.where(good).mean())


def spreads(found: xr.Dataset, reading: str, least: int = 5) -> np.ndarray:
    """Observed over expected spread of medians over azimuth, root mean square, by population.

    The observed one has n - 1 degrees of freedom; rings of fewer than `least` azimuths are left out.
    """
    n = found["n_theta"]
    ratio = found["observed_spread"] / found["expected_spread"].sel(reading=reading)
    ratio = (ratio * np.sqrt(n / (n - 1).where(n > 1))).where(n >= least)
    return np.sqrt((ratio**2).mean([d for d in ratio.dims if d != "population"])).values
