import numpy as np
import pytest

from galdask import digest
from galdask.errors import ReductionError
from galdask.reductions import Axis, Key

X = Axis.regular("x", "x", 0.0, 3.0, 1.0)
Z = Axis("z", "abs_z", (0.0, 0.5, 2.0), closed_last=True)
STARS = {
    "x": np.array([0.5, 1.0, 2.9, 3.0, np.nan, 0.0]),
    "abs_z": np.array([0.1, 0.5, 2.0, 0.1, 0.1, 2.1], dtype=np.float32),
    "population": np.array([0, 1, 2, 3, 0, 1], dtype=np.int8),
}


def test_cells_in_c_order():
    assert Key((X, Z)).cells(STARS).tolist() == [0, 3, 5, -1, -1, -1]
    assert Key((X, Z)).shape == (3, 2)
    assert Key((X, Z)).size == 6
    assert Key((X, Z)).final_shape == (3, 2)


def test_population_is_the_fastest_index():
    key = Key((X, Z), population=True)
    assert key.cells(STARS).tolist() == [0, 3 * 4 + 1, 5 * 4 + 2, -1, -1, -1]
    assert (key.places, key.size, key.shape, key.final_shape) == (6, 24, (3, 2), (3, 2, 3))
    assert key.columns() == ("x", "abs_z", "population")


def test_one_cell_for_all():
    assert Key().cells(STARS).tolist() == [0] * 6
    assert Key().cells({}, rows=3).tolist() == [0] * 3
    assert Key().cells({}).size == 0
    assert Key(population=True).cells(STARS).tolist() == [0, 1, 2, 3, 0, 1]
    assert (Key().shape, Key().size, Key().final_shape) == ((), 1, ())


def test_agrees_with_numpy_on_many_stars():
    rng = np.random.default_rng(3)
    stars = {
        "x": rng.uniform(-1, 4, 5000),
        "abs_z": rng.uniform(0, 3, 5000),
        "population": rng.integers(0, 4, 5000),
    }
    x, z = X.bins_numpy(stars["x"]), Z.bins_numpy(stars["abs_z"])
    inside = (x >= 0) & (z >= 0)
    expected = np.where(inside, (x * 2 + z) * 4 + stars["population"], -1)
    assert np.array_equal(Key((X, Z), True).cells(stars), expected)


def test_indices_undo_cells():
    key = Key((X, Z), population=True)
    found = key.indices(np.arange(18))
    assert list(found) == ["x", "z", "population"]
    assert np.array_equal(np.ravel_multi_index(tuple(found.values()), key.final_shape), np.arange(18))
    assert Key().indices(np.array([0])) == {}


def test_a_missing_column_is_named():
    with pytest.raises(ReductionError, match="abs_z"):
        Key((X, Z)).cells({"x": STARS["x"]})


@pytest.mark.parametrize("wrong", [-1, 4])
def test_unknown_population_classes_are_refused(wrong):
    with pytest.raises(ReductionError, match="population class"):
        Key(population=True).cells({"population": np.array([0, wrong])})


def test_keys_that_cannot_be():
    with pytest.raises(ReductionError, match="same name"):
        Key((X, X))
    wide = [Axis(f"a{i}", "x", tuple(range(1001))) for i in range(7)]
    with pytest.raises(ReductionError, match="too many cells"):
        Key(tuple(wide))


def test_settings_see_every_part_of_a_key():
    keys = [
        Key((X, Z)),
        Key((Z, X)),
        Key((X, Z), True),
        Key((X, Axis("z", "abs_z", Z.edges))),
        Key((X, Axis("z", "z", Z.edges, True))),
    ]
    assert len({digest.of_settings(k) for k in keys}) == len(keys)
    assert digest.of_settings(Key((X, Z))) == digest.of_settings(Key((Axis.regular("x", "x", 0, 3, 1), Z)))
