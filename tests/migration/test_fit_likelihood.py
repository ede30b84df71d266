"""The likelihood: smooth, right at the truth by a score test, wrong where a weight is left out."""

import numpy as np
import pytest
from scipy import stats

from galdask.errors import ConfigError, InputError
from galdask.migration import TABLE_1
from galdask.migration.fit.likelihood import FLOOR, Likelihood
from galdask.migration.model.parameters import FREE
from galdask.migration.survey import marginal
from galdask.migration.survey.marginal import star_rows
from galdask.migration.survey.noise import Noise, Stars
from galdask.migration.survey.observed import observe_stars
from galdask.migration.survey.selection import select
from galdask.migration.survey.toy import toy_survey
from galdask.migration.survey.volume import sample_volume

P = TABLE_1
STEPS = dict(zip(FREE, [0.05, 0.02, 0.05, 8.0, 0.5, 0.012, 0.8, 0.02, 0.02, 0.001, 0.008], strict=True))


@pytest.fixture(scope="module")
def selection():
    return select(toy_survey())


@pytest.fixture(scope="module")
def sample(selection):
    return observe_stars(P, selection, 1200, 1)


@pytest.fixture(scope="module")
def volume(selection):
    return sample_volume(P, selection, points=30_000, seed=3)


def some(stars, n):
    return Stars(*(getattr(stars, name)[:n].copy() for name in Stars.__slots__))


@pytest.fixture(scope="module")
def likelihood(sample, selection, volume):
    return Likelihood(star_rows(sample.stars, P, selection, draws=80), volume)


def score_statistic(likelihood):
    """g^T F^-1 g at the truth, with F the outer products of scores: chi2 with 11 degrees of freedom."""
    n = likelihood.stars.rows.tau.shape[0]
    scores = np.empty((n, len(FREE)))
    for k, name in enumerate(FREE):
        up, down = (P.change(**{name: P[name] + sign * STEPS[name]}) for sign in (1, -1))
        terms = [likelihood.star_terms(p) - likelihood.volume.log_volume(p) for p in (up, down)]
        scores[:, k] = (terms[0] - terms[1]) / (2 * STEPS[name])
    g = scores.sum(axis=0)
    centred = scores - scores.mean(axis=0)
    return float(g @ np.linalg.solve(centred.T @ centred, g))


def test_the_truth_is_where_the_scores_vanish(likelihood):
    assert score_statistic(likelihood) < stats.chi2(11).isf(0.001)


def test_without_weights_the_truth_is_refused(sample, selection, volume, monkeypatch):
    ages, distances = marginal._ages, marginal._distances
    monkeypatch.setattr(marginal, "_ages", lambda *a: (ages(*a)[0], np.zeros(1)))
    monkeypatch.setattr(marginal, "_distances", lambda *a: (distances(*a)[0], np.zeros(1)))
    wrong = Likelihood(star_rows(sample.stars, P, selection, draws=80), volume)
    assert score_statistic(wrong) > stats.chi2(11).isf(0.001)


def test_both_ways_of_the_metallicity_agree(sample, selection, volume, likelihood):
    other = Likelihood(star_rows(sample.stars, P, selection, draws=80, mode="feh", seed=2), volume)
    difference = likelihood.star_terms(P) - other.star_terms(P)
    assert abs(difference.mean()) < 3.5 * difference.std() / np.sqrt(difference.size)
    expected = np.sqrt(likelihood.scatter(P) + other.scatter(P))
    assert 0.05 < np.median(np.abs(difference) / expected) < 0.5
    assert abs(difference.sum()) < 3.5 * np.sqrt(np.sum(expected**2))


def test_draws_fill_their_space_evenly(sample, selection, volume):
    """New draws scatter far less than independent ones would."""
    stars = some(sample.stars, 150)
    many = [Likelihood(star_rows(stars, P, selection, draws=80, seed=s), volume) for s in range(2, 7)]
    terms = np.array([x.star_terms(P) for x in many])
    assert terms.var(axis=0, ddof=1).sum() < 0.35 * many[0].scatter(P).sum()
    few = Likelihood(star_rows(stars, P, selection, draws=2000, seed=9), volume)
    difference = terms.mean(axis=0) - few.star_terms(P)
    assert abs(difference.mean()) < 0.01


def test_it_is_smooth_where_drawing_metallicity_makes_steps(sample, selection, volume):
    stars, gammas = some(sample.stars, 150), 0.456 + np.linspace(-0.02, 0.02, 41)
    roughness = {}
    for mode in ("lz0", "feh"):
        found = Likelihood(star_rows(stars, P, selection, draws=80, mode=mode), volume)
        values = [found(P.change(gamma_feh=g)) for g in gammas]
        roughness[mode] = np.std(np.diff(values, 3)) / np.sqrt(20)
    assert roughness["lz0"] < 1e-3
    assert roughness["feh"] > 0.02


def test_draws_are_keyed_by_star(sample, selection):
    part = star_rows(some(sample.stars, 20), P, selection, draws=40)
    whole = star_rows(some(sample.stars, 60), P, selection, draws=40)
    np.testing.assert_array_equal(part.rows.lz, whole.rows.lz[:20])
    np.testing.assert_array_equal(part.rows.log_weight, whole.rows.log_weight[:20])


