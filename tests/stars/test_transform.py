"""Coordinates against astropy over the whole sky, positions and velocities, there and back."""

from __future__ import annotations

import dataclasses

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import Galactocentric, SkyCoord
from hypothesis import given, settings
from hypothesis import strategies as st

from galdask.errors import ConfigError, SampleError
from galdask.stars import FRAMES, galactocentric, heliocentric
from galdask.stars.frame import affine
from galdask.stars.transform import phase_space, positions, positions_numpy, sincos, velocities_numpy
from tests.stars.test_frame import astropy_frame

IMIG = FRAMES["imig2023"]
ODD = dataclasses.replace(
    IMIG, roll=33.0, z_sun=-0.3, galcen_ra=100.0, galcen_dec=45.0, v_sun=(-5.0, 250.0, 1.0)
)


def whole_sky(n=20_000, seed=1):
    """Directions over the sphere with the poles and the seam, distances from au to Mpc."""
    rng = np.random.default_rng(seed)
    lon = np.r_[rng.uniform(0, 360, n), [0.0, 360.0, 180.0, 90.0, 270.0, 12.0, 45.0, 135.0]]
    lat = np.r_[
        np.degrees(np.arcsin(rng.uniform(-1, 1, n))), [0.0, 0.0, 90.0, -90.0, 90.0, -90.0, 89.9999999, -1e-9]
    ]
    distance = 10.0 ** rng.uniform(-8, 4, lon.size)
    pm_lon, pm_lat = rng.normal(0, 30, (2, lon.size))
    rv = rng.normal(0, 200, lon.size)
    return lon, lat, distance, pm_lon, pm_lat, rv


def by_astropy(frame, system, lon, lat, distance, pm_lon, pm_lat, rv):
    pm = "pm_ra_cosdec", "pm_dec"
    if system == "galactic":
        pm = "pm_l_cosb", "pm_b"
    coord = SkyCoord(
        lon * u.deg,
        lat * u.deg,
        frame=system,
        distance=distance * u.kpc,
        radial_velocity=rv * u.km / u.s,
        **dict(zip(pm, (pm_lon * u.mas / u.yr, pm_lat * u.mas / u.yr), strict=True)),
    ).transform_to(astropy_frame(frame))
    assert isinstance(coord.frame, Galactocentric)
    return coord.cartesian.xyz.to_value(u.kpc), coord.velocity.d_xyz.to_value(u.km / u.s)


def ours(frame, system, lon, lat, distance, pm_lon, pm_lat, rv):
    names = ("ra", "dec", "pmra", "pmdec") if system == "icrs" else ("l", "b", "pml", "pmb")
    return galactocentric(
        frame, distance=distance, rv=rv, **dict(zip(names, (lon, lat, pm_lon, pm_lat), strict=True))
    )


@pytest.mark.parametrize("system", ["icrs", "galactic"])
@pytest.mark.parametrize("frame", [*FRAMES.values(), ODD], ids=[*FRAMES, "odd"])
def test_equals_astropy_over_the_sky(frame, system):
    sky = whole_sky()
    place, motion = by_astropy(frame, system, *sky)
    stars = ours(frame, system, *sky)
    for names, theirs in (("x y z", place), ("vx vy vz", motion)):
        mine = np.stack([stars[n] for n in names.split()])
        error = np.linalg.norm(mine - theirs, axis=0) / np.linalg.norm(theirs, axis=0)
        assert error.max() < 1e-10


@settings(deadline=None, max_examples=60)
@given(
    ra=st.floats(0, 360),
    dec=st.floats(-90, 90),
    log_distance=st.floats(-8, 5),
    pmra=st.floats(-1e4, 1e4),
    pmdec=st.floats(-1e4, 1e4),
    rv=st.floats(-1e3, 1e3),
)
def test_equals_astropy_for_any_star(ra, dec, log_distance, pmra, pmdec, rv):
    sky = [np.array([v]) for v in (ra, dec, 10.0**log_distance, pmra, pmdec, rv)]
    place, motion = by_astropy(IMIG, "icrs", *sky)
    stars = ours(IMIG, "icrs", *sky)
    # of the larger of the two vectors that are added: near the Galactic centre they cancel
    scale = max(float(np.linalg.norm(place)), IMIG.r_sun)
    assert np.abs(np.stack([stars[n] for n in "xyz"]) - place).max() < 1e-10 * scale
    scale = max(float(np.linalg.norm(motion)), 4.74 * 10.0**log_distance * abs(complex(pmra, pmdec)), 230.0)
    assert np.abs(np.stack([stars["v" + n] for n in "xyz"]) - motion).max() < 1e-10 * scale


