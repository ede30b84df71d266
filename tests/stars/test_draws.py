"""Draws of measured numbers: the generator, every model of an error, and percentiles."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy import stats

from galdask import rng
from galdask.stars.draws import draw_numbers, draw_pairs, normals_numpy
from galdask.stars.percentiles import network, percentiles, percentiles_numpy

KEYS = np.random.default_rng(1).integers(0, 2**64, 4000, dtype=np.uint64)


def same(value, n=KEYS.size):
    return np.full(n, float(value))


def drawn(model, value, low, high=None, draws=40, keys=KEYS, seed=1, purpose="distance"):
    high = low if high is None else high
    return draw_numbers(keys, seed, purpose, model, same(value), same(low), same(high), draws)


def test_the_numbers_are_those_of_the_registered_generator():
    n = drawn("gaussian", 0.0, 1.0, draws=7, seed=5, purpose="radial velocity")
    np.testing.assert_allclose(n, normals_numpy(KEYS, 5, "radial velocity", 7), rtol=0, atol=2e-15)
    np.testing.assert_array_equal(normals_numpy(KEYS, 5, "age", 4).T, rng.normal(KEYS, 0, 5, "age"))
    np.testing.assert_array_equal(normals_numpy(KEYS, 5, "age", 8)[4:].T, rng.normal(KEYS, 1, 5, "age"))


def test_pairs_are_those_of_the_generator_and_correlate():
    rho, u_err, v_err = 0.6, 2.0, 0.5
    u, v = draw_pairs(KEYS, 3, "proper motion", (same(1), same(-4)), (same(u_err), same(v_err)), same(rho), 9)
    n = normals_numpy(KEYS, 3, "proper motion", 18)
    np.testing.assert_allclose(u, 1 + u_err * n[0::2], rtol=0, atol=4e-15)
    np.testing.assert_allclose(v, -4 + v_err * (rho * n[0::2] + 0.8 * n[1::2]), rtol=0, atol=4e-15)
    assert abs(np.corrcoef(u.ravel(), v.ravel())[0, 1] - rho) < 0.015


def test_a_star_has_the_same_draws_wherever_it_is_met():
    whole = drawn("positive", 1.0, 0.8)
    order = np.random.default_rng(2).permutation(KEYS.size)
    np.testing.assert_array_equal(drawn("positive", 1.0, 0.8)[:, order], whole[:, order])
    for part in np.array_split(order, 5):
        one = draw_numbers(
            KEYS[part], 1, "distance", "positive", *(same(v, part.size) for v in (1.0, 0.8, 0.8)), 40
        )
        np.testing.assert_array_equal(one, whole[:, part])
    np.testing.assert_array_equal(drawn("positive", 1.0, 0.8, draws=13), whole[:13])
    assert not np.array_equal(drawn("positive", 1.0, 0.8, seed=2), whole)
    assert not np.array_equal(drawn("positive", 1.0, 0.8, purpose="age"), whole)


def test_a_cut_gaussian_is_the_truncated_normal_distribution():
    found = drawn("positive", 1.0, 2.0).ravel()
    assert found.min() > 0
    test = stats.kstest(found, stats.truncnorm(-0.5, np.inf, loc=1.0, scale=2.0).cdf)
    assert test.pvalue > 1e-3
    inside = drawn("gaussian", 1.0, 2.0).ravel() > 0
    np.testing.assert_array_equal(found[inside], drawn("gaussian", 1.0, 2.0).ravel()[inside])


def test_a_lognormal_keeps_the_median():
    found = drawn("lognormal", 4.0, 1.0).ravel()
    assert stats.kstest(found, stats.lognorm(0.25, scale=4.0).cdf).pvalue > 1e-3


def test_quantiles_come_back():
    found = drawn("quantiles", 5.0, 0.5, 2.0).ravel()
    low, middle, high = np.quantile(found, [stats.norm.cdf(-1), 0.5, stats.norm.cdf(1)])
    assert abs(low - 4.5) < 0.01
    assert abs(middle - 5) < 0.01
    assert abs(high - 7) < 0.03


def test_a_parallax_is_inverted_draw_by_draw():
    found = drawn("parallax", 0.5, 0.1)
    np.testing.assert_allclose(1 / found, drawn("positive", 0.5, 0.1), rtol=4e-16)
    assert drawn("parallax", 0.1, 1.0).min() > 0


def test_errors_in_dex():
    found = np.log10(drawn("dex", 8.0, 0.1, 0.2))
    np.testing.assert_allclose(
        found, np.log10(8) + np.where(normals_numpy(KEYS, 1, "distance", 40) > 0, 0.2, 0.1)
        * normals_numpy(KEYS, 1, "distance", 40), atol=1e-14,
    )  # fmt: skip


@pytest.mark.parametrize("model", ["gaussian", "positive", "lognormal", "quantiles", "parallax", "dex"])
def test_bad_stars(model):
    nan, inf = np.nan, np.inf
    value = np.array([1.0, nan, inf, -1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1e-300])
    low = np.array([0.1, 0.1, 0.1, 0.1, 0.1, nan, -1.0, 0.0, 0.1, 1e300])
    high = np.array([0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.0, nan, 1e300])
    found = draw_numbers(KEYS[:10], 1, "distance", model, value, low, high, 5)
    assert np.isfinite(found[:, 0]).all()
    assert np.isnan(found[:, [1, 2, 5, 6, 8]]).all()
    assert np.isfinite(found[:, [3, 4]]).all() == (model == "gaussian")
    np.testing.assert_array_equal(found[:, 7], 1.0)


def test_networks_sort():
    for count in (1, 2, 3, 5, 8, 13, 80, 129):
        rows = np.random.default_rng(count).normal(size=(count, 50))
        for a, b in network(count):
            rows[[a, b]] = np.sort(rows[[a, b]], axis=0)
        assert (np.diff(rows, axis=0) >= 0).all()


@settings(max_examples=60, deadline=None)
@given(
    some.integers(1, 90),
    some.integers(1, 70),
    some.floats(0, 1),
    some.sampled_from([(16, 50, 84), (0, 100), (5, 50, 77)]),
    some.integers(0, 2**32 - 1),
)
def test_percentiles_equal_numpy(draws, stars, holes, q, seed):
    random = np.random.default_rng(seed)
    rows = np.round(random.normal(size=(draws, stars)) * 10.0 ** random.integers(-3, 4, stars), 2)
    rows[random.random(rows.shape) < holes] = random.choice([np.nan, np.inf, -np.inf])
    for least in (1, draws - draws // 2):
        found, wanted = percentiles(rows, q, least), percentiles_numpy(rows, q, least)
        np.testing.assert_array_equal(found, wanted)
