"""Random stars, a small pipeline, and reductions run over them in partitions without an engine."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np

from galdask import config
from galdask.cartography.atlas import requests
from galdask.cartography.plan import Plan
from tests.cartography.moving import moved

PIPELINE = """
name: small
title: A small pipeline
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
  age_cor_ss: {column: age_cor_ss, unit: Gyr, label: Age (corrected), low: 0, high: 40, sample: B_age}
  log_age_cor_ss: {column: log_age_cor_ss, unit: log(yr), low: 5, high: 11, sample: B_age}
  age_apokasc: {column: age_apokasc, unit: Gyr, error: age_apokasc_err, label: APOKASC age, low: 0, high: 40}
  teff:  {column: teff, unit: K, label: T_eff, low: 1000, high: 60000}
  logg:  {column: logg, label: log g, low: -3, high: 8}
cuts: {}
populations: {x: fe_h, y: mg_fe, level: 0.15, slope: -0.13, knee: 0.0, buffer: 0.025, buffer_along: mg_fe}
samples:
  catalogue: {raw: true}
  main: {cuts: []}
  age: {base: main, cuts: []}
  all_gravities: {cuts: []}
  A: {cuts: []}
  A_age: {base: A, cuts: []}
  B_age: {base: main, cuts: []}
variants:
  A: {label: high log g, stars: A, ages: A_age}
  B: {label: corrected, ages: B_age, columns: {age: age_cor_ss, log_age: log_age_cor_ss}}
grids:
  xyz:
    x: {low: -6, high: 6, step: 1}
    y: {low: -6, high: 6, step: 1}
    z: {low: -2, high: 2, step: 1}
  polar:
    r: {low: 0, high: 8, step: 1}
    theta: {low: 0, high: 360, step: 45}
    z: {low: -2, high: 2, step: 1}
cubes:
  xyz: {grid: xyz, quantities: [fe_h, age]}
  polar: {grid: polar, quantities: [fe_h]}
products:
  kiel: {}
  coverage: {step: 1, max_r: 6, max_z: 2}
  alpha_split: {}
  age_errors: {}
  mgfe_grid:
    r_edges: [0, 2, 4, 8]
    slices: [0, 0.5, 2]
    fe_h: {low: -1, high: 1, step: 0.1}
    mg_fe: {low: -0.4, high: 0.6, step: 0.05}
  mgfe_age_grid:
    r_edges: [0, 2, 4, 8]
    slices: [0, 0.5, 2]
    fe_h: {low: -1, high: 1, step: 0.1}
    mg_fe: {low: -0.4, high: 0.6, step: 0.05}
  mgfe_by_radius:
    r_edges: [0, 2, 4, 8]
    fe_h: {low: -1, high: 1, step: 0.1}
    mg_fe: {low: -0.4, high: 0.6, step: 0.05}
    compare_r: [1, 5]
  mdf_grid:
    r: {low: 0, high: 8, step: 1}
    slices: [0, 0.5, 2]
    fe_h: {low: -1.5, high: 0.8, step: 0.1}
    replicas: 40
  mdf_moments: {r: {low: 0, high: 8, step: 1}, fe_h: {low: -1.5, high: 0.8, step: 0.05}, replicas: 60}
  amr: {r_edges: [0, 2, 4, 8], slices: [0, 0.5, 2], points: 500}
  mgfe_modes: {fe_h_bins: [-1, -0.3, 0, 0.4], replicas: 20}
  amr_density: {r_edges: [0, 2, 4, 8], slices: [0, 0.5, 2]}
  chemical_tagging: {replicas: 20}
  age_systematics: {logg_bins: [1, 1.5, 2], points: 300, replicas: 40}
  age_alpha: {r_edges: [0, 2, 4, 8], slices: [0, 0.5, 2], replicas: 20}
  adf_grid: {r: {low: 0, high: 8, step: 2}, slices: [0, 0.5, 2], replicas: 10}
  adf_moments: {r: {low: 0, high: 8, step: 2}, replicas: 10}
  global_maps: {step: 1, max_r: 6, max_z: 2, max_abs_z: 1.0, min_n: 1}
  feh_slices: {step: 1, max_r: 6, slices: [0, 1, 2], min_n: 1}
  age_slices: {step: 1, max_r: 6, slices: [0, 1, 2], min_n: 1}
  polar_maps:
    r: {low: 0, high: 8, step: 1}
    theta: {low: 0, high: 360, step: 30}
    slices: [0, 1, 2]
    theta_shown: [120, 240]
    fit_r: [2, 8]
    replicas: 20
  polar_zoom:
    r: {low: 2, high: 5, step: 0.5}
    theta: {low: 120, high: 240, step: 10}
    window_r: 1
    window_theta: 30
  radial_profiles: {z_step: 1, z_max: 2, window: 40, window_step: 20}
  radial_gradients: {r_min: [3.0, 0.0], replicas: 40}
  vertical_profiles: {r_max: 6, window: 40, window_step: 20}
  vertical_gradients: {max_abs_z: 1.5, near_sun: [3, 5], replicas: 40}
  profiles_by_age:
    age_bins: [0, 4, 8, 11, 14]
    max_abs_z: 1
    ring: [2, 5]
    r_min: 2
    fit_abs_z: 1.5
    window: 40
    window_step: 20
    replicas: 40
  age_profiles: {z_step: 1, z_max: 2, r_max: 6, window: 40, window_step: 20}
  logg_coverage: {logg_bins: [1, 1.4, 2], step: 1, max_r: 6, inner_r: 2, outer_r: 6}
  age_completeness: {step: 1, max_r: 6, max_z: 2, solar_r: [2, 4], inner_r: 1, outer_r: 5}
  age_gradients: {r_min: [3.0], max_abs_z: 1.5, replicas: 40}
  age_alpha_variants: {variants: [A, B]}
  age_profiles_variants: {variants: [A]}
  amr_variants: {variants: [A, B]}
  variant_differences: {variants: [A, B]}
  rotation: {r: {low: 0, high: 8, step: 1}}
  toomre: {v: {low: -600, high: 250, step: 25}, v_perp: {low: 0, high: 500, step: 25}}
  action_map: {lz: {low: -3000, high: 5000, step: 100}, sqrt_jr: {low: 0, high: 45, step: 1}}
  eccentricity_z_max: {z_max: {low: 0, high: 10, step: 0.5}}
