import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from galdask.catalog.keys import id_texts, mixed, star_key, star_keys


def oracle(text):
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(st.binary(max_size=300), min_size=1, max_size=8))
def test_kernel_equals_hashlib_on_stripped_bytes(ids):
    column = np.array(ids)
    expected = [oracle(bytes(text).rstrip(b" \0")) for text in column]
    assert star_keys(column).tolist() == expected


@pytest.mark.parametrize("length", [0, 1, 7, 8, 127, 128, 129, 255, 256, 257])
def test_block_edges(length):
    text = bytes(65 + i % 26 for i in range(length))
    assert int(star_keys(np.array([text]))[0]) == star_key(text) == oracle(text)


def test_padding_does_not_count_and_width_does_not():
    narrow = star_keys(np.array([b"2M01"]))
    assert star_keys(np.array([b"2M01   "])) == narrow
    assert star_keys(np.array([b"2M01"], "S90")) == narrow
    assert star_keys(np.array([b" 2M01"])) != narrow


@pytest.mark.parametrize("dtype", ["int16", "int32", "int64", "uint64"])
def test_integers_are_decimal_text(dtype):
    ids = np.array([0, 7, np.iinfo(dtype).max, np.iinfo(dtype).min], dtype)
    assert star_keys(ids).tolist() == [oracle(str(int(i)).encode()) for i in ids]


def test_text_is_utf8_and_strides_do_not_matter():
    names = np.array(["Gaïa", "x", "αβ"])
    assert star_keys(names).tolist() == [oracle(n.encode()) for n in names]
    ids = np.array([b"a", b"b", b"c", b"d"], "S5")
    assert star_keys(ids[::2]).tolist() == [oracle(b"a"), oracle(b"c")]


def test_known_value_never_changes():
    # draws, partitions and samples of published stores depend on it
    assert star_key(b"2M00000032+5737103") == 0xC261F7B77F20FC0B
    assert star_key(b"") == 0xB4B2797457A0A6E4


def test_no_rows_and_wrong_types():
    assert len(star_keys(np.array([], "S5"))) == 0
    with pytest.raises(TypeError, match="float64"):
        id_texts(np.array([1.5]))


def test_mixing_is_the_published_one():
    def plain(key):
        mask = 2**64 - 1
        x = (key + 0x9E3779B97F4A7C15) & mask
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & mask
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB & mask
        return x ^ (x >> 31)

    keys = np.array([0, 1, 2**63, 2**64 - 1, 12345678901234567890], np.uint64)
    assert mixed(keys).tolist() == [plain(int(k)) for k in keys]
    assert int(mixed(np.zeros(1, np.uint64))[0]) == 0xE220A8397B1DCDAF  # first output of SplitMix64, seed 0
