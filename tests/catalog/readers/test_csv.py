from __future__ import annotations

import gzip
import pickle
from pathlib import Path

import numpy as np
import pytest

from galdask.errors import InputError
from tests.catalog.readers.files import table

TEXT = """id,camp,teff,n,ok,empty,gaia
2M1,"[5, 16, 18]",4664.5,1,true,,657961231375051264
2M2 ,17,,2,false,,3637132654493312384
"2M,3",11,nan,,,,0
"""


def write(path: Path, text: str = TEXT) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_quoted_lists_blanks_and_types(tmp_path: Path) -> None:
    opened = table(write(tmp_path / "t.csv"), "csv")
    assert opened.rows == 3
    found = opened.read(0, 3, list(opened.types))
    assert found["id"].tolist() == [b"2M1", b"2M2", b"2M,3"]
    assert found["camp"].tolist() == [b"[5, 16, 18]", b"17", b"11"]
    np.testing.assert_array_equal(found["teff"], [4664.5, np.nan, np.nan])
    assert found["n"].dtype == np.int64
    assert found["n"].tolist() == [1, 2, None]
    assert found["ok"].tolist() == [True, False, None]
    assert np.isnan(found["empty"]).all()
    assert found["gaia"].tolist() == [657961231375051264, 3637132654493312384, 0]
    assert not np.ma.isMA(opened.read(0, 2, ["n"])["n"])


def test_the_declared_type_goes_before_what_the_values_look_like(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "id,x,y,e\n007,1,2,\n08,3,4,\n")
    opened = table(path, "csv", types={"id": "string", "x": "float32", "y": "int16", "e": "string"})
    found = opened.read(0, 2, ["id", "x", "y", "e"])
    assert found["id"].tolist() == [b"007", b"08"]
    assert found["x"].dtype == np.float32
    assert found["y"].dtype == np.int16
    assert found["e"].tolist() == [b"", b""]


def test_a_value_of_the_wrong_type_names_column_and_row(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "id,x\na,1\nb,2\nc,bad\n")
    with pytest.raises(InputError, match="cannot be read") as error:
        table(path, "csv", types={"x": "int32"})
    assert "'x'" in str(error.value.found)
    assert "'bad'" in str(error.value.found)


def test_a_late_text_makes_the_whole_column_text(tmp_path: Path) -> None:
    lines = "x\n" + "1\n" * 5000 + "late\n"
    found = table(write(tmp_path / "t.csv", lines), "csv").read(0, 5001, ["x"])["x"]
    assert found.dtype.kind == "S"
    assert found[-1] == b"late"


def test_ragged_lines_are_refused_with_their_number(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read") as error:
        table(write(tmp_path / "t.csv", "a,b\n1,2\n3\n"), "csv")
    assert "Expected 2 columns, got 1" in str(error.value.found)


def test_other_signs_nulls_and_lines_to_skip(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "a comment; here\nx;y\n1;-\n2;5\n")
    opened = table(path, "csv", options={"delimiter": ";", "skip": 1, "nulls": ["-"]})
    assert opened.read(0, 2, ["y"])["y"].tolist() == [None, 5]


def test_repeated_and_blank_names(tmp_path: Path) -> None:
    opened = table(write(tmp_path / "t.csv", ",x,x,x_2\n0,1,2,3\n"), "csv")
    assert list(opened.types) == ["col1", "x", "x_3", "x_2"]
    assert opened.read(0, 1, ["x_3"])["x_3"].tolist() == [2]


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    opened = table(write(tmp_path / "t.csv", "a,b\n"), "csv", types={"a": "string"})
    assert opened.rows == 0
    assert opened.read(0, 0, ["a"])["a"].dtype.kind == "S"


@pytest.mark.parametrize("text", ["", "\n\n", "   "])
def test_an_empty_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="empty"):
        table(write(tmp_path / "t.csv", text), "csv")


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a,b\nx,\xff\xfe\n")
    with pytest.raises(InputError, match="cannot be read"):
        table(tmp_path / "t.csv", "csv", types={"b": "string"})


def test_unicode_dates_and_carriage_returns(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("\ufeff\r\nname,day,n\r\nJönsson,2020-01-02,1\r\n".encode())
    found = table(path, "csv").read(0, 1, ["name", "day", "n"])
    assert found["name"][0].decode() == "Jönsson"
    assert found["day"].tolist() == [b"2020-01-02"]
    assert found["n"].tolist() == [1]


def test_gzip_and_the_cache(tmp_path: Path) -> None:
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(TEXT.encode()))
    first = table(tmp_path / "t.csv.gz", "csv")
    assert table(tmp_path / "t.csv.gz", "csv") is first
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"id\n1\n"))
    assert table(tmp_path / "t.csv.gz", "csv").rows == 1


def test_it_travels_as_a_name(tmp_path: Path) -> None:
    lines = "x\n" + "\n".join(map(str, range(10_000)))
    sent = pickle.dumps(table(write(tmp_path / "t.csv", lines), "csv"))
    assert len(sent) < 1000
    assert pickle.loads(sent).read(9_999, 10_000, ["x"])["x"].tolist() == [9999]


def test_what_is_read_is_the_callers_own(tmp_path: Path) -> None:
    opened = table(write(tmp_path / "t.csv", "x\n1.5\n2.5\n"), "csv")
    opened.read(0, 2, ["x"])["x"][:] = 0
    assert opened.read(0, 2, ["x"])["x"].tolist() == [1.5, 2.5]


def test_columns_separated_by_blanks_with_units_in_their_names(tmp_path: Path) -> None:
    text = (
        "# l[deg]   dist[kpc] apogee[0,1]  apogeeID   \n -34.5  7.5  1.0 2M1  \n\n  0.25 -99.0  0.0   2M2\n"
    )
    opened = table(write(tmp_path / "t.txt", text), "text")
    assert list(opened.types) == ["l[deg]", "dist[kpc]", "apogee[0,1]", "apogeeID"]
    found = opened.read(0, 2, ["l[deg]", "apogeeID"])
    assert found["l[deg]"].tolist() == [-34.5, 0.25]
    assert found["apogeeID"].tolist() == [b"2M1", b"2M2"]
