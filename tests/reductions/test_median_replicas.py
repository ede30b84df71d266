import numpy as np
import pytest

from galdask.errors import ReductionError
from galdask.reductions import Axis, Key, MedianReplicas, maritz_jarrett
from galdask.rng import poisson_weights
from tests.reductions.stars import block, parts, same

HEIGHTS = Axis("abs_z", "abs_z", (0.0, 0.5, 1.0, 2.0))
RADII = Axis.regular("r", "r", 3.0, 15.0, 3.0)
KEY = Key((HEIGHTS, RADII), population=True)


def finished(red, columns, **kwargs):
    return red.finalize([red.map(columns)], **kwargs)


@pytest.mark.parametrize("coarse", [False, True])
@pytest.mark.parametrize("population", [False, True])
def test_equal_to_the_median_of_repeated_stars(coarse, population):
    columns = block(900, 5, coarse=coarse)
    key = KEY if population else Key((HEIGHTS, RADII))
    red = MedianReplicas(key, "fe_h", replicas=7, seed=4)
    table = finished(red, columns)
    weights = poisson_weights(columns["star_key"], 7, 4).T
    kinds = 3 if population else 1
    good = np.isfinite(columns["fe_h"]) & np.isfinite(columns["r"])
    seen = 0
    for cell in range(12 * kinds):
        place, kind = divmod(cell, kinds)
        rows = good & (HEIGHTS.bins(columns["abs_z"]) == place // 4) & (RADII.bins(columns["r"]) == place % 4)
        rows &= True if kind == 0 else columns["population"] == kind - 1
        mine = table.cells == cell
        assert mine.sum() == bool(rows.any())
        if not rows.any():
            continue
        seen += 1
        assert table.values["n"][mine].item() == rows.sum()
        values = columns["fe_h"][rows].astype(np.float64)
        expected = [np.median(np.repeat(values, w)) if w.any() else np.nan for w in weights[:, rows]]
        np.testing.assert_array_equal(table.values["replica_medians"][mine][0], expected)
    assert seen == table.cells.size > 10


@pytest.mark.parametrize("number", [1, 3, 40])
def test_any_cut_into_parts_gives_the_same_bits(number):
    columns, red = block(1500, 9, coarse=True), MedianReplicas(KEY, "fe_h", replicas=5)
    expected = finished(red, columns)
    states = [red.map(p) for p in parts(columns, number, number)]
    for shard_bytes in (0, 128 * 77, 64 << 20):
        assert same(red.finalize(states, shard_bytes=shard_bytes), expected)


def test_spread_of_replicas_is_the_error_of_the_median():
    """Poisson weights and n draws with replacement agree for many stars (Maritz and Jarrett 1978)."""
    columns = block(4000, 2)
    table = finished(MedianReplicas(Key(), "fe_h", replicas=800), columns)
    exact = maritz_jarrett.of_sorted(np.sort(columns["fe_h"].astype(np.float64)))
    assert np.std(table.values["replica_medians"][0]) == pytest.approx(exact, rel=0.1)


def test_a_cell_whose_stars_have_no_weight():
    columns = block(3, 1)
    table = finished(MedianReplicas(Key(), "fe_h", replicas=400), columns)
    none = ~poisson_weights(columns["star_key"], 400, 1).any(axis=0)
    assert none.any()
    np.testing.assert_array_equal(np.isnan(table.values["replica_medians"][0]), none)


@pytest.mark.parametrize("bad", [{"replicas": 0}, {"seed": -1}, {"seed": 2**32}])
def test_settings_that_make_no_sense_are_refused(bad):
    with pytest.raises(ReductionError):
        MedianReplicas(KEY, "fe_h", **bad)
