import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from galdask.errors import ReductionError
from galdask.reductions import Axis, Key, OrderStatistics, maritz_jarrett, states
from galdask.reductions.order_statistics import quantile_name
from tests.reductions.stars import block, parts, same

R = Axis.regular("r", "r", 3.0, 15.0, 1.0)
ONE = Key()
Q = (0.0, 0.01, 0.16, 0.25, 0.3, 0.5, 0.75, 0.84, 0.999, 1.0)

odd = [0.0, -0.0, 1e-30, -1e-30, 1.4e-45, 3.4e38, -3.4e38, np.nan, np.inf, -np.inf]
numbers = st.one_of(st.sampled_from(odd), st.floats(-2, 2, width=32), st.floats(width=32))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    hnp.arrays(np.float32, st.integers(1, 60), elements=numbers),
    st.lists(st.floats(0, 1), min_size=1, max_size=4, unique=True),
    st.sampled_from([1, 50, 1 << 20]),
)
def test_equal_to_numpy_quantile(values, q, shard_bytes):
    reduction = OrderStatistics(ONE, "v", q=q)
    table = reduction.finalize([reduction.map({"v": v}) for v in np.array_split(values, 3)], shard_bytes)
    finite = values[np.isfinite(values)].astype(np.float64)
    assert table.cells.size == (finite.size > 0)
    for one in q if finite.size else ():
        assert table.values[quantile_name(one)][0] == np.quantile(finite, one)


def check(table, stars, values, key):
    """Compare every cell of a table with numpy on the cell's stars."""
    place = R.bins_numpy(stars["r"])
    wanted = 0
    for bin_ in range(R.size):
        for population in range(3 if key.population else 1):
            chosen = (place == bin_) & np.isfinite(values)
            chosen &= (stars["population"] == population - 1) if population else True
            v = np.sort(values[chosen].astype(np.float64))
            i = np.searchsorted(table.cells, bin_ * 3 + population if key.population else bin_)
            if v.size == 0:
                continue
            wanted += 1
            assert table.values["n"][i] == v.size
            for q in Q:
                assert table.values[quantile_name(q)][i] == np.quantile(v, q)
            assert table.values["median"][i] == np.median(v)
            error = maritz_jarrett.of_sorted(v)
            assert np.array_equal(table.values["median_err"][i], error, equal_nan=True)
    assert table.cells.size == wanted > 0


@pytest.mark.parametrize("population", [True, False])
@pytest.mark.parametrize("coarse", [True, False])
@pytest.mark.parametrize("shard_bytes", [24, 24 * 150, 64 << 20])
def test_cells_and_populations(population, coarse, shard_bytes):
    stars = block(3000, seed=1, coarse=coarse)
    key = Key((R,), population)
    reduction = OrderStatistics(key, "fe_h", q=Q)
    pieces = [reduction.map(p) for p in parts(stars, 4, seed=2)]
    check(reduction.finalize(pieces, shard_bytes), stars, stars["fe_h"], key)


def test_few_stars_have_no_error():
    stars = block(30, seed=5)
    key = Key((R,), population=True)
    reduction = OrderStatistics(key, "fe_h", q=Q)
    table = reduction.finalize([reduction.map(stars)])
    check(table, stars, stars["fe_h"], key)
    assert np.array_equal(np.isnan(table.values["median_err"]), table.values["n"] < 3)
    assert np.isnan(table.values["median_err"]).any()


def test_equal_to_pandas():
    stars = block(5000, seed=6)
    reduction = OrderStatistics(Key((R,)), "fe_h")
    table = reduction.finalize([reduction.map(stars)])
    frame = pd.DataFrame({"v": stars["fe_h"].astype(np.float64), "bin": R.bins_numpy(stars["r"])})
    expected = frame.groupby("bin").v.median()
    assert np.array_equal(table.cells, expected.index)
    assert np.array_equal(table.values["median"], expected.to_numpy())


