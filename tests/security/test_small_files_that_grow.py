"""Small files that ask for much memory, disk or time: refused, or read without it."""

from __future__ import annotations

import gzip
import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from galdask.catalog.readers import ColumnType, limits, parquet
from galdask.catalog.readers.arrow import column_type
from galdask.catalog.readers.names import distinct
from galdask.catalog.sources import is_mock
from galdask.errors import InputError, OutputError
from tests.catalog.readers.files import MRT, set_card, table, write_fits
from tests.catalog.readers.test_fits_ascii import write as write_ascii


@pytest.fixture(autouse=True)
def _little_memory() -> Iterator[None]:
    """None of these lets the process grow by more than 600 MB."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600 << 10


def test_a_bomb_in_gzip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand bytes of zeros in one of the file; from a smaller size on than in earnest."""
    monkeypatch.setattr(limits, "FREE", 1 << 20)
    write_fits(tmp_path / "t.fits")
    content = (tmp_path / "t.fits").read_bytes()
    (tmp_path / "t.fits.gz").write_bytes(gzip.compress(content + bytes(8_000_000), 9))
    with pytest.raises(InputError, match="grows without measure"):
        table(tmp_path / "t.fits.gz")
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"a,b\n" + b"1,1\n" * 2_000_000, 9))
    with pytest.raises(InputError, match="grows without measure"):
        table(tmp_path / "t.csv.gz", "csv")


def test_a_damaged_compressed_file_is_refused_by_who_looks_for_mocks(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(os.urandom(5000), mtime=0))
    packed[10:20] = bytes(10)
    for content in (bytes(packed), gzip.compress(b"x" * 5000)[:14]):
        (tmp_path / "t.gz").write_bytes(content)
        with pytest.raises(InputError, match="damaged or truncated"):
            is_mock({"main": tmp_path / "t.gz"})


def test_one_long_text_among_many_short_ones(tmp_path: Path) -> None:
    """Texts are kept at one width: a stray quote would make each of them as wide as the file."""
    (tmp_path / "t.csv").write_text(
        "id,x\n" + "".join(f"s{i},1\n" for i in range(3000)) + '"' + "y" * 1_000_000 + '",2\n'
    )
    with pytest.raises(InputError, match="mostly padding") as error:
        table(tmp_path / "t.csv", "csv")
    assert "column id" in str(error.value.where)


def test_a_text_that_is_held_once_and_named_often(tmp_path: Path) -> None:
    long = pa.array(["x" * 50_000]).dictionary_encode().dictionary
    column = pa.DictionaryArray.from_arrays(pa.array(np.zeros(20_000, np.int32)), long)
    pq.write_table(pa.table({"id": column.slice(0, 50).cast(pa.string())}), tmp_path / "small.parquet")
    assert table(tmp_path / "small.parquet", "parquet").read(0, 9, ["id"])["id"].dtype == "S50000"
    pq.write_table(pa.table({"id": column}), tmp_path / "t.parquet", compression="zstd")
    assert (tmp_path / "t.parquet").stat().st_size < 100_000
    with pytest.raises(InputError, match="mostly padding"):
        table(tmp_path / "t.parquet", "parquet").read(0, 20_000, ["id"])


