import numpy as np
import pytest
from scipy import stats

from galdask.cartography import histograms

EDGES = np.linspace(-3.0, 2.0, 501)
CENTRES = 0.5 * (EDGES[1:] + EDGES[:-1])


def sample(n=4000, seed=1):
    return stats.skewnorm(-3, 0.1, 0.4).rvs(n, random_state=seed)


def test_moments_are_those_of_the_binned_values():
    values = sample()
    counts, _ = np.histogram(values, EDGES)
    binned = np.repeat(CENTRES, counts)
    mean, std, skewness = histograms.moments(counts, CENTRES)
    assert mean == pytest.approx(binned.mean(), abs=1e-12)
    assert std == pytest.approx(binned.std(), rel=1e-10)
    assert skewness == pytest.approx(stats.skew(binned), rel=1e-8)
    assert skewness == pytest.approx(stats.skew(values), abs=0.01)


def test_moments_without_stars_or_spread():
    counts = np.zeros((2, 500), dtype=int)
    counts[1, 7] = 3
    mean, std, skewness = histograms.moments(counts, CENTRES)
    np.testing.assert_allclose(mean, [np.nan, CENTRES[7]])
    np.testing.assert_allclose(std, [np.nan, 0.0], atol=1e-6)
    assert np.isnan(skewness).all()


def test_quantiles_lie_in_the_right_bin():
    values = sample()
    counts, _ = np.histogram(values, EDGES)
    q = (0.25, 0.5, 0.75)
    found = histograms.quantiles(np.stack([counts, np.zeros(500)]), EDGES, q)
    np.testing.assert_allclose(found[0], np.quantile(values, q), atol=0.01)
    assert np.isnan(found[1]).all()
    assert histograms.quantiles(counts, EDGES, 0.5) == found[0, 1]
    assert histograms.quantiles(np.array([4]), np.array([1.0, 3.0]), 0.25) == 1.5


def test_spread_is_the_standard_deviation_over_what_is_there():
    values = np.random.default_rng(3).normal(size=(3, 40))
    values[1, :20], values[2, :21] = np.nan, np.nan
    found = histograms.spread(values)
    np.testing.assert_allclose(found[:2], [np.std(values[0], ddof=1), np.std(values[1, 20:], ddof=1)])
    assert np.isnan(found[2])


def test_the_sign_change_is_interpolated():
    at = np.array([1.0, 3.0, 4.0, 5.0, 6.0])
    values = np.array([[-3.0, -1.0, np.nan, 1.0, 2.0], [1.0, 2.0, 3.0, 2.0, 1.0]])
    np.testing.assert_allclose(histograms.sign_change(values, at), [4.0, np.nan])
    assert histograms.sign_change(np.array([1.0, -1.0, 0.0, 2.0, -1.0]), at) == 4.0
    assert np.isnan(histograms.sign_change(np.full(5, np.nan), at))


def test_of_several_sign_changes_the_one_that_parts_best():
    at, values = np.arange(6.0), np.array([-1.0, 0.5, -2.0, 2.0, -0.5, 0.5])
    assert histograms.sign_change(values, at) == 2.5
    inner, outer = np.array([9.0, 9.0, 1, 1, 1, 1]), np.array([1, 1, 1, 1.0, 9.0, 1.0])
    assert histograms.sign_change(values, at, inner) == pytest.approx(2 / 3)
    assert histograms.sign_change(values, at, outer) == 4.5


def test_slopes_are_those_of_weighted_least_squares():
    rng = np.random.default_rng(4)
    at, w = np.arange(8.0), rng.uniform(0.5, 3.0, (2, 8))
    values = rng.normal(size=(2, 8))
    values[1, 2] = np.nan
    found = histograms.slope(values, at, w)
    for row, weight, mine in zip(values, w, found, strict=True):
        good = np.isfinite(row)
        assert mine == pytest.approx(np.polyfit(at[good], row[good], 1, w=np.sqrt(weight[good]))[0])
    assert np.isnan(histograms.slope(values, at, np.where(at < 2, w, 0.0))).all()
