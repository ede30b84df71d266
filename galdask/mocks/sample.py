"""Stars of the mock that pass the cuts, drawn without any file: for truths from samples of any size."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import numpy as np

from galdask.errors import ConfigError
from galdask.mocks import distmass, sky, spectra
from galdask.mocks import stars as true_stars
from galdask.mocks.footprint import Footprint, footprint
from galdask.mocks.luminosity import LuminosityFunction
from galdask.mocks.selection import Selection
from galdask.mocks.stars import Arrays
from galdask.mocks.streams import stream

#: M_H that can end between log g 1 and 2, mag
REACH = (-6.7, -1.85)
#: candidates drawn at a time; about half of them pass
BLOCK = 1 << 15
#: gravity range of the sample (Imig et al. 2023, S 2.2)
LOGG = (1.0, 2.0)


@functools.cache
def _survey() -> tuple[Footprint, Selection, np.ndarray]:
    fields = footprint()
    selection = Selection(fields, LuminosityFunction(*REACH))
    weight = fields.weight * selection.reached
    weight *= np.array([true_stars.CLASSES[int(kind)][true_stars.MAIN] for kind in fields.kind])
    return fields, selection, np.cumsum(weight / weight.sum())


def draw_sample(n: int, seed: int, noise: bool = True) -> Arrays:
    """Draw stars that pass the cuts of two_disks (main survey, good bits, log g 1 to 2, finite labels).

    Parameters
    ----------
    n : int
        Number of stars.
    seed : int
        Seed, 0 <= seed < 2**32; independent of every written release of the same seed.
    noise : bool
        Measured values, or the true values of the very same stars.

    Returns
    -------
    dict of (n,) arrays
        star_key (uint64); x, y, z, r, abs_z, signed_r, distance (kpc, float64), theta (deg, 0 to 360, the
        Sun at 180); fe_h, mg_fe (dex), age (Gyr), log_age (log yr), teff (K), logg (float32); fe_h_err,
        mg_fe_err (float32); population (int8: 0 low, 1 high alpha, 2 buffer, by Eq. 1 on the abundances
        returned), component and disk (int8: index in `components.COMPONENTS`, true population); has_age
        (bool): passes the age cut. Without noise, age is given for every star.
    """
    parts = list(sample_blocks(n, seed, noise))
    # column by column, so that blocks and result are never both whole
    return {name: np.concatenate([part.pop(name) for part in parts]) for name in list(parts[0])}


def sample_blocks(n: int, seed: int, noise: bool = True) -> Iterator[Arrays]:
    """Yield the stars of `draw_sample` in blocks of some ten thousand, for samples larger than memory.

    Raises
    ------
    ConfigError
        If the number or the seed cannot be.
    """
    if n < 1 or not 0 <= seed < 2**32:
        raise ConfigError(
            "a mock sample needs stars and a seed", expected="n >= 1, 0 <= seed < 2**32", found=(n, seed)
        )
    number = 0
    while n > 0:
        block = _block(seed, number, noise)
        yield {name: values[:n] for name, values in block.items()}
        n -= block["r"].size
        number += 1


def _block(seed: int, number: int, noise: bool) -> Arrays:
    """Draw one block of candidates and keep those that pass."""
    fields, selection, cumulative = _survey()
    rng = stream(seed, "sample", number)
    field = np.minimum(np.searchsorted(cumulative, rng.random(BLOCK)), fields.size - 1)
    ra, dec = true_stars.draw_directions(rng, fields, field)
    star = true_stars.draw(rng, fields, selection, field, ra, dec, np.zeros(BLOCK, dtype=np.int8))
    snr = spectra.signal_to_noise(rng, star)
    label = spectra.labels(rng, star, snr)
    flag = spectra.flags(rng, star, snr)
    distance, _ = distmass.distances(rng, star)
    outside = distmass.is_outside(rng, label["teff"], label["logg"], label["m_h"], label["fe_h"])
    log_age = distmass.log_age(rng, star["age"], outside)
    good = ~flag["blank"] & ~flag["fe_bad"] & ~flag["mg_bad"] & (snr >= spectra.SN_BAD_BELOW)
    good &= (label["logg"] >= LOGG[0]) & (label["logg"] <= LOGG[1])
    keep = np.flatnonzero(good)
    if noise:
        x, y, z = sky.position(ra[keep], dec[keep], distance[keep])
        value = {name: label[name][keep] for name in ("fe_h", "mg_fe", "teff", "logg")}
        distance, log_age = distance[keep], log_age[keep]
    else:
        x, y, z = (star[name][keep] for name in "xyz")
        value = {name: star[name][keep].astype(np.float32) for name in ("fe_h", "mg_fe", "teff", "logg")}
        distance, log_age = star["distance"][keep], 9.0 + np.log10(star["age"][keep])
    r = np.hypot(x, y)
    return {
        "star_key": (np.uint64(number) << np.uint64(20)) + keep.astype(np.uint64),
        "x": x, "y": y, "z": z, "r": r, "abs_z": np.abs(z), "signed_r": np.copysign(r, x),
        "theta": np.degrees(np.arctan2(y, x)) % 360.0, "distance": distance,
        **value,
        "age": (10.0 ** (log_age - 9.0)).astype(np.float32), "log_age": log_age.astype(np.float32),
        "fe_h_err": label["fe_h_err"][keep], "mg_fe_err": label["mg_fe_err"][keep],
        "population": classify(value["fe_h"], value["mg_fe"]),
        "component": star["component"][keep].astype(np.int8),
        "disk": star["population"][keep].astype(np.int8),
        "has_age": ~outside[keep],
    }  # fmt: skip


def classify(fe_h: np.ndarray, mg_fe: np.ndarray) -> np.ndarray:
    """Return 0 (low alpha), 1 (high alpha) or 2 (buffer of 0.025 dex) by Eq. 1 of Imig et al. 2023; int8."""
    above = mg_fe - (0.15 - 0.13 * np.minimum(fe_h, 0.0))
    return np.where(np.abs(above) <= 0.025, 2, above > 0.0).astype(np.int8)
