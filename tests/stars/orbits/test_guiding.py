"""Circular orbits: the guiding radius inverts the rotation curve, frequencies are galpy's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from galdask.errors import ConfigError
from galdask.stars.orbits import circular, epicycle, open_potential, planar, r_guide
from galdask.stars.orbits.field import gradients
from tests.stars.orbits.stars import RO, VO


def test_it_inverts_the_rotation_curve():
    r = 10 ** np.random.default_rng(1).uniform(-6, 4, 50_000)
    lz = r * circular(r)["v_circ"]
    np.testing.assert_allclose(r_guide(lz), r, rtol=1e-12)
    np.testing.assert_array_equal(r_guide(-lz), r_guide(lz))


def test_it_inverts_that_of_galpy(galpy):
    lz = np.random.default_rng(2).uniform(1, 8_000, 500)
    r = r_guide(lz)
    with galpy.quiet():
        v = galpy.potential.vcirc(galpy.potential.MWPotential2014, r / RO) * VO
    np.testing.assert_allclose(r * v, lz, rtol=1e-10)


@settings(deadline=None, max_examples=30)
@given(st.floats(1.0, 10_000.0))
def test_it_equals_a_root_finder(lz):
    made = open_potential()

    def excess(r):
        return r * np.sqrt(2 * r * r * gradients(made.field, np.array([r * r]), np.zeros(1))[1][0]) - lz

    assert float(r_guide(lz)) == pytest.approx(brentq(excess, 1e-4, 300, xtol=1e-13, rtol=1e-14), rel=1e-10)


def test_published_radii():
    # Frankel et al. 2020: rotation 235 km/s at 8.2 kpc
    np.testing.assert_allclose(
        r_guide([1927.0, 705.0, 235.0, 3000.0]), [8.2, 3.10368, 1.38262, 13.5353], rtol=1e-5
    )


def test_edges():
    np.testing.assert_array_equal(r_guide([0.0, np.nan, np.inf, 1e9]), [0.0, np.nan, np.nan, np.nan])
    assert 0 < r_guide(1e-12) < 1e-9
    assert r_guide(np.ones((2, 3))).shape == (2, 3)


def test_quantities():
    u = pytest.importorskip("astropy.units")
    assert r_guide(1.927e6 * u.pc * u.km / u.s) == pytest.approx(8.2)
    assert circular(8200 * u.pc)["v_circ"] == pytest.approx(235.0)
    with pytest.raises(ConfigError, match="wrong unit"):
        r_guide(1.0 * u.kpc)


def test_frequencies_are_those_of_galpy(galpy):
    r, model = np.array([0.5, 3.0, 6.0, 8.0, 8.2, 12.0, 25.0]), galpy.potential.MWPotential2014
    own = circular(r)
    with galpy.quiet():
        p = galpy.potential
        omega, kappa, nu = ([f(model, x / RO) for x in r] for f in (p.omegac, p.epifreq, p.verticalfreq))
    for mine, theirs in ((own["omega"], omega), (own["kappa"], kappa), (own["nu"], nu)):
        np.testing.assert_allclose(mine, np.array(theirs) * VO / RO, rtol=1e-9)
    assert own["kappa"][3] == pytest.approx(39.5582, abs=1e-4)
    assert own["nu"][3] == pytest.approx(80.5692, abs=1e-4)


def test_epicycles_are_the_limit_of_cold_orbits():
    # the guiding radius and a small oscillation about it
    r = np.array([3.0, 8.0, 15.0])
    v = circular(r)["v_circ"]
    gentle = epicycle(r, 0.5, v, 0.0, 0.0)
    np.testing.assert_allclose(gentle["r_guide"], r, rtol=1e-10)
    np.testing.assert_allclose(gentle["jr"], planar(r, 0.5, v)["jr"], rtol=1e-4)
    wild = epicycle(r, 60.0, v, 0.0, 0.0)
    assert (np.abs(wild["jr"] / planar(r, 60.0, v)["jr"] - 1) > 1e-3).all()
    assert epicycle(8.0, 0.0, v[1], 0.1, 0.0)["jz"] == pytest.approx(0.5 * circular(8.0)["nu"] * 0.01)
