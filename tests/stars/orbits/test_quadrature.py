"""The fast backend against the same fudge by slow and certain means."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from galdask.stars.orbits import open_potential, orbit_quantities
from galdask.stars.orbits.reference import Fudge, actions_numpy
from galdask.stars.orbits.status import ROUGH, SEPARATED
from tests.stars.orbits.stars import DELTA, RO, VO, disk, everything


def at_galpy(galpy):
    """Return galpy's own potential as a function of arrays in kpc."""
    model = galpy.potential.MWPotential2014

    def at(r, z):
        with galpy.quiet():
            return galpy.potential.evaluatePotentials(model, r / RO, z / RO) * VO**2

    return at


@pytest.mark.parametrize("sample", [disk, everything])
def test_equals_numpy_on_the_potential_of_galpy(galpy, sample):
    count = 400
    stars = sample(count, seed=5)
    own = orbit_quantities(*stars)
    truth = actions_numpy(Fudge(at_galpy(galpy), *stars, np.full(count, DELTA)), 1 / 24)
    certain = (own["status"] & (ROUGH | SEPARATED)) == 0
    assert certain.sum() > 0.99 * count
    for name in ("jr", "jz", "r_peri", "r_apo", "z_max"):
        np.testing.assert_allclose(
            own[name][certain], truth[name][certain], rtol=1e-8, atol=1e-8, err_msg=name
        )
    truth["energy"] -= open_potential().offset
    np.testing.assert_allclose(own["energy"], truth["energy"], rtol=1e-10)


def turning_points(fudge):
    """Return R1, R2 and the turning latitude of one star, found by halving."""
    told, d2 = actions_numpy(fudge, 1.0), DELTA**2
    whole = told["r_apo"][0] ** 2 + d2
    lam = 0.5 * (whole + np.sqrt(whole**2 - 4 * d2 * told["z_max"][0] ** 2))
    return told["r_peri"][0], np.sqrt(lam - d2), np.arcsin(told["z_max"][0] / np.sqrt(lam))


@pytest.mark.parametrize("count", [12, pytest.param(1_000, marks=pytest.mark.long)])
def test_equals_adaptive_quadrature(count):
    """The two integrals of each star by scipy's adaptive rule, between turning points found by halving."""
    stars = np.concatenate([disk(count - count // 3, seed=21), everything(count // 3, seed=22)], axis=1)
    own = orbit_quantities(*stars)
    compared = 0
    for i in np.flatnonzero(own["status"] == 0):
        fudge = Fudge(open_potential().at, *stars[:, i : i + 1], np.array([DELTA]))
        place = fudge.place()
        u, v = fudge.radial(place), fudge.vertical(place)
        near, far, top = turning_points(fudge)

        def radial(angle, u=u, near=near, far=far):
            r = near + (far - near) * np.sin(angle / 2) ** 2
            squared = u(np.array([r * r]))[0] / (DELTA**2 + r * r)
            return np.sqrt(max(squared, 0.0)) * np.sin(angle)

        def vertical(angle, v=v, top=top):
            b = top * np.sin(angle)
            squared = v(np.array([np.sin(b) ** 2]), np.array([np.cos(b) ** 2]))[0]
            return np.sqrt(max(squared, 0.0)) * np.cos(angle)

        rule = {"epsrel": 1e-9, "epsabs": 1e-10, "limit": 1_000}
        jr = quad(radial, 0, np.pi, **rule)[0] * (far - near) / np.sqrt(2) / np.pi
        jz = quad(vertical, 0, np.pi / 2, **rule)[0] * top * 2 * np.sqrt(2) / np.pi
        assert own["jr"][i] == pytest.approx(jr, rel=1e-8, abs=1e-8)
        assert own["jz"][i] == pytest.approx(jz, rel=1e-8, abs=1e-8)
        compared += 1
    assert compared >= 0.99 * count
