import itertools

import numpy as np
import pytest
from scipy.special import betainc, gammaln
from scipy.stats import mstats

from galdask.reductions import maritz_jarrett


def every_resample(values):
    """The standard deviation of numpy.median over all n**n bootstrap samples."""
    choices = np.array(list(itertools.product(range(len(values)), repeat=len(values))))
    return np.median(values[choices], axis=1).std()


def all_stars(values):
    """The same from the closed form over all pairs of order statistics, without a window."""
    n = len(values)
    half = (n + 1) // 2
    weights = np.diff(betainc(half, half, np.arange(n + 1) / n))
    mean = weights @ values
    variance = weights @ (values - mean) ** 2
    if n % 2 == 0:
        s = np.arange(1, n)
        choose = gammaln(n + 1) - 2 * gammaln(half + 1)
        logs = choose + half * (np.log(s / n)[:, None] + np.log1p(-s / n)[None, :])
        both = np.exp(np.where(s[:, None] <= s[None, :], logs, logs.T))
        gaps = np.diff(values)
        variance -= 0.25 * gaps @ both @ gaps
    return np.sqrt(variance)


@pytest.mark.parametrize("n", [3, 4, 5, 6, 7])
def test_equal_to_the_bootstrap_over_every_resample(n):
    values = np.sort(np.random.default_rng(n).normal(-0.3, 0.2, n))
    assert maritz_jarrett.of_sorted(values) == pytest.approx(every_resample(values), rel=1e-12)


@pytest.mark.parametrize("n", [8, 9, 50, 77, 78, 200, 501, 900])
def test_the_window_loses_nothing(n):
    values = np.sort(np.random.default_rng(n).standard_cauchy(n))
    assert maritz_jarrett.of_sorted(values) == pytest.approx(all_stars(values), rel=1e-10)


@pytest.mark.parametrize(("n", "within"), [(51, 0.03), (100, 0.04), (1001, 0.004), (1000, 0.01)])
def test_scipy_agrees_for_many_stars(n, within):
    values = np.sort(np.random.default_rng(n).normal(size=n))
    scipy = float(mstats.mjci(values, [0.5])[0])
    assert maritz_jarrett.of_sorted(values) == pytest.approx(scipy, rel=within)


def test_a_million_stars():
    n = 10**6
    first, width = maritz_jarrett.window(n)
    assert width < 10 * np.sqrt(n)
    assert first + width == n - first
    assert maritz_jarrett.table(n)[0].sum() == pytest.approx(1.0, abs=1e-12)
    values = np.sort(np.random.default_rng(1).uniform(size=n))
    assert maritz_jarrett.of_sorted(values) == pytest.approx(0.5 / np.sqrt(n), rel=0.1)


@pytest.mark.parametrize("n", [3, 4, 10, 11, 100, 4096, 4097])
def test_weights(n):
    weights, spans, fades = maritz_jarrett.table(n)
    assert weights.sum() == pytest.approx(1.0, abs=1e-13)
    assert np.all(weights >= 0)
    assert np.array_equal(weights, weights[::-1])
    assert (spans.sum() > 0) == (n % 2 == 0)
    assert np.all((fades >= 0) & (fades < 1))


def test_mirrored_stars_have_the_same_error():
    for n in (20, 21):
        values = np.sort(np.random.default_rng(n).exponential(size=n))
        mirrored = maritz_jarrett.of_sorted(-values[::-1])
        assert maritz_jarrett.of_sorted(values) == pytest.approx(mirrored, rel=1e-13)


def test_shift_and_scale():
    values = np.sort(np.random.default_rng(2).normal(size=30))
    error = maritz_jarrett.of_sorted(values)
    assert maritz_jarrett.of_sorted(values * 3.0 + 1000.0) == pytest.approx(3.0 * error, rel=1e-10)


def test_few_and_equal_stars():
    assert np.isnan(maritz_jarrett.of_sorted(np.array([])))
    assert np.isnan(maritz_jarrett.of_sorted(np.array([1.0, 2.0])))
    assert maritz_jarrett.of_sorted(np.full(10, 0.1)) == 0.0
    assert maritz_jarrett.of_sorted(np.full(11, 0.1)) == 0.0


@pytest.mark.parametrize("n", [10, 15, 40])
def test_calibrated_on_normal_stars(n):
    """The mean square of the error is within 15 percent of the median's true scatter squared."""
    rng = np.random.default_rng(n)
    samples = np.sort(rng.normal(size=(4000, n)), axis=1)
    scatter = np.median(samples, axis=1).std()
    errors = np.array([maritz_jarrett.of_sorted(v) for v in samples[:1500]])
    assert 0.9 < np.sqrt(np.mean(errors**2)) / scatter < 1.15
