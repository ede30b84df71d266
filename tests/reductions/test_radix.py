import numpy as np
import pytest

from galdask.reductions import radix


@pytest.mark.parametrize("n", [0, 1, 2, radix.SMALL, 5000, radix.CACHED + 1])
@pytest.mark.parametrize(("low", "high"), [(0, 64), (2, 46), (0, 1), (30, 41), (7, 7)])
def test_equal_to_numpy(n, low, high):
    rng = np.random.default_rng(n + low)
    span = rng.integers(0, 2 ** (high - low), n, dtype=np.uint64) if high - low < 64 else None
    words = rng.integers(0, 2**64, n, dtype=np.uint64) if span is None else span << np.uint64(low)
    words |= np.uint64((1 << 63) if high <= 63 else 0)
    expected = np.sort(words)
    assert radix.sort(words, low, high) is words
    assert np.array_equal(words, expected)


@pytest.mark.parametrize("n", [100, 5000, radix.CACHED + 1])
def test_stable_in_the_bits_below(n):
    keys = np.random.default_rng(n).integers(0, 50, n, dtype=np.uint64)
    words = (keys << np.uint64(32)) | np.arange(n, dtype=np.uint64)
    assert np.array_equal(radix.sort(words.copy(), 32, 38), np.sort(words))


@pytest.mark.parametrize("n", [1000, 200_000])
def test_sorted_reversed_and_equal(n):
    ramp = np.arange(n, dtype=np.uint64)
    assert np.array_equal(radix.sort(ramp.copy(), 0, 20), ramp)
    assert np.array_equal(radix.sort(ramp[::-1].copy(), 0, 20), ramp)
    assert np.array_equal(radix.sort(np.full(n, 7, np.uint64)), np.full(n, 7, np.uint64))
