from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from galdask.errors import InputError
from tests.catalog.readers.files import table


def write(path: Path) -> pa.Table:
    n = 10
    made = pa.table(
        {
            "id": pa.array([f"2M{i} " for i in range(n - 1)] + [None]),
            "x": pa.array([None, *np.arange(1, n) / 4], pa.float32()),
            "n": pa.array([None, *range(1, n)], pa.int16()),
            "ok": pa.array([True, None] * 5),
            "word": pa.array(["a", "b"] * 5).dictionary_encode(),
            "pair": pa.array([[i, i + 0.5] for i in range(n - 1)] + [None], pa.list_(pa.float64(), 2)),
            "list": pa.array([[1]] * n),
            "when": pa.array([0] * n, pa.duration("s")),
            "full": pa.array(range(n), pa.uint64()),
        }
    )
    pq.write_table(made, path, row_group_size=3)
    return made


@pytest.mark.parametrize(("start", "stop"), [(0, 10), (2, 7), (3, 6), (9, 10), (4, 4), (10, 10)])
def test_row_ranges(tmp_path: Path, start: int, stop: int) -> None:
    write(tmp_path / "t.parquet")
    opened = table(tmp_path / "t.parquet", "parquet")
    found = opened.read(start, stop, ["full", "x", "id", "pair[1]"])
    assert found["full"].tolist() == list(range(start, stop))
    expected = np.array([np.nan, *np.arange(1, 10) / 4], np.float32)[start:stop]
    np.testing.assert_array_equal(found["x"], expected)
    assert found["id"].tolist() == [b"2M%d" % i if i < 9 else b"" for i in range(start, stop)]
    np.testing.assert_array_equal(
        found["pair[1]"], [i + 0.5 if i < 9 else np.nan for i in range(start, stop)]
    )


def test_types_and_missing_values(tmp_path: Path) -> None:
    write(tmp_path / "t.parquet")
    opened = table(tmp_path / "t.parquet", "parquet")
    found = opened.read(0, 10, list(opened.types))
    assert found["n"].dtype == np.int16
    assert found["n"].tolist() == [None, *range(1, 10)]
    assert found["ok"].tolist() == [True, None] * 5
    assert found["word"].tolist() == [b"a", b"b"] * 5
    assert found["pair"].shape == (10, 2)
    assert np.isnan(found["pair"][9]).all()
    assert found["full"].dtype == np.uint64
    assert opened.types["pair"].shape == (2,)
    assert all(values.dtype.isnative for values in found.values())


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    write(tmp_path / "t.parquet")
    opened = table(tmp_path / "t.parquet", "parquet")
    assert set(opened.refused) == {"list", "when"}
    with pytest.raises(InputError, match="'list' cannot be read") as error:
        opened.read(0, 1, ["list"])
    assert "list<" in str(error.value.found)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"a,b\n1,2\n"])
def test_not_a_parquet_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "t.parquet").write_bytes(content)
    with pytest.raises(InputError, match="not a Parquet file"):
        table(tmp_path / "t.parquet", "parquet")


def test_a_truncated_file(tmp_path: Path) -> None:
    write(tmp_path / "t.parquet")
    content = (tmp_path / "t.parquet").read_bytes()
    (tmp_path / "t.parquet").write_bytes(content[:-20])
    with pytest.raises(InputError, match="not a Parquet file"):
        table(tmp_path / "t.parquet", "parquet")


def test_two_columns_of_one_name(tmp_path: Path) -> None:
    made = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    pq.write_table(made, tmp_path / "t.parquet")
    with pytest.raises(InputError, match="same name"):
        table(tmp_path / "t.parquet", "parquet")


def test_a_table_without_rows(tmp_path: Path) -> None:
    pq.write_table(
        pa.table({"a": pa.array([], pa.int32()), "s": pa.array([], pa.string())}), tmp_path / "t.parquet"
    )
    opened = table(tmp_path / "t.parquet", "parquet")
    assert opened.rows == 0
    assert opened.read(0, 0, ["a", "s"])["a"].dtype == np.int32


def test_an_opened_table_travels(tmp_path: Path) -> None:
    write(tmp_path / "t.parquet")
    again = pickle.loads(pickle.dumps(table(tmp_path / "t.parquet", "parquet")))
    assert again.read(5, 6, ["full"])["full"].tolist() == [5]
