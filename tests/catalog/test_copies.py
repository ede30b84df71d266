"""Stores of any size for the benchmarks: what the real ingest makes of the same rows."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import copies
from galdask.catalog.ingest import ingest
from galdask.catalog.release import load_release
from galdask.catalog.store import open_store, read_partition
from tests.catalog import small

ROWS = 1_500
NAMES = ("ra", "fe_h", "h_mag", "flag", "gaia_id")


def test_a_store_of_copies_is_what_the_ingest_makes_of_these_rows(tmp_path):
    small.make(tmp_path / "seed")
    table = copies.Copies(tmp_path / "seed" / "store", ROWS, NAMES)
    made = open_store(copies.ingest(table, tmp_path / "copies", small.Serial(), partition_rows=64))
    content = {
        name: pa.array(np.ma.getdata(values), mask=np.ma.getmaskarray(values), from_pandas=False)
        for name, values in table.read(0, ROWS, (copies.STAR_ID, *NAMES)).items()
    }
    (tmp_path / "source").mkdir()
    pq.write_table(pa.table(content), tmp_path / "source" / f"{copies.TABLE}.parquet")
    release = load_release(tmp_path / "copies" / "release.yaml")
    ingest(release, tmp_path / "source", tmp_path / "real", executor=small.Serial(), partition_rows=64)
    real = open_store(tmp_path / "real")
    assert len(made.partitions) > 10
    assert made.partitions == real.partitions
    assert made.columns == real.columns
    assert sum(len(read_partition(made.part(p.index, NAMES))["ra"]) for p in made.partitions) == ROWS


def test_copies_have_their_stars_values_a_little_elsewhere(tmp_path):
    small.make(tmp_path / "seed")
    seed = open_store(tmp_path / "seed" / "store")
    table = copies.Copies(seed.path, ROWS, NAMES)
    later = table.read(small.ROWS, 2 * small.ROWS, (copies.STAR_ID, *NAMES))
    stars = [read_partition(seed.part(p.index, NAMES)) for p in seed.partitions]
    ra, fe_h = (np.concatenate([part[name] for part in stars]) for name in ("ra", "fe_h"))
    assert (later[copies.STAR_ID] == np.arange(small.ROWS, 2 * small.ROWS)).all()
    assert (later["ra"] == ra).all()
    moved = (later["fe_h"] - fe_h)[np.isfinite(fe_h)]
    assert 0.008 < moved.std() < 0.012
    some = table.read(small.ROWS + 7, small.ROWS + 9, NAMES)
    assert all((some[name] == later[name][7:9]).all() for name in ("ra", "gaia_id", "flag"))
