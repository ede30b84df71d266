"""The factors together, and stars drawn from them."""

import astropy.units as u
import numpy as np
import pytest
from galpy.potential import MWPotential2014, epifreq, rl, verticalfreq
from scipy import stats

import galdask
from galdask.errors import ConfigError
from galdask.migration import TABLE_1, TEXT, draw, log_density
from galdask.migration.model import birth, enrichment, star_formation
from galdask.migration.model.circles import circles
from galdask.stars import open_potential

P = dict(TABLE_1)


@pytest.fixture(scope="module")
def stars():
    return draw(P, 100_000, 7)


def by_galpy_and_scipy(p, tau, fe_h, jr, lz, z):
    """Return ln p_MW of one star with none of our code."""
    ro, vo = p["R0"], p["VC"]
    central = p["feh_max"] * (1 - tau / p["T_enr"]) ** p["gamma_feh"]
    knee = central + p["grad_in"] * p["R_break"]
    inner = fe_h >= knee
    grad = p["grad_in"] if inner else p["grad_feh"]
    r0 = (fe_h - central) / grad if inner else p["R_break"] + (fe_h - knee) / grad
    if r0 <= 0:
        return -np.inf
    lz0 = r0 * p["VC"]
    found = stats.gamma(2, scale=p["VC"] * p["Rd0"]).logpdf(lz0) + np.log(p["VC"] / abs(grad))
    a = (1 - p["x_io"] * lz0 / (p["VC"] * p["R0"])) / p["tau_sfr"]
    oldest = p["tau_m"] * abs(a)
    age = tau if a < 0 else p["tau_m"] - tau
    found += stats.truncexpon(oldest, scale=1 / abs(a)).logpdf(age)
    s = p["sigma_Lz"] * np.sqrt(tau / p["tau_m"])
    m = lz0 - p["sigma_Lz"] ** 2 / (2 * p["VC"] * p["Rd0"] * p["tau_m"]) * tau
    found += stats.truncnorm(-m / s, np.inf, loc=m, scale=s).logpdf(lz)
    rg, rb = (ro * rl(MWPotential2014, x / ro / vo, use_physical=False) for x in (lz, lz0))
    kappa = epifreq(MWPotential2014, rg / ro, use_physical=False) * vo / ro
    nu = verticalfreq(MWPotential2014, rg / ro, use_physical=False) * vo / ro
    sigma = p["sigma_vR0"] * ((tau + p["tau_1"]) / (p["tau_m"] + p["tau_1"])) ** p["beta"]
    sigma *= np.exp((8 - rg) / p["R_sigmaR"])
    found += stats.expon(scale=sigma**2 / kappa).logpdf(jr)
    q = max((rg + rb) / 2, 3) - 8
    jz = 0.91 + 0.183 * q + 0.087 * q**2 + 0.014 * q**3 + (1.79 + 0.05 * q) * tau ** (1.05 + 0.055 * q)
    return found + stats.logistic(scale=p["a_z"] * np.sqrt(2 * jz / nu) / 2).logpdf(z)


@pytest.mark.parametrize("p", [TABLE_1, TEXT])
def test_it_equals_scipy_and_galpy(p, stars):
    wrong = []
    for k in range(25):
        star = [float(stars[name][k]) for name in ("tau", "fe_h", "jr", "lz", "z")]
        ours, theirs = log_density(p, *star), by_galpy_and_scipy(p, *star)
        wrong.append(0.0 if ours == theirs else ours - theirs)
    assert np.max(np.abs(wrong)) < 2e-8


@pytest.mark.parametrize(("r", "v", "kappa", "nu"), [
    (8, 235.577, 39.5582, 80.5692), (8.2, 235.0, 38.4299, 78.1100), (6, 240.449, 55.6032, 113.590),
    (12, 224.912, 24.8397, 47.4367), (3, 225.338, 118.434, 214.046),
])  # fmt: skip
def test_circles_of_the_potential(r, v, kappa, nu):
    c = circles(r * v, open_potential())
    assert c.r == pytest.approx(r, rel=3e-6)
    assert c.kappa == pytest.approx(kappa, rel=5e-6)
    assert c.nu == pytest.approx(nu, rel=5e-6)


