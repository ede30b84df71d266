from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from galdask.errors import InputError
from tests.catalog.readers.files import MRT, table


def write(path: Path, text: str = MRT) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_types_units_and_missing_values(tmp_path: Path) -> None:
    opened = table(write(tmp_path / "t.mrt"), "mrt")
    assert opened.rows == 3
    found = opened.read(0, 3, list(opened.types))
    assert found["APOGEE"].tolist() == [b"2M00000000+0000000", b"2M00000001+0000000", b"2M00000002+0000000"]
    np.testing.assert_array_equal(found["RAdeg"], [123.45, 1.5, np.nan])
    assert found["Teff"].tolist() == [4800, None, None]
    assert found["Rkpc"].tolist() == [b"8.12", b"", b""]
    assert found["Flag"].tolist() == [1, None, None]
    np.testing.assert_array_equal(found["[Fe/H]"], [-0.25, 0.1, np.nan])
    assert opened.types["RAdeg"].unit == "deg"
    assert opened.types["APOGEE"].unit is None


def test_labels_that_differ_in_case_are_two_columns(tmp_path: Path) -> None:
    found = table(write(tmp_path / "t.mrt"), "mrt").read(0, 1, ["e_Age", "E_Age"])
    assert found["e_Age"].tolist() == [0.5]
    assert found["E_Age"].tolist() == [0.7]


def test_a_number_described_as_text_takes_the_declared_type(tmp_path: Path) -> None:
    types = {"Rkpc": "float64", "Flag": "string", "Teff": "float32", "RAdeg": "float32"}
    found = table(write(tmp_path / "t.mrt"), "mrt", types=types).read(0, 3, list(types))
    np.testing.assert_array_equal(found["Rkpc"], [8.12, np.nan, np.nan])
    assert found["Flag"].tolist() == [b"1", b"", b""]
    np.testing.assert_array_equal(found["Teff"], np.array([4800, np.nan, np.nan], dtype=np.float32))
    assert found["RAdeg"].dtype == np.float32


def test_repeated_labels(tmp_path: Path) -> None:
    opened = table(write(tmp_path / "t.mrt", MRT.replace("E_Age", "e_Age")), "mrt")
    assert list(opened.types)[-2:] == ["e_Age", "e_Age_2"]


def test_a_bad_number_names_column_and_row(tmp_path: Path) -> None:
    path = write(tmp_path / "t.mrt", MRT.replace("  1.50 -9999", "  1.x0 -9999"))
    with pytest.raises(InputError, match="a number cannot be read") as error:
        table(path, "mrt")
    assert "column RAdeg, row 1" in str(error.value.where)


@pytest.mark.parametrize(("old", "new"), [(" 4800 ", " 48_0 "), (" 4800 ", " 48.5 ")])
def test_whole_numbers_are_whole(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(InputError, match="a number cannot be read"):
        table(write(tmp_path / "t.mrt", MRT.replace(old, new)), "mrt")


def test_numbers_too_large_for_the_declared_type(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="too large for uint8") as error:
        table(write(tmp_path / "t.mrt"), "mrt", types={"Teff": "uint8"})
    assert error.value.found == "4800"


def test_bool_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="as bool"):
        table(write(tmp_path / "t.mrt"), "mrt", types={"Flag": "bool"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not one machine-readable table"),
        ("a,b\n1,2\n", "not one machine-readable table"),
        (MRT.split("   1- 18")[0], "has no end"),
        (MRT.replace("20- 25 F6.2", "25- 20 F6.2"), "without a place"),
        (MRT.replace("  20- 25 F6.2", "x 20- 25 F6.2"), "line of the description"),
    ],
)
def test_descriptions_that_are_none(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as error:
        table(write(tmp_path / "t.mrt", text), "mrt")
    assert "t.mrt" in str(error.value.where)


def test_exponents_written_with_d(tmp_path: Path) -> None:
    path = write(tmp_path / "t.mrt", MRT.replace("123.45", "1.2D+3"))
    assert table(path, "mrt").read(0, 1, ["RAdeg"])["RAdeg"].tolist() == [1200.0]
