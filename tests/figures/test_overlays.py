"""Points of an overlay stand in the panels of their populations, and within their limits."""

from dataclasses import replace

import numpy as np

from galdask import figures
from galdask.cartography.atlas import finish
from galdask.cartography.overlays import Overlay, Points
from tests.cartography.stars import plan, random_stars, results
from tests.figures.looking import panels


def points(unit, values, errors):
    return Points(unit, np.array(values), np.array(errors))


def drawn(name, columns):
    small, stars = plan(), random_stars(2000)
    one = Overlay("some points", "nobody", ("total", "low_alpha"), columns)
    dataset = finish(replace(small, overlays={"own": one}), name, results(small, stars, names=(name,)))
    return figures.draw(name, dataset)


def own(axes):
    return [line for line in axes.get_lines() if line.get_gid() == "overlay_own"]


def test_over_profiles():
    columns = {
        "r": points("kpc", [2.0, 14.5, np.nan], [np.nan] * 3),
        "fe_h": points("dex", [0.9, -1.1, 0.0], [0.1, np.nan, 0.1]),
    }
    figure = drawn("radial_profiles", columns)
    with_points = [bool(own(axes)) for axes in panels(figure)]
    assert with_points == [True, True, False]
    axes = panels(figure)[0]
    x, y = own(axes)[0].get_data()
    np.testing.assert_array_equal(np.c_[x, y], [[2.0, 0.9], [14.5, -1.1]])
    assert axes.get_xlim()[1] >= 14.5
    assert axes.get_ylim()[0] <= -1.1
    assert [text.get_text() for legend in figure.legends for text in legend.get_texts()] == ["some points"]


def test_over_slopes():
    columns = {
        "age": points("Gyr", [1.0, 5.0], [np.nan] * 2),
        "radial_slope": points("dex/kpc", [-0.05, -0.01], [0.01] * 2),
    }
    figure = drawn("profiles_by_age", columns)
    assert sum(len(own(axes)) for axes in panels(figure)) == 1
    assert "some points" in [text.get_text() for legend in figure.legends for text in legend.get_texts()]
