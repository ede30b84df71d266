from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import skew

from galdask.errors import ReductionError
from galdask.reductions import Axis, Key, Moments, moments, states
from tests.reductions.stars import block, parts

R = Axis.regular("r", "r", 3.0, 15.0, 2.0)
ONE = Key()


def finished(reduction, values):
    table = reduction.finalize([reduction.map({reduction.quantity: np.asarray(values)})])
    return {k: v[0] for k, v in table.values.items()}


@pytest.mark.parametrize(
    "make", [lambda k: Moments(k, "fe_h", 0.0, 27), lambda k: Moments.over(k, "fe_h", -3, 2)]
)
def test_agrees_with_numpy_and_scipy(make):
    stars = block(20_000, seed=1)
    reduction = make(Key((R,), population=True))
    table = reduction.finalize([reduction.map(p) for p in parts(stars, 4, seed=2)])
    place, r = {}, R.bins_numpy(stars["r"])
    for i, cell in enumerate(table.cells):
        bin_, population = divmod(int(cell), 3)
        chosen = (r == bin_) & ((stars["population"] == population - 1) if population else True)
        v = stars["fe_h"][chosen].astype(np.float64)
        place[cell] = v.size
        half_quantum = 2.0 ** -(reduction.bits + 1)
        assert table.values["n"][i] == v.size
        assert abs(table.values["mean"][i] - v.mean()) < 1e-9 * v.std()
        assert abs(table.values["std"][i] - v.std()) < 1e-9 * v.std()
        assert abs(table.values["skewness"][i] - skew(v)) < 1e-8
        assert abs(table.values["mean"][i] - v.mean()) <= half_quantum
    assert len(place) == 18


numbers = hnp.arrays(np.int64, st.integers(1, 30), elements=st.integers(-(2**31) + 1, 2**31 - 1))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(numbers)
def test_exact_against_fractions(whole):
    """With values on the grid nothing is rounded until the end."""
    result = finished(Moments(ONE, "v", 0.0, 0), whole.astype(np.float64))
    exact = [Fraction(int(v)) for v in whole]
    n = len(exact)
    mean = sum(exact) / n
    second = sum((v - mean) ** 2 for v in exact) / n
    third = sum((v - mean) ** 3 for v in exact) / n
    assert result["mean"] == pytest.approx(float(mean), rel=1e-15, abs=1e-300)
    assert result["std"] == pytest.approx(float(second) ** 0.5, rel=1e-14)
    if second:
        g1 = float(third) / float(second) ** 1.5
        assert result["skewness"] == pytest.approx(g1, rel=1e-12, abs=1e-12)
    else:
        assert np.isnan(result["skewness"])


def test_a_small_spread_far_from_the_origin():
    """Where sums of squares in floating point would lose all digits."""
    spread = 2.0**-20
    v = np.float32(10.0) + np.float32(spread) * np.array([0, 1, 1, 3], dtype=np.float32)
    result = finished(Moments(ONE, "v", 0.0, 27), v)
    w = np.array([0, 1, 1, 3], dtype=np.float64)
    assert result["std"] == pytest.approx(w.std() * spread, rel=1e-14)
    assert result["skewness"] == pytest.approx(skew(w), rel=1e-13)
    assert result["mean"] == 10.0 + w.mean() * spread


def test_one_star_and_equal_stars():
    for v in ([7.3], [7.3] * 5):
        result = finished(Moments(ONE, "v", 0.0, 20), np.array(v, dtype=np.float32))
        assert result["std"] == 0.0
        assert np.isnan(result["skewness"])
        assert abs(result["mean"] - np.float32(7.3)) <= 2.0**-21


def test_missing_and_infinite_values_do_not_count():
    result = finished(Moments(ONE, "v", 0.0, 20), [1.0, np.nan, np.inf, 3.0, -np.inf])
    assert (result["n"], result["mean"], result["std"]) == (2, 2.0, 1.0)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.floats(-1e6, 1e6), st.booleans())
def test_values_out_of_range_are_named(beyond, up):
    reduction = Moments(ONE, "age", 10.0, 27)
    value = 10.0 + (16.0 + abs(beyond) if up else -16.0 - abs(beyond))
    with pytest.raises(ReductionError) as caught:
        reduction.map({"age": np.array([10.0, value, 11.0])})
    assert "column age" in str(caught.value)
    assert repr(value) in str(caught.value)
    assert "between -6 and 26" in str(caught.value)


def test_values_out_of_range_outside_the_key_are_nobodys_business():
    reduction = Moments(Key((R,)), "v", 0.0, 27)
    state = reduction.map({"r": np.array([100.0, 4.0]), "v": np.array([1e9, 1.0])})
    assert state["n"].tolist() == [1]


def test_largest_values_and_numbers_of_stars_do_not_overflow():
    reduction = Moments(ONE, "v", 0.0, 0)
    top = float(moments.REACH - 1)
    for sign in (1.0, -1.0):
        state = reduction.map({"v": np.full(4, sign * top)})
        for _ in range(28):
            state = reduction.combine(state, state)
        assert state["n"].tolist() == [moments.STARS]
        table = reduction.finalize([state])
        assert table.values["mean"][0] == sign * top
        assert table.values["std"][0] == 0.0
        with pytest.raises(ReductionError, match="too many stars"):
            reduction.combine(state, state)
        with pytest.raises(ReductionError, match="too many stars"):
            reduction.finalize([state, state])


def test_widest_spread_with_most_stars():
    reduction = Moments(ONE, "v", 0.0, 0)
    top = float(moments.REACH - 1)
    state = reduction.map({"v": np.array([-top, -top, -top, top])})
    for _ in range(28):
        state = reduction.combine(state, state)
    table = reduction.finalize([state])
    assert table.values["mean"][0] == -top / 2
    assert table.values["std"][0] == pytest.approx(top * np.sqrt(0.75), rel=1e-15)
    assert table.values["skewness"][0] == pytest.approx(2 / np.sqrt(3), rel=1e-14)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.floats(-1e3, 1e3), st.floats(1e-3, 1e4))
def test_over_holds_its_range_and_wastes_little(low, width):
    high = low + width
    reduction = Moments.over(ONE, "v", low, high)
    ends = reduction.map({"v": np.array([low, high])})
    assert ends["n"].tolist() == [2]
    finer = Moments(ONE, "v", reduction.origin, reduction.bits + 2)
    with pytest.raises(ReductionError):
        finer.map({"v": np.array([low, high])})


def test_state_is_bounded():
    stars = block(500, seed=4)
    reduction = Moments.over(Key((R,)), "fe_h", -3, 2)
    state = reduction.map(stars)
    assert states.size(state) <= reduction.bound(500) == reduction.bound(10**9)


@pytest.mark.parametrize(("low", "high"), [(1.0, 1.0), (2.0, 1.0), (np.nan, 1.0), (0.0, np.inf)])
def test_ranges_that_are_none(low, high):
    with pytest.raises(ReductionError, match="finite range"):
        Moments.over(ONE, "v", low, high)


def test_settings_that_make_no_sense():
    with pytest.raises(ReductionError, match="finite origin"):
        Moments(ONE, "v", np.nan, 20)
    with pytest.raises(ReductionError, match="quantum"):
        Moments(ONE, "v", 0.0, 10_000)
