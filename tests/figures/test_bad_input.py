"""Pictures of few, equal and ageless stars that went through the whole program."""

import numpy as np
import pytest

from galdask import figures
from tests.cartography.hand_made import PIPELINE, run, stars
from tests.figures.looking import named, panels, pixels, texts

EQUAL = {"x": -8.0, "y": 0.0, "z": 0.25, "fe_h": 0.0, "mg_fe": 0.05, "age": 5.0, "teff": 4500, "logg": 1.5}
CASES = {
    "few": (20, {}),
    "equal": (120, EQUAL),
    "no ages": (120, {"age": np.nan}),
    "on the axis": (40, {"x": 0.0, "y": 0.0, "z": 0.0}),
}


def drawn(folder, case, names):
    number, columns = CASES[case]
    _, results = run(folder, stars(number, **columns), names)
    return {name: figures.draw(name, results[f"products/{name}"].to_dataset()) for name in names}


def test_windows_at_one_place_are_points(tmp_path):
    figure = drawn(tmp_path, "equal", ["radial_profiles"])["radial_profiles"]
    total, _, high = panels(figure)
    markers = [line for line in total.lines if line.get_marker() == "o"]
    assert [line.get_xydata().tolist() for line in markers] == [[[8.0, 0.0]] * 7]
    low, upper = total.get_xlim()
    assert low < 8 < upper
    assert texts(high) == "no stars"


def test_slopes_that_cannot_be_say_why(tmp_path):
    figure = drawn(tmp_path, "equal", ["radial_gradients"])["radial_gradients"]
    assert all("no line" in texts(axes) for axes in panels(figure))


def test_a_population_with_fewer_stars_than_a_window(tmp_path):
    figure = drawn(tmp_path, "few", ["radial_profiles"])["radial_profiles"]
    assert [texts(axes) for axes in panels(figure)] == ["no window is full"] * 3


def test_maps_of_no_ages(tmp_path):
    figure = drawn(tmp_path, "no ages", ["age_slices"])["age_slices"]
    for axes in panels(figure):
        assert "no stars" in texts(axes)
        assert named(axes, "cells")[0].get_array().count() == 0


@pytest.mark.long
@pytest.mark.parametrize("case", CASES)
def test_every_picture(case, tmp_path):
    names = [line.strip().split(":")[0] for line in PIPELINE.split("products:\n")[1].splitlines()]
    names = [name for name in names if name in figures.names()]
    assert len(names) > 29
    for figure in drawn(tmp_path, case, names).values():
        assert pixels(figure).std() > 1
