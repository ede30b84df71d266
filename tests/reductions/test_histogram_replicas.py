import numpy as np
import pytest

from galdask.errors import ReductionError
from galdask.reductions import Axis, Counts, HistogramReplicas, Key
from galdask.rng import poisson_weights
from tests.reductions.stars import block, parts

R = Axis.regular("r", "r", 3.0, 15.0, 3.0)
FE_H = Axis.regular("fe_h", "fe_h", -1.5, 0.5, 0.25)


def test_replicas_are_weighted_histograms():
    stars = block(4000, 1)
    one = HistogramReplicas(Key((R, FE_H), population=True), replicas=7, seed=5)
    table = one.finalize([one.map(part) for part in parts(stars, 3, 2)], shard_bytes=5000)
    found = np.moveaxis(table.dense("replica_n", (4, 8, 3)), (2, 3), (0, 1))
    weights = poisson_weights(stars["star_key"], 7, 5).astype(float)
    for k, chosen in enumerate((stars["population"] >= 0, *(stars["population"] == c for c in (0, 1)))):
        for b in range(7):
            expected, *_ = np.histogram2d(
                stars["r"][chosen], stars["fe_h"][chosen], [R.edges, FE_H.edges], weights=weights[chosen, b]
            )
            np.testing.assert_array_equal(found[k, b], expected)


def test_counts_are_those_of_counts():
    key = Key((R, FE_H), population=True)
    stars = block(900, 3, coarse=True)
    mine, theirs = (one.finalize([one.map(stars)]) for one in (HistogramReplicas(key), Counts(key)))
    np.testing.assert_array_equal(mine.cells, theirs.cells)
    np.testing.assert_array_equal(mine.values["n"], theirs.values["n"])


def test_spread_of_replicas_is_that_of_counts():
    """A Poisson bootstrap of a cell's number has the standard deviation sqrt(n)."""
    stars = block(5000, 4)
    one = HistogramReplicas(Key((R,)), replicas=800)
    table = one.finalize([one.map(stars)])
    spread = table.values["replica_n"].std(axis=1)
    np.testing.assert_allclose(spread, np.sqrt(table.values["n"]), rtol=0.1)
    np.testing.assert_allclose(table.values["replica_n"].mean(axis=1), table.values["n"], rtol=0.01)


@pytest.mark.parametrize("wrong", [{"replicas": 0}, {"seed": -1}, {"seed": 2**32}])
def test_settings_that_mean_nothing_are_refused(wrong):
    with pytest.raises(ReductionError, match="replica"):
        HistogramReplicas(Key((R,)), **wrong)


def test_too_many_cells_are_refused():
    wide = [Axis.regular(name, "r", 0.0, 2048.0, 1.0) for name in ("a", "b", "c")]
    with pytest.raises(ReductionError, match="too many cells"):
        HistogramReplicas(Key(tuple(wide)))
