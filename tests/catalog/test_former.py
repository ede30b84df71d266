"""What a store held before, and which commands made it: kept, found again, and not believed when damaged."""

import json

import numpy as np

from galdask.catalog import former, made, manifest
from galdask.catalog.store import open_store, read_partition
from tests.catalog.small import again, make, stars, write


def change(tmp_path):
    """Correct a star and ingest again; return the store before and after."""
    make(tmp_path)
    before = open_store(tmp_path / "store")
    table = stars()
    table["FE_H"][302] += 1.0
    write(tmp_path / "stars.fits", table)
    again(tmp_path)
    return before, open_store(tmp_path / "store")


def iron(store):
    parts = range(len(store.partitions))
    return np.concatenate([read_partition(store.part(i, ["fe_h"]))["fe_h"] for i in parts])


def test_a_store_is_read_as_it_was(tmp_path):
    before, after = change(tmp_path)
    assert before.digest != after.digest
    then = former.open_as_of(tmp_path / "store", before.digest)
    assert then.digest == before.digest
    assert np.flatnonzero(~(iron(then) == iron(after)) & ~np.isnan(iron(after))).tolist() == [302]
    assert former.open_as_of(tmp_path / "store", after.digest).digest == after.digest


def test_a_store_is_known_by_what_was_read_of_it(tmp_path):
    before, after = change(tmp_path)
    read = [{"rows": p.rows, "digests": {"fe_h": p.digests["fe_h"]}} for p in before.partitions]
    assert former.open_as_of(tmp_path / "store", "", read).digest == before.digest
    both = [{"rows": p.rows, "digests": {"ra": p.digests["ra"]}} for p in before.partitions]
    assert former.open_as_of(tmp_path / "store", "", both).digest == after.digest
    assert former.open_as_of(tmp_path / "store", "", both[:-1]).digest == after.digest


def test_an_unchanged_ingest_keeps_nothing(tmp_path):
    make(tmp_path)
    again(tmp_path)
    assert former.paths(tmp_path / "store") == []


def test_a_damaged_manifest_of_before_is_as_none(tmp_path):
    before, after = change(tmp_path)
    (path,) = former.paths(tmp_path / "store")
    path.write_text(path.read_text().replace('"rows":400', '"rows":401', 1))
    assert former.open_as_of(tmp_path / "store", before.digest).digest == after.digest
    path.write_text("[" * 100_000)
    assert former.open_as_of(tmp_path / "store", before.digest).digest == after.digest


def test_equal_stores_have_equal_manifests_whoever_made_them(tmp_path):
    change(tmp_path)
    store = tmp_path / "store"
    known = made.of_store(store, manifest.read(store))
    assert known["of"] == made.identity(manifest.read(store))
    assert "command" not in (store / manifest.NAME).read_text()
    content = json.loads((store / made.NAME).read_text())
    content["ingest"]["of"] = "0" * 64
    (store / made.NAME).write_text(json.dumps(content))
    assert made.of_store(store, manifest.read(store)) == {}
    for text in ("", "[]", '{"ingest": 3}', '{"ingest": {"command": 1}, "groups": {"a": 2}}'):
        (store / made.NAME).write_text(text)
        assert made.of_store(store, manifest.read(store)) == {}
        assert made.of_group(store, "a") == {}
