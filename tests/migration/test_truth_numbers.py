"""Numbers that an independent implementation of the model found, and what goes wrong without the mends."""

import time

import numpy as np
import pytest
from scipy import stats

from galdask.migration import draw
from galdask.migration.model import height
from galdask.migration.model.circles import circles
from galdask.migration.model.parameters import FREE
from galdask.migration.survey import marginal
from galdask.migration.survey.brute_force import volume_by_stars
from galdask.migration.survey.noise import Noise
from galdask.migration.survey.tracer import Tracer
from galdask.migration.survey.volume import sample_volume
from galdask.stars import open_potential
from tests.migration import truth, truth_page
from tests.statistics.report import number, table

P = truth.P
#: one change at a time, as much as fits move
CHANGES = ({"sigma_Lz": 500.0}, {"Rd0": 3.2}, {"x_io": 0.5}, {"sigma_vR0": 42.0, "beta": 0.4}, {"a_z": 1.0})


@pytest.fixture(scope="module")
def sample():
    return truth.mock(2000, 1)


def test_the_stars_that_a_small_survey_sees(sample):
    """Ages, places, metallicities and migration; that survey had other fields, so the numbers are near."""
    true, seen = sample.true, sample.true_motion
    assert np.median(true.tau) == pytest.approx(3.0, abs=0.4)
    assert np.mean(true.tau) == pytest.approx(3.2, abs=0.4)
    assert np.quantile(seen.r, (0.05, 0.95)) == pytest.approx((5.0, 11.9), abs=0.7)
    assert np.quantile(sample.true_distance, (0.05, 0.95)) == pytest.approx((1.4, 4.5), abs=0.4)
    assert np.quantile(true.fe_h, (0.05, 0.95)) == pytest.approx((-0.31, 0.45), abs=0.06)
    assert np.median(true.jr) == pytest.approx(27, abs=2.5)
    assert np.sqrt(np.mean((true.lz - true.lz0) ** 2)) == pytest.approx(413, abs=20)
    assert np.all((true.tau >= 0.8) & (true.tau <= 6.0))


def test_ages_that_are_not_cut_leave_stars_without_draws(sample):
    """Of 2000 stars some 20 would have fewer than 5 of 80 draws below 6 Gyr; with the cut all are alive."""
    observed = sample.stars.age
    free = 10.0 ** (np.log10(observed)[:, None] + 0.15 * np.random.default_rng(1).normal(size=(2000, 80)))
    alive = np.count_nonzero((free >= 0.8) & (free <= 6.0), axis=1)
    assert 8 <= np.count_nonzero(alive < 5) <= 45
    assert np.count_nonzero(alive == 0) <= 8
    even = np.random.default_rng(2).random((2000, 80))
    cut, log_w = marginal._ages(observed[:, None], even, Noise(), Tracer(), P)
    assert np.all((cut >= 0.8) & (cut <= 6.0))
    assert np.all(np.isfinite(log_w))


def test_weights_that_are_left_out_bias_ages_by_an_eighth_and_distances_by_half_a_percent():
    """Per power of the age (0.15 ln 10)^2 = 12 %, per power of the distance 0.07^2 = 0.5 %."""
    even = (np.arange(40_000) + 0.5) / 40_000
    wide = P.change(tau_m=11.0)
    tau, log_w = marginal._ages(np.full(40_000, 3.0), even, Noise(), Tracer("flat", youngest=0.1), wide)
    w = np.exp(log_w)
    assert np.average(tau, weights=w) / np.mean(tau) == pytest.approx(1.127, abs=0.012)
    noise = Noise(velocity_jacobian="paper", distance_law="lognormal")
    distance, log_w = marginal._distances(np.full(40_000, 3.0), stats.norm.ppf(even), noise)
    w = np.exp(log_w)
    assert np.average(distance, weights=w) / np.mean(distance) == pytest.approx(1.0049, abs=5e-4)


def test_the_disk_flares_beyond_the_data():
    nu = circles(16.5 * 212.0, open_potential()).nu
    assert 1.16 * height.unit_scale(height.mean_jz(3.0, 16.5, 16.5), nu) > 1.2
    raw = 0.91 + 0.183 * -7 + 0.087 * 49 + 0.014 * -343 + (1.79 - 0.35) * 0.1 ** (1.05 - 0.385)
    assert raw == pytest.approx(-0.60, abs=0.01)
    assert height.mean_jz(0.1, 1.0, 1.0) > 0.0


