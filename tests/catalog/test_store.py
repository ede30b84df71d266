import json
import pickle

import numpy as np
import pytest

from galdask.catalog import manifest
from galdask.catalog.store import open_store, read_partition
from galdask.errors import StoreError
from tests.catalog.small import ROWS, again, make, release, stars


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    make(folder, columns="all")
    return folder / "store"


@pytest.fixture
def store(made, tmp_path):
    """A store of its own for tests that damage it."""
    import shutil

    shutil.copytree(made, tmp_path / "store")
    return open_store(tmp_path / "store")


def test_what_a_store_says(made):
    store = open_store(str(made))
    assert (store.name, store.title, store.star_id) == ("small", "A small release", "star_id")
    assert (store.rows, store.stars) == (ROWS, ROWS)
    assert len(store.digest) == 64
    assert store.bytes == sum(p.stat().st_size for p in (made / "data").rglob("*.parquet"))
    assert store.path.is_absolute()
    assert str(ROWS) in repr(store)


def test_a_reference_is_small_and_travels(made):
    store = open_store(made)
    ref = store.part(2, ["fe_h", "ra", "fe_h"])
    assert [c.name for c in ref.columns] == ["fe_h", "ra"]
    assert set(ref.digests) == {"fe_h", "ra"}
    assert set(ref.files) == {"needed"}
    sent = pickle.dumps(ref)
    assert len(sent) < 2000
    got = read_partition(pickle.loads(sent))
    assert list(got) == ["fe_h", "ra"]
    rows = slice(ref.row_start, ref.row_start + ref.rows)
    np.testing.assert_array_equal(got["ra"], stars()["RA"][rows])


def test_groups_are_read_together(made):
    store = open_store(made)
    got = read_partition(store.part(0, ["cov", "ra", "note", "gaia_id"]))
    assert list(got) == ["cov", "ra", "note", "gaia_id"]
    assert got["cov"].shape[1:] == (2, 2)
    assert isinstance(got["gaia_id"], np.ma.MaskedArray)
    assert got["note"].dtype == object
    assert got["note"][:2].tolist() == ["two words", None]


def test_an_unknown_column_or_partition(made):
    store = open_store(made)
    with pytest.raises(StoreError, match="no column 'fe_hh'") as caught:
        store.part(0, ["ra", "fe_hh"])
    assert "'fe_h'" in caught.value.todo
    with pytest.raises(StoreError, match="no partition 99"):
        store.part(99, ["ra"])
    with pytest.raises(StoreError, match="no partition -1"):
        store.part(-1, ["ra"])


