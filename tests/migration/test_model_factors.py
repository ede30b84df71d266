"""Each factor of the model is a density, has the numbers of its equation, and draws what it says."""

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from galdask.migration import TABLE_1
from galdask.migration.model import birth, diffusion, enrichment, heating, height, star_formation
from galdask.migration.model.choices import Choices
from galdask.migration.model.circles import circles
from galdask.stars import open_potential

P = TABLE_1
FAR = P.change(x_io=1.7, tau_sfr=0.3, sigma_Lz=900.0, Rd0=4.5, beta=0.8, a_z=0.4)
GRID = (np.arange(4000) + 0.5) / 4000


def total(f, low, high, points=None):
    return quad(f, low, high, points=points, epsabs=1e-11, epsrel=1e-11, limit=400)[0]


def as_drawn(values, cdf):
    """Largest distance of the cumulative distribution of values drawn on a grid of uniform numbers."""
    return np.max(np.abs(cdf(values) - GRID))


@pytest.mark.parametrize("p", [P, FAR])
def test_birth_is_normalised(p):
    assert total(lambda x: np.exp(birth.log_p(p, x)), 0, 200 * p.scale, [p.scale]) == pytest.approx(
        1, abs=1e-8
    )


def test_birth_is_a_gamma_density_of_mode_l0():
    lz0 = np.linspace(10.0, 6000.0, 50)
    expected = stats.gamma(2, scale=658.0).logpdf(lz0)
    np.testing.assert_allclose(birth.log_p(P, lz0), expected, rtol=1e-13)
    assert birth.log_p(P, [0.0, -5.0]).tolist() == [-np.inf, -np.inf]
    u = np.random.default_rng(1).random((2, 200_000))
    assert birth.draw(P, *u).mean() == pytest.approx(2 * 658.0, rel=0.005)


@pytest.mark.parametrize("lz0", [0.0, 500.0, 8.2 * 235 / 0.65, 8.2 * 235 / 0.65 * (1 + 1e-8), 4000.0, 9e4])
@pytest.mark.parametrize("p", [P, FAR])
def test_star_formation_is_normalised(p, lz0):
    found = total(lambda t: np.exp(star_formation.log_p(p, t, lz0)), 0, p.tau_m, [0.05, 1.0])
    assert found == pytest.approx(1, abs=1e-8)


def test_star_formation_has_more_old_stars_inside():
    ages = np.array([1.0, 5.0])
    young, old = star_formation.log_p(P, ages, 500.0)
    assert old - young == pytest.approx(4 * (1 - 0.65 * 500 / 1927))
    young, old = star_formation.log_p(P, ages, 4000.0)
    assert old < young
    assert star_formation.log_p(P, 2.0, 1927 / 0.65) == pytest.approx(-np.log(6))
    assert star_formation.log_p(P, [-0.1, 6.1], 1000.0).tolist() == [-np.inf, -np.inf]


def test_star_formation_is_smooth_where_the_rate_vanishes():
    lz0 = 1927 / 0.65 * (1 + np.linspace(-1e-6, 1e-6, 401))
    values = star_formation.log_p(P, 2.0, lz0)
    assert np.max(np.abs(np.diff(values, 2))) < 1e-12


@pytest.mark.parametrize("lz0", [0.0, 1500.0, 1927 / 0.65, 1927 / 0.65 + 1e-3, 9000.0])
def test_ages_are_drawn_from_the_density(lz0):
    ages = star_formation.draw(P, GRID, np.full(GRID.size, lz0))
    a = star_formation.rate(P, lz0)
    cdf = lambda t: np.expm1(a * t) / np.expm1(6 * a) if abs(a) > 1e-12 else t / 6  # noqa: E731
    assert as_drawn(ages, cdf) < 1e-9
    assert ages.min() > 0
    assert ages.max() < 6


