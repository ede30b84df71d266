from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from galdask.errors import InputError
from tests.catalog.readers.files import table


def write(path: Path) -> None:
    columns = [
        fits.Column("NAME", "A8", array=np.array(["ab", "  c", "deadbeef"])),
        fits.Column("N", "I6", array=np.array([1, -22, 333]), null="-22"),
        fits.Column("X", "F9.3", array=np.array([1.5, -2.25, np.pi]), unit="kpc"),
        fits.Column("Y", "E15.7", array=np.array([1e-10, 2.5e20, -3])),
        fits.Column("Z", "D25.16", array=np.array([1e-100, np.e, -3])),
    ]
    fits.HDUList([fits.PrimaryHDU(), fits.TableHDU.from_columns(columns)]).writeto(path)


def test_an_ascii_table_reads_as_astropy_reads_it(tmp_path: Path) -> None:
    write(tmp_path / "t.fits")
    opened = table(tmp_path / "t.fits")
    found = opened.read(0, 3, ["NAME", "N", "X", "Y", "Z"])
    with fits.open(tmp_path / "t.fits") as units:
        known = units[1].data
        for name in ("X", "Y", "Z"):
            np.testing.assert_array_equal(found[name], known[name])
    assert found["NAME"].tolist() == [b"ab", b"c", b"deadbeef"]
    assert found["N"].tolist() == [1, None, 333]
    assert opened.types["X"].unit == "kpc"
    assert opened.read(1, 2, ["X"])["X"].tolist() == [-2.25]


def test_blanks_are_missing_and_bad_numbers_named(tmp_path: Path) -> None:
    write(tmp_path / "t.fits")
    content = (tmp_path / "t.fits").read_bytes()
    (tmp_path / "t.fits").write_bytes(content.replace(b" -2.250", b"       "))
    assert np.isnan(table(tmp_path / "t.fits").read(1, 2, ["X"])["X"][0])
    (tmp_path / "u.fits").write_bytes(content.replace(b" -2.250", b" -2.2x0"))
    with pytest.raises(InputError, match="a number cannot be read") as error:
        table(tmp_path / "u.fits")
    assert "column X, row 1" in str(error.value.where)
    assert "-2.2x0" in str(error.value.found)


def test_truncated(tmp_path: Path) -> None:
    write(tmp_path / "t.fits")
    content = (tmp_path / "t.fits").read_bytes()
    (tmp_path / "t.fits").write_bytes(content[: content.index(b"deadbeef") + 3])
    with pytest.raises(InputError, match="truncated"):
        table(tmp_path / "t.fits")


def test_columns_outside_the_row_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "t.fits")
    content = (tmp_path / "t.fits").read_bytes()
    at = content.index(b"TBCOL5  =")
    card = b"TBCOL5  =                   99".ljust(80)
    (tmp_path / "t.fits").write_bytes(content[:at] + card + content[at + 80 :])
    with pytest.raises(InputError, match="column 5 does not lie within the row"):
        table(tmp_path / "t.fits")


def test_it_travels_with_its_content(tmp_path: Path) -> None:
    write(tmp_path / "t.fits")
    again = pickle.loads(pickle.dumps(table(tmp_path / "t.fits")))
    assert again.read(2, 3, ["NAME"])["NAME"].tolist() == [b"deadbeef"]
