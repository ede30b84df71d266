"""McMillan17: galpy's potential to rounding, and its actions. galpy sets it up for ten seconds."""

from __future__ import annotations

import numpy as np
import pytest

from galdask.stars.orbits import STATUS, actions, circular, open_potential, r_guide
from galdask.stars.orbits.field import gradients
from galdask.stars.orbits.galpy_backend import galpy_potential, potential_at
from galdask.stars.orbits.reference import Fudge, actions_numpy
from tests.stars.orbits.stars import DELTA, disk, everything

pytestmark = pytest.mark.long
BLOCK = {"name": "McMillan17"}


@pytest.fixture(scope="module")
def places():
    random = np.random.default_rng(3)
    return 10 ** random.uniform(-2, 2, 300), 10 ** random.uniform(-3, 1.7, 300) * random.choice([-1, 1], 300)


def test_the_potential_is_that_of_galpy(places):
    made = open_potential(BLOCK)
    np.testing.assert_allclose(made.at(*places), potential_at(made, *places), rtol=1e-13)
    kernel = gradients(made.field, places[0] ** 2, places[1] ** 2)[0]
    np.testing.assert_allclose(kernel, made.at(*places), rtol=1e-13)


def test_forces_are_those_of_galpy(galpy, places):
    made = open_potential(BLOCK)
    r, z = places[0][:40], places[1][:40]
    _, fx, fy, _, _, _ = gradients(made.field, r * r, z * z)
    model, unit = galpy_potential(made), made.vo**2 / made.ro
    with galpy.quiet():
        ask = galpy.potential.evaluateRforces, galpy.potential.evaluatezforces
        theirs = [
            [f(model, a, b, use_physical=False) * unit for a, b in zip(r / made.ro, z / made.ro, strict=True)]
            for f in ask
        ]
    np.testing.assert_allclose(-2 * r * fx, theirs[0], rtol=1e-8)
    np.testing.assert_allclose(-2 * z * fy, theirs[1], rtol=1e-8)


def test_circular_orbits(galpy):
    made = open_potential(BLOCK)
    r = np.array([0.5, 2.0, 8.21, 15.0])
    own = circular(r, made)
    with galpy.quiet():
        p, model = galpy.potential, galpy_potential(made)
        v = [p.vcirc(model, x, use_physical=False) * made.vo for x in r / made.ro]
        nu = [p.verticalfreq(model, x, use_physical=False) * made.vo / made.ro for x in r / made.ro]
    np.testing.assert_allclose(own["v_circ"], v, rtol=1e-9)
    np.testing.assert_allclose(own["nu"], nu, rtol=1e-6)
    np.testing.assert_allclose(r_guide(r * own["v_circ"], made), r, rtol=1e-10)


def test_actions_are_those_of_galpy():
    stars = disk(300, seed=31)
    for delta in (3.69, "table"):
        fast = actions(*stars, potential=BLOCK, delta=delta)
        theirs = actions(*stars, potential=BLOCK, delta=delta, backend="galpy")
        assert (fast["status"] & ~np.uint16(STATUS["clipped"][0])).sum() == 0
        np.testing.assert_allclose(fast["jr"], theirs["jr"], rtol=1e-7, atol=1e-7)
        error = np.abs(fast["jz"] - theirs["jz"])
        assert np.quantile(error, 0.99) < 2e-4


def test_actions_equal_numpy():
    made = open_potential(BLOCK)
    for sample in (disk, everything):
        stars = sample(60, seed=32)
        own = actions(*stars, potential=made)
        truth = actions_numpy(Fudge(made.at, *stars, np.full(60, DELTA)), 1 / 24)
        good = own["status"] == 0
        assert good.sum() >= 57
        for name in ("jr", "jz"):
            np.testing.assert_allclose(own[name][good], truth[name][good], rtol=1e-7, atol=1e-8)