@pytest.mark.parametrize("spread", ["wide", "narrow", "one value", "around zero"])
def test_a_cell_larger_than_memory_is_selected_not_sorted(spread):
    rng = np.random.default_rng(7)
    n = 60_000
    scale = {"wide": 1.0, "narrow": 1e-3, "one value": 0.0, "around zero": 1e-4}[spread]
    values = (rng.normal(size=n) * scale + (0.0 if spread == "around zero" else 0.4)).astype(np.float32)
    stars = {"v": values, "population": rng.integers(0, 4, n).astype(np.int8)}
    reduction = OrderStatistics(Key(population=True), "v", q=Q)
    pieces = [reduction.map({k: v[i::6] for k, v in stars.items()}) for i in range(6)]
    at_once = reduction.finalize(pieces)
    assert same(reduction.finalize(pieces, shard_bytes=1 << 16), at_once)
    assert at_once.values["median"][0] == np.median(values.astype(np.float64))


@pytest.mark.parametrize("bins", [1, 500])
def test_memory_does_not_grow_with_stars(tmp_path, bins):
    """Runs of 16 MB are merged in a few MB, whether the stars are in one cell or in many."""
    rng = np.random.default_rng(8)
    axis = Axis("r", "r", tuple(np.linspace(0.0, 1.0, bins + 1)))
    reduction = OrderStatistics(Key((axis,)), "v")
    files = []
    for i in range(8):
        stars = {"r": rng.uniform(size=250_000), "v": rng.normal(size=250_000).astype(np.float32)}
        files.append(states.write(tmp_path / f"{i}.state", reduction.map(stars)))
    pieces = [states.load(f, verify=False) for f in files]
    maritz_jarrett.table(2_000_000)
    tracemalloc.start()
    table = reduction.finalize(pieces, shard_bytes=1 << 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert table.values["n"].sum() == 2_000_000
    assert peak < 8e6


def test_other_types_are_rounded_to_float32():
    values = np.array([0.1, 0.2, 0.7, 1e300])
    reduction = OrderStatistics(ONE, "v", q=(0.5,))
    table = reduction.finalize([reduction.map({"v": values})])
    assert table.values["n"].tolist() == [3]
    assert table.values["median"][0] == np.float64(np.float32(0.2))
    whole = reduction.finalize([reduction.map({"v": np.ma.array([1, 2, 9], mask=[0, 0, 1])})])
    assert (whole.values["n"][0], whole.values["median"][0]) == (2, 1.5)


def test_names_of_quantiles():
    names = [quantile_name(q) for q in (0.16, 0.25, 0.5, 0.28, 0.84, 0.05, 0.025, 0.0, 1.0)]
    assert names == ["q16", "q25", "median", "q28", "q84", "q05", "q02.5", "q00", "q100"]


def test_columns_of_the_table():
    reduction = OrderStatistics(Key((R,)), "fe_h")
    table = reduction.finalize([reduction.map(block(100, seed=1))])
    assert list(table.values) == ["n", "q16", "q25", "median", "q75", "q84", "median_err"]
    bare = OrderStatistics(Key((R,)), "fe_h", q=(0.5,), median_err=False)
    assert list(bare.finalize([]).values) == ["n", "median"]


def test_state_is_bounded_and_holds_only_stars_that_count():
    stars = block(1000, seed=9, coarse=True)
    reduction = OrderStatistics(Key((R,)), "fe_h")
    state = reduction.map(stars)
    counted = (R.bins_numpy(stars["r"]) >= 0) & np.isfinite(stars["fe_h"])
    assert state["run"].size == counted.sum() < 1000
    assert state["run"].base is None
    assert states.size(state) <= reduction.bound(int(counted.sum()))


def test_settings_that_make_no_sense():
    with pytest.raises(ReductionError, match="between 0 and 1"):
        OrderStatistics(ONE, "v", q=(1.5,))
    wide = [Axis(f"a{i}", "r", tuple(range(1025))) for i in range(3)]
    with pytest.raises(ReductionError, match="too many cells"):
        OrderStatistics(Key(tuple(wide)), "v")