@pytest.mark.parametrize("system", ["icrs", "galactic"])
@pytest.mark.parametrize("tilt", [True, False])
def test_round_trip(system, tilt):
    frame = dataclasses.replace(IMIG, tilt=tilt)
    lon, lat, _, pm_lon, pm_lat, rv = whole_sky(5000, seed=2)
    distance = 10.0 ** np.random.default_rng(3).uniform(
        -2, 3, lon.size
    )  # 10 pc: 1e-13 of it is left of 8 kpc
    stars = ours(frame, system, lon, lat, distance, pm_lon, pm_lat, rv)
    back = heliocentric(frame, *(stars[n] for n in ("x", "y", "z", "vx", "vy", "vz")), system=system)
    names = ("l", "b", "pml", "pmb") if system == "galactic" else ("ra", "dec", "pmra", "pmdec")
    np.testing.assert_allclose(back["distance"], distance, rtol=1e-11)
    np.testing.assert_allclose(back[names[1]], lat, atol=2e-6)
    np.testing.assert_allclose(back["rv"], rv, atol=1e-7)
    off_pole = np.abs(lat) < 89.9
    turn = (back[names[0]] - lon + 180.0) % 360.0 - 180.0
    assert np.abs(turn * np.cos(np.radians(lat)))[off_pole].max() < 1e-9
    assert ((back[names[0]] >= 0) & (back[names[0]] < 360)).all()
    for name, given_pm in zip(names[2:], (pm_lon, pm_lat), strict=True):
        np.testing.assert_allclose(
            (back[name] * distance)[off_pole], (given_pm * distance)[off_pole], rtol=1e-6, atol=1e-8
        )
    # at the poles longitude has no meaning, but the vectors agree
    again = ours(frame, system, *(back[n] for n in (*names[:2], "distance", *names[2:], "rv")))
    for name in ("x", "y", "z", "vx", "vy", "vz"):
        np.testing.assert_allclose(again[name], stars[name], rtol=0, atol=1e-10 * np.abs(stars[name]).max())


def test_without_tilt_it_is_the_plain_formula():
    frame = dataclasses.replace(IMIG, tilt=False)
    lon, b, d = (
        np.array([0.0, 90.0, 180.0, 30.0]),
        np.array([0.0, 0.0, 0.0, 60.0]),
        np.array([2.0, 3.0, 4.0, 1.0]),
    )
    stars = galactocentric(frame, l=lon, b=b, distance=d)
    cos_b = np.cos(np.radians(b))
    np.testing.assert_allclose(stars["x"], d * cos_b * np.cos(np.radians(lon)) - 8.3, atol=2e-5)
    np.testing.assert_allclose(stars["y"], d * cos_b * np.sin(np.radians(lon)), atol=2e-5)
    np.testing.assert_allclose(stars["z"], d * np.sin(np.radians(b)) + 0.027, atol=2e-5)


def test_kernels_equal_their_numpy_functions():
    lon, lat, distance, pm_lon, pm_lat, rv = whole_sky()
    matrix, offset = affine(IMIG)
    v_sun = np.array(IMIG.v_sun)
    place, out = np.empty((3, lon.size)), np.empty((6, lon.size))
    positions(lon, lat, distance, 1.0, matrix, offset, *place)
    phase_space(lon, lat, distance, pm_lon, pm_lat, rv, 1.0, matrix, offset, v_sun, *out)
    np.testing.assert_array_equal(place, out[:3])
    scale = distance + IMIG.r_sun
    assert (np.abs(place - positions_numpy(lon, lat, distance, 1.0, matrix, offset)) / scale).max() < 5e-15
    motion = velocities_numpy(lon, lat, distance, pm_lon, pm_lat, rv, 1.0, matrix, v_sun)
    scale = 4.74 * distance * np.hypot(pm_lon, pm_lat) + np.abs(rv) + 300.0
    assert (np.abs(out[3:] - motion) / scale).max() < 5e-15
    radians = np.empty_like(place)
    positions(np.radians(lon), np.radians(lat), distance, 180.0 / np.pi, matrix, offset, *radians)
    assert (np.abs(radians - place) / (distance + IMIG.r_sun)).max() < 5e-15


