"""128-bit integers against Python's own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from galdask.reductions import wide

integers = st.integers(-(2**127), 2**127 - 1)
quick = settings(max_examples=300, deadline=None, derandomize=True)


def words(value):
    value %= 2**128
    return value >> 64, value % 2**64


def number(pair):
    value = (int(pair[0]) << 64) + int(pair[1])
    return value - 2**128 if value >= 2**127 else value


def wrapped(value):
    return number(words(value))


@quick
@given(integers, integers)
def test_arithmetic(a, b):
    assert number(wide.plus(words(a), words(b))) == wrapped(a + b)
    assert number(wide.times(words(a), words(b))) == wrapped(a * b)
    assert number(wide.minus(words(a))) == wrapped(-a)


@quick
@given(st.integers(-(2**63), 2**63 - 1))
def test_from_signed_words(a):
    assert number(wide.wide(a)) == a


@quick
@given(st.integers(1, 126), st.data())
def test_rounding(bits, data):
    a = data.draw(st.integers(-(2**bits), 2**bits))
    assert wide.rounded(words(a)) == pytest.approx(float(a), rel=2**-51, abs=0)
    assert wide.rounded(words(-a)) == -wide.rounded(words(a))


@pytest.mark.parametrize("a", [0, 1, -1, 2**53, -(2**53) + 1, 2**64, -(2**64), 3 * 2**100])
def test_rounding_keeps_what_fits(a):
    assert wide.rounded(words(a)) == float(a)
