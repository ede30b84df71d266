"""Potentials: galpy's numbers, their derivatives, blocks that are wrong."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from galdask.config import parse
from galdask.errors import ConfigError
from galdask.stars.orbits import mwpotential2014, open_potential
from galdask.stars.orbits.field import gradients
from galdask.stars.orbits.galpy_backend import potential_at
from tests.stars.orbits.stars import RO, VO


@pytest.fixture(scope="module")
def places():
    random = np.random.default_rng(3)
    return 10 ** random.uniform(-3, 2.5, 2_000), 10 ** random.uniform(-4, 2, 2_000) * random.choice(
        [-1, 1], 2_000
    )


def test_components_are_those_of_galpy(galpy):
    bulge, disk, halo = galpy.potential.MWPotential2014
    assert mwpotential2014.amplitudes() == pytest.approx((bulge._amp, disk._amp, halo._amp), rel=1e-15)
    assert (bulge.alpha, bulge.rc) == (mwpotential2014.SLOPE, mwpotential2014.CUT)
    assert (disk._a, disk._b, halo.a) == (
        mwpotential2014.DISK_A,
        mwpotential2014.DISK_B,
        mwpotential2014.HALO,
    )


def test_the_potential_is_that_of_galpy(galpy, places):
    made = open_potential()
    with galpy.quiet():
        natural = galpy.potential.evaluatePotentials(
            galpy.potential.MWPotential2014, places[0] / RO, places[1] / RO
        )
    theirs = natural * VO**2 - made.offset
    scale = np.abs(theirs) + made.offset  # galpy adds a constant, and rounds with it
    assert np.max(np.abs(made.at(*places) - theirs) / scale) < 3e-15
    # its C code has another incomplete gamma function
    assert np.max(np.abs(potential_at(made, *places) - theirs) / scale) < 1e-12
    kernel = gradients(made.field, places[0] ** 2, places[1] ** 2)[0]
    np.testing.assert_allclose(kernel, made.at(*places), rtol=5e-15)


def test_the_potential_vanishes_at_infinity(galpy):
    made = open_potential()
    mass = -made.at(np.array([4e4]), np.array([0.0]))[0] * 4e4 / (VO**2 * RO)
    assert 20 < mass < 60  # that of the halo grows with the logarithm of r
    with galpy.quiet():
        at_infinity = galpy.potential.evaluatePotentials(galpy.potential.MWPotential2014, 1e12, 0.0)
    assert made.offset == pytest.approx(at_infinity * VO**2, rel=1e-9)


def test_forces_and_their_gradients_are_those_of_galpy(galpy, places):
    made, model = open_potential(), galpy.potential.MWPotential2014
    r, z = places[0][:200], places[1][:200]
    with galpy.quiet():
        ask = {
            "r": -galpy.potential.evaluateRforces(model, r / RO, z / RO),
            "z": -galpy.potential.evaluatezforces(model, r / RO, z / RO),
            "rr": galpy.potential.evaluateR2derivs(model, r / RO, z / RO),
            "zz": galpy.potential.evaluatez2derivs(model, r / RO, z / RO),
            "rz": galpy.potential.evaluateRzderivs(model, r / RO, z / RO),
        }
    _, fx, fy, fxx, fxy, fyy = gradients(made.field, r**2, z**2)
    own = {
        "r": 2 * r * fx,
        "z": 2 * z * fy,
        "rr": 2 * fx + 4 * r**2 * fxx,
        "zz": 2 * fy + 4 * z**2 * fyy,
        "rz": 4 * r * z * fxy,
    }
    for name, values in own.items():
        factor = VO**2 / RO ** len(name)
        size = np.abs(ask["rr"]) + np.abs(ask["zz"]) if len(name) == 2 else np.abs(ask[name])
        allowed = 1e-10 if len(name) == 1 else 2e-7
        assert np.max(np.abs(values - factor * ask[name]) / (factor * size)) < allowed, name


def test_lengths_and_velocities_scale(places):
    made, other = open_potential(), open_potential({"name": "MWPotential2014", "ro": 8.0, "vo": 220.0})
    r, z = places
    stretched = other.at(r * 8.0 / RO, z * 8.0 / RO) * (VO / 220.0) ** 2
    np.testing.assert_allclose(stretched, made.at(r, z), rtol=1e-14)


def test_a_potential_is_made_once_and_travels():
    made = open_potential({"name": "MWPotential2014", "ro": 8.2, "vo": 235})
    assert made is open_potential()
    assert open_potential(made) is made
    assert made.settings() == {"name": "MWPotential2014", "ro": 8.2, "vo": 235.0}
    there = pickle.loads(pickle.dumps(made))
    np.testing.assert_array_equal(there.plane, made.plane)
    with pytest.raises(ValueError, match="read-only"):
        made.plane[0, 0] = 0.0


def test_a_block_of_a_pipeline_file():
    section = parse("potential: {name: MWPotential2014, ro: 8.2, vo: 235}", "p.yaml").section("potential")
    assert open_potential(section) is open_potential()


@pytest.mark.parametrize(
    "block",
    [
        {"name": "MWPotential2014"},
        {"name": "MWPotential2014", "ro": 8.2},
        {"name": "MWPotential2014", "ro": 8.2, "vo": 235.0, "delta": 1},
        {"name": "MWPotential2014", "ro": -8.2, "vo": 235.0},
        {"name": "MWPotential2014", "ro": float("nan"), "vo": 235.0},
        {"name": "McMillan17", "ro": 8.2},
        {"name": "MWPotential2015", "ro": 8.2, "vo": 235.0},
        {},
    ],
)
def test_a_wrong_block_is_refused(block):
    with pytest.raises(ConfigError):
        open_potential(block)


@pytest.mark.parametrize(
    "text", ["{name: MWPotential2014, ro: 8.2}", "{name: Milky, ro: 8, vo: 1}", "{name: McMillan17, ro: 8}"]
)
def test_a_wrong_block_of_a_file_names_its_line(text):
    section = parse(f"a: 1\npotential: {text}", "p.yaml").section("potential")
    with pytest.raises(ConfigError, match=r"p\.yaml, line 2"):
        open_potential(section)