"""


def section(text: str = PIPELINE) -> config.Section:
    return config.parse(text, "small.yaml")


def without_variants(text: str = PIPELINE) -> str:
    """Return a pipeline without its section of variants and their products."""
    lines = text[: text.index("variants:")] + text[text.index("grids:") :]
    return "\n".join(
        line for line in lines.splitlines() if not line.startswith("  ") or "variant" not in line
    )


def plan(text: str = PIPELINE) -> Plan:
    return Plan.from_section(section(text))


def random_stars(n: int, seed: int = 1) -> dict[str, np.ndarray]:
    """Columns of a sample; some stars are outside every grid, some numbers are missing."""
    rng = np.random.default_rng(seed)
    x, y, z = rng.normal(0, 3, n), rng.normal(0, 3, n), rng.normal(0, 0.8, n)
    r = np.hypot(x, y)
    fe_h = (0.3 - 0.06 * r + rng.normal(0, 0.2, n)).astype(np.float32)
    mg_fe = (0.1 - 0.1 * fe_h + rng.normal(0, 0.1, n)).astype(np.float32)
    out = {
        "star_key": rng.integers(0, 2**63, n).astype(np.uint64),
        "population": rng.integers(0, 4, n).astype(np.int8),
        "x": x,
        "y": y,
        "z": z,
        "r": r,
        "theta": np.degrees(np.arctan2(y, x)) % 360.0,
        "abs_z": np.abs(z),
        "signed_r": np.copysign(r, x),
        "fe_h": fe_h,
        "mg_fe": mg_fe,
        "age": rng.uniform(0.1, 14, n).astype(np.float32),
        "teff": rng.uniform(3500, 5500, n).astype(np.float32),
        "logg": rng.uniform(1, 2, n).astype(np.float32),
        "fe_h_err": rng.uniform(0.005, 0.02, n).astype(np.float32),
        "mg_fe_err": rng.uniform(0.01, 0.03, n).astype(np.float32),
    }
    out["log_age"] = (9 + np.log10(out["age"])).astype(np.float32)
    out["age_err_low"] = rng.uniform(0.05, 0.25, n).astype(np.float32)
    out["age_err_up"] = rng.uniform(0.05, 0.3, n).astype(np.float32)
    out["age_apokasc"] = np.clip(out["age"] + rng.normal(0, 1.0, n), 0.2, 30).astype(np.float32)
    out["age_apokasc_err"] = rng.uniform(0.5, 1.5, n).astype(np.float32)
    out["age_nn"] = (0.6 * out["age"] + 2.5 + rng.normal(0, 0.5, n)).clip(0.1, 30).astype(np.float32)
    out["age_cor_ss"] = np.clip(1.2 * out["age"] - 0.5, 0.1, 30).astype(np.float32)
    out["log_age_cor_ss"] = (9 + np.log10(out["age_cor_ss"])).astype(np.float32)
    out["mg_fe"][:: max(1, n // 20)] = np.nan
    return out | moved(out, seed)


def samples(stars: dict[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
    """The samples of `PIPELINE`: ages exist above [Fe/H] = -0.5; A has log g >= 1.4, B all of main."""
    aged, high = stars["fe_h"] > -0.5, stars["logg"] >= 1.4
    every = dict.fromkeys(("main", "catalogue", "all_gravities"), stars)
    cut = {"age": aged, "A": high, "A_age": high & aged, "B_age": aged}
    return every | {name: {k: v[of] for k, v in stars.items()} for name, of in cut.items()}


def states(the_plan: Plan, stars: dict[str, np.ndarray], parts: int = 3, names: tuple[str, ...] = ()) -> dict:
    """The states of each request, one for each partition."""
    views, found = samples(stars), {}
    for digest, request in requests(the_plan, names or the_plan.names).items():
        columns = views[request.sample]
        bounds = np.linspace(0, columns["x"].size, parts + 1).astype(int)
        found[digest] = [
            request.reduction.map({c: columns[c][a:b] for c in request.reduction.columns()})
            for a, b in pairwise(bounds)
        ]
    return found


def results(
    the_plan: Plan, stars: dict[str, np.ndarray], parts: int = 3, names: tuple[str, ...] = ()
) -> dict:
    """The finished tables of each request."""
    asked = requests(the_plan, names or the_plan.names)
    made = states(the_plan, stars, parts, names)
    return {digest: asked[digest].reduction.finalize(made[digest]) for digest in asked}


def files_of(folder: Path) -> list[Path]:
    return [p for p in Path(folder).rglob("*") if p.is_file()]
