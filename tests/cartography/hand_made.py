"""Stores of hand-made stars, through a user's own release file and pipeline, from CSV to products."""

from pathlib import Path

import numpy as np

import galdask
from galdask import pipeline as wiring

RELEASE = """
galdask_release: 1
name: hand_made
title: Stars made by hand
reference: nobody
star_id: name
tables: {stars: {file: stars.csv}}
columns:
  name: {column: name, type: string}
  x: {column: x, unit: kpc, type: float64}
  y: {column: y, unit: kpc, type: float64}
  z: {column: z, unit: kpc, type: float64}
  fe_h: {column: fe_h, unit: dex, type: float32}
  fe_h_err: {column: fe_h_err, unit: dex, type: float32}
  mg_fe: {column: mg_fe, unit: dex, type: float32}
  mg_fe_err: {column: mg_fe_err, unit: dex, type: float32}
  age: {column: age, unit: Gyr, type: float32}
  teff: {column: teff, unit: K, type: float32}
  logg: {column: logg, unit: log(cm/s2), type: float32}
"""
PIPELINE = """
galdask_pipeline: 1
name: hand_made
title: Stars made by hand
reference: nobody
frame:
  {name: own, r_sun: 8.0, z_sun: 0.0, v_sun: [0, 220, 0], galcen_ra: 266.4, galcen_dec: -28.9, roll: 0,
   tilt: false, theta: toward_rotation}
position: {cartesian: {x: x, y: y, z: z}}
quantities:
  fe_h:  {column: fe_h, unit: dex, error: fe_h_err, label: "[Fe/H]", low: -3.0, high: 1.5}
  mg_fe: {column: mg_fe, unit: dex, error: mg_fe_err, label: "[Mg/Fe]", low: -1.5, high: 1.5}
  age:   {column: age, unit: Gyr, label: Age, low: 0, high: 40, sample: age}
  log_age: {expression: log10(age) + 9, unit: log(yr), label: log10 age, low: 5, high: 11, sample: age}
  age_err_low: {expression: fe_h_err * 5, unit: dex, label: lower error, low: 0, high: 5, sample: age}
  age_err_up: {expression: fe_h_err * 6, unit: dex, label: upper error, low: 0, high: 5, sample: age}
  age_apokasc: {column: age, unit: Gyr, label: APOKASC age, low: 0, high: 40}
  teff:  {column: teff, unit: K, label: T_eff, low: 1000, high: 60000}
  logg:  {column: logg, unit: log(cm/s2), label: log g, low: -3, high: 8}
cuts:
  place: {finite: r}
  metals: {quantity: fe_h, low: -3}
  aged: {quantity: age, low: 0, low_open: true}
populations: {x: fe_h, y: mg_fe, level: 0.15, slope: -0.13, knee: 0.0, buffer: 0.025, buffer_along: mg_fe}
samples:
  catalogue: {raw: true, quantities: [teff, logg, fe_h, mg_fe]}
  main: {cuts: [place, metals]}
  age: {base: main, cuts: [aged]}
grids:
  xyz: {x: {low: -10, high: 10, step: 1}, y: {low: -10, high: 10, step: 1}, z: {low: -2, high: 2, step: 1}}
  polar:
    r: {low: 0, high: 10, step: 1}
    theta: {low: 0, high: 360, step: 10}
    z: {low: -2, high: 2, step: 1}
cubes:
  xyz: {grid: xyz, quantities: [fe_h, age], min_n: 1}
  polar: {grid: polar, quantities: [fe_h, age], min_n: 1}
products:
  kiel: {}
  coverage: {max_r: 10, max_z: 2}
  alpha_split: {}
  age_errors: {}
  global_maps: {max_r: 10, max_z: 2}
  feh_slices: {max_r: 10}
  age_slices: {max_r: 10}
  mgfe_grid: {r_edges: [0, 4, 8, 12]}
  mgfe_modes: {replicas: 10}
  mgfe_age_grid: {r_edges: [0, 4, 8, 12]}
  mgfe_by_radius: {r_edges: [0, 4, 8, 12], compare_r: [2, 10]}
  polar_maps: {r: {low: 0, high: 10, step: 1}, fit_r: [2, 10], replicas: 10}
  polar_zoom:
    {r: {low: 0, high: 10, step: 1}, theta: {low: 0, high: 360, step: 10}, window_r: 1, window_theta: 20}
  radial_profiles: {z_step: 1, window: 30, window_step: 15}
  radial_gradients: {r_min: [4, 0], replicas: 10}
  vertical_profiles: {r_max: 10, window: 30, window_step: 15}
  vertical_gradients: {replicas: 10}
  profiles_by_age: {window: 30, window_step: 15, replicas: 10}
  mdf_grid: {r: {low: 0, high: 10, step: 1}, replicas: 10}
  mdf_moments: {r: {low: 0, high: 10, step: 1}, r_gradient: [0, 10], replicas: 10}
  age_profiles: {z_step: 1, r_max: 10, window: 30, window_step: 15}
  age_gradients: {r_min: [4], replicas: 10}
  adf_grid: {r: {low: 0, high: 10, step: 1}, replicas: 10}
  adf_moments: {r: {low: 0, high: 10, step: 1}, r_gradient: [0, 10], replicas: 10}
  amr: {r_edges: [0, 4, 8, 12]}
  amr_density: {r_edges: [0, 4, 8, 12]}
  age_alpha: {r_edges: [0, 4, 8, 12], replicas: 10}
  chemical_tagging: {replicas: 10}
  age_completeness: {max_r: 10, max_z: 2}
  age_systematics: {sample: main, quantities: [age], replicas: 10}
  logg_coverage: {sample: main, max_r: 10}
"""


