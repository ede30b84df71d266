import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from galdask.errors import ReductionError
from galdask.reductions import Axis, CellTable, Key, states
from galdask.reductions.cells import add, group, populations

KEY = Key((Axis("x", "x", (0.0, 1.0, 2.0)),), population=True)


@pytest.mark.parametrize("most", [0, 3, 1000, 2**31 - 1, 2**31, 2**61])
@pytest.mark.parametrize("n", [0, 1, 40, 3000])
def test_group(most, n):
    cells = np.random.default_rng(n).integers(-1, most, n, endpoint=True)
    unique, rows, starts = group(cells)
    expected, counts = np.unique(cells[cells >= 0], return_counts=True)
    assert np.array_equal(unique, expected)
    assert np.array_equal(np.diff(starts, append=rows.size), counts)
    order = np.argsort(cells, kind="stable")
    assert np.array_equal(rows, order[cells[order] >= 0])


def test_group_of_nobody_inside():
    unique, rows, starts = group(np.full(10, -1))
    assert unique.size == rows.size == starts.size == 0


@settings(max_examples=30, deadline=None, derandomize=True)
@given(hnp.arrays(np.int64, st.integers(0, 30), elements=st.integers(0, 9)), st.integers(1, 4))
def test_sums_are_those_of_dense_arrays(cells, number):
    weights = np.arange(cells.size) ** 2
    dense, wide = np.zeros(10, dtype=np.int64), np.zeros((10, 2), dtype=np.int64)
    np.add.at(dense, cells, weights)
    np.add.at(wide, cells, np.stack([weights, -weights], axis=1))
    parts = [
        {"cells": c, "n": w, "s": np.stack([w, -w], axis=1)}
        for c, w in zip(np.array_split(cells, number), np.array_split(weights, number), strict=True)
    ]
    total = add(parts)
    assert np.array_equal(total["cells"], np.unique(cells))
    assert np.array_equal(total["n"], dense[total["cells"]])
    assert np.array_equal(total["s"], wide[total["cells"]])
    assert states.equal(total, add([add(parts[:1]), *parts[1:]]))


def test_only_integers_are_added():
    with pytest.raises(ReductionError, match="integer"):
        add([{"cells": np.array([0]), "s": np.array([0.5])}])


def test_total_is_the_union_of_all_classes():
    state = {"cells": np.array([0, 1, 2, 3, 5, 7]), "n": np.array([1, 2, 4, 8, 16, 32])}
    table = populations(state, KEY)
    dense = CellTable(table["cells"], table).dense("n", KEY.final_shape)
    assert dense.tolist() == [[15, 1, 2], [48, 0, 16]]
    plain = populations(state, Key(KEY.axes))
    assert states.equal(plain, state)


def test_dense():
    table = CellTable(np.array([1, 4]), {"n": np.array([3, 5]), "m": np.array([0.5, -1.5])})
    assert table.dense("n", (2, 3)).tolist() == [[0, 3, 0], [0, 5, 0]]
    assert table.dense("n", (2, 3)).dtype == np.int64
    means = table.dense("m", (2, 3))
    assert np.isnan(means).sum() == 4
    assert means[1, 1] == -1.5
    with_gaps = table.dense("n", (2, 3), fill=np.nan)
    assert np.isnan(with_gaps[0, 0])
    assert with_gaps[1, 1] == 5.0
    assert table.dense("m", (2, 3), fill=7.0)[0, 0] == 7.0
    with pytest.raises(ReductionError, match="outside its shape"):
        table.dense("n", (2, 2))