def test_a_row_group_of_a_hundred_million_equal_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that are asked for decide the memory, not the rows of the group; ten million here."""
    n = 10_000_000
    with pq.ParquetWriter(tmp_path / "t.parquet", pa.schema({"x": pa.float64()})) as out:
        out.write_table(pa.table({"x": np.zeros(n)}), row_group_size=n)
    assert (tmp_path / "t.parquet").stat().st_size < 1_000_000
    opened = table(tmp_path / "t.parquet", "parquet")
    before = pa.total_allocated_bytes()
    assert opened.rows == n
    assert opened.read(5, 9, ["x"])["x"].tolist() == [0.0] * 4
    assert pa.total_allocated_bytes() - before < 8 << 20


def test_batches_give_the_rows_of_whole_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = pa.table({"x": np.arange(1000), "id": [f"s{i % 7}" if i % 5 else None for i in range(1000)]})
    pq.write_table(made, tmp_path / "t.parquet", row_group_size=300)
    opened = table(tmp_path / "t.parquet", "parquet")
    ranges = [(0, 1000), (299, 301), (10, 20), (950, 1000), (400, 400), (0, 0), (1000, 1000)]
    whole = [opened.read(a, b, ["x", "id"]) for a, b in ranges]
    monkeypatch.setattr(parquet, "MOST_ROWS", 1)
    monkeypatch.setattr(parquet, "BATCH_ROWS", 64)
    for (a, b), known in zip(ranges, whole, strict=True):
        found = opened.read(a, b, ["x", "id"])
        assert found["x"].tolist() == known["x"].tolist() == list(range(a, b))
        assert (
            found["id"].tolist()
            == known["id"].tolist()
            == [b"s%d" % (i % 7) if i % 5 else b"" for i in range(a, b)]
        )


def test_lists_of_a_thousand_million_elements() -> None:
    assert "fixed_size_list" in str(column_type(pa.list_(pa.float32(), 2**30)))
    found = column_type(pa.list_(pa.float32(), 27))
    assert isinstance(found, ColumnType)
    assert found.shape == (27,)


def test_a_description_far_beyond_the_ends_of_the_lines(tmp_path: Path) -> None:
    text = MRT.replace("  52- 55 F4.1 ", "  52-999999 A9 ") + "2M0\n" * 2000
    (tmp_path / "t.mrt").write_text(text)
    with pytest.raises(InputError, match="mostly padding"):
        table(tmp_path / "t.mrt", "mrt")


def test_many_columns_over_the_same_characters(tmp_path: Path) -> None:
    lines = MRT.split("\n")
    at = next(i for i, line in enumerate(lines) if "A18" in line)
    lines[at:at] = [f"   1-9999 A9 --- c{i} x" for i in range(500)]
    (tmp_path / "t.mrt").write_text("\n".join(lines) + "x" * 10_000 + "\n" + "2M0\n" * 200)
    with pytest.raises(InputError, match="mostly padding"):
        table(tmp_path / "t.mrt", "mrt")


def test_sparse_files_of_a_terabyte(tmp_path: Path) -> None:
    """They have the size that their headers claim, and no content."""
    (tmp_path / "t.mrt").write_text(MRT)
    os.truncate(tmp_path / "t.mrt", 1 << 40)
    with pytest.raises(InputError, match="too large"):
        table(tmp_path / "t.mrt", "mrt")
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    os.truncate(tmp_path / "t.csv", 1 << 40)
    write_ascii(tmp_path / "a.fits")
    set_card(tmp_path / "a.fits", "NAXIS2", 10**9)
    os.truncate(tmp_path / "a.fits", 1 << 40)
    with pytest.raises(InputError, match="too large"):
        table(tmp_path / "a.fits")
    write_fits(tmp_path / "b.fits")
    set_card(tmp_path / "b.fits", "TFORM1", "999999999A")
    set_card(tmp_path / "b.fits", "NAXIS1", 10**9 + 400)
    os.truncate(tmp_path / "b.fits", 1 << 40)
    with pytest.raises(InputError, match="do not fill the row"):
        table(tmp_path / "b.fits")


def test_a_million_equal_names() -> None:
    began = time.perf_counter()
    names = distinct(["a", "a_2"] + ["a"] * 100_000)
    assert time.perf_counter() - began < 20
    assert len(set(names)) == 100_002
    assert names[:4] == ["a", "a_2", "a_3", "a_4"]


def test_a_scratch_folder_that_somebody_else_prepared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name can be foretold: what lies there would be read in place of the user's file."""
    write_fits(tmp_path / "t.fits")
    (tmp_path / "t.fits.gz").write_bytes(gzip.compress((tmp_path / "t.fits").read_bytes()))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    own = tmp_path / "tmp" / f"galdask-{os.getuid()}"
    (tmp_path / "elsewhere").mkdir()
    own.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match="not this user's alone"):
        table(tmp_path / "t.fits.gz")
    assert list((tmp_path / "elsewhere").iterdir()) == []
    own.unlink()
    own.mkdir()
    own.chmod(0o777)
    with pytest.raises(OutputError, match="not this user's alone"):
        table(tmp_path / "t.fits.gz")
    own.rmdir()
    assert table(tmp_path / "t.fits.gz").rows == 7
    assert own.stat().st_mode & 0o777 == 0o700
    if os.getuid() == 0:
        os.chown(own, 12345, 12345)
        with pytest.raises(OutputError, match="owner 12345"):
            table(tmp_path / "t.fits.gz")