def stars(number: int, seed: int = 1, **given) -> dict[str, np.ndarray]:
    """Columns of a small disk; a keyword sets a column, for all stars or one by one."""
    rng = np.random.default_rng(seed)
    r, angle = rng.uniform(1, 9, number), rng.uniform(0, 2 * np.pi, number)
    fe_h = 0.3 - 0.06 * r + rng.normal(0, 0.1, number)
    found = {
        "x": r * np.cos(angle),
        "y": r * np.sin(angle),
        "z": rng.normal(0, 0.5, number),
        "fe_h": fe_h,
        "fe_h_err": np.full(number, 0.02),
        "mg_fe": np.where(rng.random(number) < 0.7, 0.03, 0.3) - 0.1 * fe_h,
        "mg_fe_err": np.full(number, 0.02),
        "age": rng.uniform(0.5, 12, number),
        "teff": rng.uniform(4000, 5000, number),
        "logg": rng.uniform(1, 2, number),
    }
    return found | {name: np.broadcast_to(np.asarray(v, float), number) for name, v in given.items()}


def store(folder: Path, columns: dict[str, np.ndarray]) -> Path:
    """Write the stars as CSV, missing ones as empty fields, and ingest them."""
    folder.mkdir(parents=True, exist_ok=True)
    names = list(columns)
    lines = [",".join(["name", *names])]
    for k, row in enumerate(zip(*columns.values(), strict=True)):
        fields = ["" if np.isnan(v) else repr(float(v)) for v in row]
        lines.append(",".join([f"star{k}", *fields]))
    (folder / "stars.csv").write_text("\n".join(lines) + "\n")
    (folder / "release.yaml").write_text(RELEASE)
    galdask.ingest(folder / "release.yaml", folder, folder / "store", cluster="inline", partition_rows=40)
    return folder / "store"


def run(folder: Path, columns: dict[str, np.ndarray], only=None, figures=False, change=()):
    """Make products of hand-made stars; returns the summary and the results."""
    text = PIPELINE
    for old, new in change:
        assert old in text
        text = text.replace(old, new)
    path = store(folder, columns)
    (folder / "pipeline.yaml").write_text(text)
    summary = wiring.run(
        folder / "pipeline.yaml",
        path,
        folder / "out",
        cluster="inline",
        only=only,
        cache=False,
        figures=figures,
    )
    return summary, wiring.open_results(folder / "out")
