import tracemalloc

import numpy as np
import pytest

from galdask.errors import ReductionError
from galdask.reductions import Axis, Key, RunningMedians, maritz_jarrett, states
from galdask.reductions.lines import NO_SPREAD, OK, TOO_FEW
from galdask.rng import poisson_weights
from tests.reductions.stars import block, parts, same

HEIGHTS = Axis("abs_z", "abs_z", (0.0, 0.5, 1.0, 2.0))
KEY = Key((HEIGHTS,), population=True)
FITS = ((7.0, None), (None, 12.0), (None, None))


def reduction(key=KEY, **kwargs):
    settings = {"window": 20, "step": 10, "fits": FITS, "replicas": 5, "seed": 3} | kwargs
    return RunningMedians(key, "r", "fe_h", **settings)


def finished(red, columns, **kwargs):
    return red.finalize([red.map(columns)], **kwargs)


def group(columns, cell, population):
    """Rows of one finalized cell in the order of windows, by plain numpy."""
    x, y = columns["r"].astype(np.float32), columns["fe_h"]
    rows = np.isfinite(x) & np.isfinite(y)
    if population:
        cell, kind = divmod(cell, 3)
        rows &= True if kind == 0 else columns["population"] == kind - 1
        low, high = HEIGHTS.edges[cell : cell + 2]
        rows &= (columns["abs_z"] >= low) & (columns["abs_z"] < high)
    rows = np.flatnonzero(rows)
    rows = rows[np.lexsort((y[rows], columns["star_key"][rows], x[rows]))]
    return columns["star_key"][rows], x[rows].astype(np.float64), y[rows].astype(np.float64)


def windows(x, y, window, step):
    cuts = [slice(i, i + window) for i in range(0, len(x) - window + 1, step)]
    return np.array([np.median(x[c]) for c in cuts]), np.array([np.median(y[c]) for c in cuts]), cuts


def line(x, y, fit):
    low, high = (-np.inf if fit[0] is None else fit[0]), (np.inf if fit[1] is None else fit[1])
    inside = (x >= low) & (x <= high)
    if inside.sum() < 3:
        return np.nan, np.nan, np.nan, inside.sum()
    (slope, intercept), residual = np.polyfit(x[inside], y[inside], 1, full=True)[:2]
    spread = np.sum((x[inside] - x[inside].mean()) ** 2)
    return slope, intercept, np.sqrt(residual[0] / (inside.sum() - 2) / spread), inside.sum()


