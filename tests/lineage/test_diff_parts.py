"""Pairing of stars, errors of differences with shared stars, and datasets that do not fit."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from galdask.lineage.diff.cells import over, shared_error, shifts
from galdask.lineage.diff.matching import match, mixed
from galdask.lineage.diff.moved import of_datasets
from galdask.lineage.diff.stars import Stars
from galdask.reductions import Axis

ROWS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3)), max_size=25)


def table(rows):
    key, value = (np.array([r[k] for r in rows]) for k in (0, 1))
    return {"star_key": key.astype(np.uint64), "v": value.astype(np.float32)}


@given(a=ROWS, b=ROWS, seed=st.integers(0, 99))
@settings(deadline=None, max_examples=150)
def test_every_row_is_in_one_group_and_repeated_stars_are_paired_by_value(a, b, seed):
    groups = match(table(a), table(b), "star_key", ["v"])
    assert sorted([*groups.a, *groups.lost]) == list(range(len(a)))
    assert sorted([*groups.b, *groups.added]) == list(range(len(b)))
    for i, j, same in zip(groups.a, groups.b, groups.same, strict=True):
        assert a[i][0] == b[j][0]
        assert (a[i] == b[j]) == same
    for star in {r[0] for r in a + b}:
        one, other = ([r for r in rows if r[0] == star] for rows in (a, b))
        pairs = [k for k, i in enumerate(groups.a) if a[i][0] == star]
        assert len(pairs) == min(len(one), len(other))
        equal = sum(min(one.count(r), other.count(r)) for r in set(one))
        assert int(groups.same[pairs].sum()) == equal
    order = np.random.default_rng(seed).permutation(len(b))
    turned = match(table(a), table([b[k] for k in order]), "star_key", ["v"])
    assert (turned.changed, turned.added.size, turned.lost.size) == (
        groups.changed,
        groups.added.size,
        groups.lost.size,
    )


def test_every_nan_and_both_zeros_are_the_same():
    odd = np.array([0x7FF8000000000001, 0x7FF8000000000000], dtype=np.uint64).view(np.float64)
    digests = mixed([np.concatenate([odd, [0.0, -0.0, 1.0]])], 5)
    assert digests[0] == digests[1]
    assert digests[2] == digests[3]
    assert len(set(digests.tolist())) == 3


def test_the_error_with_shared_stars_has_the_right_limits():
    a, b = np.array([0.03]), np.array([0.04])
    assert shared_error(a, b, 100, 200, 0) == pytest.approx(0.05)
    assert shared_error(a, a, 100, 100, 100) == 0.0
    inner = 0.5 / np.sqrt(np.array([400.0])), 0.5 / np.sqrt(np.array([100.0]))
    nested = shared_error(*inner, 400, 100, 100)  # B is a part of A: variances subtract
    assert nested == pytest.approx(np.sqrt(inner[1] ** 2 - inner[0] ** 2))
    assert over(np.array([0.0, 1.0]), np.array([0.0, 0.0])).tolist() == [0.0, np.inf]


def test_the_error_with_shared_stars_is_the_spread_of_differences():
    rng = np.random.default_rng(5)
    n_a, n_b, n_common, trials = 120, 90, 60, 4000
    stars = rng.normal(size=(trials, n_a + n_b - n_common))
    a, b = stars[:, :n_a], stars[:, n_a - n_common :]
    spread = (np.median(b, axis=1) - np.median(a, axis=1)).std()
    errors = [np.array([np.median(s, axis=1).std()]) for s in (a, b)]
    said = shared_error(*errors, n_a, n_b, n_common)[0]
    assert said == pytest.approx(spread, rel=0.05)
    assert np.hypot(*errors)[0] > 1.3 * spread  # what independent samples would give


def stars(keys, x, value):
    columns = {
        "star_key": np.array(keys, dtype=np.uint64),
        "x": np.array(x, dtype=np.float64),
        "population": np.zeros(len(keys), dtype=np.int8),
        "q": np.array(value, dtype=np.float32),
    }
    return Stars(columns, {"main": np.ones(len(keys), dtype=bool)}, columns["star_key"])


def test_the_way_from_a_to_b_by_hand():
    a = stars([1, 2, 3, 4], [0.5, 0.5, 0.5, 1.5], [1.0, 2.0, 6.0, 9.0])
    b = stars([2, 3, 4, 5], [0.5, 0.5, 0.5, 0.5], [2.0, 7.0, 9.0, 11.0])  # 4 came from the next cell
    own = shifts(a, b, (Axis.regular("x", "x", 0.0, 2.0, 1.0),), "q")
    whole = 0
    assert own.median_a[:, whole].tolist() == [2.0, 9.0]
    assert own.median_b[0, whole] == 8.0
    assert np.isnan(own.median_b[1, whole])
    assert own.shift_lost[0, whole] == 2.0  # 1, 2, 6 -> 2, 6
    assert own.shift_changed[0, whole] == 3.0  # 2, 6 -> 2, 7, 9
    assert own.shift_added[0, whole] == 1.0  # 2, 7, 9 -> 2, 7, 9, 11
    assert [own.lost[0, 0], own.changed[0, 0], own.added[0, 0]] == [1, 2, 1]
    assert own.n_common[0, 0] == 2  # 2 and 3
    assert own.touched[:, 0].tolist() == [True, False]


def dataset(values, x, **more):
    return xr.Dataset({"v": (("x",), np.array(values, float), {"units": "dex"}), **more}, {"x": x})


def test_other_bins_are_compared_where_both_have_them():
    a, b = dataset([1.0, 2.0, 3.0], [0.5, 1.5, 2.5]), dataset([2.5, 3.0, np.nan], [1.5, 2.5, 3.5])
    (moved,), lone = of_datasets("product", "p", a, b)
    assert lone == []
    assert (moved.cells, moved.changed, moved.appeared, moved.gone) == (2, 1, 0, 0)
    assert moved.largest == 0.5
    assert moved.largest_at == "x 1.5"
    assert "both runs have" in moved.note


def test_lengths_without_labels_that_differ_are_said():
    a, b = (xr.Dataset({"v": (("window",), np.arange(float(n)))}) for n in (3, 4))
    (moved,), _ = of_datasets("product", "p", a, b)
    assert moved.note == "not compared: (3,) cells in A, (4,) in B"
    assert moved.any


def test_numbers_that_appear_go_and_are_significant():
    err = {"v_err": (("x",), [0.3, 0.3, 0.3, 0.3])}
    a = dataset([1.0, np.nan, 2.0, 5.0], [0, 1, 2, 3], **err)
    b = dataset([1.0, 1.0, np.nan, 6.0], [0, 1, 2, 3], **err, w=(("x",), np.zeros(4)))
    moved, lone = of_datasets("cube", "p", a, b)
    one = next(m for m in moved if m.variable == "v")
    assert (one.changed, one.appeared, one.gone) == (1, 1, 1)
    assert one.significance == pytest.approx(1.0 / np.hypot(0.3, 0.3))
    assert one.significance_at == "x 3"
    assert [(m.variable, m.run) for m in lone] == [("w", "B")]
