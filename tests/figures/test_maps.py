import numpy as np
import pytest
from matplotlib.colors import Normalize, to_rgb
from matplotlib.transforms import Affine2D

from galdask.figures import maps, marks, style
from galdask.figures.cells import Cells
from tests.figures.looking import coloured, named, texts

EDGES = np.arange(-10.0, 10.1, 2.0)


@pytest.fixture
def axes():
    with style.applied():
        yield style.sheet(4, 4).subplots()


@pytest.fixture
def three_kinds():
    counts = np.zeros((10, 10), int)
    values = np.full((10, 10), np.nan)
    counts[2, 3], counts[5, 5], counts[6, 5] = 1, 40, 50
    values[5, 5], values[6, 5] = 0.0, 0.3
    return Cells(EDGES, EDGES, values, counts)


def test_three_kinds_of_cells_look_different(axes, three_kinds):
    maps.panel(axes, three_kinds, style.colours("fe_h"), Normalize(0.0, 0.3))
    maps.frame(axes, (-10, 10), (-10, 10), "x", "y")
    np.testing.assert_array_equal(np.argwhere(coloured(axes)), [[5, 5], [6, 5]])
    (sparse,) = named(axes, "sparse")
    np.testing.assert_array_equal(np.argwhere(~np.ma.getmaskarray(sparse.get_array()).T), [[2, 3]])
    (ground,) = named(axes, "empty")
    assert ground.get_hatch()
    figure = axes.figure
    figure.canvas.draw()
    picture = np.asarray(figure.canvas.buffer_rgba())[::-1, :, :3] / 255

    def at(x, y):
        column, row = axes.transData.transform((x, y)).astype(int)
        return picture[row, column]

    np.testing.assert_allclose(at(-5.0, -3.0), to_rgb(style.SPARSE), atol=0.02)
    np.testing.assert_allclose(at(1.0, 1.0), style.colours("fe_h")(0.0)[:3], atol=0.02)
    assert min(at(7.0, 7.0)) > 0.8


def test_mesh_has_the_true_edges(axes, three_kinds):
    mesh = maps.panel(axes, three_kinds, "viridis", Normalize(0, 1))
    corners = mesh.get_coordinates()
    np.testing.assert_array_equal(corners[0, :, 0], EDGES)
    np.testing.assert_array_equal(corners[:, 0, 1], EDGES)
    assert axes.get_aspect() == 1.0


def test_a_panel_without_stars_says_so(axes):
    nothing = Cells(EDGES, EDGES, np.full((10, 10), np.nan), np.zeros((10, 10), int))
    maps.panel(axes, nothing, "viridis", Normalize(0, 1))
    assert "no stars" in texts(axes)


def test_count_note_gives_n_and_what_is_outside(axes, three_kinds):
    maps.count_note(axes, three_kinds, 91, (-10, 10), (-10, 10))
    assert axes.texts[-1].get_text() == "$N$ = 91"
    maps.count_note(axes, three_kinds, 91, (-1, 10), (-10, 10))
    assert axes.texts[-1].get_text() == "$N$ = 91\n(1 outside)"


def test_legend_names_the_minimum(three_kinds):
    figure = style.sheet(3, 3)
    maps.key(figure, 3)
    assert [t.get_text() for t in figure.legends[0].get_texts()] == ["no stars", "fewer than 3 stars"]
    figure = style.sheet(3, 3)
    maps.key(figure, 1)
    assert [t.get_text() for t in figure.legends[0].get_texts()] == ["no stars"]


def test_outline_goes_around_the_block_and_leaves_single_cells_out(axes):
    counts = np.zeros((10, 10), int)
    counts[2:7, 3:6] = 4
    counts[4, 4] = 0
    counts[9, 9] = 1
    maps.outline(axes, Cells(EDGES, EDGES, np.full((10, 10), np.nan), counts))
    (line,) = named(axes, "outline")
    ends = np.concatenate(line.get_segments())
    assert (ends.min(axis=0) == (EDGES[2], EDGES[3])).all()
    assert (ends.max(axis=0) == (EDGES[7], EDGES[6])).all()
    assert len(line.get_segments()) == 2 * (5 + 3)


def test_bar_has_its_near_end_at_negative_x_and_positive_y(axes):
    marks.bar(axes)
    (shape,) = named(axes, "bar")
    # a polygon is made of the curve in display units, 100 to the kpc
    scale = Affine2D().scale(100)
    points = shape.get_path().transformed(shape.get_patch_transform() + scale).to_polygons()[0] / 100
    radius = np.hypot(*points.T)
    assert radius.max() == pytest.approx(5.0, abs=0.01)
    assert radius.min() == pytest.approx(2.0, abs=0.01)
    near = points[radius > 4.97]
    near = near[near[:, 0] < 0]
    angle = np.degrees(np.arctan2(near[:, 1], -near[:, 0]))
    np.testing.assert_allclose(angle, 25.0, atol=2.0)


def test_sun_centre_rings_and_rotation_on_a_face_on_map(axes):
    axes.set(xlim=(-15, 6), ylim=(-6, 7))
    attributes = {"r_sun": 8.0, "bar_length": 6.0, "bar_axis_ratio": 0.5, "bar_angle": 10.0}
    marks.face_on(axes, attributes, arrow=True)
    (sun,) = named(axes, "sun")
    assert sun.get_xydata().tolist() == [[-8.0, 0.0]]
    (centre,) = named(axes, "centre")
    assert centre.get_xydata().tolist() == [[0.0, 0.0]]
    assert [ring.get_radius() for ring in named(axes, "ring")] == [5.0, 10.0, 15.0, 20.0]
    (shape,) = named(axes, "bar")
    assert (shape.width, shape.height, shape.angle) == (6.0, 3.0, -10.0)
    (arrow,) = named(axes, "rotation")
    path = arrow._path_original.vertices
    np.testing.assert_allclose(np.hypot(*path.T), 12.0)
    assert np.abs(path[:, 1]).max() == pytest.approx(3.0)
    assert path[-1, 1] > path[0, 1]
    assert (path[:, 0] < 0).all()


def test_a_map_that_does_not_reach_the_sun_points_to_it(axes):
    axes.set(xlim=(-5, 5), ylim=(-5, 5))
    marks.face_on(axes, {"r_sun": 8.0}, arrow=True)
    (mark,) = named(axes, "sun")
    assert mark.get_text() == r"$\leftarrow$ Sun"
    assert named(axes, "rotation") == []
    axes.set(xlim=(0, 5))
    marks.edge_on(axes, {"r_sun": 8.0}, signed=False)
    assert named(axes, "sun")[-1].get_text() == r"Sun $\rightarrow$"


def test_no_bar_where_the_product_names_none(axes):
    marks.face_on(axes, {"r_sun": 8.0})
    assert named(axes, "bar") == []


@pytest.mark.parametrize(("signed", "x"), [(True, -8.3), (False, 8.3)])
def test_sun_on_an_edge_on_map(axes, signed, x):
    axes.set(xlim=(-12, 12))
    marks.edge_on(axes, {"r_sun": 8.3, "z_sun": 0.027}, signed)
    (sun,) = named(axes, "sun")
    assert sun.get_xydata().tolist() == [[x, 0.027]]