def test_the_printed_steady_state_is_not_the_other_one():
    """Drift and truncation keep angular momentum to 6 %, not exactly."""
    few = draw(P, 40_000, 11)
    assert few.lz.mean() / few.lz0.mean() == pytest.approx(0.943, abs=0.008)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_the_volume_against_brute_force():
    """Importance sampling and stars placed without a density give one V_S, and the same ratios."""
    began = time.monotonic()
    volume = sample_volume(P, truth.survey(), points=100_000, seed=3)
    rows, pulls = [], []
    base = volume.log_volume(P)
    for change in ({}, *CHANGES):
        p = P.change(**change)
        brute, error = volume_by_stars(p, truth.survey(), n=150_000, seed=5, azimuths=16)
        ours, size = float(np.exp(volume.log_volume(p))), volume.effective_size(p)
        ratio, err = ours / brute, float(np.hypot(error / brute, 1 / np.sqrt(size)))
        pulls.append((ratio - 1) / err)
        name = ", ".join(f"{k} = {v:g}" for k, v in change.items()) or "Table 1"
        rows.append((name, f"{ours:.3e}", f"{np.exp(np.log(ours) - base):.4f}", f"{ratio:.4f}", f"{err:.4f}",
                     number(pulls[-1])))  # fmt: skip
    disk = draw(P, 1_000_000, 7)
    near = np.abs(disk.lz / 235 - 8) < 0.3
    sanity = {
        "mean Lz0": (disk.lz0.mean(), 1315, 3), "mean Lz": (disk.lz.mean(), 1241, 4),
        "mean age": (disk.tau.mean(), 4.3, 0.05), "older than 5 Gyr": (np.mean(disk.tau > 5), 0.44, 0.006),
        "born at r0 < 3 kpc": (np.mean(disk.lz0 < 705), 0.29, 0.006),
        "rms(Lz - Lz0)": (np.sqrt(np.mean((disk.lz - disk.lz0) ** 2)), 450, 3),
        "sd of [Fe/H] at Lz = 8 x 235": (disk.fe_h[near].std(), 0.18, 0.006),
        "mean JR there": (disk.jr[near].mean(), 46, 1.5),
    }  # fmt: skip
    truth_page.write(
        "volume", "Survey volume and a million stars of the model", began,
        [
            f"{volume.rows.size:,} points drawn at Table 1 against 150,000 stars of each set, seen from 16"
            " azimuths. `ratio`: importance sampling over brute force.\n",
            table(("set", "V_S", "over that of Table 1", "ratio", "error", "pull"), rows),
            table(("a million stars at Table 1", "found", "independent implementation"),
                  [(name, f"{v:.4g}", f"{known:g}") for name, (v, known, _) in sanity.items()]),
        ],
    )  # fmt: skip
    assert max(map(abs, pulls)) < 3.5
    assert [n for n, (v, known, tolerance) in sanity.items() if abs(v - known) > tolerance] == []


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_what_draws_and_volume_add_to_an_error():
    """Scatter and bias of one step of Newton's method at the truth, over new draws and new volumes."""
    from galdask.migration.fit.compiled import CompiledLikelihood
    from galdask.migration.fit.coordinates import STEPS, coordinates, parameters_at
    from galdask.migration.fit.likelihood import FLOOR, Likelihood
    from galdask.migration.fit.optimum import maximise

    began, n, most = time.monotonic(), 2000, 320
    x, step = coordinates(P), np.array([STEPS[name] for name in FREE])
    moved = [parameters_at(x + s * step * row, P) for row in np.eye(len(FREE)) for s in (1, -1)]

    def slope(values):
        return (values[0::2] - values[1::2]) / (2 * step)[:, None]

    volumes = [sample_volume(P, truth.survey(), points=25 * n, seed=s) for s in range(1, 7)]
    first = truth.star_rows(truth.mock(n, 31), P, 31, 80)
    fit = maximise(CompiledLikelihood(Likelihood(first, volumes[0])), P)
    cov = np.linalg.inv(fit.hessian)
    sigma = np.sqrt(np.diag(cov))
    found = {k: [] for k in (80, 160)}
    for seed in range(31, 37):
        sample = truth.mock(n, seed)

        def terms(draws, new, sample=sample):
            made = CompiledLikelihood(Likelihood(truth.star_rows(sample, P, new, draws), volumes[0]))
            return slope(np.maximum(made.star_terms(moved), FLOOR)).sum(axis=1)

        known = terms(most, seed + 500)
        for k, kept in found.items():
            kept.append([cov @ (terms(k, seed + 100 * new) - known) / sigma for new in (1, 2)])
    grads = np.array([slope(np.array([[v.log_volume(p)] for p in moved]))[:, 0] for v in volumes])
    noise = (n * grads @ cov / sigma).std(axis=0, ddof=1)
    rows = [("volume of 25 points a star, scatter", *(number(v) for v in noise))]
    for k, kept in found.items():
        both = np.array(kept)
        scatter = np.sqrt(np.mean((both[:, 0] - both[:, 1]) ** 2, axis=0) / 2)
        rows.append((f"{k} draws, scatter", *(number(v) for v in scatter)))
        rows.append((f"{k} draws, mean shift", *(number(v) for v in both.mean(axis=(0, 1)))))
    truth_page.write(
        "draws_and_volume", "What draws and volume add to an error", began,
        [
            f"In standard errors of {n} stars, one step of Newton's method at the truth, six mocks; shifts"
            f" are those from {most} draws a star. A scatter stays the same share of the error for any number"
            " of stars; a shift grows with its square root.\n",
            table(("what", *FREE), rows),
        ],
    )  # fmt: skip
    assert np.all(noise < 0.7)
    shift = {k: np.abs(np.array(kept).mean(axis=(0, 1))).max() for k, kept in found.items()}
    assert shift[160] < shift[80] < 0.7
