import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from galdask.errors import ReductionError
from galdask.reductions import runs
from galdask.reductions.radix import sort

floats = hnp.arrays(np.float32, st.integers(0, 40), elements=st.floats(width=32, allow_nan=True))


def packed(values, cells, population=False):
    out = np.empty(len(values), dtype=np.uint64)
    return out[: runs.pack(np.asarray(values, np.float32), np.asarray(cells), population, out)]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(floats)
def test_words_sort_as_numbers(values):
    words = packed(values, np.zeros(values.size, dtype=np.int64))
    finite = values[np.isfinite(values)]
    assert words.size == finite.size
    assert np.array_equal(runs.values_of(words), finite.astype(np.float64))
    assert np.array_equal(runs.values_of(np.sort(words)), np.sort(finite).astype(np.float64))
    assert [runs.value_of(w) for w in words] == runs.values_of(words).tolist()


def test_zero_has_one_sign():
    words = packed([0.0, -0.0], [0, 0])
    assert words[0] == words[1]
    assert not np.signbit(runs.values_of(words)).any()


def test_cell_then_value_then_class():
    words = packed([2.0, -1.0, -1.0, 5.0], [4 * 7 + 1, 4 * 7 + 3, 4 * 7 + 0, 4 * 6 + 2], population=True)
    assert np.argsort(words).tolist() == [3, 2, 1, 0]
    assert (words >> np.uint64(34)).tolist() == [7, 7, 7, 6]
    assert (words & np.uint64(3)).tolist() == [1, 3, 0, 2]


def test_largest_cell():
    words = packed([np.finfo(np.float32).max], [runs.CELLS - 1])
    assert int(words[0] >> np.uint64(34)) == runs.CELLS - 1
    assert runs.values_of(words)[0] == np.finfo(np.float32).max


def test_stars_outside_or_missing_are_left_out():
    assert packed([1.0, np.nan, np.inf, -np.inf, 2.0], [0, 0, 0, 0, -1]).size == 1


def test_census():
    rng = np.random.default_rng(1)
    cells, kinds = rng.integers(0, 9, 500), rng.integers(0, 4, 500)
    words = packed(rng.normal(size=500), cells * 4 + kinds, population=True)
    parts = [sort(words[i::3].copy()) for i in range(3)]
    found, counts = runs.census([*parts, words[:0]], 9)
    expected = np.zeros((9, 4), dtype=np.int64)
    np.add.at(expected, (cells, kinds), 1)
    assert np.array_equal(found, np.arange(9))
    assert np.array_equal(counts, expected)
    assert runs.census([], 9)[0].size == 0
    with pytest.raises(ReductionError, match="more cells"):
        runs.census(parts, 4)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(hnp.arrays(np.int64, st.integers(0, 30), elements=st.integers(1, 50)), st.integers(1, 120))
def test_shards_cover_all_cells_once_and_stay_small(stars, words):
    limits = list(runs.shards(stars, words))
    assert [c for first, stop in limits for c in range(first, stop)] == list(range(stars.size))
    for first, stop in limits:
        assert stars[first:stop].sum() <= words or stop == first + 1


@pytest.mark.parametrize("population", [False, True])
def test_merged(population):
    rng = np.random.default_rng(2)
    cells = rng.integers(100, 140, 3000)
    words = packed(rng.normal(size=3000), cells * (4 if population else 1), population)
    pieces = [np.sort(words[i::5]) for i in range(5)]
    assert np.array_equal(runs.merged(pieces, population), np.sort(words))
    assert np.array_equal(runs.merged(pieces[:1], population), pieces[0])
    assert runs.merged([words[:0], words[:0]], population).size == 0
