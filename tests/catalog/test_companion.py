"""Companion tables: matched row by row, or joined by a key."""

import numpy as np
import pytest

from galdask.catalog.missing import Missing
from galdask.catalog.schema import KeyJoin, TableSpec
from galdask.catalog.store import open_store
from galdask.errors import InputError
from tests.catalog.small import (
    COLUMNS,
    ROWS,
    again,
    key_joined,
    make,
    release,
    row_matched,
    spec,
    stars,
    write,
)
from tests.catalog.test_ingest import companion, everything


def matched(**more):
    return release((*COLUMNS, spec("age", "AGE", "ages")), companions=[row_matched()], **more)


def with_ages(**join):
    columns = (
        *COLUMNS,
        spec("age", "AGE", "ages", unit="Gyr", dtype="float64"),
        spec("grade", "GRADE", "ages", dtype="int32"),
        spec("who", "WHO", "ages", dtype="string"),
    )
    return release(columns, companions=[key_joined(**join)])


def csv_ages(folder, table, *, step=3, extra=()):
    """Ages of every third star in reverse order, two rows of strangers and one without a key."""
    rows = [(t["APOGEE_ID"].decode(), i / 8, i, f"star {i}") for i, t in enumerate(table)][::-step]
    rows += [("2Mstranger", 1.5, 7, "x"), ("2Mother", 2.5, 8, ""), ("", 9.0, 9, "nobody"), *extra]
    lines = ["ID,AGE,GRADE,WHO"] + [",".join(map(str, row)) for row in rows]
    (folder / "ages.csv").write_text("\n".join(lines) + "\n")
    return {row[0]: row[1:] for row in rows}


def test_rows_that_match(tmp_path):
    write(tmp_path / "ages.fits", companion(stars()))
    make(tmp_path, described=matched())
    np.testing.assert_array_equal(everything(open_store(tmp_path / "store"))["age"], np.arange(ROWS) % 4)


def test_all_columns_of_a_companion_get_names_of_their_own(tmp_path):
    made = np.zeros(ROWS, [("ID", "S20"), ("AGE", ">f8"), ("RA", ">f4"), ("SHORT", ">i2")])
    made["ID"], made["RA"], made["SHORT"] = stars()["APOGEE_ID"], 5, 9
    write(tmp_path / "ages.fits", made)
    make(tmp_path, described=matched(), columns="all")
    got = everything(open_store(tmp_path / "store"))
    assert set(got) > {"ra", "ages_ra", "short", "ages_short", "id", "age"}
    assert (got["ages_ra"] == 5).all()
    np.testing.assert_array_equal(got["short"], stars()["SHORT"])
    assert (got["ages_short"] == 9).all()


@pytest.mark.parametrize("row", [0, 123, ROWS - 1])
def test_the_first_row_with_another_star_is_named(tmp_path, row):
    made = companion(stars())
    made["ID"][row] = b"2Mimpostor"
    made["ID"][row + 1 :] = b"2Mlater"
    write(tmp_path / "ages.fits", made)
    with pytest.raises(InputError, match="the rows of 'ages' are not those of the main table") as caught:
        make(tmp_path, described=matched())
    error = caught.value
    assert str(tmp_path / "ages.fits") in error.where
    assert f"row {row} " in error.where
    assert "2Mimpostor" in error.found
    assert stars()["APOGEE_ID"][row].decode() in error.expected
    assert not (tmp_path / "store" / "manifest.json").exists()


@pytest.mark.parametrize(("rows", "how"), [(ROWS - 1, "shorter"), (ROWS + 5, "longer")])
def test_counts_that_differ(tmp_path, rows, how):
    write(tmp_path / "ages.fits", companion(stars(rows)))
    with pytest.raises(InputError, match=f"'ages' is {how} than the main table") as caught:
        make(tmp_path, described=matched())
    assert f"{ROWS} rows" in caught.value.expected
    assert f"{rows} rows" in caught.value.found
    assert not (tmp_path / "store").exists()


def test_a_companion_matched_by_number_and_text(tmp_path):
    table = stars()
    made = np.zeros(ROWS, [("G", "S20"), ("AGE", ">f8")])
    made["G"] = table["GAIA"].astype("S20")
    write(tmp_path / "ages.fits", made)
    ages = TableSpec("ages", ("ages.fits",), join=row_matched().join.__class__({"G": "gaia_id"}))
    described = release((*COLUMNS, spec("age", "AGE", "ages")), companions=[ages])
    make(tmp_path, described=described)
    made["G"][7] = b"12"
    write(tmp_path / "ages.fits", made)
    with pytest.raises(InputError, match="are not those"):
        again(tmp_path, described=described)


