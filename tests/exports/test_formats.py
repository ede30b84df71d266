"""Sheets in every format, read again by the field's own readers: the same numbers, units, missing values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from astropy.io import fits as afits
from astropy.io import votable as avot
from astropy.io.votable.ucd import parse_ucd
from astropy.table import Table

from galdask.exports import fields, fits, parquet, text, votable
from galdask.exports.sheet import Sheet, of_arrays

TEXTS = np.array(["2M0001", None, "é"], dtype=object)
COLUMNS = {
    "star_id": TEXTS,
    "star_key": np.array([0, 2**63, 2**64 - 1], dtype=np.uint64),
    "ra": np.array([0.0, 359.999999999, np.nan]),
    "fe_h": np.array([-0.25, np.nan, 0.5], dtype=np.float32),
    "gaia_id": np.ma.masked_array(np.array([2**62, 0, -5]), mask=[False, True, False]),
    "flag": np.ma.masked_array(np.array([1, 2, 3], dtype=np.int32), mask=[False, False, True]),
    "good": np.ma.masked_array(np.array([True, False, True]), mask=[False, False, True]),
    "code": np.array([0, 255, 3], dtype=np.uint8),
    "small": np.array([-3, 2, 1], dtype=np.int16),
}
UNITS = {"ra": "deg", "fe_h": "dex"}
FACTS = {"title": "Jönsson's stars", "provenance": '{"long": "' + "x" * 500 + '"}', "mock": "made up"}


@pytest.fixture
def sheet() -> Sheet:
    """Three rows, in two blocks."""
    made = of_arrays("stars", COLUMNS, UNITS, {"fe_h": "iron"}, "Stars", {"sample": "main"})
    blocks = [{k: v[:2] for k, v in COLUMNS.items()}, {k: v[2:] for k, v in COLUMNS.items()}]
    return Sheet(made.name, made.fields, lambda: iter(blocks), made.title, made.facts)


def test_fits(sheet, tmp_path):
    fits.write(tmp_path / "a.fits", [sheet, sheet], FACTS)
    assert (tmp_path / "a.fits").stat().st_size % 2880 == 0
    with afits.open(tmp_path / "a.fits") as handle:
        handle.verify("exception")
        assert len(handle) == 3
        assert handle[0].header["PROVENAN"] == FACTS["provenance"]
        assert handle[0].header["TITLE"] == "J?nsson's stars"
        header = handle[1].header
        cards = {header[f"TTYPE{k}"]: k for k in range(1, header["TFIELDS"] + 1)}
        assert header[f"TUNIT{cards['ra']}"] == "deg"
        assert header[f"TUCD{cards['ra']}"] == "pos.eq.ra;meta.main"
        # dex is no unit of FITS: the description says it
        assert f"TUNIT{cards['fe_h']}" not in header
        assert header[f"TCOMM{cards['fe_h']}"] == "iron [dex]"
        assert (header["NAXIS2"], header["SAMPLE"]) == (3, "main")
        data = handle[1].data
        assert data["star_key"].tolist() == COLUMNS["star_key"].tolist()
        assert data["small"].tolist() == [-3, 2, 1]
        np.testing.assert_array_equal(data["fe_h"], COLUMNS["fe_h"])
        np.testing.assert_array_equal(data["ra"], COLUMNS["ra"])
        assert data["star_id"].tolist() == ["2M0001", "", "?"]
    with afits.open(tmp_path / "a.fits", logical_as_bytes=True) as handle:
        # neither true nor false
        assert handle[1].data["good"].tolist() == [b"T", b"F", b""]
    plain = {name: values for name, values in COLUMNS.items() if name != "good"}
    fits.write(tmp_path / "b.fits", [of_arrays("stars", plain, UNITS, {})], {})
    table = Table.read(tmp_path / "b.fits", hdu=1)
    assert table["gaia_id"].tolist() == [2**62, None, -5]
    assert table["flag"].tolist() == [1, 2, None]
    assert table["code"].tolist() == [0, 255, 3]


def test_votable(sheet, tmp_path):
    votable.write(tmp_path / "a.vot", [sheet, sheet], FACTS)
    file = avot.parse(tmp_path / "a.vot", verify="exception")
    assert len(file.resources[0].tables) == 2
    infos = {info.name: info.value for info in file.resources[0].infos}
    assert infos["title"] == FACTS["title"]
    assert infos["provenance"] == FACTS["provenance"]
    first = file.get_first_table()
    known = {field.name: field for field in first.fields}
    assert str(known["ra"].unit) == "deg"
    assert known["ra"].ucd == "pos.eq.ra;meta.main"
    assert known["fe_h"].description == "iron [dex]"
    table = first.to_table()
    assert table["gaia_id"].tolist() == [2**62, None, -5]
    np.testing.assert_array_equal(np.ma.filled(table["fe_h"], np.nan), COLUMNS["fe_h"])
    # the bits of the key in a signed number
    assert table["star_key"].data.view(np.uint64).tolist() == COLUMNS["star_key"].tolist()
    assert list(table["star_id"]) == ["2M0001", "", "é"]


def test_csv(sheet, tmp_path):
    text.write(tmp_path / "a.csv", sheet, FACTS)
    frame = pd.read_csv(tmp_path / "a.csv", comment="#", dtype={"gaia_id": "Int64", "star_key": "uint64"})
    assert frame["star_key"].tolist() == COLUMNS["star_key"].tolist()
    assert frame["gaia_id"].tolist() == [2**62, pd.NA, -5]
    np.testing.assert_array_equal(frame["ra"], COLUMNS["ra"])
    head = [line for line in (tmp_path / "a.csv").read_text().splitlines() if line.startswith("#")]
    assert "# fe_h: iron [dex]" in head
    assert any(line.startswith("# provenance: ") for line in head)


def test_parquet(sheet, tmp_path):
    parquet.write(tmp_path / "a.parquet", sheet, FACTS)
    table = pq.read_table(tmp_path / "a.parquet")
    assert table.column("gaia_id").to_pylist() == [2**62, None, -5]
    assert table.column("good").to_pylist() == [True, False, None]
    assert table.column("star_id").to_pylist() == ["2M0001", None, "é"]
    assert table.schema.field("fe_h").metadata[b"unit"] == b"dex"
    assert table.schema.metadata[b"title"].decode() == FACTS["title"]


WRITERS = {
    "fits": lambda path, sheet: fits.write(path, [sheet], {}),
    "votable": lambda path, sheet: votable.write(path, [sheet], {}),
    "csv": lambda path, sheet: text.write(path, sheet, {}),
    "parquet": lambda path, sheet: parquet.write(path, sheet, {}),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_a_failure_leaves_nothing(kind, tmp_path, sheet):
    def broken():
        yield from sheet.blocks()
        raise ValueError("the disk of the store is gone")

    bad = Sheet(sheet.name, sheet.fields, broken, sheet.title)
    with pytest.raises(ValueError, match="gone"):
        WRITERS[kind](tmp_path / "a", bad)
    assert list(tmp_path.iterdir()) == []


def test_no_rows(tmp_path):
    sheet = of_arrays("none", {"x": np.empty(0), "name": np.empty(0, dtype=object)}, {}, {})
    fits.write(tmp_path / "a.fits", [sheet], {})
    with afits.open(tmp_path / "a.fits") as handle:
        handle.verify("exception")
        assert handle[1].header["NAXIS2"] == 0
    votable.write(tmp_path / "a.vot", [sheet], {})
    assert len(avot.parse_single_table(tmp_path / "a.vot").array) == 0


def test_every_descriptor_is_one_of_the_ivoas():
    names = [
        *fields.UCDS,
        "fe_h_err",
        "fe_h_median",
        "fe_h_median_err",
        "fe_h_std",
        "fe_h_std_err",
        "face_age_mean",
    ]
    names += ["distance_bj_geo_lo", "distance_lo", "n_stars", "edge_fe_h_n", "slope_err", "median", "x_low"]
    found = {name: fields.ucd(name) for name in names}
    for name, ucd in found.items():
        if ucd:
            parse_ucd(ucd, check_controlled_vocabulary=True)
            assert ucd == ucd.strip(";"), name
    assert found["fe_h_err"] == "stat.error;phys.abund.Fe"
    assert found["face_age_mean"] == "time.age;stat.mean"
    assert found["n_stars"] == found["edge_fe_h_n"] == "meta.number"
