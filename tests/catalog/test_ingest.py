"""From files to a store: every value, every count, and doing again only what changed."""

import json
import os

import numpy as np
import pytest

from galdask.catalog.ingest import ingest
from galdask.catalog.missing import Missing
from galdask.catalog.schema import TableSpec
from galdask.catalog.store import open_store, read_partition
from galdask.errors import ConfigError, InputError
from tests.catalog.small import COLUMNS, ROWS, Serial, again, make, release, row_matched, spec, stars, write


def everything(store, names=None):
    """Columns of all partitions as plain arrays, masks apart."""
    parts = [read_partition(store.part(p.index, names or list(store.columns))) for p in store.partitions]
    return {name: np.ma.concatenate([part[name] for part in parts]) for name in parts[0]}


def data_files(folder):
    return {
        p.relative_to(folder): p.read_bytes() for p in sorted((folder / "data").rglob("*")) if p.is_file()
    }


def test_every_value_of_the_needed_columns(tmp_path):
    report, _ = make(tmp_path)
    store, table = open_store(tmp_path / "store"), stars()
    got = everything(store)
    assert report.rows == store.rows == len(table) == ROWS
    assert report.stars == ROWS
    assert report.changed
    assert len(store.partitions) == report.partitions > 5
    assert set(got) == {"star_key", *(c.name for c in COLUMNS)}
    assert got["star_id"].tolist() == [i.decode() for i in table["APOGEE_ID"]]
    np.testing.assert_array_equal(got["ra"], table["RA"])
    np.testing.assert_array_equal(got["flag"], table["FLAG"])
    np.testing.assert_array_equal(got["x_h_b"], table["X_H"][:, 1])
    assert got["x_h_b"].dtype == np.float32
    np.testing.assert_array_equal(got["h_mag"], np.where(table["H"] > 90, np.nan, table["H"]).astype("f4"))
    assert store.columns["h_mag"].missing == np.count_nonzero(table["H"] > 90)
    iron = np.where(table["FE_H"] < -9000, np.nan, table["FE_H"]).astype("f4")
    np.testing.assert_array_equal(got["fe_h"], iron)
    assert store.columns["fe_h"].missing == np.isnan(iron).sum() > ROWS / 3
    np.testing.assert_array_equal(got["mg_fe"], table["MG_H"].astype("f4") - iron)
    assert got["mg_fe"].dtype == np.float32
    none = table["GAIA"] == 0
    np.testing.assert_array_equal(np.ma.getmaskarray(got["gaia_id"]), none)
    np.testing.assert_array_equal(got["gaia_id"][~none], table["GAIA"][~none])
    assert store.columns["gaia_id"].missing == none.sum() > 0


def test_every_column_with_all(tmp_path):
    make(tmp_path, columns="all")
    store, table = open_store(tmp_path / "store"), stars()
    got = everything(store)
    for source, name in [("SHORT", "short"), ("BYTE", "byte"), ("NVISITS", "nvisits"), ("MEMBER", "member")]:
        np.testing.assert_array_equal(got[name], table[source])
        assert got[name].dtype == table[source].dtype.newbyteorder("=")
        assert store.columns[name].group == "rest"
    for source, name in [("X_H", "x_h"), ("COV", "cov")]:
        np.testing.assert_array_equal(got[name], table[source])
        assert got[name].shape == table[source].shape
        assert store.columns[name].group == "arrays"
    assert [n or "" for n in got["note"]] == [n.decode() for n in table["NOTE"]]
    assert store.columns["note"].missing == ROWS - len(range(0, ROWS, 3))
    # what has a canonical name is not stored twice
    assert not {"apogee_id", "h", "gaia", "fe_h_2"} & set(store.columns)
    assert {c.group for c in store.columns.values()} == {"needed", "rest", "arrays"}


def test_names_of_other_columns_never_collide(tmp_path):
    columns = (*COLUMNS, spec("note", "TELESCOPE"))
    make(tmp_path, described=release(columns), columns="all")
    got = everything(open_store(tmp_path / "store"), ["note", "main_note"])
    assert got["note"].tolist() == [t.decode() for t in stars()["TELESCOPE"]]
    assert got["main_note"][0] == "two words"


