import numpy as np
import pytest

from galdask.errors import ReductionError
from galdask.reductions import Axis, Key, LeastSquares, least_squares, states
from galdask.reductions.fixed_point import LIMIT, add_once, add_replicas, add_replicas_plainly, joined, split
from galdask.reductions.lines import NO_SPREAD, OK, TOO_FEW
from galdask.rng import poisson_weights
from tests.reductions.stars import block, parts, same

HEIGHTS = Axis("abs_z", "abs_z", (0.0, 0.5, 1.0, 2.0))
KEY = Key((HEIGHTS,), population=True)


def reduction(key=KEY, **kwargs):
    return LeastSquares(key, "r", "fe_h", **({"x_low": 7.0, "replicas": 6, "seed": 3} | kwargs))


def weighted(n, seed, **kwargs):
    columns = block(n, seed, **kwargs)
    columns["weight"] = np.random.default_rng(seed).uniform(0.01, 900.0, n).astype(np.float32)
    return columns


def finished(red, columns):
    return red.finalize([red.map(columns)])


def fit(x, y, w):
    """Slope, intercept and textbook error of the slope by numpy's least squares."""
    root = np.sqrt(w)
    design = np.stack([x, np.ones_like(x)], axis=1) * root[:, None]
    (slope, intercept), residual = np.linalg.lstsq(design, y * root)[:2]
    spread = np.sum(w * (x - np.average(x, weights=w)) ** 2)
    return slope, intercept, np.sqrt(residual[0] / (len(x) - 2) / spread)


@pytest.mark.parametrize("weight", [None, "weight"])
@pytest.mark.parametrize(("origin_x", "origin_y"), [(0.0, 0.0), (9.0, -0.1), (-100.0, 5.0)])
def test_equal_to_least_squares_of_numpy(weight, origin_x, origin_y):
    columns = weighted(2000, 7)
    red = reduction(weight=weight, reach_weight=1000.0, origin_x=origin_x, origin_y=origin_y)
    table = finished(red, columns)
    assert np.array_equal(table.cells, np.arange(9))
    for cell in range(9):
        place, kind = divmod(cell, 3)
        rows = (columns["r"] >= 7.0) & (HEIGHTS.bins(columns["abs_z"]) == place)
        rows &= True if kind == 0 else columns["population"] == kind - 1
        x, y = columns["r"][rows], columns["fe_h"][rows].astype(np.float64)
        w = columns["weight"][rows].astype(np.float64) if weight else np.ones(x.size)
        found = [table.values[k][cell] for k in ("slope", "intercept", "slope_err_naive")]
        np.testing.assert_allclose(found, fit(x, y, w), rtol=1e-9)
        times = poisson_weights(columns["star_key"][rows], red.replicas, red.seed).T
        slopes = [fit(x[t > 0], y[t > 0], w[t > 0] * t[t > 0])[0] for t in times]
        np.testing.assert_allclose(table.values["slope_replicas"][cell], slopes, rtol=1e-7)
        np.testing.assert_allclose(table.values["slope_err"][cell], np.std(slopes, ddof=1), rtol=1e-7)
        assert table.values["n"][cell] == rows.sum()
        assert table.values["reason"][cell] == OK


@pytest.mark.parametrize("number", [2, 7, 40])
def test_any_cut_into_parts_gives_the_same_bits(number):
    columns, red = weighted(1500, 3, coarse=True), reduction(weight="weight", reach_weight=1000.0)
    whole = red.map(columns)
    pieces = [red.map(p) for p in parts(columns, number, number)]
    combined = red.identity()
    for state in pieces:
        combined = red.combine(combined, state)
    assert states.equal(combined, whole)
    assert same(red.finalize(pieces), red.finalize([whole]))


def test_stars_that_do_not_enter():
    columns = weighted(400, 1)
    red = reduction(Key(), weight="weight", reach_weight=1000.0, x_high=12.0)
    inside = (columns["r"] >= 7.0) & (columns["r"] <= 12.0)
    assert finished(red, columns).values["n"][0] == inside.sum()
    for name in ("r", "fe_h", "weight"):
        holes = columns | {name: np.where(np.arange(400) % 2, columns[name], np.nan)}
        assert finished(red, holes).values["n"][0] == inside[1::2].sum()
    for worthless in (0.0, -1.0):
        holes = columns | {"weight": np.where(np.arange(400) % 2, columns["weight"], worthless)}
        assert finished(red, holes).values["n"][0] == inside[1::2].sum()


def test_ends_of_the_range_enter():
    columns = block(3, 1) | {"r": np.array([7.0, 8.0, 9.0]), "abs_z": np.zeros(3)}
    assert finished(reduction(Key(), x_high=9.0), columns).values["n"][0] == 3


def test_too_few_stars():
    columns = {k: v[:2] for k, v in block(400, 1).items()} | {"r": np.array([8.0, 9.0])}
    values = finished(reduction(Key()), columns).values
    assert values["n"][0] == 2
    assert values["reason"][0] == TOO_FEW
    assert all(np.isnan(values[k][0]) for k in ("slope", "intercept", "slope_err", "slope_err_naive"))
    assert finished(reduction(), {k: v[:0] for k, v in columns.items()}).cells.size == 0
    assert reduction().finalize([]).cells.size == 0


