import numpy as np
import pytest

from galdask.errors import ReductionError
from galdask.reductions import Axis, BottomK, Key, states
from galdask.rng import philox
from tests.reductions.stars import block, parts, same, take

COLUMNS = ("r", "fe_h", "population")
KEY = Key((Axis("abs_z", "abs_z", (0.0, 1.0, 2.0)),), population=True)


def finished(red, columns):
    return red.finalize([red.map(columns)])


def hashes(star_key, seed):
    words = philox(star_key, 0, seed, "point sample").astype(object)
    return words[:, 0] * 2**32 + words[:, 1]


def test_the_stars_with_the_smallest_hash():
    columns, red = block(1000, 1), BottomK(None, COLUMNS, k=100, seed=5)
    table = finished(red, columns)
    expected = take(columns, np.argsort(hashes(columns["star_key"], 5))[:100])
    assert np.all(table.cells == 0)
    assert list(table.values) == ["star_key", *COLUMNS]
    for name, values in table.values.items():
        assert values.dtype == (np.uint64 if name == "star_key" else np.float64)
        assert np.array_equal(values, expected[name])


def test_seeds_choose_other_stars():
    columns = block(1000, 1)
    a, b = (finished(BottomK(None, (), k=100, seed=s), columns).values["star_key"] for s in (1, 2))
    assert 0 < np.intersect1d(a, b).size < 40


@pytest.mark.parametrize("k", [1, 50, 5000])
@pytest.mark.parametrize("key", [None, KEY])
@pytest.mark.parametrize("number", [2, 7, 60])
def test_any_cut_into_parts_gives_the_same_bits(k, key, number):
    columns, red = block(1500, 3, coarse=True), BottomK(key, COLUMNS, k=k)
    whole = red.map(columns)
    pieces = [red.map(p) for p in parts(columns, number, number)]
    combined = red.identity()
    for state in reversed(pieces):
        combined = red.combine(state, combined)
    assert states.equal(combined, whole)
    assert same(red.finalize(pieces), red.finalize([whole]))
    assert whole["_hash"].size <= k
    assert states.size(whole) <= red.bound(1500)


def test_only_complete_stars_inside_the_key_enter():
    columns = block(800, 2, coarse=True)
    inside = columns["abs_z"] < 2.0
    complete = inside & np.isfinite(columns["r"]) & np.isfinite(columns["fe_h"])
    for every, expected in ((True, complete), (False, inside)):
        red = BottomK(Key(KEY.axes), COLUMNS, k=10_000, complete=every)
        assert finished(red, columns).cells.size == expected.sum()


def test_integers_with_missing_values():
    columns = block(100, 2)
    columns["flag"] = np.ma.MaskedArray(np.arange(100), mask=np.arange(100) % 4 == 0)
    values = finished(BottomK(None, ("flag",)), columns).values["flag"]
    assert sorted(values) == [i for i in range(100) if i % 4]
    values = finished(BottomK(None, ("flag",), complete=False), columns).values["flag"]
    assert np.isnan(values).sum() == 25
    columns["flag"][0] = -(2**60)
    finished(BottomK(None, ("flag",)), columns | {"flag": np.ma.masked_equal(columns["flag"].data, -(2**60))})
    with pytest.raises(ReductionError, match="flag"):
        finished(BottomK(None, ("flag",)), columns)


def test_a_star_stands_in_total_and_in_its_population():
    columns = block(600, 4)
    table = finished(BottomK(KEY, ("abs_z", "population"), k=10_000), columns)
    place, kind = np.divmod(table.cells, 3)
    assert np.all(np.diff(table.cells) >= 0)
    assert np.array_equal(place, np.floor(table.values["abs_z"]))
    told = kind > 0
    assert np.array_equal(kind[told] - 1, table.values["population"][told])
    inside = columns["abs_z"] < 2.0
    assert (~told).sum() == inside.sum()
    assert told.sum() == (inside & (columns["population"] < 2)).sum()
    for cell in np.unique(table.cells):
        assert np.all(np.diff(hashes(table.values["star_key"][table.cells == cell], 1)) > 0)


def test_ties_and_stars_listed_twice():
    columns = {k: np.concatenate([v, v]) for k, v in block(50, 1).items()}
    columns["r"] = np.arange(100.0)
    table = finished(BottomK(None, COLUMNS, k=31), columns)
    keys, times = np.unique(table.values["star_key"], return_counts=True)
    assert keys.size == 16
    assert sorted(times) == [1, *[2] * 15]
    turned = finished(BottomK(None, COLUMNS, k=31), {k: v[::-1] for k, v in columns.items()})
    assert same(table, turned)


def test_missing_numbers_have_a_place_too():
    columns = block(60, 1)
    columns["star_key"][:] = 7
    columns["fe_h"][::3] = np.nan
    red = BottomK(None, ("fe_h",), k=30, complete=False)
    assert same(finished(red, columns), finished(red, {k: v[::-1] for k, v in columns.items()}))


def test_no_star():
    red = BottomK(None, COLUMNS, k=5)
    assert states.equal(red.map(block(0, 1)), red.identity())
    assert red.finalize([]).cells.size == 0
    state = red.map(block(9, 1))
    assert states.equal(red.combine(state, red.identity()), state)


@pytest.mark.parametrize(
    "bad", [{"k": 0}, {"seed": -1}, {"columns_kept": ("r", "r")}, {"columns_kept": ("_hash",)}]
)
def test_settings_that_make_no_sense_are_refused(bad):
    with pytest.raises(ReductionError):
        BottomK(**({"key": None, "columns_kept": COLUMNS} | bad))


def test_text_is_refused():
    columns = block(3, 1) | {"name": np.array(["a", "b", "c"], dtype=object)}
    with pytest.raises(ReductionError, match="numbers only"):
        BottomK(None, ("name",)).map(columns)
