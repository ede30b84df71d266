"""Bits by name, the sign bit and the high bits of int64 included."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from galdask.config import parse
from galdask.errors import ConfigError
from galdask.stars.masks import Bits, bits_from_section
from galdask.stars.readings import AbsentError
from tests.stars.catalogue import store


def read(text):
    section = parse(text, "cuts.yaml")
    return bits_from_section(section, store())


def test_names_become_bits():
    column, bits = read("mask: aspcapflag\nclear: [STAR_BAD, PROBLEM_TARGET]\nset: [TEFF_WARN]\n")
    assert column == "aspcapflag"
    assert bits == Bits(clear=1 << 23 | 1 << 40, set=1, any=0)
    assert read("mask: target\nany: [SHORT, 11, SHORT]\n")[1] == Bits(0, 0, 1 << 11)
    assert read("mask: nvisits\nclear: [15]\n")[1].clear == 1 << 15


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=20),
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**64 - 1),
)
def test_against_whole_numbers(values, clear, set_, any_):
    passed = Bits(clear, set_, any_).passes(np.array(values, dtype=np.int64))
    for value, got in zip(values, passed, strict=True):
        word = value % 2**64
        assert got == (word & clear == 0 and word & set_ == set_ and (any_ == 0 or word & any_ != 0))


@pytest.mark.parametrize("kind", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"])
def test_the_top_bit_of_each_type(kind):
    top = 8 * np.dtype(kind).itemsize - 1
    values = np.array([0, 1, 1 << top, (1 << top) + 1], dtype=f"u{np.dtype(kind).itemsize}").view(kind)
    np.testing.assert_array_equal(Bits(0, 1 << top, 0).passes(values), [False, False, True, True])
    np.testing.assert_array_equal(Bits(1 << top, 1, 0).passes(values), [False, True, False, False])


def test_a_null_passes_nothing():
    values = np.ma.MaskedArray(np.array([0, 0, 8], dtype=np.int32), [False, True, True])
    np.testing.assert_array_equal(Bits(1, 0, 0).passes(values), [True, False, False])


def test_unknown_bit_names_the_nearest_and_the_line():
    with pytest.raises(ConfigError, match="has no bit 'STARBAD'") as caught:
        read("mask: aspcapflag\nclear: [STARBAD]\n")
    assert "cuts.yaml, line 2" in str(caught.value)
    assert "'STAR_BAD'" in caught.value.todo


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mask: aspcapflags\nclear: [STAR_BAD]\n", "no column 'aspcapflags'"),
        ("mask: logg\nclear: [STAR_BAD]\n", "no bit mask"),
        ("mask: aspcapflag\n", "names bits"),
        ("mask: aspcapflag\nclear: []\n", "names bits"),
        ("mask: target\nclear: [32]\n", "does not fit"),
        ("mask: target\nclear: [-1]\n", "does not fit"),
        ("mask: target\nclear: [true]\n", "has no bit True"),
        ("mask: target\nclear: [[SHORT]]\n", "has no bit"),
        ("mask: nvisits\nclear: [GOOD]\n", "names no bits"),
    ],
)
def test_faults(text, message):
    with pytest.raises(ConfigError, match=message) as caught:
        read(text)
    assert "cuts.yaml, line " in str(caught.value)
    assert isinstance(caught.value, AbsentError) == ("no column '" in message)
