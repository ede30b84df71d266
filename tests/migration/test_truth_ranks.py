"""The truth ranks evenly among samples of the posterior: simulation-based calibration (see `truth_ranks`)."""

import time

import numpy as np
import pytest
from scipy import stats

from galdask.migration.fit import crosscheck
from galdask.migration.fit.coordinates import coordinates, slopes
from galdask.migration.model.parameters import FREE, KNOWN
from tests.migration import truth, truth_page, truth_ranks
from tests.statistics.report import number, table


def test_truths_are_drawn_from_the_prior_of_the_sampler():
    low, high = truth_ranks.box()
    known = np.array([(KNOWN[name].low, KNOWN[name].high) for name in FREE]).T
    assert np.all((low > known[0]) & (high < known[1]))
    drawn = np.array([truth_ranks.true_parameters(seed).vector() for seed in range(300)])
    assert np.all((drawn > low) & (drawn < high))
    shares = (drawn - low) / (high - low)
    assert all(stats.kstest(shares[:, k], "uniform").pvalue > 1e-4 for k in range(len(FREE)))


def test_even_ranks_pass_and_others_do_not():
    """Ranks of normal posteriors in 20 mocks: the chi2 sees shifts, the scatter of the scores sees widths."""
    r = np.random.default_rng(4)
    right, shifted = 0, 0
    for _ in range(200):
        true = r.normal(size=20)
        right += truth_ranks.even(stats.norm.cdf(true))[1] < truth_ranks.PROBABLE
        shifted += truth_ranks.even(stats.norm.cdf(true - 1.4))[1] < truth_ranks.PROBABLE
    assert right <= 3
    assert shifted >= 140
    assert truth_ranks.even(np.array([0.1, 0.3, 0.6, 0.9] * 5)) == (0.0, 1.0)
    true = r.normal(size=(20, 11))
    held = [truth_ranks.width(stats.norm.cdf(true * factor))[1] for factor in (1.0, 1.6, 0.6)]
    assert held == [True, False, False]


class Measured:
    """Eleven numbers, each measured once with a normal error: a posterior that is known."""

    def __init__(self, seen):
        self.reference, self.seen = truth.P, seen

    def __call__(self, sets):
        d = (np.array([p.vector() for p in sets]) - self.seen) / np.array(truth.EXPECTED)
        return -0.5 * np.sum(d * d, axis=1)


def test_the_sampler_ranks_evenly_where_the_posterior_is_known():
    """The same steps as for mocks, with an exact likelihood: what is left is the sampler and the prior."""
    low, high = (truth.P.vector() + s * 3.0 * np.array(truth.EXPECTED) for s in (-1, 1))
    curvature = np.diag((slopes(truth.P) / np.array(truth.EXPECTED)) ** 2)
    shares = []
    for seed in range(5):
        r = np.random.default_rng(seed)
        true = r.uniform(low, high)
        seen = true + r.normal(size=11) * np.array(truth.EXPECTED)
        start = truth.P.with_vector(np.clip(seen, low + 0.02 * (high - low), high - 0.02 * (high - low)))
        assert np.all(np.isfinite(coordinates(start)))
        target = crosscheck.Target(Measured(seen), low, high)
        found = crosscheck.by_ensemble(target, start, curvature, steps=120, seed=seed)
        below = np.sum(found.weights[:, None] * (found.parameters < true), axis=0)
        law = stats.norm(seen, truth.EXPECTED)
        exact = (law.cdf(true) - law.cdf(low)) / (law.cdf(high) - law.cdf(low))
        shares.append(below - exact)
    # independent samples: some hundred, so a share scatters by a few hundredths
    assert np.abs(np.mean(shares)) < 0.02
    assert 0.01 < np.std(shares) < 0.08


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_ranks_of_mocks_are_even():
    found = truth.each("ranks", truth_ranks.MOCKS, truth_ranks.rank, truth_ranks.Ranked)
    began = time.monotonic() - sum(one.seconds for one in found)
    shares = truth_ranks.table_of(found)
    scores = truth_ranks.scores(shares)
    tests = [truth_ranks.even(shares[:, k]) for k in range(len(FREE))]
    low, high = truth_ranks.box()
    rows = [
        (
            name, f"{low[k]:.4g} to {high[k]:.4g}", *np.histogram(shares[:, k], truth_ranks.BINS, (0, 1))[0],
            number(tests[k][0], 1), number(tests[k][1], 3), number(float(scores[:, k].mean())),
            number(float(scores[:, k].std(ddof=1))),
        )
        for k, name in enumerate(FREE)
    ]  # fmt: skip
    quarters = [f"{k}/{truth_ranks.BINS}" for k in range(1, truth_ranks.BINS + 1)]
    head = ("parameter", "prior", *(f"to {q}" for q in quarters), "chi2", "p", "mean score", "sd of scores")
    pooled = np.histogram(shares, truth_ranks.BINS, (0, 1))[0]
    truth_ranks.draw(found, truth_page.FOLDER / "ranks.png")
    truth_page.write(
        "ranks", "Ranks of the truth in the posterior", began,
        [
            f"{len(found)} mocks of {truth_ranks.STARS} stars, {truth_ranks.DRAWS} draws a star and"
            f" {truth_ranks.POINTS} volume points a star. The truth of each mock is drawn evenly from a box,"
            " and that box is the prior of its posterior: ranks are even only then. The box reaches"
            f" {truth_ranks.HALF:g} expected errors to each side. 52 walkers, {truth_ranks.STEPS} steps, at"
            f" least {min(one.effective for one in found):.0f} independent samples; the effective size of the"
            f" volume at samples of the posterior is at least {min(one.volume for one in found):.1f} a star."
            " `p`: chance of the chi2 of the counts against equal ones; scores: the ranks as normal deviates,"
            " of unit scatter where the posterior has the right width. Mocks of one seed share random numbers"
            " with those of the same seed elsewhere on this page.\n",
            table(head, rows),
            f"All parameters together: {', '.join(map(str, pooled))}; scores have a mean of"
            f" {scores.mean():.2f} and a standard deviation of {scores.std():.2f} (parameters of a mock are"
            " correlated).\n",
            "![ranks](migration/ranks.png)\n",
        ],
    )  # fmt: skip
    assert len(found) >= 20
    assert min(one.effective for one in found) > 100
    assert min(one.volume for one in found) > 10
    assert [name for name, (_, p) in zip(FREE, tests, strict=True) if p < truth_ranks.PROBABLE] == []
    assert truth_ranks.width(shares)[1]
