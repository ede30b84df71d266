from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from galdask import config
from galdask.catalog.release import KeyJoin, Missing, Release, RowMatch, load_release, parse_release
from galdask.errors import ConfigError

GOOD = """galdask_release: 1
name: mine
title: My stars
reference: nobody 2020
star_id: star_id
missing: [-9999]
tables:
  main: {file: [a.fits, b.fits], format: fits, hdu: 2, source: {url: "https://example.org/a.fits", size: 10}}
  near:
    file: near.fits
    optional: true
    join: {rows: {ID: star_id, TEL: telescope}}
  ages:
    file: ages.txt
    format: mrt
    join: {key: {Name: star_id}, duplicates: {highest: SNR}}
columns:
  star_id: {column: APOGEE_ID, type: string, missing: [none]}
  telescope: {column: TELESCOPE, type: string}
  ra: {column: RA, unit: deg, missing: [-9999.99], description: right ascension}
  h_mag: {column: H, unit: mag, type: float32, missing: {above: 90, values: [0]}}
  gaia_id: {column: GAIA, type: int64, missing: [0]}
  mg_h: {column: "X_H[5]", unit: dex}
  cov: {column: "COV[2,1]"}
  fe_h: {column: FE_H, unit: dex}
  mg_fe: {expression: mg_h - fe_h, unit: dex}
  twice: {expression: 2 * mg_fe, unit: dex}
  flag: {column: FLAG, type: int16}
  other: {column: OTHER}
  distance: {table: near, column: DIST, unit: pc, missing: {not_positive: true}}
  age: {table: ages, column: Age, unit: Gyr, optional: true}
  kind: {table: ages, column: "[0,1]", type: int32}
masks:
  flag: {BAD: 0, WORSE: 15}
  other: flag
"""


def read(text: str) -> Release:
    return parse_release(config.parse(text, "mine.yaml"))


def test_what_is_written_is_what_is_read() -> None:
    release = read(GOOD)
    assert (release.name, release.title, release.star_id) == ("mine", "My stars", "star_id")
    assert list(release.tables) == ["main", "near", "ages"]
    main, near, ages = release.tables.values()
    assert release.main is main
    assert (main.files, main.format, main.hdu, main.join) == (("a.fits", "b.fits"), "fits", 2, None)
    assert near.join == RowMatch({"ID": "star_id", "TEL": "telescope"})
    assert near.optional
    assert near.format == "fits"
    assert ages.join == KeyJoin("Name", "star_id", "highest", "SNR")
    assert ages.types == {"Age": "float64", "[0,1]": "int32", "Name": "string"}
    (source,) = release.sources["main"]
    assert (source.file, source.url, source.size, source.sha1) == (
        "a.fits",
        "https://example.org/a.fits",
        10,
        None,
    )


def test_columns() -> None:
    columns = read(GOOD).columns
    assert columns["mg_h"].source == "X_H"
    assert columns["mg_h"].index == 5
    assert columns["mg_h"].read_name == "X_H[5]"
    assert columns["cov"].index == (2, 1)
    assert columns["cov"].read_name == "COV[2,1]"
    assert columns["kind"].source == "[0,1]"
    assert columns["kind"].read_name == "[0,1]"
    assert columns["mg_fe"].expression == "mg_h - fe_h"
    assert columns["mg_fe"].table == ""
    assert columns["age"].optional
    assert columns["ra"].unit == "deg"


def test_the_default_policy_is_added_to_numbers_that_are_no_integers() -> None:
    columns = read(GOOD).columns
    assert columns["ra"].missing == Missing(values=(-9999.99, -9999))
    assert columns["h_mag"].missing == Missing(values=(0, -9999), above=90)
    assert columns["mg_fe"].missing == Missing(values=(-9999,))
    assert columns["gaia_id"].missing == Missing(values=(0,))
    assert columns["other"].missing == Missing()
    assert columns["star_id"].missing == Missing(texts=("none",))


def test_masks() -> None:
    masks = read(GOOD).masks
    assert masks["flag"] == {"BAD": 0, "WORSE": 15}
    assert masks["other"] == masks["flag"]