def test_guiding_radii_are_not_lz_over_235():
    found = circles([1927.0, 1824.0, 705.0, 235.0, 3000.0], open_potential()).r
    np.testing.assert_allclose(found, [8.2, 7.716, 3.104, 1.383, 13.535], atol=6e-4)


def test_epicycle_spreads_of_figure_7():
    kappa = circles(8 * 235.577, open_potential()).kappa
    found = np.sqrt(np.array([60, 50, 40, 30, 20, 10]) / kappa)
    np.testing.assert_allclose(found, [1.23, 1.12, 1.0, 0.87, 0.71, 0.5], atol=0.006)


def test_the_integral_of_the_density_is_one():
    """Importance sampling over all five variables with a proposal that is not the model."""
    r = np.random.default_rng(3)
    n = 200_000
    tau = r.uniform(0, 6, n)
    below = r.gamma(2.0, 0.25, n)
    fe_h = enrichment.central(TABLE_1, tau) - below
    middle, width = 2500 * below, 150 + 320 * np.sqrt(tau)
    lz = np.abs(r.normal(middle, width))
    jr = r.exponential(45.0, n)
    z = r.logistic(0.0, 0.25, n)
    folded = stats.norm(middle, width).pdf(lz) + stats.norm(middle, width).pdf(-lz)
    log_q = -np.log(6) + stats.gamma(2, scale=0.25).logpdf(below) + np.log(folded)
    log_q += stats.expon(scale=45).logpdf(jr) + stats.logistic(scale=0.25).logpdf(z)
    w = np.exp(log_density(P, tau, fe_h, jr, lz, z) - log_q)
    error = w.std() / np.sqrt(n)
    assert error < 0.012
    assert abs(w.mean() - 1) < 3.5 * error


def test_the_metallicity_form_equals_the_birth_form(stars):
    """p([Fe/H], tau) |d[Fe/H] / dLz0| = p(Lz0, tau)."""
    lz0 = enrichment.birth_lz(TABLE_1, stars.fe_h, stars.tau)
    np.testing.assert_allclose(lz0, stars.lz0, rtol=2e-12, atol=1e-9)
    there = birth.log_p(TABLE_1, lz0) + star_formation.log_p(TABLE_1, stars.tau, lz0)
    here = birth.log_p(TABLE_1, stars.lz0) + star_formation.log_p(TABLE_1, stars.tau, stars.lz0)
    np.testing.assert_allclose(there, here, rtol=1e-11)


def test_it_is_zero_where_no_star_can_be():
    good = {"tau": 3.0, "fe_h": 0.0, "jr": 30.0, "lz": 1800.0, "z": 0.1}
    assert np.isfinite(log_density(P, **good))
    for name, value in [
        ("tau", 0.0), ("tau", -1.0), ("tau", 6.0001), ("fe_h", 0.65), ("jr", -1e-9), ("lz", 0.0),
        ("lz", -1800.0),
        ("fe_h", np.inf), ("fe_h", -np.inf), ("lz", np.inf), ("z", np.inf), ("jr", np.inf),
    ]:  # fmt: skip
        assert log_density(P, **{**good, name: value}) == -np.inf, (name, value)
    assert np.isnan(log_density(P, **{**good, "jr": np.nan}))
    assert np.isfinite(log_density(P, **{**good, "tau": 6.0}))


def test_it_broadcasts_and_takes_units():
    found = galdask.migration.log_density(
        P, np.array([1.0, 2.0])[:, None], 0.1, [10.0, 20.0, 30.0], 1700.0, 0.2
    )
    assert found.shape == (2, 3)
    assert found[1, 2] == log_density(P, 2.0, 0.1, 30.0, 1700.0, 0.2)
    assert log_density(P, 2000 * u.Myr, 0.1, 30.0, 1700.0, 200 * u.pc) == pytest.approx(found[1, 2])
    assert log_density(P, [], 0.1, 10.0, 1700.0, 0.0).shape == (0,)


def test_the_density_falls_to_zero_at_the_centre_and_jumps_at_the_break():
    edge = enrichment.central(TABLE_1, 3.0)
    near = log_density(P, 3.0, edge - np.array([1e-3, 1e-6, 1e-9]), 30.0, 300.0, 0.0)
    np.testing.assert_allclose(np.diff(near), -np.log(1e3), atol=0.05)
    knee = enrichment.fe_h(TABLE_1, 705.0, 3.0)
    outer, inner = log_density(P, 3.0, knee + np.array([-1e-9, 1e-9]), 30.0, 900.0, 0.0)
    assert np.exp(inner - outer) == pytest.approx(3.12, abs=1e-4)