def test_a_missing_store(tmp_path):
    with pytest.raises(StoreError, match="no such store"):
        open_store(tmp_path / "none")
    with pytest.raises(StoreError, match="not a store"):
        open_store(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="no such store"):
        open_store(tmp_path / "file")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"galdask_store": 1}',
        '{"galdask_store": 1, "digest": "0", "rows": NaN}',
        "\xff",
    ],
)
def test_a_damaged_manifest(tmp_path, text):
    (tmp_path / "manifest.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(StoreError, match=r"damaged|not as it was written") as caught:
        open_store(tmp_path)
    assert "manifest.json" in caught.value.where


def test_an_edited_manifest(store):
    path = store.path / "manifest.json"
    content = json.loads(path.read_text())
    content["partitions"][0]["rows"] += 1
    path.write_text(json.dumps(content))
    with pytest.raises(StoreError, match="not as it was written"):
        open_store(store.path)


def test_a_newer_format(store):
    content = json.loads((store.path / "manifest.json").read_text())
    manifest.commit(store.path, content | {"galdask_store": manifest.FORMAT + 1})
    with pytest.raises(StoreError, match="newer galdask"):
        open_store(store.path)


def test_a_missing_file(store):
    ref = store.part(1, ["ra"])
    (store.path / ref.files["needed"]).unlink()
    with pytest.raises(StoreError, match="data file of the store is missing") as caught:
        read_partition(ref)
    assert "partition 1" in caught.value.where
    assert ref.files["needed"] in caught.value.where
    assert "ingest again" in caught.value.todo


def test_a_file_of_another_partition(store):
    one, other = store.part(1, ["ra"]), store.part(2, ["ra"])
    content = (store.path / other.files["needed"]).read_bytes()
    (store.path / one.files["needed"]).write_bytes(content)
    with pytest.raises(StoreError, match="not as it was written") as caught:
        read_partition(one)
    assert "partition 1, column 'ra'" in caught.value.where


def test_a_file_whose_columns_changed(store):
    """Written by somebody else under the right name: right schema, other values."""
    import pyarrow.parquet as pq

    ref = store.part(0, ["ra", "fe_h"])
    path = store.path / ref.files["needed"]
    table = pq.read_table(path, partitioning=None)
    values = table["ra"].to_numpy().copy()
    values[3] += 1e-9
    place = table.schema.get_field_index("ra")
    pq.write_table(table.set_column(place, table.schema.field("ra"), [values]), path)
    with pytest.raises(StoreError, match="not as it was written") as caught:
        read_partition(ref)
    assert "column 'ra'" in caught.value.where
    read_partition(store.part(0, ["fe_h"]))
    assert read_partition(ref, verify=False)["ra"][3] == values[3]
    pq.write_table(table.drop_columns(["ra"]), path)
    with pytest.raises(StoreError, match="lacks a column"):
        read_partition(ref)


def test_any_damaged_byte_is_found_or_harmless(store):
    """Flip bytes all over the file: either the error, or exactly the values that were written."""
    names = [c for c, s in store.columns.items() if s.group == "needed"]
    ref = store.part(0, names)
    path = store.path / ref.files["needed"]
    whole, right = path.read_bytes(), read_partition(ref)
    found = 0
    places = np.random.default_rng(8).integers(0, len(whole), 150)
    for place in [*places.tolist(), 0, 3, len(whole) - 1, len(whole) - 5, len(whole) - 8]:
        damaged = bytearray(whole)
        damaged[place] ^= 0x41
        path.write_bytes(damaged)
        try:
            got = read_partition(ref)
        except StoreError as error:
            found += path.name in error.where
        else:
            for name in names:
                np.testing.assert_array_equal(got[name], right[name])
    assert found > 75
    for size in (0, 3, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(StoreError):
            read_partition(ref)


def test_the_description_comes_from_the_manifest_alone(store):
    import shutil

    shutil.rmtree(store.path / "data")
    text = open_store(store.path).describe()
    lines = text.splitlines()
    assert lines[0] == "small: A small release"
    assert f"{ROWS} rows" not in lines[0]
    assert any("rows" in line and f"{ROWS:,} ({ROWS} stars by star_id)" in line for line in lines)
    assert any(line.split()[:3] == ["fe_h", "float32", "dex"] and "40.0 %" in line for line in lines)
    assert any(line.startswith("    fe_h ") and line.endswith("iron to hydrogen") for line in lines)
    assert any("cov" in line and "float64[2, 2]" in line for line in lines)
    assert any(line.strip() == "flag: BAD 3, WORSE 40" for line in lines)
    assert any(f"main (stars.fits): rows in {ROWS}, rows out {ROWS}" in line for line in lines)
    assert max(map(len, lines)) < 160 + len(str(store.path))


def test_masks_of_absent_columns_are_left_out(tmp_path):
    make(tmp_path, described=release(masks={"flag": {"A": 1}, "gone": {"B": 2}}))
    assert open_store(tmp_path / "store").masks == {"flag": {"A": 1}}


def test_the_way_to_mend_a_damaged_file_works(tmp_path):
    make(tmp_path)
    store = open_store(tmp_path / "store")
    ref = store.part(2, list(store.columns))
    path = store.path / ref.files["needed"]
    whole = path.read_bytes()
    path.write_bytes(whole[:200] + b"\0\0\0\0" + whole[204:])
    with pytest.raises(StoreError, match=r"damaged|not as it was") as caught:
        read_partition(ref)
    assert f"delete {path}" in caught.value.todo
    path.unlink()
    report, _ = again(tmp_path)
    assert report.partitions - report.reused == 1
    assert path.read_bytes() == whole
    assert open_store(tmp_path / "store").digest == store.digest
