import numpy as np
import pytest

from galdask.reductions.order_bits import from_bits, to_bits
from galdask.reductions.window_replicas import WindowReplicas, slopes_plainly

FITS = np.array([[-np.inf, np.inf, 0], [5.0, np.inf, 0], [4.0, 9.0, 0], [0.0, 4.0, 1]])


def sorted_stars(n, seed, coarse):
    rng = np.random.default_rng(seed)
    x = np.sort(rng.uniform(-2.0, 12.0, n)).astype(np.float32)
    y = rng.normal(0.0, 0.2, n).astype(np.float32)
    if coarse:
        x, y = np.round(x), np.round(y, 1)
    return rng.integers(0, 2**64, n, dtype=np.uint64), x, y


@pytest.mark.parametrize("coarse", [False, True])
@pytest.mark.parametrize(("window", "step"), [(20, 10), (21, 10), (5, 5), (1, 1), (2, 1), (40, 39)])
def test_kernel_equals_plain_numpy(window, step, coarse):
    star, x, y = sorted_stars(300, window, coarse)
    replicas = WindowReplicas(window, step, FITS, 6, 11)
    replicas.push(star, x, to_bits(y))
    expected = slopes_plainly(star, x, y, replicas)
    assert np.isfinite(expected).any()
    np.testing.assert_allclose(replicas.slopes(), expected, rtol=1e-10, atol=1e-14)


def test_blocks_do_not_matter():
    star, x, y = sorted_stars(1000, 3, False)
    whole, pieces = WindowReplicas(50, 25, FITS, 8, 2), WindowReplicas(50, 25, FITS, 8, 2)
    whole.push(star, x, to_bits(y))
    for cut in np.split(np.arange(1000), [0, 1, 7, 49, 50, 51, 400, 999]):
        pieces.push(star[cut], x[cut], to_bits(y[cut]))
    assert whole.slopes().tobytes() == pieces.slopes().tobytes()


def test_more_stars_than_one_block_of_weights():
    star, x, y = sorted_stars(40_000, 4, False)
    replicas = WindowReplicas(200, 100, FITS[:1], 2, 2)
    replicas.push(star, x, to_bits(y))
    np.testing.assert_allclose(replicas.slopes(), slopes_plainly(star, x, y, replicas), rtol=1e-9)


def test_too_few_windows_or_no_spread_give_nan():
    star, x, y = sorted_stars(300, 5, False)
    replicas = WindowReplicas(200, 100, FITS[:1], 5, 2)
    replicas.push(star, x, to_bits(y))
    assert np.isnan(replicas.slopes()).all()
    replicas = WindowReplicas(20, 10, FITS[:1], 5, 2)
    replicas.push(star, np.full_like(x, 8.3), to_bits(y))
    assert np.isnan(replicas.slopes()).all()


def test_order_bits_sort_as_the_numbers():
    values = np.array([-np.inf, -3e38, -1.5, -1e-45, 0.0, 1e-45, 0.1, 3e38, np.inf], dtype=np.float32)
    bits = to_bits(values)
    assert bits.dtype == np.uint32
    assert np.all(np.diff(bits.astype(np.int64)) > 0)
    assert from_bits(bits).tobytes() == values.tobytes()
    assert to_bits(np.float32([-0.0])) == to_bits(np.float32([0.0]))
