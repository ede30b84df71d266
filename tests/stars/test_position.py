"""Positions: each form, distances from parallaxes, missing ones that stay missing."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from galdask.config import parse
from galdask.errors import ConfigError
from galdask.stars import FRAMES, galactocentric
from galdask.stars.position import MOTIONS, PLACES, position_from_section
from galdask.stars.readings import AbsentError
from tests.stars.catalogue import partition, store

IMIG = FRAMES["imig2023"]


def read(text, velocity=None):
    motion = None if velocity is None else parse(velocity, "v.yaml")
    return position_from_section(parse(text, "p.yaml"), motion, store())


def test_sky_and_velocity_are_those_of_the_public_function():
    part = partition()
    position = read("{sky: {ra: ra, dec: dec}, distance: distance}", "{pmra: pmra, pmdec: pmdec, rv: rv}")
    stars = position.derive(IMIG, part, None, position.names)
    wide = {name: part[name].astype(np.float64) for name in ("ra", "dec", "pmra", "pmdec", "rv")}
    theirs = galactocentric(IMIG, distance=part["distance"].astype(np.float64) * 1e-3, **wide)
    assert tuple(stars) == position.names == (*PLACES, *MOTIONS)
    for name, values in theirs.items():
        np.testing.assert_array_equal(stars[name], values)
    np.testing.assert_array_equal(stars["abs_z"], np.abs(stars["z"]))
    np.testing.assert_array_equal(np.abs(stars["signed_r"]), stars["r"])
    np.testing.assert_array_equal(stars["v_perp"], np.hypot(stars["vr"], stars["vz"]))
    assert ((stars["signed_r"] > 0) == (stars["x"] > 0))[np.isfinite(stars["x"])].all()
    lost = np.isnan(part["ra"]) | np.isnan(part["distance"])
    for name in PLACES:
        np.testing.assert_array_equal(np.isnan(stars[name]), lost)
    still = lost | np.isnan(part["rv"]) | np.isnan(part["pmra"])
    for name in MOTIONS:
        np.testing.assert_array_equal(np.isnan(stars[name]), still)


def test_velocities_are_left_out_when_not_wanted():
    position = read("{sky: {ra: ra, dec: dec}, distance: distance}", "{pmra: pmra, pmdec: pmdec, rv: rv}")
    part = partition()
    both, place = (position.derive(IMIG, part, None, names) for names in (position.names, PLACES))
    assert tuple(place) == tuple(PLACES)
    for name in PLACES:
        np.testing.assert_array_equal(place[name], both[name])
    columns = [reading.column for reading in position.readings(velocity=False)]
    assert columns == ["ra", "dec", "distance"]


def test_galactic_coordinates():
    part = partition()
    stars = read("{galactic: {l: glon, b: glat}, distance: distance}").derive(IMIG, part, None, PLACES)
    l, b = part["glon"].astype(np.float64), part["glat"].astype(np.float64)  # noqa: E741
    theirs = galactocentric(IMIG, l=l, b=b, distance=part["distance"].astype(np.float64) * 1e-3)
    np.testing.assert_array_equal(stars["x"], theirs["x"])


def test_rows_are_chosen():
    position, part, rows = (
        read("{sky: {ra: ra, dec: dec}, distance: distance}"),
        partition(),
        np.arange(7, 900, 3),
    )
    every, some = (position.derive(IMIG, part, r, PLACES) for r in (None, rows))
    for name in PLACES:
        np.testing.assert_array_equal(some[name], every[name][rows])


def test_parallax():
    text = """
    sky: {ra: ra, dec: dec}
    distance: {parallax: parallax, error: parallax_err, max_error: 0.2, zero_point: -0.017}
    """
    position = read(text)
    part = {
        "parallax": np.array([0.5, 0.0, -0.1, np.nan, 0.15, 0.1], dtype=np.float32),
        "parallax_err": np.array([0.05, 0.01, 0.01, 0.01, 0.03, 0.03], dtype=np.float32),
    }
    distance = position.distance.read(part, None)
    corrected = part["parallax"].astype(np.float64) + 0.017
    np.testing.assert_allclose(distance[[0, 4]], 1 / corrected[[0, 4]])
    # 0 mas is positive once the zero point is taken off, but too uncertain; so is the last one
    assert np.isnan(distance[[1, 2, 3, 5]]).all()
    assert position.distance.zero_point == -0.017
    plain = read("{sky: {ra: ra, dec: dec}, distance: {parallax: parallax}}").distance
    np.testing.assert_array_equal(np.isnan(plain.read(part, None)), [False, True, True, True, False, False])
    assert plain.zero_point == 0.0


@pytest.mark.parametrize("lost", [0.0, -1.0, np.nan, np.inf])
def test_a_distance_that_is_none_gives_no_position(lost):
    part = {"ra": np.array([1.0]), "dec": np.array([2.0]), "distance": np.array([lost], dtype=np.float32)}
    stars = read("{sky: {ra: ra, dec: dec}, distance: distance}").derive(IMIG, part, None, PLACES)
    assert all(np.isnan(values[0]) for values in stars.values())


def test_cylinder_without_azimuth():
    part = partition()
    part["r_gc"][:2] = [-1.0, 0.0]
    stars = read("{cylindrical: {r: r_gc, z: z_gc}}").derive(IMIG, part, None, PLACES)
    np.testing.assert_array_equal(stars["abs_z"], np.abs(part["z_gc"].astype(np.float64)))
    assert np.isnan(stars["r"][0])
    assert stars["r"][1] == 0
    np.testing.assert_array_equal(stars["r"][1:], part["r_gc"][1:].astype(np.float64))
    for name in ("x", "y", "theta", "signed_r"):
        assert np.isnan(stars[name]).all()
    flat = read("{cylindrical: {r: r_gc}}").derive(IMIG, part, None, PLACES)
    np.testing.assert_array_equal(flat["r"], stars["r"])
    assert np.isnan(flat["z"]).all()


@pytest.mark.parametrize("sense", ["toward_rotation", "against_rotation"])
def test_cylinder_with_azimuth_and_cartesian_agree(sense):
    frame = dataclasses.replace(IMIG, theta=sense)
    part = {
        "r_gc": np.array([8.0, 4.0, 5.0], dtype=np.float32),
        "glon": np.array([180.0, -90.0, 725.0], dtype=np.float32),
        "z_gc": np.array([0.0, -1.0, 2.0], dtype=np.float32),
    }
    cylinder = read("{cylindrical: {r: r_gc, z: z_gc, theta: glon}}").derive(frame, part, None, PLACES)
    np.testing.assert_allclose(cylinder["theta"], [180, 270, 5])
    np.testing.assert_allclose(cylinder["signed_r"], [-8, -4, 5])
    names = {"x": "r_gc", "y": "z_gc", "z": "pmra"}
    flat = {column: cylinder[name] for name, column in names.items()}
    changed = store()
    changed.columns["pmra"] = changed.columns["r_gc"]
    position = position_from_section(parse("{cartesian: {x: r_gc, y: z_gc, z: pmra}}", "p"), None, changed)
    stars = position.derive(frame, flat, None, PLACES)
    for name in PLACES:
        np.testing.assert_allclose(stars[name], cylinder[name], rtol=1e-12, atol=1e-12)


def test_settings():
    position = read("{sky: {ra: ra, dec: dec}, distance: distance}", "{pmra: pmra, pmdec: pmdec, rv: rv}")
    assert "velocity" not in position.settings(velocity=False)
    assert position.settings(velocity=True)["velocity"]
    other = read("{sky: {ra: ra, dec: dec}, distance: {parallax: parallax}}")
    shifted = read("{sky: {ra: ra, dec: dec}, distance: {parallax: parallax, zero_point: 0.01}}")
    assert other.settings(velocity=False) != shifted.settings(velocity=False)


@pytest.mark.parametrize(
    ("text", "velocity", "message"),
    [
        ("{sky: {ra: RA, dec: dec}, distance: distance}", None, "no column 'RA'"),
        ("{sky: {ra: ra, dec: dec}, distance: dist}", None, "no column 'dist'"),
        ("{sky: {ra: teff, dec: dec}, distance: distance}", None, "wrong unit"),
        ("{sky: {ra: telescope, dec: dec}, distance: distance}", None, "holds no numbers"),
        ("{sky: {ra: ra, dec: dec}, distance: parallax}", None, "wrong unit"),
        ("{sky: {ra: ra, dec: dec}, distance: {parallax: distance}}", None, "wrong unit"),
        ("{sky: {ra: ra, dec: dec}, distance: {parallax: parallax, max_error: 0.2}}", None, "needs both"),
        ("{sky: {ra: ra, dec: dec}}", None, "'distance' is missing"),
        ("{sky: {ra: ra}, distance: distance}", None, "dec' is missing"),
        ("{sky: {ra: ra, dec: dec, l: ra}, distance: distance}", None, "unknown key 'sky.l'"),
        ("{cylindrical: {z: z_gc}}", None, "r' is missing"),
        ("{cylindrical: {r: r_gc, z: z_gc}, distance: distance}", None, "unknown key 'distance'"),
        ("{cartesian: {x: r_gc, y: r_gc}}", None, "z' is missing"),
        ("{distance: distance}", None, "one kind of position"),
        ("{cylindrical: {r: r_gc}, cartesian: {}}", None, "one kind of position"),
        ("{cylindrical: {r: r_gc}}", "{pmra: pmra, pmdec: pmdec, rv: rv}", "positions on the sky"),
        (
            "{sky: {ra: ra, dec: dec}, distance: distance}",
            "{pml: pmra, pmb: pmdec, rv: rv}",
            "'pmra' is missing",
        ),
        ("{sky: {ra: ra, dec: dec}, distance: distance}", "{pmra: pmra, pmdec: pmdec}", "'rv' is missing"),
        ("{sky: {ra: ra, dec: dec}, distance: distance}", "{pmra: rv, pmdec: pmdec, rv: rv}", "wrong unit"),
    ],
)
def test_faults(text, velocity, message):
    with pytest.raises(ConfigError, match=message) as caught:
        read(text, velocity)
    assert ".yaml, line 1" in str(caught.value)
    assert isinstance(caught.value, AbsentError) == ("no column '" in message)
