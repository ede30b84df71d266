"""The frame of the model: signs, the way back, and astropy's frame."""

import astropy.coordinates as c
import astropy.units as u
import numpy as np
import pytest

from galdask.migration.survey.sky import Motion, Seen, Sun, motion, observe, place


@pytest.fixture(scope="module")
def seen():
    r = np.random.default_rng(2)
    n = 300
    return Seen(
        r.uniform(0, 2 * np.pi, n), np.arcsin(r.uniform(-1, 1, n)), r.uniform(0.2, 9, n), r.normal(0, 60, n),
        r.normal(0, 4, n), r.normal(0, 4, n),
    )  # fmt: skip


def test_it_is_astropys_frame_without_its_tilt(seen):
    frame = c.Galactocentric(
        galcen_distance=8.2 * u.kpc, z_sun=0 * u.kpc, galcen_v_sun=[11.1, 247.4, 7.25] * u.km / u.s
    )
    stars = c.SkyCoord(
        l=seen.l * u.rad, b=seen.b * u.rad, distance=seen.distance * u.kpc, pm_l_cosb=seen.pml * u.mas / u.yr,
        pm_b=seen.pmb * u.mas / u.yr, radial_velocity=seen.vlos * u.km / u.s, frame="galactic",
    ).transform_to(frame)  # fmt: skip
    x, y, z = (stars.cartesian.xyz[k].to_value(u.kpc) for k in range(3))
    vx, vy, vz = (stars.velocity.d_xyz[k].to_value(u.km / u.s) for k in range(3))
    found = motion(seen, Sun(z=0.0))
    r = np.hypot(x, y)
    # astropy's roll is known to 1e-6 rad, and its centre is not exactly at l = b = 0
    np.testing.assert_allclose(found.r, r, atol=3e-3)
    np.testing.assert_allclose(found.z, z, atol=1e-2)
    np.testing.assert_allclose(found.vr, (x * vx + y * vy) / r, atol=0.6)
    np.testing.assert_allclose(found.vphi, -(x * vy - y * vx) / r, atol=0.6)
    np.testing.assert_allclose(found.vz, vz, atol=0.6)


def test_what_is_seen_leads_back(seen):
    again = observe(motion(seen, Sun()), Sun())
    for name in Seen._fields:
        np.testing.assert_allclose(getattr(again, name), getattr(seen, name), atol=1e-9)
    there = place(seen.l, seen.b, seen.distance, Sun())
    np.testing.assert_allclose(there.r, motion(seen, Sun()).r, rtol=1e-13)


def test_signs():
    """A star at rest with the rotation curve, ahead of the Sun, at l = 90 deg."""
    at = lambda v: np.array([v])  # noqa: E731
    ahead = observe(Motion(at(8.2), at(0.1), at(0.0), at(0.0), at(235.0), at(0.0)), Sun())
    assert 0 < np.degrees(ahead.l[0]) < 90
    centre = place(np.zeros(1), np.zeros(1), np.array([8.2]), Sun())
    assert centre.r[0] == pytest.approx(0, abs=1e-12)
    sun = motion(Seen(*(np.array([v]) for v in (0.0, 0.0, 1e-9, 0.0, 0.0, 0.0))), Sun())
    assert (sun.vr[0], sun.vphi[0], sun.vz[0]) == pytest.approx((-11.1, 247.4, 7.25))
    away = motion(Seen(*(np.array([v]) for v in (np.pi, 0.0, 2.0, 10.0, 0.0, 0.0))), Sun())
    assert away.vr[0] == pytest.approx(-1.1)
    assert away.r[0] == pytest.approx(10.2)
