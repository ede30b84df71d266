"""Focal lengths: galpy's estimate, limits where that has none, the table."""

from __future__ import annotations

import numpy as np
import pytest

from galdask.stars.orbits import STATUS, actions, focal_length, open_potential
from galdask.stars.orbits.focal import D_MAX, R_MAX, R_MIN, Z_MAX, focal_squared
from galdask.stars.orbits.potential import Potential
from tests.stars.orbits.stars import RO, disk


def test_equals_the_estimate_of_galpy(galpy):
    random = np.random.default_rng(1)
    r, z = random.uniform(0.5, 25, 200), random.uniform(0.02, 8, 200) * random.choice([-1, 1], 200)
    with galpy.quiet():
        estimate = galpy.action_angle.estimateDeltaStaeckel
        theirs = estimate(galpy.potential.MWPotential2014, r / RO, z / RO, no_median=True) * RO
    own, clipped = focal_length(r, z, exact=True)
    np.testing.assert_allclose(own, theirs, rtol=1e-6)
    assert not clipped.any()


def test_it_has_limits_in_the_plane_and_on_the_axis():
    z = np.array([0.0, 1e-8, 1e-4])
    in_plane = focal_length(8.0, z, exact=True)[0]
    np.testing.assert_allclose(in_plane, in_plane[0], rtol=1e-5)
    near_axis = focal_length(z, 3.0, exact=True)[0]
    np.testing.assert_allclose(near_axis, near_axis[0], rtol=1e-5)


def test_a_sphere_has_none():
    made = open_potential()
    field = (made.field[0], np.zeros((0, 3)), *made.field[2:])
    sphere = Potential("ball", 8.2, 235.0, field, made.plane, made.momentum, 1.0, 0.0)
    r, z = np.array([1.0, 8.0, 20.0]), np.array([0.5, 1.0, 15.0])
    with np.errstate(all="ignore"):
        assert np.max(np.abs(focal_squared(sphere, r, z)) / (r * r + z * z)) < 1e-6


def test_the_table_is_close():
    r, _, _, z, _ = disk(5_000, seed=2)
    exact, _ = focal_length(r, z, exact=True)
    table, clipped = focal_length(r, z)
    assert np.max(np.abs(table - exact)) < 0.01
    assert not clipped.any()


def test_places_outside_take_the_edge_and_say_so():
    own, clipped = focal_length(
        [8.0, R_MIN / 2, 2 * R_MAX, 8.0, np.nan, -1.0], [0.1, 0.0, 0.0, 2 * Z_MAX, 0, 0]
    )
    np.testing.assert_array_equal(clipped, [False, True, True, True, False, False])
    assert own[1] == focal_length(R_MIN, 0.0)[0]
    assert own[2] == D_MAX
    np.testing.assert_array_equal(np.isnan(own), [False] * 4 + [True] * 2)


def test_clipping_is_a_bit_of_the_star():
    own = actions([8.0, 70.0], [10.0, 5.0], [220.0, 150.0], 0.1, 10.0, delta="table")
    np.testing.assert_array_equal(own["status"], [0, STATUS["clipped"][0]])
    assert np.isfinite(own["jr"]).all()
    own = actions([8.0, np.nan], 10.0, 220.0, 0.1, 10.0, delta="exact")
    np.testing.assert_array_equal(own["status"], [0, STATUS["missing"][0]])


def test_one_focal_length_a_star():
    stars = disk(3, seed=4)
    each = actions(*stars, delta=np.array([1.0, 3.69, 8.0]))
    for i, delta in enumerate((1.0, 3.69, 8.0)):
        assert each["jr"][i] == float(actions(*(s[i] for s in stars), delta=delta)["jr"])
    bad = actions(*stars, delta=np.array([1.0, np.nan, -1.0]))
    np.testing.assert_array_equal(bad["status"], [0, 1, 1])


@pytest.mark.parametrize("delta", ["tables", -1.0, np.nan, np.inf])
def test_a_wrong_focal_length_is_refused(delta):
    from galdask.errors import ConfigError

    with pytest.raises(ConfigError):
        actions(8.0, 10.0, 220.0, 0.1, 10.0, delta=delta)