def test_a_release_travels() -> None:
    release = read(GOOD)
    assert pickle.loads(pickle.dumps(release)) == release


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD)
    assert load_release(tmp_path / "mine.yaml") == read(GOOD)
    with pytest.raises(ConfigError, match="no such file"):
        load_release(tmp_path / "other.yaml")
    with pytest.raises(ConfigError, match="unknown release 'dr_17'") as error:
        load_release("dr_17")
    assert "'dr17'" in str(error.value.todo)


WRONG = [
    ("galdask_release: 1", "galdask_release: 2", "galdask_release", 1),
    ("name: mine", "name: ../mine", "name of a release", 2),
    ("title: My stars", "titel: My stars", "unknown key 'titel'", 3),
    ("title: My stars", "title: a\ntitle: b", "stands twice", 3),
    ("star_id: star_id", "star_id: ra", "text or an integer", None),
    ("star_id: star_id", "star_id: nobody", "column of the main table", 5),
    ("star_id: star_id", "star_id: age", "column of the main table", 5),
    ("missing: [-9999]", "missing: [.nan]", "finite number", 6),
    ("missing: [-9999]", "missing: [true]", "finite number", 6),
    ("missing: [-9999]", "missing: 7", "wrong type", 6),
    ("missing: [-9999]", "missing: {over: 3}", "unknown key 'missing.over'", 6),
    ("[a.fits, b.fits]", "../a.fits", "stay below", 8),
    ("[a.fits, b.fits]", "/etc/a.fits", "stay below", 8),
    ("[a.fits, b.fits]", "'x/../../a.fits'", "stay below", 8),
    ("[a.fits, b.fits]", "'..\\a.fits'", "stay below", 8),
    ("[a.fits, b.fits]", "'C:a.fits'", "stay below", 8),
    ("[a.fits, b.fits]", '"a\\0.fits"', "stay below", 8),
    ("[a.fits, b.fits]", "''", "stay below", 8),
    ("[a.fits, b.fits]", "[]", "needs a file name", 8),
    ("[a.fits, b.fits]", "[a.fits, 3]", "wrong type", 8),
    ("format: fits, hdu: 2", "format: fitz, hdu: 2", "not a known choice", 8),
    ("format: fits, hdu: 2", "format: csv, hdu: 2", "only FITS files have HDUs", 8),
    ("hdu: 2", "hdu: 0", "not an HDU", 8),
    ("hdu: 2", "delimiter: ','", "for CSV and text", 8),
    ("hdu: 2", "optional: true", "cannot be optional", 8),
    ("hdu: 2", "hdo: 2", "unknown key 'tables.main.hdo'", 8),
    ("https://example.org/a.fits", "http://example.org/a.fits", "web address", 8),
    ("size: 10", "sha1: abc", "SHA-1", 8),
    ("size: 10", "size: -1", "out of range", 8),
    ("file: near.fits", "file: near.dat", "not plain from its name", 10),
    ("join: {rows: {ID: star_id, TEL: telescope}}", "format: fits", "exactly one table", None),
    ("rows: {ID: star_id, TEL: telescope}", "rows: {ID: id}", "no column of the main table", 12),
    ("rows: {ID: star_id, TEL: telescope}", "rows: {ID: distance}", "no column of the main table", 12),
    ("rows: {ID: star_id, TEL: telescope}", "rows: {}", "needs columns", 12),
    ("rows: {ID: star_id, TEL: telescope}", "by: x", "either by 'rows' or by 'key'", 12),
    ("key: {Name: star_id}", "key: {Name: star_id, B: ra}", "a key is one column", 16),
    ("{highest: SNR}", "last", "not a known choice", 16),
    ("{highest: SNR}", "{lowest: SNR}", "missing", 16),
    ("  ra: {column", "  Ra: {column", "name of a column", 20),
    ("  ra: {column", "  star_key: {column", "is taken", 20),
    ("  ra: {column: RA", "  ra: {colum: RA", "either a 'column'", 20),
    ("  ra: {column: RA", "  ra: {column: RA, expression: fe_h", "either a 'column'", 20),
    ("  ra: {column: RA", "  ra: {column: RA, table: mian", "not a known choice", 20),
    ("  ra: {column: RA", "  ra: {column: RA, colour: 3", "unknown key", 20),
    ("unit: deg", "unit: degrees", "unknown unit 'degrees'", 20),
    ("unit: deg", "unit: 3", "wrong type", 20),
    ("type: float32", "type: float16", "not a known choice", 21),
    ("type: float32", "type: string", "has no unit", 21),
    ("above: 90", "above: high", "wrong type", 21),
    ("above: 90", "above: .inf", "out of range", 21),
    ("above: 90", "above: " + "9" * 400, "too many digits", 21),
    ("above: 90", "above: !!float ''", "cannot be read", 21),
    ("near.fits\n    optional: true", "near.fits\n    optional: !!bool x", "cannot be read", 11),
    ("type: int64, missing: [0]", "type: int64, missing: [[0]]", "finite number", 22),
    ("mg_h - fe_h, unit: dex", "mg_h - feh, unit: dex", "unknown column 'feh'", 26),
    ("mg_h - fe_h, unit: dex", "mg_h - ra, unit: dex", "different units", 26),
    ("mg_h - fe_h, unit: dex", "mg_h - fe_h, unit: mag", "declared unit", 26),
    ("mg_h - fe_h, unit: dex", "mg_h ** fe_h, unit: dex", "not allowed", 26),
    ("mg_h - fe_h, unit: dex", "open(fe_h), unit: dex", "not allowed", 26),
    ("mg_h - fe_h, unit: dex", "star_id, unit: dex", "holds no numbers", 26),
    ("mg_h - fe_h, unit: dex", "2 * 3, unit: dex", "uses no column", 26),
    ("mg_h - fe_h, unit: dex", "mg_h - fe_h, unit: dex, type: int32", "floating-point", 26),
    ("mg_h - fe_h, unit: dex", "twice / 2, unit: dex", "in a circle", 26),
    ("BAD: 0, WORSE: 15", "BAD: 0, WORSE: 16", "out of range", 34),
    ("BAD: 0, WORSE: 15", "BAD: -1", "out of range", 34),
    ("BAD: 0, WORSE: 15", "BAD: 1.5", "wrong type", 34),
    ("BAD: 0, WORSE: 15", "BAD: 3, WORSE: 3", "has two names", 34),
    ("BAD: 0, WORSE: 15", "BAD: 3, BAD: 4", "stands twice", 34),
    ("BAD: 0, WORSE: 15", "'very bad': 3", "name of a bit", 34),
    ("  other: flag", "  fe_h: flag", "cannot hold bits", 35),
    ("  other: flag", "  nobody: flag", "unknown column 'nobody'", 35),
    ("  other: flag", "  other: later", "no bits of 'later'", 35),
]


