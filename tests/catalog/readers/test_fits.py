from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from galdask.catalog.readers import fits as reader
from galdask.errors import InputError
from tests.catalog.readers.files import rows, set_card, table, write_fits


def test_every_kind_of_column_comes_back_in_native_order(tmp_path: Path) -> None:
    made = write_fits(tmp_path / "t.fits")
    opened = table(tmp_path / "t.fits")
    assert opened.rows == 7
    assert list(opened.types) == list(made.dtype.names or ())
    found = opened.read(0, 7, list(opened.types))
    for name, values in found.items():
        assert values.dtype.isnative
        assert values.flags.c_contiguous
        assert values.dtype == opened.types[name].dtype
        assert values.shape == (7, *opened.types[name].shape)
        np.testing.assert_array_equal(values, made[name])
    assert found["APOGEE_ID"].dtype == np.dtype("S18")
    assert found["GOOD"].dtype == bool


@pytest.mark.parametrize(("start", "stop"), [(0, 0), (0, 1), (3, 5), (6, 7), (7, 7)])
def test_row_ranges(tmp_path: Path, start: int, stop: int) -> None:
    made = write_fits(tmp_path / "t.fits")
    found = table(tmp_path / "t.fits").read(start, stop, ["X_H", "APOGEE_ID"])
    np.testing.assert_array_equal(found["X_H"], made["X_H"][start:stop])
    np.testing.assert_array_equal(found["APOGEE_ID"], made["APOGEE_ID"][start:stop])


@pytest.mark.parametrize(("start", "stop"), [(-1, 2), (3, 2), (0, 8)])
def test_rows_outside_the_table_are_refused(tmp_path: Path, start: int, stop: int) -> None:
    write_fits(tmp_path / "t.fits")
    with pytest.raises(InputError, match="rows outside the table"):
        table(tmp_path / "t.fits").read(start, stop, ["RA"])


def test_blocks_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = write_fits(tmp_path / "t.fits", rows(101))
    monkeypatch.setattr(reader, "BLOCK_BYTES", 1000)
    found = table(tmp_path / "t.fits").read(2, 99, list(made.dtype.names or ()))
    for name, values in found.items():
        np.testing.assert_array_equal(values, made[name][2:99])


def test_one_element_of_an_array(tmp_path: Path) -> None:
    made = write_fits(tmp_path / "t.fits")
    found = table(tmp_path / "t.fits").read(1, 6, ["X_H[5]", "COV[3]", "COV[2,1]", "X_H"])
    np.testing.assert_array_equal(found["X_H[5]"], made["X_H"][1:6, 5])
    np.testing.assert_array_equal(found["COV[3]"], made["COV"].reshape(7, 6)[1:6, 3])
    np.testing.assert_array_equal(found["COV[2,1]"], made["COV"][1:6, 2, 1])
    np.testing.assert_array_equal(found["X_H"], made["X_H"][1:6])


@pytest.mark.parametrize("name", ["X_H[27]", "X_H[1,1]", "RA[0]", "COV[3,0]", "COV[0,0,0]"])
def test_an_element_that_is_not_there(tmp_path: Path, name: str) -> None:
    write_fits(tmp_path / "t.fits")
    with pytest.raises(InputError, match="has no element"):
        table(tmp_path / "t.fits").read(0, 1, [name])


def test_a_column_that_is_not_there_is_named_with_the_nearest(tmp_path: Path) -> None:
    write_fits(tmp_path / "t.fits")
    with pytest.raises(InputError, match="no column 'logg'") as error:
        table(tmp_path / "t.fits").read(0, 1, ["logg"])
    assert "'LOGG'" in str(error.value.todo)
    assert "t.fits" in str(error.value)


def test_texts_lose_blanks_and_what_follows_a_nul(tmp_path: Path) -> None:
    made = np.array([(b"ab  ",), (b"  a ",), (b"    ",), (b"abcd",), (b"a\0\0x",)], dtype=[("S", "S4")])
    write_fits(tmp_path / "t.fits", made)
    found = table(tmp_path / "t.fits").read(0, 5, ["S"])["S"]
    assert found.tolist() == [b"ab", b"  a", b"", b"abcd", b"a"]


def test_arrays_of_texts(tmp_path: Path) -> None:
    column = fits.Column("S", "9A", dim="(3,3)", array=np.array([["ab", "c", ""], ["def", "g", "h"]]))
    fits.BinTableHDU.from_columns([column]).writeto(tmp_path / "t.fits")
    opened = table(tmp_path / "t.fits")
    assert opened.types["S"].shape == (3,)
    assert opened.read(0, 2, ["S"])["S"].tolist() == [[b"ab", b"c", b""], [b"def", b"g", b"h"]]
    assert opened.read(0, 2, ["S[1]"])["S[1]"].tolist() == [b"c", b"g"]


def test_bytes_that_are_no_text_are_refused_with_their_row(tmp_path: Path) -> None:
    made = np.array([(b"good",), (b"b\xffd",)], dtype=[("S", "S4")])
    write_fits(tmp_path / "t.fits", made)
    with pytest.raises(InputError, match="not text") as error:
        table(tmp_path / "t.fits").read(0, 2, ["S"])
    assert "column S, row 1" in str(error.value.where)