def test_ages_beyond_the_model_keep_their_stars(sample, selection, volume):
    stars = some(sample.stars, 30)
    stars.age[:] = np.geomspace(0.05, 40.0, 30)
    found = Likelihood(star_rows(stars, P, selection, draws=80), volume).evaluate(P)
    assert found.floored == 0
    assert np.isfinite(found.value)


def test_a_star_that_cannot_be_is_counted_not_dropped(sample, selection, volume):
    stars = some(sample.stars, 10)
    good = Likelihood(star_rows(stars, P, selection, draws=40), volume).evaluate(P)
    turned = Stars(*(getattr(stars, n).copy() for n in Stars.__slots__))
    turned.pml[3], turned.pmb[3], turned.vlos[3] = -60.0, 0.0, -400.0
    bad = Likelihood(star_rows(turned, P, selection, draws=40), volume)
    assert bad.evaluate(P).floored == 1
    assert bad.star_terms(P)[3] < FLOOR
    assert bad.evaluate(P).value < good.value - 200


def test_bad_stars_and_noise(sample, selection):
    stars = some(sample.stars, 5)
    values = {n: getattr(stars, n).copy() for n in Stars.__slots__}
    with pytest.raises(InputError, match="column age, row 2"):
        Stars(**{**values, "age": np.array([1.0, 2.0, np.nan, 3.0, -1.0])})
    with pytest.raises(InputError, match="column vlos_err, row 0"):
        Stars(**{**values, "vlos_err": -values["vlos_err"]})
    with pytest.raises(InputError, match="no star to fit"):
        Stars(**{k: v[:0] for k, v in values.items()})
    with pytest.raises(ConfigError, match="noise, distance"):
        Noise(distance=0.0)
    with pytest.raises(ConfigError, match="unknown velocity_jacobian"):
        Noise(velocity_jacobian="some")
    away = Stars(**{**values, "b": np.full(5, 1.5)})
    with pytest.raises(InputError, match="lie in no field"):
        star_rows(away, P, selection)


@pytest.mark.parametrize("law", ["gaussian", "lognormal"])
def test_weights_turn_draws_into_the_noise(law):
    """The mean of w over draws is the integral of p(obs | true) over the true value."""
    normal = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    noise = Noise(distance_law=law, velocity_jacobian="paper", distance=0.1)
    true, log_w = marginal._distances(np.full(20_000, 3.0), normal, noise)
    for low, high in ((0.1, 50.0), (2.7, 3.1)):
        grid = np.linspace(low, high, 400_001)
        if law == "gaussian":
            density = stats.norm(grid, 0.1 * grid).pdf(3.0)
        else:
            density = stats.norm(np.log(grid), 0.1).pdf(np.log(3.0)) / 3.0
        inside = (true > low) & (true < high)
        expected = np.sum(density) * (grid[1] - grid[0])
        assert np.sum(np.exp(log_w)[inside]) / 20_000 == pytest.approx(expected, rel=2e-3)
    tau, log_w = marginal._ages(
        np.full(20_000, 2.0), (np.arange(20_000) + 0.5) / 20_000, noise, marginal.Tracer(), P
    )
    grid = np.linspace(0.8, 6.0, 100_001)
    density = stats.norm(np.log10(grid), 0.15).pdf(np.log10(2.0)) / (2.0 * np.log(10))
    inside = (tau > 1.5) & (tau < 3.0)
    part = (grid > 1.5) & (grid < 3.0)
    expected = np.sum(density[part]) * (grid[1] - grid[0])
    assert np.sum(np.exp(log_w)[inside]) / 20_000 == pytest.approx(expected, rel=2e-3)


def test_the_mock_is_the_survey_of_the_model(sample, volume):
    error = np.sqrt(1 / sample.drawn / np.exp(sample.log_volume) * 0.35 / 4 + 1 / volume.effective_size(P))
    assert abs(sample.log_volume - volume.log_volume(P)) < 3.5 * max(error, 0.03)
    true = sample.true
    assert np.median(true.tau) == pytest.approx(3.2, abs=0.4)
    assert np.median(true.jr) == pytest.approx(27, abs=4)
    assert np.sqrt(np.mean((true.lz - true.lz0) ** 2)) == pytest.approx(413, abs=30)
    stars = sample.stars
    assert np.std(np.log10(stars.age / true.tau)) == pytest.approx(0.15, rel=0.1)
    assert np.std(stars.distance / sample.true_distance) == pytest.approx(0.07, rel=0.1)
    assert np.std(stars.fe_h - true.fe_h) == pytest.approx(0.05, rel=0.1)


def test_staeckel_actions_are_near_those_in_the_plane(sample, selection):
    stars = some(sample.stars, 100)
    plane, whole = (star_rows(stars, P, selection, draws=20, backend=b).rows for b in ("planar", "staeckel"))
    low = (np.abs(plane.z) < 0.15) & np.isfinite(plane.log_weight) & (plane.jr > 5)
    assert low.sum() > 100
    ratio = whole.jr[low] / plane.jr[low]
    assert np.median(np.abs(ratio - 1)) < 0.05
    assert np.any(ratio != 1)
