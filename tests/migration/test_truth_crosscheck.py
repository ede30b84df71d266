"""Two samplers of different kinds agree where they should, and would notice a wrong posterior."""

import time

import numpy as np
import pytest
from scipy import stats

from galdask.errors import ConfigError, InputError
from galdask.migration.fit import crosscheck
from galdask.migration.fit.coordinates import coordinates, parameters_at, slopes
from galdask.migration.fit.crosscheck import QUANTILES, Comparison, Samples, Target
from galdask.migration.model.parameters import FREE
from tests.migration import truth, truth_page
from tests.statistics.report import number, table

P = truth.P
SIGMA = np.array(truth.EXPECTED) / slopes(P)


class Normal:
    """A likelihood whose posterior is normal in the coordinates, with neighbours that are correlated."""

    def __init__(self, shift=0.0):
        self.reference = P
        apart = np.abs(np.subtract.outer(np.arange(11), np.arange(11)))
        self.middle = coordinates(P) + shift * SIGMA
        self.hessian = np.linalg.inv(0.6**apart * np.outer(SIGMA, SIGMA))

    def __call__(self, sets):
        d = np.array([coordinates(p) for p in sets]) - self.middle
        stretch = np.array([np.sum(np.log(slopes(p))) for p in sets])
        return -0.5 * np.einsum("ni,ij,nj->n", d, self.hessian, d) - stretch


@pytest.fixture(scope="module")
def normal():
    return Normal()


@pytest.fixture(scope="module")
def both(normal):
    return crosscheck.compare(normal, P, normal.hessian, steps=500, effective=400, live=250, box=4.0, seed=2)


def exact():
    """Quantiles of the parameters themselves."""
    x = coordinates(P) + np.multiply.outer(stats.norm.ppf(QUANTILES), SIGMA)
    values = np.array([parameters_at(row, P).vector() for row in x])
    return np.sort(values, axis=0)


def test_both_samplers_find_the_quantiles_of_a_known_posterior(both):
    for one in (both.first, both.second):
        z = (one.quantiles() - exact()) / one.errors()
        assert np.max(np.abs(z)) < crosscheck.LARGEST, one.sampler
        assert 0.4 < np.std(z) < 1.8, one.sampler
        assert one.effective.min() > 150
        assert one.calls > 10_000
        assert one.weights.sum() == pytest.approx(1.0)
    assert both.agree
    assert "emcee and nautilus agree" in both.verdict()
    found = both.table()
    assert len(found) == 33
    assert list(found["parameter"].unique()) == list(FREE)
    assert np.all(found["resolution"] < 0.3)


def test_a_wrong_posterior_is_noticed(both):
    wrong = Normal(shift=0.5)
    first = crosscheck.by_ensemble(Target(wrong), P, wrong.hessian, steps=300, seed=3)
    found = Comparison(first, both.second)
    assert not found.agree
    assert "do not agree" in found.verdict()
    narrow = P.vector() + 0.7 * (both.first.parameters - P.vector())
    tight = Samples("emcee", narrow, both.first.weights, both.first.effective)
    assert not Comparison(tight, both.second).agree


def test_errors_of_quantiles_are_their_scatter():
    r = np.random.default_rng(1)
    values = r.normal(size=(300, 400, 11))
    one = [Samples("x", v, np.full(400, 1 / 400), np.full(11, 400.0)) for v in values]
    scatter = np.std([s.quantiles() for s in one], axis=0).mean(axis=1)
    stated = np.mean([s.errors() for s in one], axis=0).mean(axis=1)
    np.testing.assert_allclose(stated, scatter, rtol=0.05)
    weights = stats.norm.pdf(values[0, :, 0] - 1.0) / stats.norm.pdf(values[0, :, 0])
    shifted = Samples("x", values[0], weights / weights.sum(), np.full(11, 100.0))
    assert shifted.quantiles()[1, 0] == pytest.approx(1.0, abs=0.4)
    assert abs(shifted.quantiles()[1, 1]) < 0.4


