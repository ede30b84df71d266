import numpy as np
import pytest

from galdask.catalog import scan
from galdask.catalog.keys import star_keys
from galdask.errors import InputError
from tests.catalog.small import make, stars


def saved(folder, *runs):
    files = []
    for number, run in enumerate(runs):
        run = np.array(run, np.uint64).reshape(-1, 3).T
        np.save(folder / f"{number}.npy", run[:, np.argsort(run[0], kind="stable")])
        files.append(folder / f"{number}.npy")
    return files


@pytest.mark.parametrize("shard", [1, 3, 1 << 22])
def test_stars_are_counted_over_ranges(tmp_path, monkeypatch, shard):
    monkeypatch.setattr(scan, "SHARD_KEYS", shard)
    top = 2**64 - 1
    runs = [[(5, 50, 0), (top, 7, 1), (0, 1, 2)], [(5, 50, 3), (9, 90, 4)], [(top, 7, 5), (2**63, 3, 6)]]
    assert scan.count_stars(saved(tmp_path, *runs)) == (5, None)
    assert scan.count_stars([]) == (0, None)


@pytest.mark.parametrize("shard", [1, 1 << 22])
def test_different_ids_with_one_key_are_found(tmp_path, monkeypatch, shard):
    monkeypatch.setattr(scan, "SHARD_KEYS", shard)
    files = saved(tmp_path, [(5, 50, 0), (6, 60, 1)], [(5, 51, 2)])
    assert scan.count_stars(files)[1] == (0, 2)


def test_a_collision_is_an_error_that_names_both(tmp_path, monkeypatch):
    real = star_keys

    def weak(ids):
        """A key of which rows 3 and 200 have the same."""
        keys = real(ids)
        keys[[3, 200]] = 17
        return keys

    monkeypatch.setattr(scan, "star_keys", weak)
    with pytest.raises(InputError, match="two different ids have the same star key") as caught:
        make(tmp_path)
    ids = stars()["APOGEE_ID"]
    assert "rows 3 and 200 " in caught.value.where
    assert ids[3].decode() in caught.value.found
    assert ids[200].decode() in caught.value.found


def test_the_second_hash_is_fnv_1a():
    # values of the reference implementation's test vectors
    ids = np.array([b"", b"a", b"foobar"])
    assert [hex(int(x)) for x in scan.checks(ids)] == [
        "0xcbf29ce484222325",
        "0xaf63dc4c8601ec8c",
        "0x85944171f73967e8",
    ]


def test_ranges_cover_the_table():
    assert scan.ranges(0) == []
    edges = scan.ranges(3 * scan.RANGE_ROWS + 1)
    assert edges[0][0] == 0
    assert edges[-1] == (3 * scan.RANGE_ROWS, 3 * scan.RANGE_ROWS + 1)
