"""Cylindrical coordinates: signs, the seam of theta, the kernels against numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from galdask.stars import FRAMES, galactocentric
from galdask.stars.cylinder import cartesian, cylinder, cylinder_numpy, rotation, rotation_numpy

FINITE = st.floats(-30, 30)


def test_the_sun_is_at_180_degrees():
    for sign in (1.0, -1.0):
        for y in (0.0, -0.0):
            r, theta = cylinder(np.array([-8.3]), np.array([y]), sign)
            assert (r[0], theta[0]) == (8.3, 180.0)


def test_theta_and_its_mirror_image():
    x, y = np.array([-8.0, 8.0, 0.0, 0.0]), np.array([1.0, 0.0, 2.0, -2.0])
    _, theta = cylinder(x, y, 1.0)
    np.testing.assert_allclose(theta, [180.0 - np.degrees(np.arctan(1 / 8)), 0.0, 90.0, 270.0])
    _, mirrored = cylinder(x, y, -1.0)
    np.testing.assert_allclose(mirrored, (360.0 - theta) % 360.0)


def test_theta_never_reaches_360():
    x = np.array([1.0, 1.0, 1.0, 1e300])
    y = np.array([-1e-20, -0.0, -1e-17, -1e-300])
    _, theta = cylinder(x, y, 1.0)
    assert (theta == 0.0).all()


@settings(deadline=None, max_examples=100)
@given(FINITE, FINITE, FINITE, FINITE, st.sampled_from([1.0, -1.0]))
@example(-0.0, 0.0, 1.0, 1.0, 1.0)
def test_kernels_equal_numpy(x, y, vx, vy, sign):
    arrays = [np.array([v]) for v in (x, y, vx, vy)]
    for mine, theirs in zip(cylinder(*arrays[:2], sign), cylinder_numpy(*arrays[:2], sign), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-14, atol=1e-300)
    for mine, theirs in zip(rotation(*arrays), rotation_numpy(*arrays), strict=True):
        np.testing.assert_array_equal(mine, theirs)


@settings(deadline=None, max_examples=100)
@given(st.floats(1e-3, 30), st.floats(0, 359.999), st.sampled_from([1.0, -1.0]))
def test_cartesian_is_the_inverse(r, theta, sign):
    x, y = cartesian(np.array([r]), np.array([theta]), sign)
    back_r, back_theta = cylinder(x, y, sign)
    assert back_r[0] == pytest.approx(r)
    assert (back_theta[0] - theta + 180) % 360 - 180 == pytest.approx(0, abs=1e-10)


def test_the_sun_turns_with_the_galaxy():
    # a star beside the Sun and at rest with it
    stars = galactocentric(FRAMES["imig2023"], ra=10.0, dec=20.0, distance=1e-9, pmra=0.0, pmdec=0.0, rv=0.0)
    assert stars["vphi"] == pytest.approx(232.24, abs=1e-6)
    assert stars["vr"] == pytest.approx(-11.1, abs=1e-6)
    assert stars["vz"] == pytest.approx(7.25, abs=1e-6)
    assert stars["lz"] == pytest.approx(232.24 * 8.29996, rel=1e-5)
    assert stars["theta"] == pytest.approx(180.0)


def test_direction_of_rotation_is_towards_l_90():
    # on the far side of y > 0, a star on a circular orbit moves along +x times y / R
    vr, vphi, lz = rotation(*(np.array([v]) for v in (0.0, 8.0, 200.0, 0.0)))
    assert (vr[0], vphi[0], lz[0]) == (0.0, 200.0, 1600.0)


def test_on_the_axis_velocities_have_no_direction():
    vr, vphi, lz = rotation(*(np.zeros(1) for _ in range(4)))
    assert np.isnan(vr[0])
    assert np.isnan(vphi[0])
    assert lz[0] == 0.0


def test_missing_places_stay_missing():
    r, theta = cylinder(np.array([np.nan, 1.0]), np.array([1.0, np.nan]), 1.0)
    assert np.isnan(r).all()
    assert np.isnan(theta).all()
