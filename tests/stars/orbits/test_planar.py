"""The exact action of motion in the plane."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq

from galdask.stars.orbits import STATUS, actions, circular, open_potential, planar
from tests.stars.orbits.stars import disk, everything, natural


@pytest.mark.parametrize("count", [1_000, pytest.param(100_000, marks=pytest.mark.long)])
def test_equals_the_adiabatic_approximation_in_the_plane(galpy, count):
    r, vr, vphi, _, _ = disk(count, seed=3)
    stars = (r, vr, vphi, np.zeros(count), np.zeros(count))
    with galpy.quiet():
        method = galpy.action_angle.actionAngleAdiabatic(pot=galpy.potential.MWPotential2014, c=True)
        jr = method(*natural(stars))[0] * 8.2 * 235.0
    own = planar(r, vr, vphi)
    np.testing.assert_allclose(own["jr"], jr, rtol=1e-9, atol=1e-9)
    assert not own["status"].any()


@settings(deadline=None, max_examples=25)
@given(st.floats(0.3, 30), st.floats(-200, 200), st.floats(5, 350))
def test_equals_the_integral(r, vr, vphi):
    made = open_potential()

    def phi(x):
        return float(made.at(np.array([x]), np.array([0.0]))[0])

    energy, lz = phi(r) + 0.5 * (vr**2 + vphi**2), r * vphi
    if energy > -5_000:
        return

    def squared(x):
        return 2 * (energy - phi(x)) - (lz / x) ** 2

    own = planar(r, vr, vphi)
    # turning points on either side of where the radial momentum is greatest
    top = brentq(lambda x: x * circular(x)["v_circ"] - lz, 1e-4, 200)
    low = brentq(squared, 1e-6, min(top, r), xtol=1e-14) if squared(min(top, r)) > 0 else min(top, r)
    high = brentq(squared, max(top, r), 900, xtol=1e-13) if squared(max(top, r)) > 0 else max(top, r)

    def integrand(angle):
        return np.sqrt(max(squared(low + (high - low) * np.sin(angle / 2) ** 2), 0.0)) * np.sin(angle)

    jr = quad(integrand, 0, np.pi, epsrel=1e-11, epsabs=1e-12, limit=500)[0] * (high - low) / 2 / np.pi
    assert float(own["jr"]) == pytest.approx(jr, rel=1e-9, abs=1e-8)
    assert float(own["r_peri"]) == pytest.approx(low, rel=1e-8)
    assert float(own["r_apo"]) == pytest.approx(high, rel=1e-8)


def test_the_fudge_of_planar_stars_does_not_depend_on_the_focal_length():
    r, vr, vphi, _, _ = disk(200, seed=4)
    exact = planar(r, vr, vphi)
    for delta in (0.0, 0.5, 3.69, 10.0):
        own = actions(r, vr, vphi, 0.0, 0.0, delta=delta)
        np.testing.assert_allclose(own["jr"], exact["jr"], rtol=1e-9, atol=1e-10)
        np.testing.assert_array_equal(own["jz"], 0.0)
        assert (own["status"] == STATUS["planar"][0]).all()


def test_extreme_orbits_have_exact_turning_points():
    r, vr, vphi, _, _ = everything(2_000, seed=5)
    own, made = planar(r, vr, vphi), open_potential()
    lz, energy = own["lz"], own["energy"]
    for name in ("r_peri", "r_apo"):
        x = own[name]
        left = 2 * (energy - made.at(x, np.zeros(x.size))) - (lz / x) ** 2
        # what is left of the squared velocity, against its slope
        slope = np.abs(-2 * circular(x)["v_circ"] ** 2 / x + 2 * lz**2 / x**3)
        assert np.quantile(np.abs(left) / (slope * x), 0.99) < 1e-10
