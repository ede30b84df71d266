import numpy as np
import pandas as pd
import pytest

from galdask.reductions import Axis, Counts, Key
from tests.reductions.stars import block, parts

R = Axis.regular("r", "r", 3.0, 15.0, 0.5)
Z = Axis("abs_z", "abs_z", (0.0, 0.5, 1.0, 2.0), closed_last=True)
FINE = Axis.regular("r", "r", 3.0, 15.0, 0.001)


@pytest.mark.parametrize("key", [Key((R, Z)), Key((FINE, Z))], ids=["dense", "sparse"])
def test_equal_to_a_two_dimensional_histogram(key):
    stars = block(4000, seed=1)
    reduction = Counts(key)
    table = reduction.finalize([reduction.map(p) for p in parts(stars, 3, seed=2)])
    edges = [np.array(a.edges) for a in key.axes]
    half_open = (stars["r"] < 15.0) & (stars["r"] >= 3.0)
    expected, *_ = np.histogram2d(stars["r"][half_open], stars["abs_z"][half_open], bins=edges)
    assert np.array_equal(table.dense("n", key.final_shape), expected)
    assert table.values["n"].dtype == np.int64
    assert table.values["n"].min() > 0


def test_equal_to_pandas_by_population():
    stars = block(3000, seed=3, coarse=True)
    reduction = Counts(Key((R, Z), population=True))
    dense = reduction.finalize([reduction.map(stars)]).dense("n", (24, 3, 3))
    frame = pd.DataFrame({k: stars[k] for k in ("r", "abs_z", "population")})
    frame = frame[frame.r.between(3, 15, inclusive="left") & frame.abs_z.between(0, 2)]
    frame["i"], frame["j"] = R.bins_numpy(frame.r.to_numpy()), Z.bins_numpy(frame.abs_z.to_numpy())
    for (i, j), here in frame.groupby(["i", "j"]):
        kinds = here.population.value_counts()
        assert dense[i, j].tolist() == [len(here), kinds.get(0, 0), kinds.get(1, 0)]
    assert dense[..., 0].sum() == len(frame)
