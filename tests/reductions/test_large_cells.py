import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from galdask.reductions import runs
from galdask.reductions.large_cells import LargeCell

near = st.sampled_from([1.0, 1.0 + 2**-23, 1.0 - 2**-24, 1.5, -1.0, 0.0, 1e-40, -1e-40, 3e38])
values = hnp.arrays(np.float32, st.integers(1, 60), elements=st.one_of(near, st.floats(-9, 9, width=32)))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(values, st.integers(1, 4), st.integers(0, 2**32 - 1), st.data())
def test_any_ranks_equal_those_of_sorted_values(v, number, seed, data):
    kinds = np.random.default_rng(seed).integers(0, 4, v.size)
    words = np.empty(v.size, dtype=np.uint64)
    runs.pack(v, 4 * 5 + kinds, True, words)
    cell = LargeCell([np.sort(words[i::number]) for i in range(number)])
    for group in range(3):
        own = np.sort(v if group == 0 else v[kinds == group - 1]).astype(np.float64)
        if own.size:
            first = data.draw(st.integers(0, own.size - 1))
            stop = data.draw(st.integers(first + 1, own.size))
            assert np.array_equal(cell.values(group, first, stop), own[first:stop])


@pytest.mark.parametrize("n", [1, 1000])
def test_all_values_equal(n):
    words = np.empty(n, dtype=np.uint64)
    runs.pack(np.full(n, -0.25, np.float32), np.zeros(n, dtype=np.int64), False, words)
    cell = LargeCell([words])
    assert cell.values(0, n // 2, n // 2 + 1).tolist() == [-0.25]
    assert np.array_equal(cell.values(0, 0, n), np.full(n, -0.25))
