"""Made-up motions and orbits of made-up stars."""

from __future__ import annotations

import numpy as np


def moved(stars: dict[str, np.ndarray], seed: int = 1) -> dict[str, np.ndarray]:
    """Return vphi, v_perp, lz, jr, ecc and z_max of stars with r, z and population.

    A disk that turns by 200 km/s beyond 2 kpc, hotter where population is 1, some stars retrograde. Orbits
    are rough epicycles; some stars have none.
    """
    rng, r, z = np.random.default_rng(seed + 100), stars["r"], stars["z"]
    hot = np.where(stars["population"] == 1, 60.0, 25.0)
    vphi = 200.0 * np.minimum(r / 2.0, 1.0) - 0.6 * hot + rng.normal(0, hot)
    vphi[::50] *= -1.0
    vr, vz = rng.normal(0, hot), rng.normal(0, 0.6 * hot)
    along = np.hypot(vr / 40.0, (vphi - 200.0) / 50.0)
    found = {
        "vphi": vphi,
        "v_perp": np.hypot(vr, vz),
        "lz": r * vphi,
        "jr": 20.0 * along**2,
        "ecc": along / np.hypot(along, r + 0.1),
        "z_max": np.hypot(z, vz / 80.0),
    }
    for name in ("jr", "ecc", "z_max"):
        found[name][7::100] = np.nan
    return found
