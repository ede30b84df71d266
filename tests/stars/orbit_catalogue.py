"""A few stars with every trap, and the pipeline of their orbits."""

from types import SimpleNamespace

import numpy as np

from galdask.catalog.manifest import StoredColumn
from galdask.config import parse
from galdask.stars.orbit_settings import OrbitPlan

UNITS = {
    "star_key": "",
    "ra": "deg",
    "dec": "deg",
    "distance": "kpc",
    "distance_err": "kpc",
    "d_low": "kpc",
    "d_high": "kpc",
    "parallax": "mas",
    "parallax_err": "mas",
    "pmra": "mas/yr",
    "pmra_err": "mas/yr",
    "pmdec": "mas/yr",
    "pmdec_err": "mas/yr",
    "pm_corr": "",
    "rv": "km/s",
    "rv_err": "km/s",
    "age": "Gyr",
    "age_low": "dex",
    "age_up": "dex",
    "fe_h": "dex",
    "fe_h_err": "dex",
}
PIPELINE = """
galdask_pipeline: 1
frame:
  {name: imig2023, r_sun: 8.3, z_sun: 0.027, v_sun: [11.1, 232.24, 7.25], galcen_ra: 266.4051,
   galcen_dec: -28.936175, roll: 0.0, tilt: true, theta: toward_rotation}
position: {sky: {ra: ra, dec: dec}, distance: distance}
velocity: {pmra: pmra, pmdec: pmdec, rv: rv}
orbits:
  potential: {name: MWPotential2014, ro: 8.3, vo: 220.0}
  delta: table
  draws: 20
  seed: 7
  errors:
    distance: {model: gaussian, error: distance_err, default: none}
    proper_motion: {longitude: pmra_err, latitude: pmdec_err, correlation: pm_corr, default: 0.05}
    radial_velocity: {error: rv_err, default: 0.5}
    age: {column: age, error: [age_low, age_up], default: none}
    fe_h: {column: fe_h, error: fe_h_err, default: 0.02}
"""


def store():
    columns = {n: StoredColumn(n, "needed", "float64", unit) for n, unit in UNITS.items()}
    columns["star_key"] = StoredColumn("star_key", "needed", "uint64")
    return SimpleNamespace(columns=columns, masks={})


def section(*changes, text=PIPELINE):
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return parse(text, "pipe.yaml")


def plan(*changes, **options):
    return OrbitPlan.from_section(section(*changes), store(), **options)


def stars(n=300, seed=1):
    """Columns of stars of the disk near the Sun, without gaps."""
    random = np.random.default_rng(seed)
    distance = random.uniform(0.2, 4.0, n)
    return {
        "star_key": random.integers(0, 2**64, n, dtype=np.uint64),
        "ra": random.uniform(0, 360, n),
        "dec": np.degrees(np.arcsin(random.uniform(-1, 1, n))),
        "distance": distance,
        "distance_err": 0.1 * distance,
        "d_low": 0.9 * distance,
        "d_high": 1.2 * distance,
        "parallax": 1 / distance,
        "parallax_err": np.full(n, 0.02),
        "pmra": random.normal(0, 3, n),
        "pmra_err": np.full(n, 0.03),
        "pmdec": random.normal(0, 3, n),
        "pmdec_err": np.full(n, 0.03),
        "pm_corr": random.uniform(-0.5, 0.5, n),
        "rv": random.normal(0, 40, n),
        "rv_err": np.full(n, 0.2),
        "age": random.uniform(0.5, 12, n),
        "age_low": np.full(n, -0.1),
        "age_up": np.full(n, 0.15),
        "fe_h": random.normal(-0.1, 0.2, n),
        "fe_h_err": np.full(n, 0.01),
    }
