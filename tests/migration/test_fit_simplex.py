"""Nelder-Mead finds the maximum that BFGS finds."""

import numpy as np
import pytest

from galdask.engine import stop
from galdask.errors import ConfigError, StoppedError
from galdask.migration import TABLE_1
from galdask.migration.fit.compiled import CompiledLikelihood
from galdask.migration.fit.coordinates import coordinates
from galdask.migration.fit.likelihood import Likelihood
from galdask.migration.fit.optimum import maximise
from galdask.migration.fit.sampling import HIGH, LOW, Target, begin, box
from galdask.migration.fit.simplex import simplex
from galdask.migration.fit.stages import starts
from galdask.migration.model.parameters import FREE
from galdask.migration.survey.marginal import star_rows
from galdask.migration.survey.observed import observe_stars
from galdask.migration.survey.selection import select
from galdask.migration.survey.toy import toy_survey
from galdask.migration.survey.volume import sample_volume


@pytest.fixture(scope="module")
def likelihood():
    selection = select(toy_survey())
    sample = observe_stars(TABLE_1, selection, 300, 2)
    rows = star_rows(sample.stars, TABLE_1, selection, draws=16)
    return CompiledLikelihood(Likelihood(rows, sample_volume(TABLE_1, selection, points=4000)))


def test_it_finds_what_bfgs_finds(likelihood):
    start = starts(TABLE_1, 2, 0.1, seed=3)[1]
    fit = maximise(likelihood, start)
    found = simplex(likelihood, start, 4000)
    assert found.converged
    assert found.value == pytest.approx(likelihood([found.parameters])[0], abs=1e-9)
    assert found.value > fit.value - 0.05
    away = coordinates(found.parameters) - coordinates(fit.parameters)
    assert away @ fit.hessian @ away < 0.2


def test_it_ends_where_it_was_told_to(likelihood):
    found = simplex(likelihood, TABLE_1, 40)
    assert not found.converged
    assert found.evaluations <= 45
    stop.requested.set()
    try:
        with pytest.raises(StoppedError):
            simplex(likelihood, TABLE_1, 40)
        with pytest.raises(StoppedError):
            maximise(likelihood, TABLE_1)
    finally:
        stop.requested.clear()


def test_a_likelihood_without_a_maximum():
    with pytest.raises(ConfigError, match="no set of parameters within the prior"):
        simplex(lambda sets: np.full(len(sets), np.nan), TABLE_1, 200)


def test_starts_lie_about_the_first_guess():
    made = starts(TABLE_1, 6, 0.15, seed=1)
    assert made[0] == TABLE_1
    assert made == starts(TABLE_1, 6, 0.15, seed=1)
    ratio = np.array([p.vector() for p in made[1:]]) / TABLE_1.vector()
    assert np.all(np.abs(ratio - 1) <= 0.15)
    assert np.ptp(ratio) > 0.2
    assert not any(p.outside_prior() for p in made)


def test_walkers_begin_in_the_box_within_the_prior(likelihood):
    errors = dict.fromkeys(FREE, 1e-3) | {"R_sigmaR": 400.0, "beta": np.nan}
    low, high = box(TABLE_1, errors, 8.0)
    assert np.all(low > LOW)
    assert np.all(high < HIGH)
    assert high[0] - TABLE_1.Rd0 == pytest.approx(4e-3)
    places, random = begin(TABLE_1, errors, 40, 7, 8.0)
    assert np.all((places > low) & (places < high))
    again, _ = begin(TABLE_1, errors, 40, 7, 8.0)
    np.testing.assert_array_equal(places, again)
    assert random[0] == "MT19937"


def test_the_target_is_the_likelihood_within_the_prior(likelihood):
    inside = TABLE_1.vector()
    outside = TABLE_1.change(beta=2.5).vector()
    values = Target(likelihood)(np.array([inside, outside, inside]))
    assert values[1] == -np.inf
    assert values[0] == values[2] == likelihood([TABLE_1])[0]