@settings(deadline=None, max_examples=200)
@given(st.floats(-1e6, 1e6))
def test_sine_and_cosine(angle):
    import math

    s, c = np.empty(1), np.empty(1)
    sincos(np.array([angle]), 1.0, s, c)
    exact = math.fmod(angle, 360.0)  # exact, unlike a product with pi / 180
    assert s[0] == pytest.approx(math.sin(math.radians(exact)), abs=1.5e-15)
    assert c[0] == pytest.approx(math.cos(math.radians(exact)), abs=1.5e-15)


def test_quarter_turns_are_exact():
    angle = np.arange(-720.0, 721.0, 90.0)
    s, c = np.empty(angle.size), np.empty(angle.size)
    sincos(angle, 1.0, s, c)
    assert set(np.abs(s)) == {0.0, 1.0}
    assert set(np.abs(c)) == {0.0, 1.0}


@pytest.mark.parametrize(
    "change",
    [
        {"distance": 0.0},
        {"distance": -1.0},
        {"distance": np.nan},
        {"distance": np.inf},
        {"ra": np.nan},
        {"dec": np.nan},
        {"dec": 91.0},
        {"ra": np.inf},
    ],
)
def test_without_a_place_everything_is_missing(change):
    star = {"ra": 10.0, "dec": 20.0, "distance": 1.0, "pmra": 1.0, "pmdec": 1.0, "rv": 1.0} | change
    for values in galactocentric(IMIG, **star).values():
        assert np.isnan(values)


def test_without_a_velocity_the_place_is_left():
    stars = galactocentric(IMIG, ra=10.0, dec=20.0, distance=1.0, pmra=1.0, pmdec=1.0, rv=np.nan)
    assert np.isfinite([stars[n] for n in ("x", "y", "z", "r", "theta")]).all()
    assert np.isnan([stars[n] for n in ("vx", "vy", "vz", "vr", "vphi", "lz")]).all()


def test_quantities_are_converted():
    bare = galactocentric(IMIG, ra=10.0, dec=20.0, distance=1.5, pmra=3.0, pmdec=-2.0, rv=11.0)
    units = galactocentric(
        IMIG,
        ra=(10.0 * u.deg).to(u.hourangle),
        dec=(20.0 * u.deg).to(u.rad),
        distance=1500.0 * u.pc,
        pmra=3e-3 * u.arcsec / u.yr,
        pmdec=-2.0 * u.mas / u.yr,
        rv=11000.0 * u.m / u.s,
    )
    for name, value in bare.items():
        assert units[name] == pytest.approx(value, rel=1e-13)
    with pytest.raises(ConfigError, match="wrong unit"):
        galactocentric(IMIG, ra=10.0, dec=20.0, distance=1.5 * u.s)


def test_shapes_are_kept():
    stars = galactocentric(IMIG, l=np.zeros((2, 3)), b=np.float32(1.0), distance=[1.0, 2.0, 3.0])
    assert stars["x"].shape == (2, 3)
    assert galactocentric(IMIG, l=0.0, b=0.0, distance=1.0)["x"].shape == ()
    empty = galactocentric(IMIG, l=np.empty(0), b=np.empty(0), distance=np.empty(0))
    assert empty["theta"].shape == (0,)
    back = heliocentric(IMIG, stars["x"], stars["y"], stars["z"], system="galactic")
    np.testing.assert_allclose(back["b"], 1.0)


@pytest.mark.parametrize(
    "given_names",
    [
        {"ra": 1.0},
        {"ra": 1.0, "b": 1.0},
        {"ra": 1.0, "dec": 1.0, "rv": 3.0},
        {"l": 1, "b": 1, "pmra": 1, "pmdec": 1, "rv": 1},
    ],
)
def test_incomplete_stars_are_refused(given_names):
    with pytest.raises(SampleError, match="one pair of angles"):
        galactocentric(IMIG, distance=1.0, **given_names)


def test_incomplete_inverse_is_refused():
    with pytest.raises(SampleError, match="three components"):
        heliocentric(IMIG, 1.0, 2.0, 3.0, vx=1.0)
    with pytest.raises(SampleError, match="unknown system"):
        heliocentric(IMIG, 1.0, 2.0, 3.0, system="fk5")
    nowhere = heliocentric(IMIG, *IMIG.sun)
    assert np.isnan(nowhere["ra"])
    assert nowhere["distance"] == 0.0
