import subprocess
import sys

import matplotlib
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from galdask.figures import style


@settings(deadline=None, max_examples=150)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_nice_limits_hold_the_middle(values):
    values = np.array(values)
    low, high = style.nice_limits(values, cover=1.0)
    slack = 1e-9 * max(1.0, abs(low), abs(high))
    assert low < high
    assert low - slack <= values.min()
    assert values.max() <= high + slack


@pytest.mark.parametrize("values", [[], [np.nan, np.inf]])
def test_nice_limits_without_values(values):
    assert style.nice_limits(np.array(values)) == (0.0, 1.0)


def test_nice_limits_are_round_and_leave_out_tails():
    values = np.append(np.linspace(-0.51, 0.29, 1000), [8.0, -9.0])
    assert style.nice_limits(values) == (-0.5, 0.3)


def test_weights_decide_what_the_middle_is():
    values = np.array([-2.0, -0.5, 0.5, np.nan])
    assert style.nice_limits(values, np.array([1, 50, 50, 1000]), cover=0.9) == (-0.6, 0.6)
    low, high = style.nice_limits(values, np.array([50, 50, 1, 1000]), cover=0.9)
    assert low <= -2.0
    assert high < 0.0


def test_extend_names_the_ends_that_are_passed():
    values = np.array([0.0, 1.0, np.nan])
    assert style.extend(values, 0.0, 1.0) == "neither"
    assert style.extend(values, 0.5, 1.0) == "min"
    assert style.extend(values, 0.0, 0.5) == "max"
    assert style.extend(values, 0.2, 0.5) == "both"


def named(long_name, units):
    return xr.DataArray(0.0, attrs={"long_name": long_name, "units": units})


@pytest.mark.parametrize(
    ("long_name", "units", "text"),
    [
        ("median [Fe/H]", "dex", "Median [Fe/H] (dex)"),
        ("number of stars", "1", "Number of stars"),
        ("log g", "", "log $g$"),
        ("T_eff", "K", r"$T_\mathrm{eff}$ (K)"),
        ("X", "kpc", "$X$ (kpc)"),
        ("signed R", "kpc", "Signed $R$ (kpc)"),
        ("|Z|", "kpc", r"$\left|Z\right|$ (kpc)"),
        ("d[Fe/H]/dR", "dex/kpc", r"d[Fe/H]/d$R$ (dex kpc$^{-1}$)"),
    ],
)
def test_title_has_name_and_unit(long_name, units, text):
    assert style.title(named(long_name, units)) == text


def test_a_formula_that_does_not_parse_is_drawn_as_text():
    text = style.title(named(r"cost $\nonsense{$", "$x"))
    figure = style.sheet(1, 1)
    figure.text(0, 0, text)
    figure.canvas.draw()
    assert r"\$" in text


@pytest.mark.parametrize(
    ("bounds", "last", "text"),
    [((0, 0.5), False, "$z < 0.5$ kpc"), ((1, 2), True, r"$1 \leq z \leq 2$ kpc")],
)
def test_interval(bounds, last, text):
    assert style.interval(np.array(bounds), "z", last=last) == text


def test_the_users_settings_stay_outside():
    before = matplotlib.rcParams["font.size"]
    with matplotlib.rc_context({"axes.facecolor": "red", "font.size": 31}):
        with style.applied():
            assert matplotlib.rcParams["axes.facecolor"] == "white"
            assert matplotlib.rcParams["font.size"] == 10.0
        assert matplotlib.rcParams["font.size"] == 31
    assert matplotlib.rcParams["font.size"] == before


def test_maps_are_perceptually_even_and_keep_away_from_black():
    for name in style.MAPS:
        colours = style.colours(name)(np.linspace(0, 1, 64))[:, :3]
        light = colours @ [0.2126, 0.7152, 0.0722]
        assert (np.diff(light) > 0).all(), name
        assert light[0] > 0.01


def test_importing_the_room_does_not_import_matplotlib():
    code = (
        "import sys, galdask.figures, galdask.report\n"
        "print(*(m in sys.modules for m in ('matplotlib', 'jinja2')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