@pytest.mark.parametrize(
    ("lz0", "tau"), [(5.0, 6.0), (658.0, 6.0), (1824.0, 4.6), (1824.0, 0.01), (50.0, 3.0)]
)
@pytest.mark.parametrize("choices", [Choices(), Choices(drift="none")])
def test_diffusion_is_normalised(lz0, tau, choices):
    m = lz0 + diffusion.drift(P, choices) * tau
    s = diffusion.spread(P, tau)
    high = max(m, 0) + 40 * s
    points = [x for x in (m, m + 5 * s, m - 5 * s) if 0 < x < high]
    found = total(lambda x: np.exp(diffusion.log_p(P, x, lz0, tau, choices)), 0, high, points)
    assert found == pytest.approx(1, abs=1e-8)


def test_diffusion_has_the_drift_of_the_steady_state():
    assert diffusion.drift(P) == pytest.approx(-42.898, abs=5e-4)
    assert diffusion.drift(P) * 6 == pytest.approx(-257.4, abs=0.05)
    assert diffusion.drift(P, Choices(drift="none")) == 0
    rate = P.sigma_Lz**2 / P.tau_m
    f, step = lambda lz: np.exp(-lz / P.scale), 1e-3
    for lz in (300.0, 2000.0):
        flux = diffusion.drift(P) * f(lz) - 0.5 * rate * (f(lz + step) - f(lz - step)) / (2 * step)
        assert abs(flux) < 1e-7 * abs(diffusion.drift(P) * f(lz))


@pytest.mark.parametrize(("lz0", "tau"), [(5.0, 6.0), (1824.0, 4.6), (0.1, 0.001)])
def test_diffusion_draws_a_truncated_normal(lz0, tau):
    m, s = lz0 + diffusion.drift(P) * tau, diffusion.spread(P, tau)
    oracle = stats.truncnorm(-m / s, np.inf, loc=m, scale=s)
    values = diffusion.draw(P, GRID, np.full(GRID.size, lz0), np.full(GRID.size, tau))
    assert as_drawn(values, lambda v: 1 - oracle.cdf(v)) < 1e-8
    np.testing.assert_allclose(
        diffusion.log_p(P, values, lz0, tau), oracle.logpdf(values), rtol=1e-9, atol=1e-9
    )
    mean, deviation = diffusion.moments(P, lz0, tau)
    assert mean == pytest.approx(oracle.mean(), rel=1e-8)
    assert deviation == pytest.approx(oracle.std(), rel=1e-6)


def test_diffusion_stands_a_centre_far_below_zero():
    steep = P.change(sigma_Lz=3000.0, Rd0=0.5)
    assert np.isfinite(diffusion.log_p(steep, 10.0, 1.0, 6.0))
    assert diffusion.draw(steep, np.array([0.5]), np.array([1.0]), np.array([6.0]))[0] > 0


@pytest.mark.parametrize("tau", [0.0, 1.0, 6.0])
@pytest.mark.parametrize("lz", [200.0, 1880.0, 3500.0])
def test_heating_is_normalised(tau, lz):
    c = circles(lz, open_potential())
    mean = float(heating.mean_jr(P, tau, c.r, c.kappa))
    found = total(lambda j: np.exp(heating.log_p(P, j, tau, c.r, c.kappa)), 0, 60 * mean, [mean])
    assert found == pytest.approx(1, abs=1e-8)
    values = heating.draw(P, GRID, tau, c.r, c.kappa)
    assert as_drawn(values, lambda v: np.exp(-v / mean)) < 1e-12


def test_heating_at_its_reference():
    c = circles(8 * 235.577061, open_potential())
    assert c.r == pytest.approx(8.0, abs=1e-6)
    assert heating.dispersion(P, 6.0, c.r) == pytest.approx(49.0, abs=1e-5)
    assert heating.mean_jr(P, 6.0, c.r, c.kappa) == pytest.approx(60.7, abs=0.05)
    assert heating.dispersion(P, 6.0, 8.2) == pytest.approx(48.5, abs=0.05)
    assert heating.mean_jr(P, 1.0, 8.0, 39.0) / heating.mean_jr(P, 6.0, 8.0, 39.0) == pytest.approx(
        0.359, abs=5e-4
    )
    assert heating.log_p(P, -1.0, 1.0, 8.0, 39.0) == -np.inf