@pytest.mark.parametrize("coarse", [False, True])
@pytest.mark.parametrize("population", [False, True])
@pytest.mark.parametrize(("window", "step"), [(20, 10), (21, 7), (30, 30)])
def test_equal_to_plain_numpy(coarse, population, window, step):
    columns = block(900, 4, coarse=coarse)
    red = reduction(KEY if population else Key(), window=window, step=step)
    table = finished(red, columns)
    slopes = table.tables["slopes"]
    assert set(np.unique(slopes.cells // len(FITS))) == set(range(9 if population else 1))
    for cell in range(9 if population else 1):
        star, x, y = group(columns, cell, population)
        mx, my, cuts = windows(x, y, window, step)
        rows = table.cells == cell
        found = {k: v[rows] for k, v in table.values.items()}
        assert np.array_equal(found["window"], np.arange(len(mx)))
        assert np.array_equal(found["abscissa"], mx)
        assert np.array_equal(found["median"], my)
        assert np.array_equal(found["median_err"], [maritz_jarrett.of_sorted(np.sort(y[c])) for c in cuts])
        assert np.all(found["n"] == window)
        weights = poisson_weights(star, red.replicas, red.seed)
        again = [windows(np.repeat(x, w), np.repeat(y, w), window, step) for w in weights.T]
        for k, fit in enumerate(FITS):
            at = slopes.cells == cell * len(FITS) + k
            row = {n: v[at].item() for n, v in slopes.values.items() if v.ndim == 1}
            slope, intercept, naive, number = line(mx, my, fit)
            assert (row["n_windows"], row["n"]) == (number, len(x))
            assert row["reason"] == (OK if np.isfinite(slope) else TOO_FEW)
            close = np.testing.assert_allclose
            close([row["slope"], row["intercept"]], [slope, intercept], rtol=1e-9)
            close(row["slope_err_naive"], naive, rtol=1e-9, atol=1e-14)
            spread = np.array([line(a, b, fit)[0] for a, b, _ in again])
            close(slopes.values["slope_replicas"][at][0], spread, rtol=1e-9, atol=1e-14)
            spread = spread[np.isfinite(spread)]
            if np.isfinite(slope) and spread.size > 1:
                close(row["slope_err"], np.std(spread, ddof=1), rtol=1e-9, atol=1e-14)
            else:
                assert np.isnan(row["slope_err"])


def test_lines_against_the_absolute_abscissa():
    columns = block(1500, 8)
    columns["z"] = np.random.default_rng(8).normal(0.0, 0.8, 1500)
    settings = {"window": 20, "step": 10, "replicas": 4, "seed": 3}
    red = RunningMedians(Key(), "z", "fe_h", fits=((0.0, 1.5), (-1.5, 0.0)), folded=((0.0, 1.5),), **settings)
    slopes = finished(red, columns).tables["slopes"].values
    x, y = columns["z"].astype(np.float32), columns["fe_h"]
    rows = np.flatnonzero(np.isfinite(y))
    rows = rows[np.argsort(x[rows])]
    star, x, y = columns["star_key"][rows], x[rows].astype(np.float64), y[rows].astype(np.float64)
    weights = [np.ones(x.size, int), *poisson_weights(star, 4, 3).T]
    for k, (fold, fit) in enumerate([(False, (0.0, 1.5)), (False, (-1.5, 0.0)), (True, (0.0, 1.5))]):
        expected = []
        for w in weights:
            mx, my, _ = windows(np.repeat(x, w), np.repeat(y, w), 20, 10)
            expected.append(line(np.abs(mx) if fold else mx, my, fit)[0])
        found = [slopes["slope"][k], *slopes["slope_replicas"][k]]
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("number", [1, 2, 7, 60])
@pytest.mark.parametrize("coarse", [False, True])
def test_any_cut_into_parts_gives_the_same_bits(number, coarse):
    columns, red = block(2000, 9, coarse=coarse), reduction()
    expected = finished(red, columns)
    states_ = [red.map(p) for p in parts(columns, number, number)]
    assert same(red.finalize(states_), expected)
    combined = states_[0]
    for state in states_[1:]:
        combined = red.combine(combined, state)
    assert states.equal(combined, red.map(columns))
    for shard_bytes in (0, 128 * 50, 128 * 333):
        assert same(red.finalize(states_, shard_bytes=shard_bytes), expected)


def test_state_is_bounded_and_holds_only_stars_that_count():
    red, columns = reduction(), block(1000, 2, coarse=True)
    state = red.map(columns)
    enters = np.isfinite(columns["r"]) & np.isfinite(columns["fe_h"]) & (columns["abs_z"] < 2.0)
    assert state["order"].size == enters.sum() < 1000
    assert states.size(state) <= red.bound(1000)
    assert states.equal(red.map(block(0, 1)), red.identity())


def test_one_large_group_is_finished_in_bounded_memory():
    columns = block(300_000, 6)
    red = reduction(Key(), window=200, step=100, replicas=4)
    state = red.map(columns)
    held = sum(a.nbytes for a in state.values())
    tracemalloc.start()
    table = red.finalize([state], shard_bytes=1 << 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert table.cells.size == 2999
    assert peak < 5 << 20 < held


def test_fewer_stars_than_a_window():
    table = finished(reduction(Key(), window=200, step=100), block(150, 1))
    assert table.cells.size == 0
    assert all(v.size == 0 for v in table.values.values())
    slopes = table.tables["slopes"].values
    assert np.all(np.isnan(slopes["slope"]))
    assert np.all(np.isnan(slopes["slope_err"]))
    assert slopes["reason"].dtype == np.int8
    assert np.all(slopes["reason"] == TOO_FEW)
    assert np.all(slopes["n"] == 150)
    assert np.all(slopes["n_windows"] == 0)


def test_no_star_at_all():
    red = reduction()
    for table in (red.finalize([]), red.finalize([red.identity()] * 2)):
        assert table.cells.size == 0
        assert table.tables["slopes"].cells.size == 0
        assert table.cells.dtype == np.int64
        assert table.values["median"].dtype == np.float64
        assert table.values["n"].dtype == np.int64


def test_all_stars_at_one_abscissa_have_no_line():
    columns = block(300, 1)
    columns["r"][:] = 8.0
    table = finished(reduction(Key(), fits=((None, None),)), columns)
    assert np.all(table.values["abscissa"] == 8.0)
    assert np.all(np.isfinite(table.values["median"]))
    slopes = table.tables["slopes"].values
    assert np.isnan(slopes["slope"][0])
    assert np.isnan(slopes["slope_err"][0])
    assert slopes["reason"][0] == NO_SPREAD


def test_all_values_equal_give_a_flat_line_without_error():
    columns = block(300, 1)
    columns["fe_h"][:] = -0.25
    slopes = finished(reduction(Key(), fits=((None, None),)), columns).tables["slopes"].values
    assert slopes["slope"][0] == slopes["slope_err"][0] == slopes["slope_err_naive"][0] == 0.0
    assert slopes["intercept"][0] == -0.25


def test_a_star_listed_twice_counts_twice_with_one_weight():
    columns = block(200, 1)
    twice = {k: np.concatenate([v, v]) for k, v in columns.items()}
    single = finished(reduction(Key(), fits=((None, None),), replicas=20), columns)
    double = finished(reduction(Key(), window=40, step=20, fits=((None, None),), replicas=20), twice)
    assert np.array_equal(single.values["median"], double.values["median"])
    assert np.array_equal(single.values["abscissa"], double.values["abscissa"])
    errors = [t.tables["slopes"].values["slope_err"][0] for t in (single, double)]
    assert errors[0] == errors[1]


def test_total_is_the_union_of_all_classes():
    columns = block(2000, 5)
    whole = finished(reduction(Key((HEIGHTS,))), columns)
    told = finished(reduction(), columns)
    rows = told.cells % 3 == 0
    assert np.array_equal(told.cells[rows] // 3, whole.cells)
    assert all(np.array_equal(told.values[k][rows], whole.values[k]) for k in whole.values)


def test_without_fits_or_replicas():
    columns = block(500, 5)
    table = finished(reduction(fits=()), columns)
    assert table.cells.size
    assert table.tables["slopes"].cells.size == 0
    slopes = finished(reduction(replicas=0), columns).tables["slopes"].values
    assert np.isfinite(slopes["slope"]).any()
    assert np.isnan(slopes["slope_err"]).all()


@pytest.mark.parametrize(
    "bad",
    [{"step": 0}, {"step": 21}, {"replicas": -1}, {"seed": -1}, {"seed": 2**32}, {"window": 0, "step": 0}],
)
def test_settings_that_make_no_sense_are_refused(bad):
    with pytest.raises(ReductionError):
        reduction(**bad)


@pytest.mark.parametrize(("replicas", "n"), [(5, 1), (5, 3), (24, 2), (26, 5), (0, 2)])
def test_replicas_that_are_drawn_in_shares_are_the_same(replicas, n):
    red = reduction(replicas=replicas, folded=((None, None),))
    states_of = [red.map(part) for part in parts(block(900, 4), 3, 7)]
    shares = [red.finalize(states_of, share=(k, n)) for k in range(n)]
    assert same(red.joined(shares), red.finalize(states_of))
    widths = [share.tables["slopes"].values["slope_replicas"].shape[1] for share in shares]
    assert sum(widths) == replicas
    if n > 1:
        assert max(widths) < max(replicas, 1)
