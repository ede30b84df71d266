"""Stars placed on their orbits: the action is kept, and time passes evenly in the phase."""

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from galdask.migration import TABLE_1, draw
from galdask.migration.model.circles import circles
from galdask.migration.model.phase import place_on_orbit
from galdask.stars import open_potential, planar

POTENTIAL = open_potential()


def test_the_action_is_kept():
    stars = draw(TABLE_1, 4000, 3)
    theta = np.random.default_rng(1).uniform(0, 2 * np.pi, 4000)
    r, vr = place_on_orbit(stars.lz, stars.jr, theta, POTENTIAL)
    found = planar(r, vr, stars.lz / r)
    assert np.max(np.abs(found["jr"] / stars.jr - 1)) < 1e-8
    np.testing.assert_array_equal(vr > 0, theta < np.pi)


@pytest.mark.parametrize(("lz", "jr"), [(1900.0, 40.0), (700.0, 250.0), (1500.0, 0.01)])
def test_the_phase_is_time_since_the_pericentre(lz, jr):
    theta = np.array([0.2, 1.0, 2.5])
    r, vr = place_on_orbit(np.full(3, lz), np.full(3, jr), theta, POTENTIAL)
    orbit = {k: float(v[0]) for k, v in planar(r, vr, lz / r).items()}
    low, high = orbit["r_peri"], orbit["r_apo"]

    def time(to):
        def speed(u):
            x = low + (high - low) * np.sin(u) ** 2
            square = 2 * (orbit["energy"] - POTENTIAL.at(np.array([x]), np.zeros(1))[0]) - (lz / x) ** 2
            return (high - low) * 2 * np.sin(u) * np.cos(u) / np.sqrt(square)

        return quad(speed, 0, np.arcsin(np.sqrt((to - low) / (high - low))), epsrel=1e-10)[0]

    expected = np.pi * np.array([time(x) for x in r]) / time(high)
    np.testing.assert_allclose(expected, theta, atol=2e-6)


def test_a_cold_orbit_is_an_epicycle():
    c = circles(1900.0, POTENTIAL)
    theta = np.linspace(0, 2 * np.pi, 9)
    r, vr = place_on_orbit(np.full(9, 1900.0), np.full(9, 1e-4), theta, POTENTIAL)
    amplitude = np.sqrt(2e-4 / c.kappa)
    np.testing.assert_allclose((r - c.r) / amplitude, -np.cos(theta), atol=0.002)
    np.testing.assert_allclose(vr / (amplitude * c.kappa), np.sin(theta), atol=0.002)


def test_the_measure_is_canonical():
    """Stars with p(JR) at even phases have density p(JR(R, vR)) / (2 pi) in (R, vR)."""
    n, lz, mean = 60_000, 1700.0, 30.0
    rng = np.random.default_rng(5)
    jr, theta = rng.exponential(mean, n), rng.uniform(0, 2 * np.pi, n)
    r, vr = place_on_orbit(np.full(n, lz), jr, theta, POTENTIAL)
    edges = np.linspace(5.4, 9.6, 12), np.linspace(-75, 75, 11)
    counts = np.histogram2d(r, vr, bins=edges)[0]
    fine = [np.linspace(e[0], e[-1], 8 * (e.size - 1) + 1) for e in edges]
    middle = np.meshgrid(*(0.5 * (f[1:] + f[:-1]) for f in fine), indexing="ij")
    action = planar(middle[0], middle[1], lz / middle[0])["jr"]
    density = np.exp(-action / mean) / mean / (2 * np.pi)
    cell = (fine[0][1] - fine[0][0]) * (fine[1][1] - fine[1][0])
    expected = n * cell * density.reshape(11, 8, 10, 8).sum(axis=(1, 3))
    full = expected > 20
    chi2 = np.sum((counts[full] - expected[full]) ** 2 / expected[full])
    assert 1e-4 < stats.chi2(full.sum()).sf(chi2) < 1 - 1e-4


def test_no_bound_orbit_is_nan():
    r, vr = place_on_orbit(np.array([1900.0]), np.array([1e7]), np.array([1.0]), POTENTIAL)
    assert np.isnan(r[0])
    assert np.isnan(vr[0])
