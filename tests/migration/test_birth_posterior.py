"""Birth angular momenta of stars: against an integral on a grid, and against stars of known birth."""

import numpy as np
import pytest

from galdask.migration import TABLE_1, TEXT, Tracer, draw
from galdask.migration.birth.posterior import Measurements, births
from galdask.migration.model import birth, enrichment, star_formation

FLAT = Tracer("flat", 0.5)
ONE = TABLE_1.vector()[None, :]


def star(fe_h, age, fe_h_err=0.05, age_err=0.15, n=1):
    key = np.arange(n, dtype=np.uint64)
    return Measurements(key, *(np.full(n, float(v)) for v in (fe_h, fe_h_err, age, age_err)))


def grid_quantiles(p, tracer, fe_h, age, fe_h_err, age_err):
    """The same posterior by sums over a grid of Lz0 and ages."""
    lz0 = np.linspace(0.5, 8000.0, 16000)[:, None]
    tau = np.linspace(tracer.youngest, p.tau_m, 301)[None, :]
    log_p = birth.log_p(p, lz0) + star_formation.log_p(p, tau, lz0) + np.log(tracer.weight(tau))
    log_p = log_p - 0.5 * ((enrichment.fe_h(p, lz0, tau) - fe_h) / fe_h_err) ** 2
    density = np.exp(log_p - 0.5 * (np.log10(tau / age) / age_err) ** 2).sum(axis=1)
    below = np.cumsum(density) / density.sum()
    return np.interp([0.16, 0.5, 0.84], below, lz0[:, 0])


@pytest.mark.parametrize(("fe_h", "age", "fe_h_err", "age_err"), [
    (0.0, 4.6, 0.05, 0.15), (-0.4, 2.0, 0.1, 0.1), (0.45, 5.0, 0.05, 0.15),  # across the break
    (0.62, 3.0, 0.05, 0.1),  # more metal-rich than the centre was
    (0.1, 9.0, 0.05, 0.15), (0.1, 0.4, 0.05, 0.15),  # beyond the ages of the model
])  # fmt: skip
def test_quantiles_are_those_of_the_integral(fe_h, age, fe_h_err, age_err):
    expected = grid_quantiles(TABLE_1, FLAT, fe_h, age, fe_h_err, age_err)
    found = births(ONE, TABLE_1, FLAT, star(fe_h, age, fe_h_err, age_err), 4096, 1).lz0[:, 0]
    width = expected[2] - expected[0]
    assert found == pytest.approx(expected, abs=0.03 * width + 1.0)
    few = births(ONE, TABLE_1, FLAT, star(fe_h, age, fe_h_err, age_err, 40), 256, 1).lz0
    assert few.mean(axis=1) == pytest.approx(expected, abs=0.05 * width + 1.0)
    assert np.all(few.std(axis=1) < 0.12 * width)


def test_the_tracer_weighs_ages():
    clump = Tracer("red_clump", 0.8)
    expected = grid_quantiles(TABLE_1, clump, 0.0, 4.0, 0.05, 0.3)
    found = births(ONE, TABLE_1, clump, star(0.0, 4.0, age_err=0.3), 4096, 1).lz0[:, 0]
    assert found == pytest.approx(expected, abs=0.03 * (expected[2] - expected[0]))
    flat = births(ONE, TABLE_1, FLAT, star(0.0, 4.0, age_err=0.3), 4096, 1).lz0[1, 0]
    assert found[1] > flat + 20.0  # younger stars of a metallicity were born further out


def test_intervals_hold_the_births_of_drawn_stars():
    """68 % of the births lie within; binomial errors at 4 sigma."""
    stars = draw(TABLE_1, 4000, 3)
    kept = stars.tau > FLAT.youngest
    lz0, tau, fe_h = stars.lz0[kept], stars.tau[kept], stars.fe_h[kept]
    rng, n = np.random.default_rng(1), int(kept.sum())
    seen = Measurements(
        np.arange(n, dtype=np.uint64), fe_h + 0.05 * rng.standard_normal(n), np.full(n, 0.05),
        10.0 ** (np.log10(tau) + 0.15 * rng.standard_normal(n)), np.full(n, 0.15),
    )  # fmt: skip
    q = births(ONE, TABLE_1, FLAT, seen, 256, 1).lz0
    tolerance = 4.0 * np.sqrt(0.68 * 0.32 / n)
    assert np.mean((lz0 > q[0]) & (lz0 < q[2])) == pytest.approx(0.68, abs=tolerance)
    assert np.mean(lz0 < q[1]) == pytest.approx(0.5, abs=4.0 * 0.5 / np.sqrt(n))


def test_a_posterior_of_parameters_widens_the_interval():
    wide = np.tile(TABLE_1.vector(), (64, 1))
    wide[:, -1] += np.linspace(-0.12, 0.12, 64)  # of feh_max: 0.12 dex are 300 kpc km/s
    narrow, broad = (births(s, TABLE_1, FLAT, star(0.0, 4.0, n=10), 512, 1).lz0 for s in (ONE, wide))
    assert np.mean(broad[2] - broad[0]) > 1.1 * np.mean(narrow[2] - narrow[0])
    other = births(TEXT.vector()[None, :], TEXT, FLAT, star(0.0, 4.0), 512, 1).lz0
    assert other[1, 0] < narrow[1].mean() - 30.0  # a lower feh_max: born further in


def test_a_star_is_the_same_in_any_company():
    many = births(ONE, TABLE_1, FLAT, star(0.0, 4.0, n=7), 128, 1).lz0
    one = births(ONE, TABLE_1, FLAT, Measurements(*(v[4:5] for v in star(0.0, 4.0, n=7))), 128, 1).lz0
    assert np.array_equal(many[:, 4:5], one)
    assert not np.array_equal(births(ONE, TABLE_1, FLAT, star(0.0, 4.0, n=7), 128, 2).lz0, many)


def test_shares_say_how_far_a_star_is_from_the_model():
    found = births(ONE, TABLE_1, FLAT, star(0.0, 4.0), 256, 1)
    assert found.age_share[0] == pytest.approx(0.88, abs=0.01)
    assert found.fe_h_share[0] == pytest.approx(1.0)
    far = births(ONE, TABLE_1, FLAT, star(1.2, 30.0), 256, 1)
    assert far.age_share[0] < 1e-5
    assert far.fe_h_share[0] < 1e-5
    assert np.all(np.isfinite(far.lz0))
