"""Packs of states: what goes in comes out, and damage is noticed, not trusted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from galdask.engine import cache, tables
from galdask.errors import StoreError
from galdask.reductions import states
from galdask.reductions.cells import CellTable


def some_states():
    return {
        "a": {"cells": np.arange(5), "n": np.arange(5) ** 2},
        "b": {"runs": np.arange(1000, dtype=np.uint64)},
        "c": {"empty": np.empty(0, np.int64)},
    }


def test_states_come_back_from_a_pack(tmp_path):
    pack = cache.write_pack(tmp_path, some_states())
    found = cache.read_states(pack, ["a", "b", "c"])
    assert all(states.equal(found[key], state) for key, state in some_states().items())


def test_the_cache_finds_every_state(tmp_path):
    home = cache.StateCache(tmp_path)
    pack = cache.write_pack(home.folder("0" * 32), some_states())
    assert home.find("0" * 32) == dict.fromkeys("abc", pack)
    assert home.find("1" * 32) == {}


@given(cut=st.integers(0, 200))
def test_a_pack_cut_short_counts_as_absent(tmp_path_factory, cut):
    folder = tmp_path_factory.mktemp("pack")
    pack = cache.write_pack(folder, some_states())
    content = pack.read_bytes()
    pack.write_bytes(content[: cut * len(content) // 201])
    assert cache.pack_index(pack) == {}


def test_a_changed_byte_in_a_state_is_noticed(tmp_path):
    pack = cache.write_pack(tmp_path, some_states())
    start, length = cache.pack_index(pack)["b"]
    content = bytearray(pack.read_bytes())
    content[start + length - 1] ^= 1
    pack.write_bytes(content)
    with pytest.raises(states.DamagedStateError):
        cache.read_states(pack, ["b"])


def test_a_state_that_is_not_there_is_an_error(tmp_path):
    pack = cache.write_pack(tmp_path, some_states())
    with pytest.raises(StoreError, match="gone or damaged"):
        cache.read_states(pack, ["d"])


def test_tables_survive_as_arrays():
    inner = CellTable(np.arange(2), {"slope": np.array([0.5, np.nan])}, {})
    table = CellTable(np.arange(3), {"n": np.arange(3), "median": np.ones(3)}, {"slopes": inner})
    back = tables.from_state(tables.to_state(table))
    np.testing.assert_array_equal(back.values["median"], table.values["median"])
    np.testing.assert_array_equal(back.tables["slopes"].values["slope"], inner.values["slope"])
    np.testing.assert_array_equal(back.tables["slopes"].cells, inner.cells)
