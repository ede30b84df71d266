import numpy as np
import pytest

from galdask.errors import ReductionError
from galdask.reductions import Axis, Key, OrderStatistics, WindowMedians
from galdask.reductions.runs import CELLS
from tests.reductions.stars import block, parts, same

RADII = Axis.regular("r", "r", 4.0, 8.0, 0.5)
HEIGHTS = Axis.regular("abs_z", "abs_z", 0.0, 2.0, 0.25)


def finished(red, columns):
    return red.finalize([red.map(columns)])


@pytest.mark.parametrize("coarse", [False, True])
@pytest.mark.parametrize("population", [False, True])
@pytest.mark.parametrize("spans", [(3, 2), (1, 1), (8, 8)])
def test_equal_to_order_statistics_of_the_wide_cells(spans, population, coarse):
    columns = block(3000, 3, coarse=coarse)
    red = WindowMedians(Key((RADII, HEIGHTS), population), "fe_h", spans)
    assert red.shape == (9 - spans[0], 9 - spans[1])
    table = finished(red, columns)
    shape = (*red.shape, 3 if population else 1)
    mine = {name: table.dense(name, shape) for name in ("n", "median", "median_err")}
    for i in range(red.shape[0]):
        for j in range(red.shape[1]):
            wide = Key(
                (
                    Axis("r", "r", (RADII.edges[i], RADII.edges[i + spans[0]])),
                    Axis("abs_z", "abs_z", (HEIGHTS.edges[j], HEIGHTS.edges[j + spans[1]])),
                ),
                population,
            )
            cell = finished(OrderStatistics(wide, "fe_h", q=(0.5,)), columns)
            for name, values in mine.items():
                np.testing.assert_array_equal(values[i, j], cell.dense(name, shape[2:]))


@pytest.mark.parametrize("number", [1, 3, 20])
def test_any_cut_into_parts_gives_the_same_bits(number):
    columns = block(1500, 9, coarse=True)
    red = WindowMedians(Key((RADII, HEIGHTS), True), "fe_h", (3, 2))
    expected = finished(red, columns)
    states = [red.map(p) for p in parts(columns, number, number)]
    assert same(red.finalize(states), expected)


@pytest.mark.parametrize("spans", [(3,), (0, 1), (9, 1), (1, 1, 1)])
def test_windows_that_do_not_fit_are_refused(spans):
    with pytest.raises(ReductionError):
        WindowMedians(Key((RADII, HEIGHTS)), "fe_h", spans)


def test_keys_that_are_too_large_are_refused():
    huge = Axis.regular("r", "r", 0.0, 1.0, 1e-5)
    with pytest.raises(ReductionError, match="too many cells"):
        WindowMedians(Key((huge, Axis.regular("z", "z", 0.0, 1.0, 1e-5))), "fe_h", (1, 1))
    assert huge.size**2 > CELLS
