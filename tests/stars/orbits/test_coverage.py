"""Intervals over Monte Carlo draws hold the truth as often as they say, on mock stars with known errors."""

from __future__ import annotations

import numpy as np
import pytest

from galdask.stars.orbits import orbit_quantities
from tests.stars.orbits import coverage, known

DRAWS = 80


@pytest.fixture(scope="module")
def stars():
    return known.survey_stars(9_000, 3)


@pytest.fixture(scope="module")
def found(stars):
    return coverage.intervals(stars, DRAWS)


def test_the_oracle_of_the_sky_inverts_that_of_the_mock(stars):
    back = known.measured(stars, known.true_measurements(stars))
    for own, true in zip(back, known.truth(stars), strict=True):
        np.testing.assert_allclose(own, true, rtol=1e-10, atol=1e-9)
    # the disks of the mock turn with the Sun
    vphi, lz = known.truth(stars)[2], orbit_quantities(*known.truth(stars))["lz"]
    assert np.median(vphi) > 150
    assert np.mean(lz > 0) > 0.95


def test_measurements_scatter_by_their_stated_errors(stars):
    true = known.true_measurements(stars)
    pulls = {"distance": np.log(stars["distance"] / true["distance"]) * stars["distance"]}
    pulls |= {name: stars[name] - true[name] for name in known.MEASURED[1:]}
    for name, values in pulls.items():
        pull = values / stars[f"{name}_err"]
        assert abs(pull.mean()) < 4 / np.sqrt(pull.size), name
        assert abs(pull.std() - 1) < 4 / np.sqrt(2 * pull.size), name
    wider = coverage.scaled(stars, 2.0)
    np.testing.assert_allclose(wider["rv"] - true["rv"], 2 * (stars["rv"] - true["rv"]), atol=1e-9)
    np.testing.assert_allclose(
        wider["distance"] / true["distance"], (stars["distance"] / true["distance"]) ** 2
    )


def test_lz_and_guiding_radius_are_covered(stars, found):
    for name in ("lz", "r_guide"):
        one = found[name]
        assert one.truth.size > 0.99 * stars["ra"].size > 4_000
        assert 0.65 < one.held() < 0.71, name
        assert abs(one.held() - coverage.expected(DRAWS)) < 3 * np.sqrt(0.22 / one.truth.size), name
        assert abs(one.bias()) < 0.1, name


def test_intervals_that_are_too_narrow_are_seen(stars):
    """The same test with errors stated at two thirds of their size: it can fail."""
    narrow = stars | {f"{name}_err": stars[f"{name}_err"] / 1.5 for name in known.MEASURED}
    assert coverage.intervals(narrow, 40)["lz"].held() < 0.6


def test_radial_actions_are_inflated_by_noise(found):
    """A draw adds noise to a star that is noisy already: what is bounded by zero comes out too large."""
    jr = found["jr"]
    cold = next(one for low, _, one in jr.bands("truth") if low < 0.5)
    assert cold.truth.size > 50
    assert cold.ratio() > 2
    assert cold.held() < 0.55
    assert np.mean(cold.truth > cold.high) == 0.0
    far = jr.among(jr.middle > 5 * jr.sigma)
    assert abs(far.bias()) < 0.1
    assert 0.62 < far.held() < 0.71
    near = jr.among(jr.middle < 2 * jr.sigma)
    assert near.bias() > 0.1
    assert near.below() > 0.2


def test_expected_coverage_of_sample_quantiles():
    random = np.random.default_rng(1)
    values = np.sort(random.standard_normal((40_000, 21)), axis=1)
    truth = random.standard_normal(40_000)
    low, _, high = np.quantile(values, coverage.Q, axis=1)
    held = np.mean((low <= truth) & (truth <= high))
    assert held == pytest.approx(coverage.expected(21), abs=0.01)


@pytest.mark.long
@pytest.mark.parametrize("times", [1.0, 3.0])
def test_coverage_in_full(times):
    stars = coverage.scaled(known.survey_stars(200_000, 5), times)
    found = coverage.intervals(stars, DRAWS)
    for name in ("lz", "r_guide"):
        assert found[name].truth.size > 95_000
        assert 0.65 < found[name].held() < 0.71, name
