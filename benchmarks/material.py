"""What the benchmarks work on: mock releases, their stores, and stores of as many stars as are asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import harness

if TYPE_CHECKING:
    from galdask.catalog.store import Store

DR17_ROWS = 733_901

#: a missing integer in the sources that are written here
NO_NUMBER = -9999
#: how far a copy of a star lies from it, in the units of the store (dex, pc)
MOVED = {"fe_h": 0.01, "mg_fe": 0.005, "distance": 5.0}

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
    measurements and distances a little elsewhere; the ingest is the real one.
    """
    import yaml

    from galdask import api, config
    from galdask.catalog.store import open_store
    from galdask.pipeline import pipeline_path
    from galdask.stars.recipe import Recipe

    folder = harness.SCRATCH / f"survey-{rows}"
    store = folder / "store"
    if (store / "manifest.json").exists():
        return store
    folder.mkdir(parents=True, exist_ok=True)
    seed = open_store(store_of_release())
    recipe = Recipe.from_section(config.load(pipeline_path(pipeline)), seed)
    names = [name for name in recipe.columns_read if name != "star_key"]
    _copies(seed, names, rows, folder / "survey.parquet")
    columns = {name: {"column": name, "unit": seed.columns[name].unit} for name in names}
    for name in names:
        if seed.columns[name].type.startswith("int"):
            columns[name]["missing"] = [NO_NUMBER]
    described = {
        "galdask_release": 1,
        "name": "survey",
        "title": "Copies of the stars of a mock release, for the benchmark of growth",
        "reference": "none",
        "star_id": "star_id",
        "tables": {"survey": {"file": "survey.parquet", "format": "parquet"}},
        "columns": {"star_id": {"column": "star_id", "type": "int64"}} | columns,
        "masks": {name: dict(bits) for name, bits in seed.masks.items() if name in names},
    }
    (folder / "release.yaml").write_text(yaml.safe_dump(described, sort_keys=False))
    api.ingest(folder / "release.yaml", folder, store, cluster="laptop")
    (folder / "survey.parquet").unlink()
    return store


def _copies(seed: Store, names: list[str], rows: int, path: Path) -> None:
    """Write the source of `survey`, a partition of the seed after the other, until there are `rows`."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from galdask.catalog.store import read_partition

    random, written, writer = np.random.default_rng(1), 0, None
    refs = [seed.part(part.index, names) for part in seed.partitions]
    while written < rows:
        for ref in refs:
            found = read_partition(ref, verify=False)
            size = min(ref.rows, rows - written)
            table = {"star_id": np.arange(written, written + size, dtype=np.int64)}
            for name in names:
                values = found[name][:size]
                if name in MOVED:
                    values = values + (MOVED[name] * random.standard_normal(size)).astype(values.dtype)
                table[name] = np.ma.filled(values, NO_NUMBER) if np.ma.isMA(values) else values
            batch = pa.table(table)
            writer = writer or pq.ParquetWriter(path, batch.schema, compression="zstd", use_dictionary=False)
            writer.write_table(batch)
            written += size
            if written == rows:
                break
    if writer is not None:
        writer.close()
