"""Small real files that every reader accepts: what wounds are given to."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import galdask
from galdask import provenance
from galdask.engine.cluster import shipped
from tests.catalog import small
from tests.catalog.readers.files import MRT, rows, write_fits
from tests.catalog.readers.test_csv import TEXT
from tests.catalog.readers.test_fits_ascii import write as write_ascii
from tests.catalog.test_release import GOOD
from tests.migration.small_fit import small_store


def parquet() -> bytes:
    names, kinds = ["id", "ra", "n", "ok", "x_h"], [pa.string(), pa.float64(), pa.int32(), pa.bool_()]
    values = [["2M1", None, "2M3 "], [1.5, 2.5, None], [1, None, 3], [True, False, None]]
    arrays = [pa.array(v, k) for v, k in zip(values, kinds, strict=True)]
    arrays.append(pa.FixedSizeListArray.from_arrays(pa.array(np.arange(6.0)), 2))
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, names), out, row_group_size=2)
    return out.getvalue()


def record() -> dict[str, object]:
    """What stands in the provenance of a run."""
    sample = {
        "fates": ["bright", "near"],
        "cuts": [{"column": "h", "low": 1.0}, {"mask": "flag", "clear": 8}],
    }
    return provenance.record(
        run="0123456789abcdef",
        pipeline="two_disks",
        store={"release": "dr17", "rows": 600, "stars": 590, "digest": "00ff", "mock": True},
        files={"allstar": {"file": "a.fits", "size": 10, "mtime_ns": 1}},
        groups={"orbits-1a": {"potential": {"name": "MWPotential2014"}, "frame": {"r_sun": 8.2}}},
        settings={
            "frame": {"name": "x", "r_sun": 8.2},
            "samples": {"main": sample},
            "orbits": {"group": "orbits-1a"},
        },
    )


def build(folder: Path) -> None:
    """Write every seed, a small store of a mock release, and one of the migration model."""
    folder.mkdir(parents=True, exist_ok=True)
    write_fits(folder / "binary", rows(9), TNULL4=5, TSCAL5=2.0, TDIM8="(9,3)", TUNIT2="deg")
    write_ascii(folder / "ascii")
    (folder / "csv").write_text(TEXT)
    (folder / "text").write_text("# id   ra n flag\n2M1 1.5  2 true\n2M2 nan 3 false\n2M3 -2e9 4 true\n")
    (folder / "mrt").write_text(MRT)
    (folder / "parquet").write_bytes(parquet())
    (folder / "release").write_text(GOOD)
    (folder / "release_dr17").write_bytes(
        (Path(galdask.__file__).parent / "catalog/releases/dr17.yaml").read_bytes()
    )
    for name in ("two_disks", "orbit_migration"):
        (folder / f"pipeline_{name}").write_bytes((shipped("pipelines") / f"{name}.yaml").read_bytes())
    for path in shipped("cluster_configs").glob("*.yaml"):
        (folder / f"cluster_{path.stem}").write_bytes(path.read_bytes())
    small.make(folder / "small", rows=60)
    galdask.mock("dr17", folder / "mock", stars=600, seed=1, layout="lite")
    galdask.ingest("dr17", folder / "mock", folder / "store", cluster="inline")
    (folder / "fit").mkdir()
    small_store(folder / "fit", 60)
    (folder / "record").write_text(json.dumps(record(), default=str))