@pytest.mark.parametrize("chunk", [10, 1 << 18])
def test_joined_by_key(tmp_path, chunk, monkeypatch):
    monkeypatch.setattr("galdask.catalog.companion.CHUNK_ROWS", chunk)
    table = stars()
    ages = csv_ages(tmp_path, table)
    make(tmp_path, described=with_ages(), columns="all")
    store = open_store(tmp_path / "store")
    got = everything(store)
    for row, star in enumerate(table["APOGEE_ID"]):
        age = ages.get(star.decode())
        if age is None:
            assert np.isnan(got["age"][row])
            assert got["grade"].mask[row]
            assert got["who"][row] is None
        else:
            assert (got["age"][row], got["grade"][row], got["who"][row]) == age
    found = len(ages) - 3
    assert store.columns["age"].missing == store.columns["grade"].missing == ROWS - found
    assert store.ledger["ages"] == {
        "file": "ages.csv",
        "rows_in": len(ages),
        "rows_out": found,
        "without_key": 1,
        "duplicates": 0,
        "without_star": 2,
        "stars_matched": found,
    }


def test_a_repeated_star_finds_its_companion_twice(tmp_path):
    table = stars()
    table["APOGEE_ID"][300] = table["APOGEE_ID"][0]
    ages = csv_ages(tmp_path, table[:200], step=1)
    make(tmp_path, table=table, described=with_ages())
    store = open_store(tmp_path / "store")
    got = everything(store)
    assert got["age"][300] == got["age"][0] == ages[table["APOGEE_ID"][0].decode()][0]
    assert store.ledger["ages"]["rows_out"] == 200
    assert store.ledger["ages"]["stars_matched"] == 201


def test_duplicate_keys_are_refused_and_named(tmp_path):
    star = stars()["APOGEE_ID"][0].decode()
    csv_ages(tmp_path, stars(), step=1, extra=[(star, 99.0, 99, "twin")])
    with pytest.raises(InputError, match="a key of 'ages' stands more than once") as caught:
        make(tmp_path, described=with_ages())
    assert star in caught.value.found
    assert f"rows {ROWS - 1} and {ROWS + 3} " in caught.value.where
    assert "highest" in caught.value.todo


@pytest.mark.parametrize(
    ("join", "age"),
    [
        ({"duplicates": "first"}, 0.0),
        ({"duplicates": "highest", "by": "GRADE"}, 50.0),
        ({"duplicates": "highest", "by": "AGE"}, 99.0),
    ],
)
def test_duplicate_keys_by_a_rule(tmp_path, join, age):
    star = stars()["APOGEE_ID"][0].decode()
    twins = [(star, 50.0, 99, "high grade"), (star, 99.0, 98, "old"), (star, "", 97, "ageless")]
    csv_ages(tmp_path, stars(), step=1, extra=twins)
    make(tmp_path, described=with_ages(**join))
    store = open_store(tmp_path / "store")
    assert everything(store)["age"][0] == age
    assert store.ledger["ages"]["duplicates"] == 3
    assert (
        sum(store.ledger["ages"][k] for k in ("rows_out", "without_key", "duplicates", "without_star"))
        == ROWS + 6
    )


def test_stars_without_the_join_column_find_nothing(tmp_path):
    table = stars()
    lines = ["ID,AGE,GRADE,WHO", "0,1.0,1,zero", f"{table['GAIA'][table['GAIA'] > 0][0]},2.0,2,one"]
    (tmp_path / "ages.csv").write_text("\n".join(lines) + "\n")
    ages = TableSpec("ages", ("ages.csv",), "csv", join=KeyJoin("ID", "gaia_id"), types={"AGE": "float64"})
    columns = (*COLUMNS, spec("age", "AGE", "ages", missing=Missing()))
    make(tmp_path, described=release(columns, companions=[ages]))
    store = open_store(tmp_path / "store")
    assert store.ledger["ages"]["without_key"] == 1
    assert np.isfinite(everything(store)["age"]).sum() == 1


def test_a_companion_without_rows(tmp_path):
    (tmp_path / "ages.csv").write_text("ID,AGE,GRADE,WHO\n")
    columns = (*COLUMNS, spec("age", "AGE", "ages", dtype="float64"))
    types = {"ID": "string", "AGE": "float64"}
    ages = TableSpec("ages", ("ages.csv",), "csv", join=KeyJoin("ID", "star_id"), types=types)
    make(tmp_path, described=release(columns, companions=[ages]))
    assert np.isnan(everything(open_store(tmp_path / "store"))["age"]).all()