def test_the_manifest_says_what_was_read(tmp_path):
    write(tmp_path / "ages.fits", companion(stars()))
    columns = (*COLUMNS, spec("age", "AGE", "ages", unit="yr", missing=Missing(not_positive=True)))
    make(tmp_path, described=release(columns, companions=[row_matched()]))
    store = open_store(tmp_path / "store")
    content = json.loads((tmp_path / "store" / "manifest.json").read_text())
    assert content["digest"] == store.digest
    assert content["sources"]["main"]["size"] == (tmp_path / "stars.fits").stat().st_size
    assert store.ledger["main"] == {"file": "stars.fits", "rows_in": ROWS, "rows_out": ROWS}
    assert store.ledger["ages"] == {"file": "ages.fits", "rows_in": ROWS, "rows_out": ROWS}
    assert sum(p.rows for p in store.partitions) == ROWS
    assert [p.row_start for p in store.partitions] == list(
        np.cumsum([0, *(p.rows for p in store.partitions)])[:-1]
    )
    assert store.masks == {"flag": {"BAD": 3, "WORSE": 40}}
    assert store.columns["fe_h"].policy == {"values": [-9999.99]}
    age = store.columns["age"]
    assert (age.unit, age.missing, age.source) == ("yr", ROWS // 4, "ages: AGE")
    assert not (tmp_path / "store" / ".ingest").exists()


def companion(table):
    made = np.zeros(len(table), [("ID", "S20"), ("AGE", ">f8")])
    made["ID"] = table["APOGEE_ID"]
    made["AGE"] = np.arange(len(table)) % 4
    return made


def test_again_is_a_no_op_that_says_so(tmp_path):
    make(tmp_path)
    before = data_files(tmp_path / "store")
    manifest = (tmp_path / "store" / "manifest.json").stat()
    report, executor = again(tmp_path, partition_rows=None)
    assert not report.changed
    assert executor.seen == []
    assert "up to date" in report.text()
    assert data_files(tmp_path / "store") == before
    assert (tmp_path / "store" / "manifest.json").stat().st_mtime_ns == manifest.st_mtime_ns


def test_a_touched_file_is_read_again_but_nothing_is_rewritten(tmp_path):
    make(tmp_path)
    files = {p: p.stat().st_mtime_ns for p in (tmp_path / "store" / "data").rglob("*.parquet")}
    os.utime(tmp_path / "stars.fits", ns=(1, 1))
    report, executor = again(tmp_path, partition_rows=None)
    assert executor.count("ingest write") == report.partitions == report.reused
    assert report.written == 0
    assert {p: p.stat().st_mtime_ns for p in files} == files
    assert again(tmp_path, partition_rows=None)[0].changed is False


def test_a_corrected_and_an_inserted_row_rewrite_only_their_partition(tmp_path):
    first, _ = make(tmp_path)
    old = open_store(tmp_path / "store")
    table = stars()
    table["FE_H"][150] = 0.25
    write(tmp_path / "stars.fits", table)
    report, _ = again(tmp_path, partition_rows=None)
    assert first.partitions - report.reused == 1
    new = open_store(tmp_path / "store")
    assert new.digest != old.digest
    changed = [
        {c for c in a.digests if a.digests[c] != b.digests[c]}
        for a, b in zip(old.partitions, new.partitions, strict=True)
    ]
    assert [c for c in changed if c] == [{"fe_h", "mg_fe"}]
    extra = np.insert(table, 200, table[10])
    extra["APOGEE_ID"][200] = b"2Mnew"
    write(tmp_path / "stars.fits", extra)
    report, _ = again(tmp_path, partition_rows=None)
    assert report.rows == ROWS + 1
    assert report.partitions - report.reused <= 3


def test_an_earlier_store_keeps_its_partitioning(tmp_path):
    first, _ = make(tmp_path)
    os.utime(tmp_path / "stars.fits", ns=(1, 1))
    report, _ = again(tmp_path, partition_rows=None)
    assert report.partitions == first.partitions
    larger, _ = again(tmp_path, partition_rows=100)
    assert larger.changed
    assert larger.partitions < first.partitions


def test_from_needed_to_all_keeps_the_needed_files(tmp_path):
    make(tmp_path)
    needed = data_files(tmp_path / "store")
    again(tmp_path, columns="all", partition_rows=None)
    everything_now = data_files(tmp_path / "store")
    assert needed.items() <= everything_now.items()


def test_the_bytes_do_not_depend_on_the_order_of_the_tasks(tmp_path):
    class Backwards(Serial):
        def run(self, function, tasks, **more):
            yield from reversed(list(super().run(function, tasks, **more)))

    make(tmp_path, columns="all")
    again(tmp_path, columns="all", store=tmp_path / "other", executor=Backwards())
    assert data_files(tmp_path / "store") == data_files(tmp_path / "other")
    manifests = [(tmp_path / s / "manifest.json").read_bytes() for s in ("store", "other")]
    assert manifests[0] == manifests[1]


def test_wide_catalogues_are_written_in_row_groups(tmp_path, monkeypatch):
    make(tmp_path, columns="all", partition_rows=128)
    whole = open_store(tmp_path / "store")
    monkeypatch.setattr("galdask.catalog.plan.SLAB_BYTES", 1)
    monkeypatch.setattr("galdask.catalog.plan.LEAST_SLAB", 50)
    again(tmp_path, columns="all", partition_rows=128, store=tmp_path / "slabs")
    slabs = open_store(tmp_path / "slabs")
    assert [p.digests for p in slabs.partitions] == [p.digests for p in whole.partitions]
    one, other = everything(whole), everything(slabs)
    for name in one:
        np.testing.assert_array_equal(one[name], other[name])


def test_a_partition_without_a_single_value_keeps_the_schema(tmp_path):
    table = stars()
    table["FE_H"], table["GAIA"], table["NOTE"] = np.nan, 0, b""
    columns = (*COLUMNS, spec("note", "NOTE"))
    make(tmp_path, table=table, described=release(columns))
    store = open_store(tmp_path / "store")
    got = everything(store)
    assert np.isnan(got["fe_h"]).all()
    assert got["gaia_id"].mask.all()
    assert got["note"].tolist() == [None] * ROWS
    assert store.columns["mg_fe"].missing == store.columns["note"].missing == ROWS
    part = read_partition(store.part(0, ["fe_h", "gaia_id", "note"]))
    assert [part[n].dtype for n in part] == [np.float32, np.int64, object]


def test_a_catalogue_without_rows(tmp_path):
    report, _ = make(tmp_path, table=stars(0), columns="all")
    store = open_store(tmp_path / "store")
    assert (report.rows, report.stars, len(store.partitions)) == (0, 0, 1)
    part = read_partition(store.part(0, list(store.columns)))
    assert part["cov"].shape == (0, 2, 2)
    assert "0 rows" not in store.describe().splitlines()[0]


def test_repeated_stars_count_once(tmp_path):
    table = stars()
    table["APOGEE_ID"][100:110] = table["APOGEE_ID"][90:100]
    report, _ = make(tmp_path, table=table)
    assert (report.rows, report.stars) == (ROWS, ROWS - 10)


def test_a_catalogue_whose_ids_are_numbers(tmp_path):
    table = stars()
    table["GAIA"] = np.arange(ROWS) * 10**12 + 1
    columns = (spec("star_id", "GAIA"), spec("ra", "RA", unit="deg"))
    make(tmp_path, table=table, described=release(columns))
    store = open_store(tmp_path / "store")
    assert store.columns["star_id"].type == "int64"
    np.testing.assert_array_equal(everything(store)["star_id"], table["GAIA"])


def test_a_text_catalogue(tmp_path):
    table = stars()
    lines = ["id,ra,fe_h,n"] + [
        f"{t['APOGEE_ID'].decode()},{float(t['RA'])!r},{float(t['FE_H'])!r},{t['SHORT']}" for t in table
    ]
    (tmp_path / "stars.csv").write_text("\n".join(lines) + "\n")
    columns = (
        spec("star_id", "id", dtype="string"),
        spec("ra", "ra", dtype="float64"),
        spec("fe_h", "fe_h", dtype="float64", missing=Missing(values=(-9999.99,))),
        spec("n", "n", dtype="int16"),
    )
    types = {c.source: c.dtype for c in columns}
    described = release(columns, main=TableSpec("main", ("stars.csv",), "csv", types=types), masks={})
    again(tmp_path, described=described)
    got = everything(open_store(tmp_path / "store"))
    np.testing.assert_array_equal(got["ra"], table["RA"])
    np.testing.assert_array_equal(got["n"], table["SHORT"])
    assert np.isnan(got["fe_h"]).sum() == 2 * ROWS // 5


def test_optional_tables_and_columns_may_be_absent(tmp_path):
    columns = (
        *COLUMNS,
        spec("absent", "ABSENT", optional=True),
        spec("age", "AGE", "ages"),
        spec("older", expression="age + 1"),
    )
    ages = TableSpec("ages", ("ages.fits",), optional=True, join=row_matched().join)
    report, _ = make(tmp_path, described=release(columns, companions=[ages]))
    assert not {"absent", "age", "older"} & set(open_store(tmp_path / "store").columns)
    assert any("'ages' is not there" in note for note in report.notes)
    assert any("absent, age, older" in note for note in report.notes)


def test_an_unknown_set_of_columns_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="unknown set of columns"):
        ingest(release(), tmp_path, tmp_path / "store", executor=Serial(), columns="some")


def test_workers_of_a_cluster_write_the_same_bytes(tmp_path, dask_executor):
    write(tmp_path / "ages.fits", companion(stars()))
    described = release((*COLUMNS, spec("age", "AGE", "ages")), companions=[row_matched()])
    make(tmp_path, columns="all", described=described)
    again(tmp_path, columns="all", described=described, store=tmp_path / "other", executor=dask_executor)
    assert data_files(tmp_path / "store") == data_files(tmp_path / "other")
    manifests = [(tmp_path / s / "manifest.json").read_bytes() for s in ("store", "other")]
    assert manifests[0] == manifests[1]


def test_an_error_in_a_worker_arrives_whole(tmp_path, dask_executor):
    wrong = companion(stars())
    wrong["ID"][250] = b"2Mimpostor"
    write(tmp_path / "ages.fits", wrong)
    described = release((*COLUMNS, spec("age", "AGE", "ages")), companions=[row_matched()])
    with pytest.raises(InputError, match="are not those of the main table") as caught:
        make(tmp_path, described=described, executor=dask_executor)
    assert "row 250 " in caught.value.where