@pytest.mark.parametrize(("old", "new", "said", "line"), WRONG, ids=[f"{w[2]} / {w[1]}" for w in WRONG])
def test_what_is_wrong_is_named_with_its_line(old: str, new: str, said: str, line: int | None) -> None:
    assert GOOD.count(old) == 1
    text = GOOD.replace(old, new)
    if said == "text or an integer":
        text = text.replace("column: RA, unit: deg", "column: RA, unit: deg, type: float64")
    with pytest.raises(ConfigError) as error:
        read(text)
    assert said in str(error.value)
    assert "mine.yaml, line" in str(error.value.where)
    if line is not None:
        assert f"line {line}" in str(error.value.where).replace("lines", "line")


def test_one_column_of_a_text_file_is_read_in_one_way() -> None:
    extra = "  age_text: {table: ages, column: Age, type: string}\nmasks:"
    with pytest.raises(ConfigError, match="as different things"):
        read(GOOD.replace("masks:", extra))


def test_a_release_needs_columns_and_tables() -> None:
    head, tail = GOOD.split("columns:")
    with pytest.raises(ConfigError, match="needs columns"):
        read(head + "columns: {}\n")
    with pytest.raises(ConfigError, match="one table must be the main"):
        read(GOOD.split("tables:")[0] + "tables: {}\ncolumns:" + tail)
