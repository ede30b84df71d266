"""What the benchmarks work on: mock releases, their stores, and stores of as many stars as are asked for."""

from __future__ import annotations

from pathlib import Path

from benchmarks import copies, harness

DR17_ROWS = 733_901

RELEASE = """
galdask_release: 1
name: stars
title: Stars with positions, for the benchmark of medians
reference: none
star_id: star_id
tables:
  stars: {file: stars.parquet, format: parquet}
columns:
  star_id:    {column: star_id, type: int64}
  x:          {column: x, unit: kpc}
  y:          {column: y, unit: kpc}
  z:          {column: z, unit: kpc}
  fe_h:       {column: fe_h, unit: dex}
  logg:       {column: logg, unit: log(cm/s2)}
  extratarg:  {column: extratarg}
  aspcapflag: {column: aspcapflag}
masks:
  aspcapflag: {STAR_BAD: 23, SN_BAD: 27}
"""


def release(rows: int = DR17_ROWS) -> Path:
    """Return the folder of a full-layout mock of DR17, made once."""
    from galdask import api

    folder = harness.SCRATCH / f"dr17-{rows}"
    if not (folder / "truth.json").exists():
        api.mock("dr17", folder, stars=rows, seed=1)
    return folder


def stars(rows: int = 10_000_000) -> Path:
    """Return a store of `rows` stars: half of them pass the cuts, in some 3,000 cells."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from galdask import api

    folder = harness.SCRATCH / f"stars-{rows}"
    store = folder / "store"
    if (store / "manifest.json").exists():
        return store
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "release.yaml").write_text(RELEASE)
    random = np.random.default_rng(1)
    r = np.clip(random.gamma(4.0, 2.0, rows), 0.05, 24)
    theta = np.pi + random.normal(0, 0.9, rows)
    table = pa.table(
        {
            "star_id": np.arange(rows, dtype=np.int64),
            "x": (r * np.cos(theta)).astype(np.float32),
            "y": (r * np.sin(theta)).astype(np.float32),
            "z": random.laplace(0, 0.4, rows).astype(np.float32),
            "fe_h": (0.2 - 0.05 * (r - 4) + random.normal(0, 0.2, rows)).astype(np.float32),
            "logg": random.uniform(0.9, 2.3, rows).astype(np.float32),
            "extratarg": (random.random(rows) < 0.02).astype(np.int32),
            "aspcapflag": np.where(random.random(rows) < 0.05, 1 << 23, 0).astype(np.int64),
        }
    )
    pq.write_table(table, folder / "stars.parquet", row_group_size=1_000_000)
    api.ingest(folder / "release.yaml", folder, store, cluster="laptop")
    return store


def store_of_release(rows: int = DR17_ROWS) -> Path:
    """Return the store of `release(rows)`, needed columns, made once."""
    from galdask import api

    store = harness.SCRATCH / f"store-{rows}"
    if not (store / "manifest.json").exists():
        api.ingest("dr17", release(rows), store)
    return store


def survey(rows: int, pipeline: str = "two_disks") -> Path:
    """Return a store of any number of stars, in the schema of DR17's, with what a pipeline reads.

    The stars of the mock release come again and again under new identifiers, each time with their
    measurements and distances a little elsewhere. They are made while they are read (`copies`), on two
    workers; all else is the real ingest, and so is the store.
    """
    from galdask.engine.cluster import ClusterConfig, open_executor

    store = harness.SCRATCH / (f"survey-{rows}" if pipeline == "two_disks" else f"{pipeline}-{rows}")
    if not (store / "manifest.json").exists():
        seed = store_of_release().absolute()
        workers = {"n_workers": 2, "threads_per_worker": 1, "memory_limit": "auto"}
        cluster = ClusterConfig("survey", "local", workers | {"dashboard_address": None})
        with open_executor(cluster) as executor:
            copies.ingest(copies.Copies(seed, rows, _columns(pipeline, seed)), store.absolute(), executor)
    return store


def _columns(pipeline: str, seed: Path) -> list[str]:
    """Return the columns of a store that a pipeline reads, or `galdask orbits` with it."""
    from galdask import config
    from galdask.catalog.store import open_store
    from galdask.pipeline import pipeline_path
    from galdask.stars.orbit_settings import OrbitPlan
    from galdask.stars.recipe import Recipe

    opened = open_store(seed)
    if pipeline.startswith("orbits"):  # its file names columns of the stars that the orbits do not read
        plan = OrbitPlan.from_section(config.load(pipeline_path(pipeline)), opened)
        found = dict.fromkeys([*plan.columns_read, *_columns("two_disks", seed)])
    else:
        found = dict.fromkeys(Recipe.from_section(config.load(pipeline_path(pipeline)), opened).columns_read)
    return [name for name in found if name not in ("star_key", copies.STAR_ID)]