def test_unsigned_integers_and_signed_bytes(tmp_path: Path) -> None:
    columns = [
        fits.Column("U2", "I", bzero=2**15, array=np.array([0, 1, 65535], dtype=np.uint16)),
        fits.Column("U4", "J", bzero=2**31, array=np.array([0, 1, 2**32 - 1], dtype=np.uint32)),
        fits.Column("U8", "K", bzero=2**63, array=np.array([0, 1, 2**64 - 1], dtype=np.uint64)),
        fits.Column("I1", "B", bzero=-128, array=np.array([-128, 0, 127], dtype=np.int8)),
    ]
    fits.BinTableHDU.from_columns(columns).writeto(tmp_path / "t.fits")
    found = table(tmp_path / "t.fits").read(0, 3, ["U2", "U4", "U8", "I1"])
    assert found["U2"].dtype == np.uint16
    assert found["U2"].tolist() == [0, 1, 65535]
    assert found["U4"].tolist() == [0, 1, 2**32 - 1]
    assert found["U8"].tolist() == [0, 1, 2**64 - 1]
    assert found["I1"].dtype == np.int8
    assert found["I1"].tolist() == [-128, 0, 127]


def test_scaled_columns_and_nulls(tmp_path: Path) -> None:
    made = np.array([(1, 1, -9), (2, -9, 3), (-9, 5, 5)], dtype=[("A", ">i2"), ("B", ">i4"), ("C", ">i4")])
    write_fits(tmp_path / "t.fits", made, TSCAL1=0.5, TZERO1=100.0, TNULL1=-9, TNULL2=-9)
    found = table(tmp_path / "t.fits").read(0, 3, ["A", "B", "C"])
    np.testing.assert_array_equal(found["A"], [100.5, 101.0, np.nan])
    assert isinstance(found["B"], np.ma.MaskedArray)
    assert found["B"].mask.tolist() == [False, True, False]
    assert not isinstance(found["C"], np.ma.MaskedArray)
    assert not isinstance(table(tmp_path / "t.fits").read(0, 1, ["B"])["B"], np.ma.MaskedArray)


def test_a_logical_without_value_is_masked(tmp_path: Path) -> None:
    made = np.array([(True,), (False,), (True,)], dtype=[("L", "?")])
    write_fits(tmp_path / "t.fits", made)
    place = (tmp_path / "t.fits").read_bytes().index(b"TFT" + b"\0" * 100)
    with open(tmp_path / "t.fits", "r+b") as handle:
        handle.seek(place + 1)
        handle.write(b"\0")
    found = table(tmp_path / "t.fits").read(0, 3, ["L"])["L"]
    assert found.tolist() == [True, None, True]


def test_what_cannot_be_read_is_refused_by_name_and_does_not_stop_the_rest(tmp_path: Path) -> None:
    columns = [
        fits.Column("V", "PJ()", array=np.array([[1], [1, 2]], dtype=object)),
        fits.Column("C", "C", array=np.array([1j, 2])),
        fits.Column("X", "11X", array=np.zeros((2, 11), dtype=bool)),
        fits.Column("E", "E", array=np.array([1.5, 2.5])),
    ]
    fits.BinTableHDU.from_columns(columns).writeto(tmp_path / "t.fits")
    opened = table(tmp_path / "t.fits")
    assert list(opened.types) == ["E"]
    assert list(opened.refused) == ["V", "C", "X"]
    assert opened.read(0, 2, ["E"])["E"].tolist() == [1.5, 2.5]
    for name, reason in (("V", "varying length"), ("C", "complex"), ("X", "bits")):
        with pytest.raises(InputError, match="cannot be read") as error:
            opened.read(0, 1, [name])
        assert reason in str(error.value.found)


def test_a_table_without_rows(tmp_path: Path) -> None:
    write_fits(tmp_path / "t.fits", rows(0))
    opened = table(tmp_path / "t.fits")
    found = opened.read(0, 0, ["X_H", "APOGEE_ID"])
    assert opened.rows == 0
    assert found["X_H"].shape == (0, 27)


def test_repeated_and_blank_names_are_told_apart(tmp_path: Path) -> None:
    made = np.array([(1, 2, 3)], dtype=[("A", ">i4"), ("B", ">i4"), ("C", ">i4")])
    write_fits(tmp_path / "t.fits", made)
    set_card(tmp_path / "t.fits", "TTYPE2", "A")
    set_card(tmp_path / "t.fits", "TTYPE3", "")
    assert list(table(tmp_path / "t.fits").types) == ["A", "A_2", "col3"]


def test_an_opened_table_travels(tmp_path: Path) -> None:
    made = write_fits(tmp_path / "t.fits")
    sent = pickle.dumps(table(tmp_path / "t.fits"))
    assert len(sent) < 10_000
    np.testing.assert_array_equal(pickle.loads(sent).read(2, 4, ["RA"])["RA"], made["RA"][2:4])


def test_units_of_the_file(tmp_path: Path) -> None:
    write_fits(tmp_path / "t.fits", None, TUNIT2="degrees")
    types = table(tmp_path / "t.fits").types
    assert types["RA"].unit == "degrees"
    assert types["LOGG"].unit is None
