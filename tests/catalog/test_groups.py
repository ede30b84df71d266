"""Groups of computed columns: written, committed, read, and kept through ingests only where they hold."""

import json
from dataclasses import replace

import numpy as np
import pytest

from galdask.catalog import groups, manifest
from galdask.catalog.groups import Group
from galdask.catalog.manifest import StoredColumn
from galdask.catalog.store import open_store, read_partition
from galdask.errors import StoreError
from tests.catalog.small import COLUMNS, again, make, release, stars, write

READS = ("ra", "star_key")
NAME = "orbits-0123abcd"


def columns(name=NAME):
    return {
        "twice": StoredColumn("twice", name, "float64", "deg", "twice ra"),
        "status": StoredColumn("status", name, "uint32"),
        "draws": StoredColumn("draws", f"{name}/draws", "float32", shape=(3,)),
    }


def compute(store, index, name=NAME):
    """Return the part of one partition: twice its right ascension."""
    entry = store.partitions[index]
    ra = read_partition(store.part(index, ["ra"]))["ra"]
    twice = np.where(np.arange(ra.size) == 1, np.nan, 2 * ra)
    values = {"twice": twice, "status": np.arange(ra.size), "draws": np.stack([ra, ra, ra], axis=1)}
    inputs = groups.inputs_of(entry.rows, entry.digests, READS)
    return groups.write_part(store.path, list(columns(name).values()), values, inputs, {"rows": entry.rows})


def add(path, name=NAME, which=None):
    """Add a group to a store, with parts for all partitions or some."""
    store = open_store(path)
    parts = tuple(
        compute(store, i, name) if which is None or i in which else None for i in range(len(store.partitions))
    )
    settings = {"draws": 3, "potential": {"name": "none"}}
    groups.commit(path, Group(name, settings, groups.kinds_of(store.columns, READS), columns(name), parts))
    return open_store(path)


@pytest.fixture
def store(tmp_path):
    make(tmp_path)
    return tmp_path / "store"


def test_a_group_is_read_beside_the_columns_of_the_release(store):
    before = open_store(store)
    after = add(store)
    assert after.digest != before.digest
    assert [group.name for group in after.orbits] == [NAME]
    group = after.orbits[0]
    assert group.complete
    assert group.counts == {"rows": after.rows}
    assert group.columns["twice"].missing == len(after.partitions)
    names = ["ra", f"{NAME}:twice", f"{NAME}:draws", f"{NAME}:status"]
    got = read_partition(after.part(3, names))
    assert list(got) == names
    np.testing.assert_array_equal(got[names[1]][2:], 2 * got["ra"][2:])
    assert np.isnan(got[names[1]][1])
    assert got[names[2]].shape == (after.partitions[3].rows, 3)
    assert got[names[3]].dtype == np.uint32
    assert after.partitions[3].digests[names[1]] == group.parts[3].digests["twice"]
    assert after.bytes == before.bytes + group.bytes
    assert after.column(names[1]).unit == "deg"
    assert "orbits: computed columns" in after.describe()


def test_columns_of_the_release_do_not_change(store):
    before = open_store(store)
    after = add(store)
    assert before.partitions[0].files == after.partitions[0].files
    assert before.part(0, ["ra"]).digests == after.part(0, ["ra"]).digests
    assert list(before.columns) == list(after.columns)


def test_several_groups_stand_side_by_side_and_one_of_a_name(store):
    add(store)
    add(store, "orbits-other")
    after = add(store)
    assert sorted(group.name for group in after.orbits) == [NAME, "orbits-other"]
    assert after.orbits[-1].name == NAME


def test_what_is_not_there(store):
    after = add(store, which={0, 2})
    assert not after.orbits[0].complete
    assert "2 of" in after.describe()
    after.part(2, [f"{NAME}:twice"])
    with pytest.raises(StoreError, match="not computed for this partition"):
        after.part(1, [f"{NAME}:twice"])
    with pytest.raises(StoreError, match="no column 'thrice'"):
        after.part(0, [f"{NAME}:thrice"])
    with pytest.raises(StoreError, match="no column group 'orbits-none'"):
        after.part(0, ["orbits-none:twice"])


def test_a_damaged_file_is_found(store):
    after = add(store)
    path = store / after.orbits[0].parts[0].files[NAME]
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(StoreError, match=r"damaged|not as it was written"):
        read_partition(after.part(0, [f"{NAME}:twice", f"{NAME}:status"]))
    path.unlink()
    with pytest.raises(StoreError, match="missing"):
        read_partition(after.part(0, [f"{NAME}:status"]))
    assert not after.orbits[0].parts[0].intact(store, after.partitions[0].rows)


def test_the_same_content_has_the_same_files(store, tmp_path):
    add(store)
    first = {p.name: p.read_bytes() for p in (store / "data" / NAME).rglob("*.parquet")}
    make(tmp_path / "again")
    add(tmp_path / "again" / "store")
    again_ = {p.name: p.read_bytes() for p in (tmp_path / "again/store/data" / NAME).rglob("*.parquet")}
    assert first == again_
    assert json.loads((store / manifest.NAME).read_text()) != {}


def test_an_unchanged_ingest_keeps_it(store, tmp_path):
    before = add(store)
    report, _ = again(tmp_path)
    assert not report.changed
    assert open_store(store).digest == before.digest


def test_changed_rows_lose_their_part_and_no_others(store, tmp_path):
    before = add(store)
    table = stars()
    table["RA"][100] += 1e-6
    table["FE_H"][300] += 1.0
    write(tmp_path / "stars.fits", table)
    again(tmp_path)
    after = open_store(store)
    lost = [i for i, part in enumerate(after.orbits[0].parts) if part is None]
    changed = next(p.index for p in after.partitions if p.row_start <= 100 < p.row_start + p.rows)
    assert lost == [changed]  # iron is not read by the group
    assert after.orbits[0].parts[0] == before.orbits[0].parts[0]
    kept = compute(after, changed - 1)
    assert kept == after.orbits[0].parts[changed - 1]


def test_parts_follow_their_partition(store, tmp_path):
    add(store)
    table = stars()
    rows = open_store(store).partitions[0].rows
    write(tmp_path / "stars.fits", table[rows:])
    again(tmp_path)
    after = open_store(store)
    assert after.orbits[0].complete
    got = read_partition(after.part(0, ["ra", f"{NAME}:status"]))
    assert got["ra"][0] == table["RA"][rows]


@pytest.mark.parametrize("change", ["unit", "all rows"])
def test_a_group_of_which_nothing_holds_waits_to_be_computed(store, tmp_path, change):
    before = add(store)
    described, table = release(), stars()
    if change == "unit":
        described = release([replace(c, unit="rad") if c.name == "ra" else c for c in COLUMNS])
    else:
        table["RA"] += 1e-3
        write(tmp_path / "stars.fits", table)
    again(tmp_path, described=described)
    after = open_store(store).orbits[0]
    assert set(after.parts) == {None}
    assert after.settings == before.orbits[0].settings
    assert after.reads["ra"] == ("float64 rad" if change == "unit" else "float64 deg")


def test_a_group_goes_with_a_column_that_it_reads(store, tmp_path):
    add(store)
    report, _ = again(tmp_path, described=release([c for c in COLUMNS if c.name != "ra"]))
    assert open_store(store).orbits == ()
    assert f"{NAME} goes: there is no column ra any more" in report.notes
