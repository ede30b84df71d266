import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from galdask.errors import ReductionError
from galdask.reductions import Axis

REGULAR = [
    Axis.regular("x", "x", -25.0, 25.0, 0.5),
    Axis.regular("r", "r", 0.0, 25.0, 0.1),
    Axis.regular("theta", "theta", 0.0, 360.0, 10.0, closed_last=True),
    Axis.regular("fe_h", "fe_h", -1.2, 0.6, 0.05),
    Axis.regular("one", "one", 0.0, 1.0, 1.0, closed_last=True),
    Axis("tiny", "tiny", tuple(1e9 + 1e-6 * np.arange(50))),
]
UNEVEN = [
    Axis("abs_z", "abs_z", (0.0, 0.5, 1.0, 2.0), closed_last=True),
    Axis("r", "r", (0.0, 3.0, 6.0, 9.0, 12.0, 15.0, 25.0)),
    Axis("age", "age", tuple(np.geomspace(0.1, 14.0, 40)), closed_last=True),
]


def reference(axis, values):
    """What binning means, said with numpy.searchsorted."""
    edges = np.array(axis.edges)
    found = np.searchsorted(edges, np.asarray(values, dtype=np.float64), side="right") - 1
    if axis.closed_last:
        found = np.where(values == edges[-1], len(edges) - 2, found)
    return np.where((found >= len(edges) - 1) | np.isnan(values), -1, found)


def around_edges(axis):
    """Every edge and its neighbours, values between and outside, and those that are no numbers."""
    edges = np.array(axis.edges)
    rng = np.random.default_rng(5)
    width = edges[-1] - edges[0]
    spread = rng.uniform(edges[0] - 0.2 * width, edges[-1] + 0.2 * width, 2000)
    near = [np.nextafter(edges, np.inf), np.nextafter(edges, -np.inf), np.float64(np.float32(edges))]
    odd = [np.nan, np.inf, -np.inf, -0.0, 0.0, 1e300, -1e300, 5e-324]
    return np.concatenate([edges, *near, spread, odd])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("axis", REGULAR + UNEVEN, ids=lambda a: a.name)
def test_equal_to_searchsorted(axis, dtype):
    with np.errstate(over="ignore"):
        values = around_edges(axis).astype(dtype)
    expected = reference(axis, values)
    assert np.array_equal(axis.bins(values), expected)
    assert np.array_equal(axis.bins_numpy(values), expected)
    assert (expected >= 0).sum() > 10


@pytest.mark.parametrize("axis", REGULAR, ids=lambda a: a.name)
def test_regular_axes_take_the_fast_way(axis):
    assert axis.is_uniform


@pytest.mark.parametrize("axis", UNEVEN, ids=lambda a: a.name)
def test_uneven_axes_are_searched(axis):
    assert not axis.is_uniform


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    low=st.floats(-1e6, 1e6),
    widths=hnp.arrays(np.float64, st.integers(1, 30), elements=st.floats(0.85, 1.15)),
    scale=st.floats(1e-3, 1e6),
    closed=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_nearly_even_edges(low, widths, scale, closed, seed):
    axis = Axis("a", "a", tuple(low + scale * np.concatenate([[0.0], np.cumsum(widths)])), closed)
    edges = axis.edge_array
    rng = np.random.default_rng(seed)
    inside = rng.uniform(edges[0], edges[-1], 50)
    values = np.concatenate([edges, np.nextafter(edges, np.inf), np.nextafter(edges, -np.inf), inside])
    assert np.array_equal(axis.bins(values), reference(axis, values))


def test_edges_of_a_regular_axis_are_the_decimals_that_were_meant():
    assert Axis.regular("x", "x", 0.0, 0.5, 0.1).edges == (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
    edges = Axis.regular("x", "x", -25.0, 25.0, 0.5).edges
    assert 0.0 in edges
    assert not np.signbit(edges[50])


def test_last_edge_closed_or_open():
    assert Axis("z", "z", (0.0, 1.0, 2.0)).bins(np.array([2.0])).tolist() == [-1]
    assert Axis("z", "z", (0.0, 1.0, 2.0), closed_last=True).bins(np.array([2.0])).tolist() == [1]


def test_integers_masks_strides_and_nothing():
    axis = REGULAR[0]
    numbers = np.array([-26, -25, 0, 24, 25])
    assert axis.bins(numbers).tolist() == [-1, 0, 50, 98, -1]
    assert axis.bins(np.ma.array(numbers, mask=[0, 1, 0, 0, 0])).tolist() == [-1, -1, 50, 98, -1]
    strided = np.arange(-30.0, 30.0)[::3]
    assert np.array_equal(axis.bins(strided), reference(axis, strided))
    assert axis.bins(np.empty(0)).size == 0
    swapped = strided.astype(">f4")
    assert np.array_equal(axis.bins(swapped), reference(axis, strided))
    shifted = np.frombuffer(b"\0" + strided.tobytes(), dtype=np.float64, offset=1)
    assert not shifted.flags.aligned
    assert np.array_equal(axis.bins(shifted), reference(axis, strided))


def test_accumulate_keeps_stars_that_are_outside_already():
    cells = np.array([-1, 0, 3])
    Axis("z", "z", (0.0, 1.0, 2.0)).accumulate(np.array([0.5, 1.5, 0.5]), cells)
    assert cells.tolist() == [-1, 1, 6]


@pytest.mark.parametrize("edges", [(), (1.0,), (0.0, 0.0), (1.0, 0.0), (0.0, np.nan), (0.0, np.inf)])
def test_edges_that_are_no_edges(edges):
    with pytest.raises(ReductionError, match="increasing edges"):
        Axis("a", "a", edges)


@pytest.mark.parametrize(("low", "high", "step"), [(0.0, 1.0, 0.3), (0.0, 1.0, 0.0), (1.0, 0.0, 0.5)])
def test_ranges_that_are_no_whole_number_of_steps(low, high, step):
    with pytest.raises(ReductionError, match="whole number of steps"):
        Axis.regular("a", "a", low, high, step)


def test_centres():
    assert Axis("z", "z", (0.0, 1.0, 4.0)).centres.tolist() == [0.5, 2.5]
