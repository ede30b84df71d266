import json
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from galdask.errors import GaldaskError, OutputError, ReductionError
from galdask.reductions import states

STATE = {
    "run": np.arange(1000, dtype=np.uint64) ** 3,
    "sums": np.arange(-6, 6).reshape(4, 3),
    "x": np.array([0.5, np.nan, -0.0], dtype=np.float32),
    "none": np.empty((0, 7), dtype=np.int64),
    "scalar": np.array(5),
}

arrays = hnp.arrays(
    st.sampled_from([np.int64, np.uint8, np.float32, np.float64, np.bool_]),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5),
)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.dictionaries(st.text(max_size=8), arrays, max_size=5))
def test_round_trip(state):
    there = states.dumps(state)
    back = states.loads(there)
    assert states.equal(state, back)
    assert len(there) == states.size(state)
    assert states.dumps(back) == there
    assert all(not a.flags.writeable for a in back.values())


@pytest.mark.parametrize("mmap", [True, False])
def test_files(tmp_path, mmap):
    path = states.write(tmp_path / "deep" / "a.state", STATE)
    assert path.stat().st_size == states.size(STATE)
    assert path.read_bytes() == states.dumps(STATE)
    back = states.load(path, mmap=mmap)
    assert states.equal(back, STATE)
    assert back["run"].ctypes.data % states.ALIGN == 0 or not mmap
    assert os.listdir(path.parent) == ["a.state"]


def test_mapped_arrays_outlive_the_removal_of_the_file(tmp_path):
    path = states.write(tmp_path / "a.state", STATE)
    back = states.load(path)
    path.unlink()
    assert states.equal(back, STATE)


def test_bytes_that_start_anywhere():
    shifted = memoryview(b"\0\0\0" + states.dumps(STATE))[3:]
    back = states.loads(shifted)
    assert states.equal(back, STATE)
    assert all(a.flags.aligned for a in back.values())


def test_equal_looks_at_names_types_shapes_and_bits():
    other = dict(STATE)
    assert states.equal(STATE, other)
    changes = (
        ("x", -STATE["x"]),
        ("run", STATE["run"].astype(np.int64)),
        ("sums", STATE["sums"].reshape(3, 4)),
        ("none", np.empty((0, 6), dtype=np.int64)),
    )
    for name, changed in changes:
        assert not states.equal(STATE, other | {name: changed})
    assert not states.equal(STATE, {k: v for k, v in STATE.items() if k != "x"})


def test_strided_arrays():
    strided = {"a": np.arange(20).reshape(4, 5).T[::2]}
    assert states.equal(states.loads(states.dumps(strided)), strided)
    assert states.equal(strided, {"a": strided["a"].copy()})


@pytest.mark.parametrize("keep", [0, 10, states.HEADER - 1, states.HEADER, -1, -64])
@pytest.mark.parametrize("mmap", [True, False])
def test_a_file_cut_short_is_noticed(tmp_path, keep, mmap):
    path = states.write(tmp_path / "a.state", STATE)
    whole = path.read_bytes()
    path.write_bytes(whole[:keep])
    with pytest.raises(states.DamagedStateError) as caught:
        states.load(path, mmap=mmap)
    assert str(path) in str(caught.value)
    assert isinstance(caught.value, GaldaskError)


def test_a_longer_file_is_noticed(tmp_path):
    path = states.write(tmp_path / "a.state", STATE)
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(states.DamagedStateError, match="bytes"):
        states.load(path)


@pytest.mark.parametrize("at", [0, 20, 60, 300, 4000])
def test_any_change_of_the_header_is_noticed(at):
    whole = bytearray(states.dumps(STATE))
    whole[at] ^= 1
    with pytest.raises(states.DamagedStateError):
        states.loads(bytes(whole), verify=False)


def test_a_change_of_an_array_is_noticed_and_named():
    whole = bytearray(states.dumps(STATE))
    place = json.loads(whole[len(states.MAGIC) + 32 : states.HEADER].rstrip(b"\0"))["arrays"]["sums"][2]
    whole[place + 5] ^= 4
    with pytest.raises(states.DamagedStateError, match="sums"):
        states.loads(bytes(whole))
    assert not states.equal(states.loads(bytes(whole), verify=False), STATE)


@pytest.mark.parametrize("bad", [np.array(["text"]), np.array([None]), np.array([1j])])
def test_numbers_only(bad):
    with pytest.raises(ReductionError, match="numbers only"):
        states.dumps({"bad": bad})


def test_too_many_arrays():
    with pytest.raises(ReductionError, match="too many arrays"):
        states.dumps({f"array number {i}": np.empty(0) for i in range(60)})


def test_nothing_is_left_where_nothing_can_be_written(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises((OutputError, OSError)):
        states.write(tmp_path / "file" / "a.state", STATE)
    with pytest.raises(ReductionError):
        states.write(tmp_path / "bad.state", {"bad": np.array([None])})
    assert os.listdir(tmp_path) == ["file"]
