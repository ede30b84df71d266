"""What the benchmarks work on: a full-size mock release and a Parquet table of ten million stars."""

from __future__ import annotations

from pathlib import Path

from benchmarks import harness

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
