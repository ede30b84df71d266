"""A small catalogue with every trap, as partitions of a store give it, and a pipeline for it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from galdask.catalog.manifest import StoredColumn
from galdask.config import parse
from galdask.stars import Recipe

COLUMNS = {
    "star_id": ("string", ""),
    "star_key": ("uint64", ""),
    "ra": ("float64", "deg"),
    "dec": ("float64", "deg"),
    "glon": ("float32", "deg"),
    "glat": ("float32", "deg"),
    "distance": ("float32", "pc"),
    "parallax": ("float32", "mas"),
    "parallax_err": ("float32", "mas"),
    "r_gc": ("float32", "kpc"),
    "z_gc": ("float32", "kpc"),
    "pmra": ("float32", "mas/yr"),
    "pmdec": ("float32", "mas/yr"),
    "rv": ("float32", "km/s"),
    "teff": ("float32", "K"),
    "logg": ("float32", "log(cm/s2)"),
    "fe_h": ("float32", "dex"),
    "fe_h_err": ("float32", "dex"),
    "mg_fe": ("float32", "dex"),
    "age_yr": ("float64", "yr"),
    "age_err": ("float32", "dex"),
    "nvisits": ("int16", ""),
    "extratarg": ("int32", ""),
    "aspcapflag": ("int64", ""),
    "target": ("int32", ""),
    "good": ("bool", ""),
    "telescope": ("string", ""),
    "x_h": ("float32", "dex"),
}
MASKS = {
    "aspcapflag": {"TEFF_WARN": 0, "STAR_BAD": 23, "SN_BAD": 27, "PROBLEM_TARGET": 40},
    "target": {"SHORT": 11, "MEDIUM": 12, "CHECKED": 31},
}


def store():
    columns = {name: StoredColumn(name, "needed", kind, unit) for name, (kind, unit) in COLUMNS.items()}
    columns["x_h"] = StoredColumn("x_h", "arrays", "float32", "dex", shape=(3,))
    return SimpleNamespace(columns=columns, masks=MASKS)


def partition(n=1000, seed=1):
    """Columns as `read_partition` returns them: NaN, masked integers, None in texts."""
    rng = np.random.default_rng(seed)
    single = np.float32

    def holes(values, fraction=0.05):
        values[rng.random(n) < fraction] = np.nan
        return values

    flags = rng.integers(0, 2, n) << 23 | (rng.random(n) < 0.2).astype(np.int64) << 27
    flags |= (rng.random(n) < 0.05).astype(np.int64) << 40
    target = np.where(rng.random(n) < 0.5, -(2**31), 0).astype(np.int32) | (
        rng.integers(0, 4, n) << 11
    ).astype(np.int32)
    return {
        "star_id": np.array([f"2M{i:08d}" for i in range(n)], dtype=object),
        "star_key": rng.integers(0, 2**63, n).astype(np.uint64),
        "ra": holes(rng.uniform(0, 360, n), 0.01),
        "dec": np.degrees(np.arcsin(rng.uniform(-1, 1, n))),
        "glon": rng.uniform(0, 360, n).astype(single),
        "glat": rng.uniform(-90, 90, n).astype(single),
        "distance": holes(rng.exponential(4000, n).astype(single)),
        "parallax": holes(rng.normal(0.3, 0.3, n).astype(single)),
        "parallax_err": np.full(n, 0.03, dtype=single),
        "r_gc": holes(rng.uniform(0, 20, n).astype(single)),
        "z_gc": rng.normal(0, 1, n).astype(single),
        "pmra": holes(rng.normal(0, 3, n).astype(single)),
        "pmdec": rng.normal(0, 3, n).astype(single),
        "rv": holes(rng.normal(0, 50, n).astype(single)),
        "teff": rng.normal(4500, 400, n).astype(single),
        "logg": holes(rng.uniform(0, 4, n).astype(single)),
        "fe_h": holes(rng.normal(-0.2, 0.4, n).astype(single)),
        "fe_h_err": rng.uniform(-0.005, 0.02, n).astype(single),
        "mg_fe": holes(rng.normal(0.12, 0.1, n).astype(single)),
        "age_yr": holes(rng.uniform(-1e9, 14e9, n)),
        "age_err": np.full(n, 0.15, dtype=single),
        "nvisits": np.ma.MaskedArray(rng.integers(1, 9, n).astype(np.int16), rng.random(n) < 0.1),
        "extratarg": np.ma.MaskedArray(rng.integers(0, 2, n).astype(np.int32), rng.random(n) < 0.1),
        "aspcapflag": flags,
        "target": target,
        "good": rng.random(n) < 0.9,
        "telescope": np.array([("apo25m", "lco25m", None)[i] for i in rng.integers(0, 3, n)], dtype=object),
    }


PIPELINE = """
galdask_pipeline: 1
frame:
  name: imig2023
  r_sun: 8.3
  z_sun: 0.027
  v_sun: [11.1, 232.24, 7.25]
  galcen_ra: 266.4051
  galcen_dec: -28.936175
  roll: 0.0
  tilt: true
  theta: toward_rotation
position: {sky: {ra: ra, dec: dec}, distance: distance}
velocity: {pmra: pmra, pmdec: pmdec, rv: rv}
quantities:
  fe_h: {column: fe_h, unit: dex, error: fe_h_err, low: -1.0, high: 0.5}
  mg_fe: {column: mg_fe, unit: dex}
  age: {column: age_yr, unit: Gyr, low: 0, high: 12, sample: age}
  log_age: {expression: log10(age_yr), unit: log(yr), error: age_err, sample: age}
  visits: {column: nvisits}
cuts:
  main_survey: {column: extratarg, equals: 0}
  aspcap: {mask: aspcapflag, clear: [STAR_BAD, SN_BAD]}
  surface_gravity: {column: logg, low: 1.0, high: 2.5}
  finite_fe_h: {finite: fe_h}
  disk: {quantity: abs_z, high: 3}
  within: {quantity: r, low: 2, high: 15, high_open: true}
  age_known: {quantity: age, low: 0, low_open: true}
  apo: {column: telescope, equals: apo25m}
populations: {x: fe_h, y: mg_fe, level: 0.15, slope: -0.13, knee: 0.0, buffer: 0.025, buffer_along: mg_fe}
samples:
  catalogue: {raw: true, quantities: [fe_h, mg_fe]}
  main: {cuts: [main_survey, aspcap, surface_gravity, finite_fe_h, disk]}
  age: {base: main, cuts: [age_known]}
  apo: {cuts: [apo, within]}
"""


def pipeline(*changes, text=PIPELINE):
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return parse(text, "pipe.yaml")


def recipe(*changes):
    return Recipe.from_section(pipeline(*changes), store())