def test_enrichment_is_continuous_and_has_one_inverse():
    tau = np.linspace(0, 6, 7)[:, None]
    lz0 = np.linspace(1.0, 6000.0, 60)[None, :]
    fe_h = enrichment.fe_h(P, lz0, tau)
    np.testing.assert_allclose(
        enrichment.birth_lz(P, fe_h, tau), np.broadcast_to(lz0, fe_h.shape), rtol=1e-11
    )
    assert np.all(np.diff(fe_h, axis=1) < 0)
    below, above = enrichment.fe_h(P, 3 * 235 * np.array([1 - 1e-12, 1 + 1e-12]), 2.0)
    assert below - above == pytest.approx(0, abs=1e-9)
    outside = enrichment.fe_h(P, 235 * np.array([9.0, 10.0]), 2.0)
    assert np.diff(outside) == pytest.approx(-0.0936)
    assert enrichment.central(P, 0.0) == pytest.approx(0.7)
    offset = enrichment.fe_h(P, 235 * 5.0, 0.0) - 0.7 + 0.0936 * 5
    assert offset == pytest.approx(0.1908)
    assert enrichment.birth_lz(P, 0.71, 0.0) < 0


def test_enrichment_has_the_two_jacobians():
    assert np.exp(enrichment.log_jacobian(P, 500.0)) == pytest.approx(7833.3, abs=0.05)
    assert np.exp(enrichment.log_jacobian(P, 1500.0)) == pytest.approx(2510.7, abs=0.05)
    step = 1e-6
    for lz0 in (400.0, 1500.0):
        fe_h = enrichment.fe_h(P, lz0, 3.0)
        slope = (enrichment.birth_lz(P, fe_h + step, 3.0) - enrichment.birth_lz(P, fe_h - step, 3.0)) / (
            2 * step
        )
        assert -slope == pytest.approx(np.exp(enrichment.log_jacobian(P, lz0)), rel=1e-6)


@pytest.mark.parametrize("p", [P, FAR])
@pytest.mark.parametrize("unit", [0.1, 0.4])
def test_height_is_a_normalised_logistic_density(p, unit):
    assert total(lambda z: np.exp(height.log_p(p, z, unit)), -60 * unit, 60 * unit, [0]) == pytest.approx(
        1, abs=1e-8
    )
    z = np.linspace(-30, 30, 61)
    oracle = stats.logistic(scale=p.a_z * unit / 2)
    np.testing.assert_allclose(height.log_p(p, z, unit), oracle.logpdf(z), rtol=1e-12)
    assert as_drawn(height.draw(p, GRID, unit), oracle.cdf) < 1e-12


@pytest.mark.parametrize(
    ("tau", "jz", "h"), [(1, 2.70, 0.300), (2, 4.62, 0.393), (4, 8.58, 0.535), (6, 12.66, 0.650)]
)
def test_height_has_the_values_at_8_kpc(tau, jz, h):
    found = height.mean_jz(tau, 8.0, 8.0)
    assert found == pytest.approx(jz, abs=0.005)
    nu = circles(8 * 235.577061, open_potential()).nu
    assert 1.16 * height.unit_scale(found, nu) == pytest.approx(h, abs=0.0005)


def test_vertical_action_is_positive_near_the_centre_and_flares():
    radii = np.linspace(0.01, 14, 200)
    assert np.all(height.mean_jz(0.1, radii, radii) > 0)
    assert height.mean_jz(0.0, 14.0, 14.0) == pytest.approx(8.16, abs=0.005)
    assert height.mean_jz(2.0, 1.0, 1.0) == height.mean_jz(2.0, 3.0, 3.0)