def test_the_prior_is_uniform_in_the_parameters(normal):
    low, high = P.vector() - 1e-3 * np.abs(P.vector()), P.vector() + 1e-3 * np.abs(P.vector())
    target = Target(normal, low, high)
    x = coordinates(P)
    inside, outside = x.copy(), x.copy()
    outside[3] += 2e-3
    found = target(np.array([inside, outside, np.full(11, np.nan)]))
    assert found[0] == pytest.approx(0.0, abs=1e-9)
    assert found[1:].tolist() == [-np.inf, -np.inf]


def test_what_cannot_be_compared(normal):
    with pytest.raises(ConfigError, match="not positive in all directions"):
        crosscheck.compare(normal, P, -normal.hessian)
    short = Samples("emcee", np.tile(P.vector(), (80, 1)), np.full(80, 1 / 80), np.full(11, 80.0))
    with pytest.raises(InputError, match="too few independent samples"):
        crosscheck.compare(normal, P, normal.hessian, first=short)
    away = (P.vector() + 50 * np.array(truth.EXPECTED), P.vector() + 60 * np.array(truth.EXPECTED))
    with pytest.raises(InputError, match="hardly any place"):
        crosscheck.by_ensemble(Target(normal, *away), P, normal.hessian, steps=10)


@pytest.mark.long
def test_a_box_that_cuts_the_posterior_is_refused(normal):
    with pytest.raises(InputError, match="border of the box"):
        crosscheck.by_nesting(Target(normal), P, normal.hessian, effective=200, live=200, box=1.0)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_the_posterior_of_a_mock_by_both():
    began = time.monotonic()
    n, seed, draws = 500, 1, 40
    fit, made, _ = truth.fit_in_two_stages(n, seed, draws=draws, points=40 * n)
    found = crosscheck.compare(
        made, fit.parameters, fit.hessian, steps=1200, effective=1500, live=400, box=6.0
    )
    with truth.weights_off():
        wrong = truth.likelihood(truth.mock(n, seed), seed, fit.parameters, draws=draws, points=40 * n)
    first = crosscheck.by_ensemble(Target(wrong), fit.parameters, fit.hessian, steps=400)
    mistaken = Comparison(first, found.second)
    q = [s.quantiles() for s in (found.first, found.second)]
    z, m = found.differences(), mistaken.differences()
    rows_of_table = [
        (
            name, *(f"{s[1, k]:.4g} (-{s[1, k] - s[0, k]:.2g} +{s[2, k] - s[1, k]:.2g})" for s in q),
            *(number(z[i, k]) for i in range(3)), *(number(m[i, k], 1) for i in range(3)),
        )
        for k, name in enumerate(FREE)
    ]  # fmt: skip
    rows_of_samplers = [
        (s.sampler, f"{s.calls:,}", number(s.seconds, 0), number(float(s.effective.min()), 0),
         number(s.effective.min() / s.calls * 1e3, 1), "yes" if s.settled else "no")
        for s in (found.first, found.second)
    ]  # fmt: skip
    head = ("sampler", "ln L computed", "s", "independent samples", "of 1000 calls", "long enough by itself")
    columns = ("parameter", "emcee", "nautilus", *(f"{100 * q:.0f} %" for q in QUANTILES))
    truth_page.write(
        "crosscheck", "The posterior by two samplers", began,
        [
            f"A mock of {n} stars with {draws} draws each and {40 * n} volume points. {found.verdict()}"
            " Differences in Monte Carlo errors; the last three columns are those where the ensemble samples"
            f" a posterior without importance weights: {mistaken.verdict()}\n",
            table(head, rows_of_samplers),
            table((*columns, *(f"weights off, {100 * q:.0f} %" for q in QUANTILES)), rows_of_table),
        ],
    )  # fmt: skip
    assert found.agree
    assert np.max(found.resolution()) < 0.25
    assert not mistaken.agree
