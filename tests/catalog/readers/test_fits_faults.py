"""Files that are not what they should be: each fault is named, with the file and the place."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from galdask.catalog.readers.fits import FitsTable
from galdask.errors import InputError
from tests.catalog.readers.files import rows, set_card, table, write_fits


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        table(tmp_path / "none.fits")
    (tmp_path / "d.fits").mkdir()
    with pytest.raises(InputError, match="not a file"):
        table(tmp_path / "d.fits")


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>" * 200, b"SIMPLE", b"\x89PNG" * 1000])
def test_not_a_fits_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "t.fits").write_bytes(content)
    with pytest.raises(InputError, match=r"not a FITS file|truncated") as error:
        table(tmp_path / "t.fits")
    assert "t.fits" in str(error.value.where)


def test_simple_that_is_false(tmp_path: Path) -> None:
    write_fits(tmp_path / "t.fits")
    content = (tmp_path / "t.fits").read_bytes()
    (tmp_path / "t.fits").write_bytes(
        content.replace(b"SIMPLE  =                    T", b"SIMPLE  =                    F", 1)
    )
    with pytest.raises(InputError, match="not a standard FITS"):
        table(tmp_path / "t.fits")


def test_truncated_rows_say_how_many_bytes_are_missing(tmp_path: Path) -> None:
    write_fits(tmp_path / "t.fits", rows(100))
    whole = table(tmp_path / "t.fits")
    assert isinstance(whole, FitsTable)
    end = whole._start + 100 * whole._width
    for missing in (1, 100, 5000):
        os.truncate(tmp_path / "t.fits", end - missing)
        with pytest.raises(InputError, match="truncated") as error:
            table(tmp_path / "t.fits")
        assert f"{missing} are missing" in str(error.value.found)
        assert f"{end} bytes" in str(error.value.expected)
        assert "t.fits, HDU 1" in str(error.value.where)


def test_missing_padding_does_not_matter(tmp_path: Path) -> None:
    made = write_fits(tmp_path / "t.fits", rows(100))
    whole = table(tmp_path / "t.fits")
    assert isinstance(whole, FitsTable)
    os.truncate(tmp_path / "t.fits", whole._start + 100 * whole._width)
    np.testing.assert_array_equal(table(tmp_path / "t.fits").read(99, 100, ["RA"])["RA"], made["RA"][99:])


@pytest.mark.parametrize("size", [1, 1000, 2880 + 100, 5760 + 10])
def test_truncated_headers(tmp_path: Path, size: int) -> None:
    write_fits(tmp_path / "t.fits")
    os.truncate(tmp_path / "t.fits", size)
    with pytest.raises(InputError, match=r"truncated|not a FITS"):
        table(tmp_path / "t.fits")


def test_a_file_that_ends_before_the_table(tmp_path: Path) -> None:
    units = [fits.PrimaryHDU(np.zeros((100, 100))), fits.BinTableHDU(rows())]
    fits.HDUList(units).writeto(tmp_path / "t.fits")
    os.truncate(tmp_path / "t.fits", 2880 * 4)
    with pytest.raises(InputError, match="truncated") as error:
        table(tmp_path / "t.fits")
    assert "HDU 0" in str(error.value.where)


def test_a_file_that_shrinks_after_it_was_opened(tmp_path: Path) -> None:
    write_fits(tmp_path / "t.fits")
    opened = table(tmp_path / "t.fits")
    os.truncate(tmp_path / "t.fits", 2880 * 2)
    with pytest.raises(InputError, match="became shorter"):
        opened.read(0, 7, ["RA"])


@pytest.mark.parametrize("hdu", [2, 3, 7, "NOWHERE"])
def test_the_wrong_hdu_lists_those_that_are_there(tmp_path: Path, hdu: int | str) -> None:
    write_fits(tmp_path / "t.fits")
    with pytest.raises(InputError, match="HDU") as error:
        table(tmp_path / "t.fits", hdu=hdu)
    assert "1 BINTABLE 'STARS' 7 rows x 10 columns" in str(error.value.found)
    assert "2 IMAGE 'LOOKUP'" in str(error.value.found)


def test_an_hdu_by_name(tmp_path: Path) -> None:
    write_fits(tmp_path / "t.fits")
    assert table(tmp_path / "t.fits", hdu="stars").rows == 7


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("TFORM1", "17A", "do not fill the row"),
        ("TFORM1", "18Z", "type of column 1"),
        ("TFORM1", "", "type of column 1"),
        ("TFIELDS", 9, "do not fill the row"),
        ("TFIELDS", 1200, "TFIELDS"),
        ("NAXIS2", -1, "negative axis"),
        ("NAXIS2", 10**15, "truncated"),
        ("NAXIS1", 1, "do not fill the row"),
        ("TNULL4", "x", "TNULL4"),
        ("TSCAL4", "x", "TSCAL4"),
        ("BITPIX", 16, "header of a table"),
        ("TTYPE1", 5, "TTYPE1"),
    ],
)
def test_headers_that_contradict_themselves(tmp_path: Path, key: str, value: object, said: str) -> None:
    write_fits(tmp_path / "t.fits")
    set_card(tmp_path / "t.fits", key, value)
    with pytest.raises(InputError, match=said) as error:
        table(tmp_path / "t.fits")
    assert "t.fits" in str(error.value.where)


def test_tables_behind_special_records_are_not_looked_for(tmp_path: Path) -> None:
    write_fits(tmp_path / "t.fits")
    with open(tmp_path / "t.fits", "ab") as handle:
        handle.write(b"anything at all")
    assert table(tmp_path / "t.fits").rows == 7
    with pytest.raises(InputError, match="no table in HDU 5"):
        table(tmp_path / "t.fits", hdu=5)
