"""Stars to compute actions of: disks, and all bound orbits."""

import numpy as np

from galdask.stars.orbits import open_potential

RO, VO, DELTA = 8.2, 235.0, 3.69


def disk(count, seed=1):
    """Return r, vr, vphi, z, vz of a thin and a thick disk."""
    random = np.random.default_rng(seed)
    r = np.clip(random.gamma(8, 1.0, count), 1.5, 20)
    thick = random.random(count) < 0.2
    z = random.laplace(0, np.where(thick, 0.8, 0.3))
    sigma = np.where(thick, 55, 33) * np.exp(-(r - 8) / 15)
    vr, vz = random.normal(0, sigma), random.normal(0, 0.55 * sigma)
    vphi = VO - np.where(thick, 45, 12) + random.normal(0, 0.7 * sigma)
    return tuple(np.ascontiguousarray(a) for a in (r, vr, vphi, z, vz))


def everything(count, seed=2):
    """Return bound stars on all kinds of orbits: R 0.1-40 kpc, |z| to 15 kpc, either way and polar."""
    random = np.random.default_rng(seed)
    r = 10 ** random.uniform(-1, np.log10(40), count)
    z = random.uniform(-15, 15, count) * random.random(count) ** 2
    speed = np.sqrt(-2 * open_potential().at(r, z)) * 0.99 * random.random(count) ** 0.7
    c, phase = random.uniform(-1, 1, count), random.uniform(0, 2 * np.pi, count)
    s = np.sqrt(1 - c * c)
    stars = (r, speed * s * np.cos(phase), speed * s * np.sin(phase), z, speed * c)
    return tuple(np.ascontiguousarray(a) for a in stars)


def natural(stars, ro=RO, vo=VO):
    """Return stars in galpy's natural units."""
    return [values / scale for values, scale in zip(stars, (ro, vo, vo, ro, vo), strict=True)]
