"""Faults that fuzzing found, one test each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from galdask.cli.explain import as_text
from galdask.errors import InputError
from galdask.lineage.explain import Origin, explain
from tests.catalog.readers.files import MRT, rows, table, write_fits


def test_a_filler_with_a_nul(tmp_path: Path) -> None:
    (tmp_path / "t.mrt").write_text(MRT.replace("?=-9999 ", "?=-9999\0 "))
    assert table(tmp_path / "t.mrt", "mrt").read(0, 2, ["Teff"])["Teff"].tolist() == [4800, None]


def test_a_scale_beyond_all_numbers(tmp_path: Path) -> None:
    """Warnings are errors here: infinity is what the file says."""
    write_fits(tmp_path / "t.fits", rows(9), TSCAL5=1e308)
    assert np.isinf(table(tmp_path / "t.fits").read(0, 9, ["N"])["N"]).any()


def test_texts_that_are_no_texts(tmp_path: Path) -> None:
    raw = pa.array([b"ok", b"\xff\xfe"], pa.binary())
    pq.write_table(
        pa.table({"id": pa.Array.from_buffers(pa.string(), 2, raw.buffers())}), tmp_path / "t.parquet"
    )
    with pytest.raises(InputError) as error:
        table(tmp_path / "t.parquet", "parquet").read(0, 2, ["id"])
    assert "column id" in str(error.value.where)


def test_a_column_of_fewer_values_than_rows(tmp_path: Path) -> None:
    """The footer counts three rows, the pages of the column hold two."""
    made = pa.table({"x": [1.5, 2.5]}, metadata={})
    pq.write_table(made, tmp_path / "two.parquet", compression="none", store_schema=False)
    pq.write_table(
        pa.table({"x": [1.5, 2.5, 3.5]}), tmp_path / "three.parquet", compression="none", store_schema=False
    )
    two, three = ((tmp_path / name).read_bytes() for name in ("two.parquet", "three.parquet"))
    size = int.from_bytes(three[-8:-4], "little")
    own = int.from_bytes(two[-8:-4], "little")
    (tmp_path / "t.parquet").write_bytes(
        two[: -8 - own].ljust(len(three) - 8 - size, b"\0") + three[-8 - size :]
    )
    opened = table(tmp_path / "t.parquet", "parquet")
    assert opened.rows == 3
    with pytest.raises(InputError, match="cannot be read"):
        opened.read(0, 3, ["x"])


def test_times_of_a_zone_that_there_is_not(tmp_path: Path) -> None:
    kind = pa.timestamp("us", "Mars/Olympus")
    pq.write_table(pa.table({"t": pa.array([1, 2]).cast(kind)}), tmp_path / "t.parquet")
    with pytest.raises(InputError, match="cannot be read"):
        table(tmp_path / "t.parquet", "parquet").read(0, 2, ["t"])


def test_pixels_deeper_than_any(tmp_path: Path) -> None:
    from galdask.catalog.readers.hats import files

    (tmp_path / "hats.properties").write_text("x=1\n")
    for order in ("99", "9" * 30, "5"):
        folder = tmp_path / "dataset" / f"Norder={order}" / "Dir=0"
        folder.mkdir(parents=True)
        (folder / "Npix=1.parquet").write_bytes(b"")
    assert [path.parts[-3] for path in files(tmp_path)] == ["Norder=5"]


@pytest.mark.parametrize("content", ["[" * 100_000, '{"a":' * 100_000, "[1]", "9" * 5000, "{}"])
def test_a_record_that_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "provenance.json").write_text(content)
    with pytest.raises(InputError, match="nothing says where"):
        explain(tmp_path)


@pytest.mark.parametrize(
    "record", [{"groups": 1}, {"store": {"rows": None}}, {"cpu_features": [1]}, {"files": [2]}]
)
def test_a_record_of_another_form(record: dict[str, object]) -> None:
    with pytest.raises(InputError, match="not one that galdask wrote"):
        as_text(Origin(Path("x"), "x", record))


@pytest.mark.parametrize("said", [5, "galdask run x", None, {"galdask": 1}])
def test_a_command_that_is_no_list_of_words(said: object) -> None:
    assert Origin(Path("x"), "x", {"command": said}).command == []