@pytest.mark.parametrize(("choices", "moves"), [
    ({"birth_radius": "flat"}, True), ({"drift": "none"}, True), ({"mean_radius_floor": 6.0}, True),
    ({"vertical_frequency": "present"}, True),
    ({"potential": {"name": "MWPotential2014", "ro": 8.0, "vo": 220.0}}, True),
    ({"potential": {"name": "MWPotential2014", "ro": 8.2, "vo": 235.0}}, False), ({}, False),
])  # fmt: skip
def test_choices_move_the_density(choices, moves):
    star = (3.0, 0.45, 30.0, 1000.0, 0.3)
    found = log_density(P, *star, choices=choices, r=5.0)
    assert (abs(found - log_density(P, *star)) > 1e-4) == moves


def test_a_choice_that_needs_more_says_so():
    with pytest.raises(ConfigError, match="needs the radius"):
        log_density(P, 3.0, 0.0, 30.0, 1800.0, 0.1, choices={"vertical_frequency": "present"})
    with pytest.raises(ConfigError, match="unknown choice of drift"):
        log_density(P, 3.0, 0.0, 30.0, 1800.0, 0.1, choices={"drift": "some"})
    with pytest.raises(ConfigError, match="has no choice 'drifts'"):
        log_density(P, 3.0, 0.0, 30.0, 1800.0, 0.1, choices={"drifts": "none"})


def test_the_disk_that_the_model_draws(stars):
    """Numbers of a disk at Table 1, seen without selection."""
    n = stars.tau.size
    assert stars.lz0.mean() == pytest.approx(1316, abs=3.5 * stars.lz0.std() / np.sqrt(n))
    assert stars.lz.mean() == pytest.approx(1241, abs=3.5 * stars.lz.std() / np.sqrt(n) + 1)
    assert stars.lz.mean() / stars.lz0.mean() == pytest.approx(0.943, abs=0.004)
    assert stars.tau.mean() == pytest.approx(4.3, abs=0.05)
    assert np.mean(stars.tau > 5) == pytest.approx(0.44, abs=0.007)
    assert np.mean(stars.lz0 < 705) == pytest.approx(0.29, abs=0.007)
    assert np.sqrt(np.mean((stars.lz - stars.lz0) ** 2)) == pytest.approx(450, abs=5)
    sun = np.abs(stars.lz / 235 - 8) < 0.3
    assert stars.fe_h[sun].std() == pytest.approx(0.18, abs=0.01)
    assert stars.jr[sun].mean() == pytest.approx(46, abs=3)


def test_draws_are_keyed_by_star():
    whole, part = draw(P, 50, 3), draw(P, 10, 3, first=40)
    for name in whole._fields:
        np.testing.assert_array_equal(whole[name][40:], part[name])
        assert np.all(np.isfinite(whole[name]))
    lz0, tau, fe_h, lz, jr, z = whole
    assert lz0 is whole.lz0
    assert np.isfinite(log_density(P, tau, fe_h, jr, lz, z)).all()
    assert not np.array_equal(draw(P, 50, 4).tau, tau)
    with pytest.raises(ConfigError, match="cannot be drawn"):
        draw(P, 5, -1)


def test_the_mean_of_the_density_of_draws_is_its_negative_entropy(stars):
    """Drawn stars and the density agree: E[1/p over a box] is the volume of the box."""
    inside = (np.abs(stars.lz - 1500) < 400) & (stars.jr < 40) & (np.abs(stars.z) < 0.3)
    inside &= (stars.tau > 2) & (stars.tau < 5) & (np.abs(stars.fe_h - 0.1) < 0.1)
    s = [stars[k][inside] for k in ("tau", "fe_h", "jr", "lz", "z")]
    w = np.exp(-log_density(P, *s)) / stars.tau.size
    volume = 3 * 0.2 * 40 * 800 * 0.6
    error = np.sqrt(np.sum(w**2))
    assert error < 0.05 * volume
    assert abs(w.sum() - volume) < 3.5 * error
