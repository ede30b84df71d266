import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from galdask.figures import cells
from tests.figures import synthetic

EDGES = np.arange(-5.0, 5.1, 0.5)


def made(counts):
    counts = np.asarray(counts)
    return cells.Cells(EDGES, EDGES, np.where(counts > 0, counts.astype(float), np.nan), counts)


def test_edges_come_from_the_bounds():
    dataset = synthetic.coverage("empty")
    np.testing.assert_array_equal(cells.edges(dataset, "x"), np.arange(-25, 25.1, 0.5))


def test_cells_pick_population_and_slice():
    dataset = synthetic.feh_slices()
    panel = cells.cells(dataset, "fe_h_median", "fe_h_n", ("x", "y"), population="low_alpha", abs_z=1)
    np.testing.assert_array_equal(panel.counts, dataset["fe_h_n"].values[1, 1])
    np.testing.assert_array_equal(panel.values, dataset["fe_h_median"].values[1, 1])
    turned = cells.cells(dataset, "fe_h_median", "fe_h_n", ("y", "x"), population="low_alpha", abs_z=1)
    np.testing.assert_array_equal(turned.counts, panel.counts.T)


def test_empty_cells_of_counts_have_no_value():
    panel = cells.cells(synthetic.coverage(), "n_xy", "n_xy", ("x", "y"), population="total")
    assert np.isnan(panel.values[panel.counts == 0]).all()
    np.testing.assert_array_equal(panel.values[panel.counts > 0], panel.counts[panel.counts > 0])


def test_window_keeps_what_must_be_seen():
    counts = np.zeros((20, 20), int)
    counts[10, 12] = 5
    x, y = cells.window([made(counts)], (-4.0, 3.0), (0.2, 0.3))
    assert x[0] <= -4.0
    assert x[1] >= 3.0
    assert y == (0.2, 2.0)


def test_window_without_stars_or_wishes_is_everything():
    assert cells.window([made(np.zeros((20, 20), int))]) == ((-5.0, 5.0), (-5.0, 5.0))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19), st.integers(1, 50)), min_size=1, max_size=30),
    st.sampled_from([1.0, 0.9, 0.5]),
)
def test_window_holds_its_share_of_the_stars(places, cover):
    counts = np.zeros((20, 20), int)
    for i, j, n in places:
        counts[i, j] += n
    panel = made(counts)
    x, y = cells.window([panel], cover=cover)
    beyond = cells.outside(panel, x, y)
    assert 0 <= beyond <= 2 * (1 - cover) * counts.sum() + 1e-9
    assert beyond == 0 or cover < 1


def test_windows_of_maps_keep_the_sun_where_the_grid_has_it():
    wide = synthetic.coverage("empty")
    face = cells.cells(wide, "n_xy", "n_xy", ("x", "y"), population="total")
    assert cells.face_window([face], 8.3) == ((-10.3, 5.5), (-5.5, 5.5))
    x, y = cells.face_window([made(np.ones((20, 20), int))], 8.3)
    assert (x, y) == ((-5.0, 5.0), (-5.0, 5.0))
    edge = cells.cells(wide, "n_rz", "n_rz", ("r", "z"), population="total")
    assert cells.edge_window([edge], 8.3) == ((-10.3, 2.0), (-2.5, 2.5))
    assert cells.edge_window([edge], 8.3, signed=False)[0] == (0.0, 10.3)


def test_the_sun_near_the_border_of_the_grid_stays_inside():
    edges = np.arange(-9.0, 9.1, 0.5)
    panel = cells.Cells(edges, edges, np.zeros((36, 36)), np.ones((36, 36), int))
    assert cells.face_window([panel], 8.178)[0][0] == -9.0
    assert cells.edge_window([panel], 8.178, signed=False)[0][1] == 9.0


def test_stars_of_one_neighbourhood_have_the_map_to_themselves():
    edges = np.arange(-9.0, 9.05, 0.1)
    counts = np.zeros((edges.size - 1, edges.size - 1), int)
    counts[6:10, 88:92] = 5  # 0.4 kpc about (-8.2, 0)
    panel = cells.Cells(edges, edges, np.zeros(counts.shape), counts)
    for window in (cells.face_window([panel], 8.2), cells.edge_window([panel], 8.2)):
        np.testing.assert_allclose(window, ((-8.5, -7.9), (-0.3, 0.3)), atol=1e-9)
    counts[20:60, 90] = 1
    assert cells.face_window([panel], 8.2)[0] == (-9.0, 5.5)


def test_outside_counts_the_stars_beyond():
    counts = np.zeros((20, 20), int)
    counts[0, 0], counts[10, 10] = 7, 3
    assert cells.outside(made(counts), (-1.0, 1.0), (-1.0, 1.0)) == 7
    assert cells.outside(made(counts), (1.0, -1.0), (-5.0, 5.0)) == 7


@pytest.mark.parametrize(("a", "b", "both"), [((0, 1), (2, 3), (0, 3)), ((-1, 5), (0, 2), (-1, 5))])
def test_joined(a, b, both):
    assert cells.joined(a, b) == both
