"""Blocks on disk: back bit by bit, memory-mapped, refused when damaged."""

from __future__ import annotations

import os

import numpy as np
import pytest

from galdask.errors import SampleError, StoreError
from galdask.stars import load_block
from galdask.stars.block import DamagedBlockError
from tests.stars.catalogue import partition, recipe

BLOCK = recipe().derive(partition(2000))


def same(a, b):
    assert a.rows == b.rows
    assert a.gaps == b.gaps
    for group in ("fates", "missing", "columns", "member", "raw"):
        mine, theirs = getattr(a, group), getattr(b, group)
        assert list(mine) == list(theirs)
        for name, values in mine.items():
            assert values.dtype == theirs[name].dtype
            assert values.tobytes() == theirs[name].tobytes()


def test_round_trip(tmp_path):
    path = BLOCK.save(tmp_path / "deep" / "block.arrow")
    back = load_block(path)
    same(BLOCK, back)
    for sample in ("catalogue", "main", "age", "apo"):
        for name in BLOCK.view(sample):
            np.testing.assert_array_equal(BLOCK.view(sample)[name], back.view(sample)[name])
    assert os.listdir(path.parent) == ["block.arrow"]


@pytest.mark.parametrize("rows", [0, 1])
def test_small_ones(tmp_path, rows):
    made = recipe()
    block = made.derive({name: values[:rows] for name, values in partition(10).items()})
    same(block, load_block(block.save(tmp_path / "block.arrow")))


def test_equal_blocks_make_equal_files(tmp_path):
    again = recipe().derive(partition(2000))
    a, b = BLOCK.save(tmp_path / "a"), again.save(tmp_path / "b")
    assert a.read_bytes() == b.read_bytes()


def test_it_is_memory_mapped(tmp_path):
    back = load_block(BLOCK.save(tmp_path / "block.arrow"))
    assert not back.columns["x"].flags.writeable
    assert back.columns["x"].ctypes.data % 8 == 0
    (tmp_path / "block.arrow").unlink()
    np.testing.assert_array_equal(back.columns["x"], BLOCK.columns["x"])  # the map outlives the name


def test_views_are_made_once():
    view = BLOCK.view("age")
    assert view["x"] is view["x"]
    assert set(view) == set(BLOCK.columns)
    assert len(view) == len(BLOCK.columns)
    assert "feh" not in view
    with pytest.raises(SampleError, match="no sample 'mian'"):
        BLOCK.view("mian")


@pytest.mark.parametrize("damage", ["cut short", "one bit", "not a block", "empty"])
def test_damage_is_seen(tmp_path, damage):
    path = BLOCK.save(tmp_path / "block.arrow")
    content = bytearray(path.read_bytes())
    if damage == "cut short":
        content = content[: len(content) // 2]
    elif damage == "one bit":
        place = bytes(content).index(BLOCK.columns["x"].tobytes()) + 100
        content[place] ^= 1
    else:
        content = bytearray(b"galdask" * 100 if damage == "not a block" else b"")
    path.write_bytes(content)
    with pytest.raises(DamagedBlockError, match="damaged") as caught:
        load_block(path)
    assert str(path) in str(caught.value)
    assert isinstance(caught.value, StoreError)


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_block(tmp_path / "nothing.arrow")