@pytest.mark.parametrize("where", [8.0, 8.3, 1e-3, 700.1])
def test_no_spread_in_x(where):
    columns = block(400, 1)
    columns["r"][:] = where
    values = finished(reduction(Key(), x_low=None), columns).values
    assert values["reason"][0] == NO_SPREAD
    assert np.isnan(values["slope"][0])
    assert np.isnan(values["slope_err"][0])


def test_points_on_a_line_have_no_error():
    columns = block(400, 1)
    columns["r"] = np.linspace(7.0, 15.0, 400)
    columns["fe_h"] = 0.5 - 0.0625 * columns["r"]
    values = finished(reduction(Key()), columns).values
    assert values["slope"][0] == pytest.approx(-0.0625, rel=1e-9)
    assert values["slope_err"][0] < 1e-9
    assert values["slope_err_naive"][0] < 1e-7


def test_a_star_listed_twice_counts_twice_with_one_weight():
    columns = block(200, 1)
    twice = {k: np.concatenate([v, v]) for k, v in columns.items()}
    single, double = (finished(reduction(Key()), c).values for c in (columns, twice))
    assert double["n"][0] == 2 * single["n"][0]
    assert double["slope"][0] == single["slope"][0]
    assert double["slope_err"][0] == single["slope_err"][0]


@pytest.mark.parametrize(("column", "value"), [("r", 1500.0), ("fe_h", -2000.0), ("weight", 1001.0)])
def test_stars_beyond_reach_are_named(column, value):
    columns = weighted(100, 1)
    columns["r"][:] = np.maximum(columns["r"], 7.5)
    columns[column][42] = value
    with pytest.raises(ReductionError, match=f"column {column}[^$]*{value:g}"):
        reduction(Key(), weight="weight", reach_weight=1000.0).map(columns)


def test_largest_terms_do_not_overflow():
    n = 1000
    columns = block(n, 1) | {"abs_z": np.zeros(n)}
    columns["r"] = np.where(np.arange(n) % 2, 1024.0, -1024.0)
    columns["fe_h"] = np.where(np.arange(n) % 2, -1024.0, 1024.0)
    values = finished(reduction(Key(), x_low=None), columns).values
    assert values["slope"][0] == -1.0
    assert values["intercept"][0] == 0.0


def test_more_stars_than_the_sums_are_made_for_are_refused(monkeypatch):
    assert LIMIT == 2**31 - 1
    monkeypatch.setattr(least_squares, "LIMIT", 9)
    red = reduction(Key(), replicas=0, x_low=None)
    assert red.finalize([red.map(block(9, 1))]).values["n"][0] == 9
    with pytest.raises(ReductionError, match="too many stars"):
        red.finalize([red.map(block(9, 1)), red.map(block(1, 2))])


def test_batches_do_not_matter():
    columns, red = weighted(900, 4), reduction(weight="weight", reach_weight=1000.0)
    states_ = [red.map(p) for p in parts(columns, 5, 1)]
    assert same(red.finalize(states_, shard_bytes=256 * 7), red.finalize(states_))


def test_limbs_hold_every_term():
    terms = np.array([0, 1, -1, 2**31, -(2**31), 2**61, -(2**61), 2**61 - 1])
    assert joined(split(terms)).tolist() == terms.tolist()
    assert np.all(np.abs(split(terms)) <= 2**31)


def test_sums_of_every_star_once_are_those_of_weights_of_one():
    rng = np.random.default_rng(3)
    cells, terms = rng.integers(0, 4, 300), rng.integers(-(2**61), 2**61, (3, 300))
    counts, sums = add_once(cells, terms, 5)
    assert np.array_equal(counts, np.bincount(cells, minlength=5))
    for cell in range(5):
        assert joined(sums[cell]).tolist() == [sum(row[cells == cell].tolist()) for row in terms]
    assert add_once(cells[:0], terms[:, :0], 2)[1].shape == (2, 3, 2)


def test_replica_sums_equal_plain_numpy():
    rng = np.random.default_rng(2)
    star, cells = rng.integers(0, 2**64, 300, dtype=np.uint64), rng.integers(0, 4, 300)
    terms = rng.integers(-(2**61), 2**61, (3, 300))
    for a, b in zip(
        add_replicas(star, cells, terms, 5, 7, 1),
        add_replicas_plainly(star, cells, terms, 5, 7, 1),
        strict=True,
    ):
        assert np.array_equal(a, b)


def test_state_is_bounded():
    red = reduction()
    for n in (0, 1, 5, 400):
        assert states.size(red.map(block(n, 1))) <= red.bound(n)


@pytest.mark.parametrize("bad", [{"replicas": -1}, {"seed": -1}, {"reach_x": 0.0}, {"origin_y": np.inf}])
def test_settings_that_make_no_sense_are_refused(bad):
    with pytest.raises(ReductionError):
        reduction(**bad)
