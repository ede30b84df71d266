import pytest

from galdask.cartography.settings import Setting, is_multiple, take_all
from galdask.config import parse
from galdask.errors import ConfigError

SETTINGS = (
    Setting("step", 0.5, "", low=1e-3),
    Setting("max_r", 25.0, "", multiple_of="step"),
    Setting("slices", (0.0, 1.0), "", "edges", low=0.0),
    Setting("quantities", ("fe_h",), "", "names"),
    Setting("teff", {"low": 3000.0, "high": 4000.0, "step": 50.0}, "", "axis"),
    Setting("min_n", 3, "", "whole", low=1),
    Setting("signed", False, "", "flag"),
    Setting("r_min", (7.0, 0.0), "", "numbers", low=0.0),
)


def test_defaults_hold_where_the_file_says_nothing():
    assert take_all(SETTINGS, None) == {s.name: s.default for s in SETTINGS}
    assert take_all(SETTINGS, parse("{}", "f")) == take_all(SETTINGS, None)


def test_values_of_the_file_are_taken():
    text = "{step: 1, max_r: 6, slices: [0, 2, 3], quantities: [age], teff: {low: 0, high: 10, step: 5},"
    found = take_all(SETTINGS, parse(text + " min_n: 9, signed: true, r_min: [4]}", "f"))
    assert found == {
        "step": 1.0,
        "max_r": 6.0,
        "slices": (0.0, 2.0, 3.0),
        "quantities": ("age",),
        "teff": {"low": 0.0, "high": 10.0, "step": 5.0},
        "min_n": 9,
        "signed": True,
        "r_min": (4.0,),
    }


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("step: 0.5\nmax_r: 24.7", 2, "not a multiple of step"),
        ("min_n: 3\nstep: 0.3", 2, "not a multiple of step"),
        ("slices: [0, 2, 1]", 1, "slices"),
        ("slices: [0]", 1, "slices"),
        ("slices: [-1, 1]", 1, "slices"),
        ("quantities: [1]", 1, "quantities"),
        ("r_min: [true]", 1, "r_min"),
        ("r_min: []", 1, "r_min"),
        ("min_n: 0", 1, "out of range"),
        ("min_n: 1.5", 1, "wrong type"),
        ("signed: 1", 1, "wrong type"),
        ("teff: {low: 0, high: 10, step: 3}", 1, "multiple of the step"),
        ("teff: {low: 10, high: 0, step: 5}", 1, "upwards"),
        ("teff: {low: 0, high: 10, step: -5}", 1, "positive"),
        ("teff: {low: 0, high: 10, step: 5, setp: 5}", 1, "unknown key"),
        ("signed: true\nmin_m: 3", 2, "did you mean 'min_n'"),
    ],
)
def test_wrong_values_name_file_and_line(text, line, says):
    with pytest.raises(ConfigError, match=says) as error:
        take_all(SETTINGS, parse(text, "file.yaml"))
    assert error.value.where == f"file.yaml, line {line}"


def test_multiples_are_of_the_decimals_that_are_written():
    assert is_multiple(0.3, 0.1)
    assert is_multiple(-2.5, 0.02)
    assert not is_multiple(0.25, 0.1)
