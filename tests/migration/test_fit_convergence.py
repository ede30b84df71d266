"""A chain of known autocorrelation is judged by it."""

import numpy as np
import pytest

from galdask.migration.fit.convergence import autocorrelation_times, burn_in_and_thin, describe, judge
from galdask.migration.model.parameters import FREE

WALKERS = 20


def chain(steps, memory, seed=1, start=0.0):
    """An AR(1) chain of variance 1 for every parameter; its autocorrelation time is (1 + a) / (1 - a)."""
    rng = np.random.default_rng(seed)
    made = np.empty((steps, WALKERS, len(FREE)))
    now = np.full((WALKERS, len(FREE)), start) + rng.normal(size=(WALKERS, len(FREE)))
    for k in range(steps):
        now = memory * now + np.sqrt(1 - memory**2) * rng.normal(size=now.shape)
        made[k] = now
    return made


@pytest.mark.parametrize("memory", [0.5, 0.9])
def test_autocorrelation_times(memory):
    expected = (1 + memory) / (1 - memory)
    np.testing.assert_allclose(autocorrelation_times(chain(4000, memory)), expected, rtol=0.2)


def test_a_long_chain_has_converged():
    judged = judge(chain(3000, 0.8))
    assert judged.converged
    assert judged.verdict.startswith("Converged: ")
    assert 20 < judged.burn_in < 100
    assert judged.thin == 4
    np.testing.assert_allclose(judged.effective, 3000 * WALKERS / 9.0, rtol=0.25)


def test_a_short_chain_has_not():
    judged = judge(chain(250, 0.8))
    assert not judged.converged
    assert "where 50 are asked for" in judged.verdict
    assert "--resume" in judged.verdict
    assert "too few" in judge(chain(15, 0.8)).verdict
    assert not judge(chain(15, 0.8)).converged


def test_times_that_grow_have_not_settled():
    """Two kinds of steps: the slow ones are seen only in the second half."""
    steps = np.concatenate([chain(1500, 0.2, 1), chain(1500, 0.96, 2)])
    judged = judge(steps)
    assert not judged.converged
    assert "still grow" in judged.verdict


def test_the_burn_in_is_left_out():
    steps = chain(2000, 0.9, start=40.0)
    burn_in, _ = burn_in_and_thin(steps)
    assert 60 < burn_in < 200
    numbers = describe(steps, judge(steps))
    assert abs(numbers["beta"]["median"]) < 0.1
    assert numbers["beta"]["q84"] - numbers["beta"]["q16"] == pytest.approx(2.0, rel=0.1)
    assert judge(steps, first=1200).burn_in >= 1200


def test_walkers_that_stand_still_say_nothing():
    steps = np.repeat(chain(1, 0.5), 400, axis=0)
    assert np.all(np.isnan(autocorrelation_times(steps)))
    assert not judge(steps).converged
