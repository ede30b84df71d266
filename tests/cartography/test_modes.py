import numpy as np
import pytest
from scipy import stats
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from galdask.cartography import modes

EDGES = np.linspace(-2.0, 1.0, 61)
CENTRES = 0.5 * (EDGES[1:] + EDGES[:-1])


@pytest.mark.parametrize("middle", [-0.513, -0.2, 0.02, 0.031])
def test_the_mode_of_a_gaussian_is_its_mean(middle):
    counts = 1e5 * np.diff(stats.norm.cdf(EDGES, middle, 0.2))
    assert modes.mode(counts, CENTRES, 1.5) == pytest.approx(middle, abs=1e-3)


def test_the_mode_of_a_skewed_distribution():
    shape = stats.skewnorm(-4, loc=0.2, scale=0.3)
    fine = np.linspace(-1, 1, 20001)
    smooth = gaussian_filter1d(shape.pdf(fine), 0.075 / (fine[1] - fine[0]))
    counts = 1e5 * np.diff(shape.cdf(EDGES))
    assert modes.mode(counts, CENTRES, 1.5) == pytest.approx(fine[smooth.argmax()], abs=3e-3)


def test_many_at_once_few_stars_and_borders():
    counts = np.zeros((2, 2, 60), dtype=np.int32)
    counts[0, 0, 30], counts[0, 1, 30], counts[1, 0, 0] = 100, 49, 100
    found = modes.mode(counts, CENTRES, 1.0)
    assert found[0, 0] == pytest.approx(CENTRES[30])
    assert np.isnan(found[0, 1])
    assert found[1, 0] == CENTRES[0]
    assert np.isnan(found[1, 1])
    flat = modes.mode(np.full(60, 10), CENTRES, 1.0)
    assert EDGES[0] < flat < EDGES[-1]


def test_peaks_of_two_gaussians():
    two = stats.norm(-0.8, 0.15), stats.norm(0.1, 0.2)
    counts = 1e5 * (0.3 * np.diff(two[0].cdf(EDGES)) + 0.7 * np.diff(two[1].cdf(EDGES)))
    found = modes.peaks(counts, CENTRES, 1.0, 0.1)
    np.testing.assert_allclose(found, [-0.8, 0.1], atol=0.01)
    assert modes.mode(counts, CENTRES, 1.0) == found[1]
    np.testing.assert_allclose(modes.peaks(counts, CENTRES, 1.0, 0.6), found[1:])
    assert modes.peaks(counts[:1], CENTRES[:1], 1.0, 0.1, fewest=0).size <= 1
    assert modes.peaks(np.zeros(60), CENTRES, 1.0, 0.1).size == 0


def test_a_peak_at_the_border_is_one():
    counts = np.r_[np.full(30, 1.0), np.linspace(1, 300, 30)]
    np.testing.assert_array_equal(modes.peaks(counts, CENTRES, 1.0, 0.1), [CENTRES[-1]])


@pytest.mark.parametrize("seed", range(20))
def test_prominent_maxima_are_those_of_scipy(seed):
    rng = np.random.default_rng(seed)
    density = gaussian_filter1d(rng.poisson(6, 60).astype(float), 1.0)
    for height in (0.0, 0.5, 2.0, 4.0):
        expected, _ = find_peaks(np.r_[0.0, density, 0.0], prominence=height)
        np.testing.assert_array_equal(modes.prominent(density, height), expected - 1)
