"""The alpha populations at and around the boundary."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from galdask.config import parse
from galdask.errors import ConfigError
from galdask.stars.populations import (
    BUFFER,
    CLASSES,
    HIGH,
    LOW,
    UNDEFINED,
    Flags,
    Populations,
    populations_from_section,
)

IMIG = Populations("fe_h", "mg_fe", 0.15, -0.13, 0.0, 0.025, along_x=False)
ALONG_X = dataclasses.replace(IMIG, along_x=True)
DEX = st.floats(-3, 1.5, width=32)


def test_equation_1():
    np.testing.assert_allclose(IMIG.boundary(np.array([-2.0, -1.0, 0.0, 0.3])), [0.41, 0.28, 0.15, 0.15])


def test_either_side():
    x = np.array([-1.0, -1.0, -1.0, 0.3, 0.3, 0.3], dtype=np.float32)
    y = np.array([0.35, 0.28, 0.2, 0.2, 0.16, 0.1], dtype=np.float32)
    np.testing.assert_array_equal(IMIG.classify(x, y), [HIGH, BUFFER, LOW] * 2)
    assert IMIG.classify(x, y).dtype == np.int8


def test_the_edge_of_the_buffer_belongs_to_it():
    line = Populations("x", "y", 0.5, -0.25, 0.0, 0.125, along_x=False)  # exact in binary
    x = np.array([0.0, 0.0, 1.0, 1.0, -2.0, -2.0, -2.0])
    y = np.array([0.625, 0.375, 0.625, 0.375, 1.125, 0.875, 1.0])
    np.testing.assert_array_equal(line.classify(x, y), np.full(7, BUFFER))
    np.testing.assert_array_equal(line.classify(x[:6], y[:6] + [1e-9, -1e-9] * 3), [HIGH, LOW] * 3)


def test_on_the_line_itself_is_neither_even_without_a_buffer():
    bare = Populations("x", "y", 0.5, -0.25, 0.0, 0.0, along_x=False)
    for populations in (bare, dataclasses.replace(bare, along_x=True)):
        np.testing.assert_array_equal(
            populations.classify(np.array([0.0, 1.0, -2.0]), np.array([0.5, 0.5, 1.0])), [BUFFER] * 3
        )
        np.testing.assert_array_equal(
            populations.classify(np.array([-2.0, -2.0]), np.array([1.0 + 1e-12, 1.0 - 1e-12])), [HIGH, LOW]
        )


def test_a_buffer_along_metallicity_is_thin_below_solar_and_nothing_above():
    y = np.array([0.0032, 0.0033, -0.0032, -0.0033]) + IMIG.boundary(-1.0)
    np.testing.assert_array_equal(ALONG_X.classify(np.full(4, -1.0), y), [BUFFER, HIGH, BUFFER, LOW])
    np.testing.assert_array_equal(ALONG_X.classify(np.full(2, 0.2), np.array([0.1501, 0.1499])), [HIGH, LOW])


@settings(deadline=None, max_examples=200)
@given(DEX, DEX, st.sampled_from([IMIG, ALONG_X]))
def test_a_single_star(x, y, populations):
    got = populations.classify(np.array([x], dtype=np.float32), np.array([y], dtype=np.float32))[0]

    def line(v):
        return 0.15 - 0.13 * v if v <= 0 else 0.15

    if populations.along_x:
        bottom, top = line(x + 0.025), line(x - 0.025)
    else:
        bottom, top = line(x) - 0.025, line(x) + 0.025
    if min(abs(y - bottom), abs(y - top)) > 1e-12:
        assert got == (LOW if y < bottom else HIGH if y > top else BUFFER)


@pytest.mark.parametrize("missing", [np.nan, np.inf, -np.inf])
def test_without_a_coordinate_the_class_is_unknown(missing):
    got = IMIG.classify(np.array([missing, 0.0, missing]), np.array([0.0, missing, missing]))
    np.testing.assert_array_equal(got, [UNDEFINED] * 3)
    assert CLASSES[UNDEFINED] == "undefined"


TEXT = "{x: fe_h, y: mg_fe, level: 0.15, slope: -0.13, knee: 0, buffer: 0.025, buffer_along: mg_fe}"


def test_section():
    names = ("fe_h", "mg_fe", "age")
    assert Populations.from_section(parse(TEXT, "p.yaml"), names) == IMIG
    along = parse(TEXT.replace("buffer_along: mg_fe", "buffer_along: fe_h"), "p.yaml")
    assert Populations.from_section(along, names) == ALONG_X


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("x: fe_h", "x: feh", "no quantity 'feh'"),
        ("slope: -0.13", "slope: 0.13", "out of range"),
        ("buffer: 0.025", "buffer: -0.1", "out of range"),
        ("buffer_along: mg_fe", "buffer_along: age", "not a known choice"),
        (", knee: 0", "", "'knee' is missing"),
        ("knee: 0", "knee: 0, kink: 1", "unknown key 'kink'"),
    ],
)
def test_faults(old, new, message):
    with pytest.raises(ConfigError, match=message):
        Populations.from_section(parse(TEXT.replace(old, new), "p.yaml"), ("fe_h", "mg_fe", "age"))


FLAGS = "by: flag\nlow_alpha: 0\nhigh_alpha: 1\n"


def test_a_flag_of_the_catalogue():
    flags = populations_from_section(parse(FLAGS, "p.yaml"), ("fe_h", "flag"))
    assert flags == Flags("flag", 0, 1)
    assert flags.quantities == ("flag",)
    values = np.array([0, 1, -1, 2, np.nan, 0.5], dtype=np.float32)
    np.testing.assert_array_equal(flags.classify(values), [LOW, HIGH, BUFFER, BUFFER, UNDEFINED, BUFFER])
    assert flags.classify(values).dtype == np.int8


def test_without_a_flag_it_is_a_boundary():
    text = "x: fe_h\ny: mg_fe\nlevel: 0.15\nslope: -0.13\nknee: 0.0\nbuffer: 0.025\nbuffer_along: mg_fe\n"
    assert populations_from_section(parse(text, "p.yaml"), ("fe_h", "mg_fe")) == IMIG
    assert IMIG.quantities == ("fe_h", "mg_fe")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (FLAGS.replace("by: flag", "by: flap"), "line 1.*did you mean 'flag'"),
        (FLAGS.replace("high_alpha: 1", "high_alpha: 0"), "line 3"),
        (FLAGS.replace("high_alpha: 1", "high_alpha: 1.5"), "a whole number"),
        (FLAGS + "buffer: 0.1\n", "unknown key 'buffer'"),
    ],
)
def test_bad_flags(text, words):
    with pytest.raises(ConfigError) as caught:
        populations_from_section(parse(text, "p.yaml"), ("fe_h", "flag"))
    assert re.search(words, str(caught.value).replace("\n", " "))
