"""Where the Sun is marked: in its place, or by an arrow at the border that is nearest to it."""

import numpy as np
import pytest

from galdask.figures import marks, style
from tests.figures.looking import named


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ((-20, 0), r"$\leftarrow$ Sun"),
        ((20, -20), r"Sun $\rightarrow$"),
        ((-2, -20), r"Sun $\downarrow$"),
        ((-2, 20), r"Sun $\uparrow$"),
    ],
)
def test_a_sun_beyond_the_map_is_an_arrow_within_it(place, text):
    figure = style.sheet(3, 3)
    axes = figure.subplots()
    axes.set(xlim=(-5, 5), ylim=(-3, 3))
    marks.sun(axes, *place)
    (arrow,) = named(axes, "sun")
    assert arrow.get_text() == text
    figure.draw_without_rendering()
    box, frame = arrow.get_window_extent(), axes.get_window_extent()
    assert frame.x0 <= box.x0 < box.x1 <= frame.x1
    assert frame.y0 <= box.y0 < box.y1 <= frame.y1


def test_a_sun_on_the_map_is_a_symbol():
    axes = style.sheet(3, 3).subplots()
    axes.set(xlim=(-10, 5), ylim=(-3, 3))
    marks.sun(axes, -8.0, 0.02)
    (symbol,) = named(axes, "sun")
    np.testing.assert_array_equal(symbol.get_xydata(), [[-8.0, 0.02]])
