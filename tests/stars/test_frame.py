"""Frames: settings without defaults, and the affine map against astropy's."""

from __future__ import annotations

import dataclasses
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from galdask.config import parse
from galdask.errors import ConfigError
from galdask.stars.frame import FRAMES, Frame, affine

TEXT = """
name: mine
r_sun: 8.3
z_sun: 0.027
v_sun: [11.1, 232.24, 7.25]
galcen_ra: 266.4051
galcen_dec: -28.936175
roll: 0.0
tilt: true
theta: toward_rotation
"""


def astropy_frame(frame: Frame):
    import astropy.units as u
    from astropy.coordinates import ICRS, CartesianDifferential, Galactocentric

    return Galactocentric(
        galcen_distance=frame.r_sun * u.kpc,
        z_sun=frame.z_sun * u.kpc,
        galcen_v_sun=CartesianDifferential(frame.v_sun * u.km / u.s),
        galcen_coord=ICRS(frame.galcen_ra * u.deg, frame.galcen_dec * u.deg),
        roll=frame.roll * u.deg,
    )


@settings(deadline=None, max_examples=40)
@given(
    r_sun=st.floats(1.0, 20.0),
    z_sun=st.floats(-0.5, 0.5),
    ra=st.floats(0, 360),
    dec=st.floats(-90, 90),
    roll=st.floats(-180, 180),
)
def test_matrix_is_astropys(r_sun, z_sun, ra, dec, roll):
    from astropy import units as u
    from astropy.coordinates.builtin_frames.galactocentric import get_matrix_vectors

    frame = Frame("any", r_sun, z_sun, (11.0, 230.0, 7.0), ra, dec, roll, True, "toward_rotation")
    matrix, offset = affine(frame)
    theirs, their_offset = get_matrix_vectors(astropy_frame(frame))
    np.testing.assert_allclose(matrix, theirs, rtol=0, atol=1e-15)
    np.testing.assert_allclose(offset, their_offset.xyz.to_value(u.kpc), rtol=0, atol=1e-14)


@pytest.mark.parametrize("system", ["icrs", "galactic"])
@pytest.mark.parametrize("frame", FRAMES.values(), ids=list(FRAMES))
def test_matrix_turns_without_stretching(frame, system):
    matrix, offset = affine(frame, system)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-15)
    assert np.linalg.det(matrix) == pytest.approx(1.0)
    assert np.linalg.norm(offset) == pytest.approx(frame.r_sun, rel=1e-14)
    assert offset[2] == pytest.approx(frame.z_sun, rel=1e-14)


def test_the_sun_stands_where_the_specification_has_it():
    x, y, z = FRAMES["imig2023"].sun
    assert x == pytest.approx(-8.29996, abs=5e-6)
    assert y == 0.0
    assert z == pytest.approx(0.027, abs=1e-15)


def test_without_tilt_the_sun_is_r_sun_away_in_the_plane():
    frame = dataclasses.replace(FRAMES["imig2023"], tilt=False)
    np.testing.assert_array_equal(frame.sun, [-8.3, 0.0, 0.027])
    # the directions of the axes are those of Galactic longitude and latitude, to the width of an arcsecond
    np.testing.assert_allclose(affine(frame, "galactic")[0], np.eye(3), atol=5e-6)


def test_matrices_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        affine(FRAMES["imig2023"])[0][0, 0] = 2.0


def test_section_gives_the_frame_and_its_settings():
    frame = Frame.from_section(parse(TEXT, "frame.yaml"))
    assert frame == dataclasses.replace(FRAMES["imig2023"], name="mine")
    assert frame.settings() == FRAMES["imig2023"].settings()
    assert "name" not in frame.settings()
    assert pickle.loads(pickle.dumps(frame)) == frame


@pytest.mark.parametrize("key", [line.split(":")[0] for line in TEXT.strip().splitlines()])
def test_no_key_has_a_default(key):
    text = "\n".join(line for line in TEXT.splitlines() if not line.startswith(key + ":"))
    with pytest.raises(ConfigError, match=f"'{key}' is missing"):
        Frame.from_section(parse(text, "frame.yaml"))


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("r_sun: 8.3", "r_sun: -8.3", 3),
        ("r_sun: 8.3", "r_sun: .nan", 3),
        ("v_sun: [11.1, 232.24, 7.25]", "v_sun: [11.1, 232.24]", 5),
        ("v_sun: [11.1, 232.24, 7.25]", "v_sun: [a, b, c]", 5),
        ("tilt: true", "tilt: 1", 9),
        ("theta: toward_rotation", "theta: towards_rotation", 10),
        ("theta: toward_rotation", "theta: toward_rotation\nu_sun: 3", 11),
    ],
)
def test_faults_name_their_line(old, new, line):
    with pytest.raises(ConfigError, match=f"frame.yaml, line {line}"):
        Frame.from_section(parse(TEXT.replace(old, new), "frame.yaml"))


@pytest.mark.parametrize(
    "change",
    [{"r_sun": 0.0}, {"z_sun": 9.0}, {"z_sun": float("nan")}, {"theta": "up"}, {"v_sun": (1.0, 2.0)}],
)
def test_impossible_frames_are_refused(change):
    with pytest.raises(ConfigError):
        dataclasses.replace(FRAMES["imig2023"], **change)
