from __future__ import annotations

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from galdask.mocks.layout import layout

from .conftest import native


@pytest.mark.parametrize("name", ["allstar", "distmass", "astronn"])
def test_astropy_reads_the_files_without_a_complaint(release, name: str):
    path = release.paths[name]
    with fits.open(path, lazy_load_hdus=False) as handle:
        handle.verify("exception")
        for hdu in handle:
            hdu.verify("exception")
        assert len(Table.read(handle[1])) == 20_000
    assert path.stat().st_size % 2880 == 0


def test_the_main_file_has_the_survey_s_units(release):
    hdus = release.files["allstar"]
    assert [type(hdu).__name__ for hdu in hdus] == [
        "PrimaryHDU",
        "BinTableHDU",
        "ImageHDU",
        "BinTableHDU",
        "BinTableHDU",
    ]
    assert hdus[0].header["VERSION"] == "dr17"
    header = hdus[1].header
    assert (header["NAXIS1"], header["NAXIS2"], header["TFIELDS"]) == (5410, 20_000, 234)
    assert hdus[1].columns.names == [column.name for column in layout("dr17")]
    assert hdus[1].columns.formats == [column.tform for column in layout("dr17")]


def test_the_table_of_rows_by_ra_points_where_it_should(release):
    table = release.files["allstar"][2].data
    assert table.dtype.kind == "i"
    assert table.dtype.itemsize == 8
    ra = release.star("RA")
    ra = ra[np.isfinite(ra)]
    expected = np.searchsorted(ra, np.arange(360), side="right")
    expected[0] = 0
    np.testing.assert_array_equal(table, expected)


def test_the_small_tables_name_what_the_arrays_hold(release):
    symbols = release.files["allstar"][3].data
    assert len(symbols) == 1
    assert symbols["WAVE"].shape == (1, 7514)
    assert (np.diff(native(symbols, "WAVE")[0]) > 0).all()
    assert str(symbols["ELEM_SYMBOL"][0])[4 * 17 : 4 * 18].strip() == "Fe"
    fields = release.files["allstar"][4].data
    assert set(native(fields, "FIELD")) >= set(release.star("FIELD")) - {""}


def test_companions_are_matched_row_by_row(release):
    names = release.star("APOGEE_ID")
    np.testing.assert_array_equal(release.age("APOGEE_ID"), names)
    np.testing.assert_array_equal(release.network("APOGEE_ID"), names)
    np.testing.assert_array_equal(release.network("TELESCOPE"), release.star("TELESCOPE"))
    np.testing.assert_array_equal(release.network("RA_APOGEE"), release.star("RA"))


def test_rows_are_sorted_by_ra_dec_and_field(release):
    ra, dec, field = release.star("RA"), release.star("DEC"), release.star("FIELD")
    order = np.lexsort((field, dec, ra))
    np.testing.assert_array_equal(order, np.arange(ra.size))
    assert np.isnan(ra[-1])
    assert release.star("APOGEE_ID")[-1] == "VESTA"
    assert np.isfinite(ra[:-1]).all()


def test_texts_are_padded_with_blanks(release):
    with open(release.paths["allstar"], "rb") as handle:
        handle.seek(release.files["allstar"][1].fileinfo()["datLoc"])
        row = handle.read(5410)
    assert row[64:94].decode() == release.star("APOGEE_ID")[0].ljust(30)
    assert b"\0" not in row[:306]
