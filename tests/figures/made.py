"""Datasets of products, made by the reductions themselves from a few thousand made-up stars of a disk."""

from __future__ import annotations

import functools

import numpy as np
import xarray as xr

from galdask.cartography.atlas import finish
from tests.cartography.moving import moved
from tests.cartography.stars import plan, results
from tests.figures import synthetic

PIPELINE = """
name: disk
title: A small disk
reference: nobody
frame: {name: test, r_sun: 8.3, z_sun: 0.027}
position: {sky: {ra: ra, dec: dec}, distance: distance}
velocity: {pmra: pmra, pmdec: pmdec, rv: rv}
orbits: {potential: {name: MWPotential2014, ro: 8.3, vo: 220}}
quantities:
  fe_h:  {column: fe_h, unit: dex, error: fe_h_err, label: "[Fe/H]", low: -3.0, high: 1.5}
  mg_fe: {column: mg_fe, unit: dex, error: mg_fe_err, label: "[Mg/Fe]", low: -1.5, high: 1.5}
  age:   {column: age, unit: Gyr, label: Age, low: 0, high: 40, sample: age}
  log_age: {column: log_age, unit: log(yr), label: log10 age, low: 5, high: 11, sample: age}
  age_err_low: {column: age_err_low, unit: dex, label: lower error of log10 age, low: 0, high: 5, sample: age}
  age_err_up: {column: age_err_up, unit: dex, label: upper error of log10 age, low: 0, high: 5, sample: age}
  age_nn: {column: age_nn, unit: Gyr, label: Age (astroNN), low: 0, high: 40, sample: age}
  age_apokasc: {column: age_apokasc, unit: Gyr, error: age_apokasc_err, label: APOKASC age, low: 0, high: 40}
  logg:  {column: logg, label: log g, low: -3, high: 8}
samples:
  catalogue: {raw: true}
  main: {cuts: []}
  age: {base: main, cuts: []}
  all_gravities: {cuts: []}
  A: {cuts: []}
  A_age: {base: A, cuts: []}
variants:
  main: {label: "1.0 <= log g <= 2.0"}
  A: {label: "log g >= 1.4", stars: A, ages: A_age}
populations: {x: fe_h, y: mg_fe, level: 0.15, slope: -0.13, knee: 0.0, buffer: 0.025, buffer_along: mg_fe}
products:
  %s: {%s}
"""
#: settings that make the grids small
SETTINGS = {
    "vertical_gradients": "replicas: 10",
    "age_gradients": "replicas: 10",
    "polar_maps": "replicas: 5",
    "profiles_by_age": "replicas: 10",
    "age_slices": "max_r: 20",
    **dict.fromkeys(("age_alpha_variants", "age_profiles_variants", "amr_variants"), "variants: [A]"),
}


def stars(mode: str) -> dict[str, np.ndarray]:
    """Return the columns of a sample in a mode of `synthetic.sampled`."""
    found = synthetic.sampled(mode)
    rng = np.random.default_rng(7)
    found["star_key"] = rng.permutation(found["x"].size).astype(np.uint64) * np.uint64(2654435761)
    found["theta"] = np.degrees(np.arctan2(found["y"], found["x"])) % 360.0
    found["log_age"] = np.log10(found["age"]) + 9
    found["population"] = found["population"].astype(np.int8)
    found["age_err_low"] = rng.gamma(20.0, 0.007, found["x"].size)
    found["age_err_up"] = rng.gamma(20.0, 0.008, found["x"].size)
    for name in ("fe_h_err", "mg_fe_err"):
        found[name] = rng.gamma(20.0, 0.0005, found["x"].size)
    found["age_apokasc"] = np.clip(found["age"] + rng.normal(0.0, 1.5, found["x"].size), 0.2, 30.0)
    found["age_apokasc_err"] = rng.gamma(20.0, 0.06, found["x"].size)
    found["age_nn"] = 0.6 * found["age"] + 2.5
    errors = ("age_err_low", "age_err_up", "fe_h_err", "mg_fe_err", "age_apokasc_err")
    for name in ("fe_h", "mg_fe", "age", "log_age", "age_apokasc", "age_nn", *errors, "logg", "teff"):
        found[name] = found[name].astype(np.float32)
    return found | moved(found)


@functools.cache
def dataset(name: str, mode: str = "full", settings: str | None = None) -> xr.Dataset:
    """Return a product of the stars of a mode: "full", "empty", "single" or "nan"."""
    small = plan(PIPELINE % (name, SETTINGS.get(name, "") if settings is None else settings))
    return finish(small, name, results(small, stars(mode), parts=2, names=(name,)))
