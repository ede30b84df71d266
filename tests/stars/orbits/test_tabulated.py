"""Tables: as good as the function, the kernel equal to numpy, cells without seams."""

from __future__ import annotations

import numba as nb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from galdask.stars.orbits import tabulated
from galdask.stars.orbits.tabulated import X_MAX, X_MIN, cells, jet, look_up, octave, tabulate


@pytest.fixture(scope="module")
def table():
    return tabulate(lambda x: -1.0 / np.sqrt(x + 3.0) - np.log1p(x) ** 0.5)


@nb.njit(error_model="numpy")
def jets(table, x):
    out = np.empty((3, x.size))
    for i in range(x.size):
        out[0, i], out[1, i], out[2, i] = jet(table, x[i])
    return out


@nb.njit
def octaves(x):
    return np.array([octave(v) for v in x])


def test_powers_and_logarithms_are_held_to_1e_14():
    x = 10 ** np.random.default_rng(1).uniform(np.log10(X_MIN), np.log10(X_MAX) - 1e-9, 20_000)
    for function in (
        np.sqrt,
        lambda v: v**0.1,
        np.log1p,
        lambda v: -1 / np.sqrt(v + 12.0),
        lambda v: v**-0.5,
    ):
        assert np.max(np.abs(look_up(tabulate(function), x)[0] / function(x) - 1)) < 1e-14


def test_derivatives():
    x = 10 ** np.random.default_rng(1).uniform(-10, 6, 5_000)
    _, first, second = look_up(tabulate(np.sqrt), x)
    np.testing.assert_allclose(first, 0.5 / np.sqrt(x), rtol=1e-11)
    np.testing.assert_allclose(second, -0.25 * x**-1.5, rtol=1e-8)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(X_MIN, X_MAX * 0.999), min_size=1, max_size=20))
def test_the_kernel_equals_numpy(table, values):
    x = np.array(values)
    np.testing.assert_allclose(jets(table, x), look_up(table, x), rtol=2e-15)


def test_below_the_table_stands_its_edge(table):
    np.testing.assert_array_equal(look_up(table, np.array([0.0])), look_up(table, np.array([X_MIN])))
    np.testing.assert_array_equal(jets(table, np.array([0.0])), jets(table, np.array([X_MIN])))


def test_cells_meet(table):
    middle, half = cells()
    edges = (middle + half)[:-1]
    below = look_up(table, np.nextafter(edges, 0.0))[0]
    np.testing.assert_allclose(look_up(table, edges)[0], below, rtol=5e-15)
    assert middle[0] - half[0] == X_MIN
    assert middle[-1] + half[-1] == X_MAX


def test_octave():
    x = np.array([1.0, 1.5, 2.0, 0.75, 2.0**-60, 1e300])
    np.testing.assert_array_equal(octaves(x), np.floor(np.log2(x)))
    assert octaves(np.array([0.0]))[0] == -1023


def test_a_table_is_not_written_to(table):
    with pytest.raises(ValueError, match="read-only"):
        table[0, 0] = 1.0
    assert table.shape == ((tabulated.HIGH - tabulated.LOW) * tabulated.CELLS, tabulated.TERMS)
