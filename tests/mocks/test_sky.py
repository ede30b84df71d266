from __future__ import annotations

import astropy.units as u
import numpy as np
from astropy.coordinates import ICRS, CartesianDifferential, Galactocentric, SkyCoord

from galdask.mocks import sky

FRAME = Galactocentric(
    galcen_distance=8.3 * u.kpc,
    z_sun=27 * u.pc,
    galcen_v_sun=CartesianDifferential(list(sky.V_SUN) * u.km / u.s),
    galcen_coord=ICRS(266.4051 * u.deg, -28.936175 * u.deg),
)


def _everywhere(n: int = 2000):
    rng = np.random.default_rng(4)
    dec = np.degrees(np.arcsin(rng.uniform(-1, 1, n)))
    return rng.uniform(0, 360, n), dec, rng.uniform(0.05, 30, n), rng.normal(0, 120, (3, n))


def test_positions_agree_with_astropy():
    ra, dec, distance, _ = _everywhere()
    theirs = SkyCoord(ra * u.deg, dec * u.deg, distance * u.kpc).transform_to(FRAME)
    ours = sky.position(ra, dec, distance)
    np.testing.assert_allclose(ours, theirs.cartesian.xyz.to_value("kpc"), atol=1e-11)


def test_motions_agree_with_astropy():
    ra, dec, distance, velocity = _everywhere()
    p = sky.position(ra, dec, distance) * u.kpc
    v = velocity * u.km / u.s
    star = SkyCoord(x=p[0], y=p[1], z=p[2], v_x=v[0], v_y=v[1], v_z=v[2], frame=FRAME).icrs
    pmra, pmdec, rv = sky.motion(ra, dec, distance, velocity)
    np.testing.assert_allclose(pmra, star.pm_ra_cosdec.to_value("mas/yr"), atol=1e-8)
    np.testing.assert_allclose(pmdec, star.pm_dec.to_value("mas/yr"), atol=1e-8)
    np.testing.assert_allclose(rv, star.radial_velocity.to_value("km/s"), atol=1e-8)


def test_galactic_angles_agree_with_astropy_and_turn_back():
    ra, dec, _, _ = _everywhere()
    theirs = SkyCoord(ra * u.deg, dec * u.deg).galactic
    glon, glat = sky.to_galactic(ra, dec)
    ours = SkyCoord(l=glon * u.deg, b=glat * u.deg, frame="galactic")
    assert ours.separation(theirs).max() < 0.05 * u.arcsec  # FK5 against ICRS
    again = sky.to_equatorial(glon, glat)
    np.testing.assert_allclose(again[1], dec, atol=1e-10)
    np.testing.assert_allclose(np.cos(np.radians(again[0] - ra)), 1.0, atol=1e-12)
