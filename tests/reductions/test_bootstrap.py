import numpy as np
import pytest

from galdask.reductions.bootstrap import poisson_rows
from galdask.rng import poisson_weights

KEYS = np.concatenate(
    [
        np.array([0, 1, 2**32 - 1, 2**32, 2**63, 2**64 - 1], dtype=np.uint64),
        np.random.default_rng(5).integers(0, 2**64, 3000, dtype=np.uint64),
    ]
)


@pytest.mark.parametrize("replicas", [0, 1, 2, 3, 4, 5, 7, 200])
@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
def test_kernel_equals_numpy_bit_for_bit(replicas, seed):
    rows = poisson_rows(KEYS, replicas, seed)
    assert rows.dtype == np.uint8
    assert np.array_equal(rows, poisson_weights(KEYS, replicas, seed).T)


@pytest.mark.parametrize(("first", "replicas"), [(0, 3), (4, 4), (8, 5), (196, 4)])
def test_later_replicas_can_be_drawn_by_themselves(first, replicas):
    own = poisson_weights(KEYS, first + replicas, 3)[:, first:]
    assert np.array_equal(poisson_rows(KEYS, replicas, 3, first), own.T)


def test_weights_belong_to_the_star_not_to_its_place():
    order = np.random.default_rng(1).permutation(KEYS.size)[:500]
    assert np.array_equal(poisson_rows(KEYS, 9, 3)[:, order], poisson_rows(KEYS[order], 9, 3))


def test_read_only_and_strided_keys_are_taken():
    keys = KEYS.copy()
    keys.flags.writeable = False
    assert np.array_equal(poisson_rows(keys, 4, 1), poisson_rows(KEYS, 4, 1))
    assert np.array_equal(poisson_rows(keys[::2], 4, 1), poisson_rows(KEYS, 4, 1)[:, ::2])


def test_no_star_has_no_weight():
    assert poisson_rows(np.empty(0, dtype=np.uint64), 5, 1).shape == (5, 0)


def test_weights_are_poisson_and_seeds_differ():
    weights = poisson_rows(KEYS, 200, 1).astype(float)
    number = weights.size
    assert abs(weights.mean() - 1.0) < 5 / number**0.5
    assert abs(weights.var() - 1.0) < 5 * (3 / number) ** 0.5
    other = poisson_rows(KEYS, 200, 2).astype(float)
    assert abs(np.corrcoef(weights.ravel(), other.ravel())[0, 1]) < 5 / number**0.5
