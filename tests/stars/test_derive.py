"""Deriving blocks: against plain numpy, for any split and order, with nothing in them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from galdask.errors import StoreError
from galdask.stars import FRAMES, galactocentric
from tests.stars.catalogue import PIPELINE, partition, recipe

MADE = recipe()
PART = partition(3000)


def chosen(part, rows):
    return {name: values[rows] for name, values in part.items()}


def by_hand(part):
    """Fates of the sample "main", written out."""
    stars = galactocentric(
        FRAMES["imig2023"],
        ra=part["ra"],
        dec=part["dec"],
        distance=part["distance"].astype(np.float64) * 1e-3,
    )
    steps = [
        (np.ma.getdata(part["extratarg"]) == 0) & ~np.ma.getmaskarray(part["extratarg"]),
        (part["aspcapflag"] & (1 << 23 | 1 << 27)) == 0,
        (part["logg"] >= 1) & (part["logg"] <= np.float32(2.5)),
        np.isfinite(part["fe_h"]),
        np.abs(stars["z"]) <= 3,
    ]
    fates = np.zeros(len(part["ra"]), dtype=np.uint8)
    for code, passed in reversed(list(enumerate(steps, start=1))):
        fates[~passed] = code
    return fates, stars


def test_fates_are_the_first_failing_step():
    block = MADE.derive(PART)
    fates, _ = by_hand(PART)
    np.testing.assert_array_equal(block.fates["main"], fates)
    assert set(np.unique(fates)) == set(range(6))
    assert block.rows == 3000
    assert not block.fates["catalogue"].any()
    # the age sample goes on where main ends
    kept = fates == 0
    np.testing.assert_array_equal(block.fates["age"][~kept], fates[~kept])
    with np.errstate(invalid="ignore"):
        age = PART["age_yr"] * 1e-9
        good = (age > 0) & (age <= 12)
    np.testing.assert_array_equal(block.fates["age"][kept], np.where(good[kept], 0, 6))


def test_missing_values_are_counted():
    block = MADE.derive(PART)
    fates, stars = by_hand(PART)
    nothing = [
        np.ma.getmaskarray(PART["extratarg"]),
        np.zeros(3000, dtype=bool),
        np.isnan(PART["logg"]),
        np.isnan(PART["fe_h"]),
        np.isnan(stars["z"]),
    ]
    expected = [0, *(np.count_nonzero((fates == k) & n) for k, n in enumerate(nothing, start=1))]
    np.testing.assert_array_equal(block.missing["main"], expected)
    assert all(expected[k] > 0 for k in (1, 3, 4, 5))


def test_columns_of_the_kept_rows():
    block = MADE.derive(PART)
    fates, stars = by_hand(PART)
    rows = np.flatnonzero((fates == 0) | (block.fates["apo"] == 0))
    assert len(rows) < 1500
    np.testing.assert_array_equal(block.columns["star_key"], PART["star_key"][rows])
    for name in ("x", "y", "z", "r", "theta"):
        np.testing.assert_array_equal(block.columns[name], stars[name][rows])
        assert block.columns[name].dtype == np.float64
    np.testing.assert_array_equal(block.columns["mg_fe"], PART["mg_fe"][rows])
    assert block.columns["population"].dtype == np.int8
    assert set(block.columns) == set(MADE.derived_columns)
    assert all(len(values) == len(rows) for values in block.columns.values())
    view = block.view("main")
    np.testing.assert_array_equal(view["star_key"], PART["star_key"][fates == 0])
    assert (np.abs(view["z"]) <= 3).all()
    assert len(block.view("age")["age"]) == np.count_nonzero(block.fates["age"] == 0)


def test_populations_are_those_of_the_quantities():
    view = MADE.derive(PART).view("apo")
    expected = MADE.populations.classify(view["fe_h"], view["mg_fe"])
    np.testing.assert_array_equal(view["population"], expected)
    assert set(expected) == {0, 1, 2, 3}
    boundary = PIPELINE[PIPELINE.index("populations:") : PIPELINE.index("samples:")]
    bare = recipe((boundary, ""))
    assert (bare.derive(PART).columns["population"] == 3).all()


def test_gaps_of_the_quantities():
    block = MADE.derive(PART)
    main = block.fates["main"] == 0
    outside = main & ((PART["fe_h"] < -1) | (PART["fe_h"] > np.float32(0.5)))
    assert outside.any()
    assert block.gaps["main"]["fe_h"] == (np.count_nonzero(outside), np.count_nonzero(outside))
    assert block.gaps["main"]["mg_fe"] == (np.count_nonzero(main & np.isnan(PART["mg_fe"])), 0)
    lost = np.isnan(PART["fe_h"]) | (PART["fe_h"] < -1) | (PART["fe_h"] > np.float32(0.5))
    assert block.gaps["catalogue"]["fe_h"][0] == np.count_nonzero(lost)
    assert np.count_nonzero(np.isnan(block.view("main")["fe_h"])) == np.count_nonzero(outside)


def test_raw_samples_have_every_row():
    view = MADE.derive(PART).view("catalogue")
    assert list(view) == ["star_key", "fe_h", "mg_fe"]
    assert len(view["fe_h"]) == 3000


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 3000), max_size=6), st.integers(0, 2**32 - 1))
def test_any_split_and_order_gives_the_same_stars(cuts, seed):
    whole = MADE.derive(PART)
    order = np.random.default_rng(seed).permutation(3000)
    edges = [0, *sorted(cuts), 3000]
    for rows in (order[a:b] for a, b in itertools.pairwise(edges)):
        block = MADE.derive(chosen(PART, rows))
        for sample in MADE.samples:
            np.testing.assert_array_equal(block.fates[sample], whole.fates[sample][rows])
        union = np.logical_or.reduce([whole.fates[s] == 0 for s in ("main", "age", "apo")])
        place = np.cumsum(union) - 1
        kept = rows[union[rows]]
        for name, values in block.columns.items():
            np.testing.assert_array_equal(values, whole.columns[name][place[kept]], err_msg=name)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 3000))
def test_counts_of_parts_add_up(edge):
    whole = MADE.derive(PART)
    parts = [MADE.derive(chosen(PART, slice(*ends))) for ends in ((0, edge), (edge, 3000))]
    for sample in MADE.samples:
        np.testing.assert_array_equal(sum(p.missing[sample] for p in parts), whole.missing[sample])
        for quantity, pair in whole.gaps[sample].items():
            assert tuple(map(sum, zip(*(p.gaps[sample][quantity] for p in parts), strict=True))) == pair


def test_an_empty_partition():
    block = MADE.derive(chosen(PART, slice(0, 0)))
    assert block.rows == 0
    assert set(block.columns) == set(MADE.derived_columns)
    for name, values in MADE.derive(PART).columns.items():
        assert block.columns[name].dtype == values.dtype
        assert block.columns[name].shape == (0,)
    assert len(block.view("main")["r"]) == 0


def test_a_partition_without_any_value():
    part = partition(50)
    for name, values in part.items():
        if values.dtype.kind == "f":
            part[name] = np.full_like(values, np.nan)
        elif isinstance(values, np.ma.MaskedArray):
            part[name] = np.ma.MaskedArray(values.data, np.ones(50, dtype=bool))
        elif values.dtype.kind == "O":
            part[name] = np.full(50, None, dtype=object)
    block = MADE.derive(part)
    assert (block.fates["main"] == 1).all()
    assert (block.missing["main"] == [0, 50, 0, 0, 0, 0]).all()
    assert (block.missing["apo"] == [0, 50, 0]).all()
    assert block.columns["r"].shape == (0,)
    assert np.isnan(block.view("catalogue")["fe_h"]).all()


def test_all_rows_kept_are_not_copied():
    made = recipe(
        ("{cuts: [main_survey, aspcap, surface_gravity, finite_fe_h, disk]}", "{cuts: []}"),
        ("[age_known]", "[]"),
        ("[apo, within]", "[]"),
    )
    block = made.derive(PART)
    assert np.shares_memory(block.columns["mg_fe"], PART["mg_fe"])
    assert np.shares_memory(block.view("main")["mg_fe"], PART["mg_fe"])
    assert len(block.columns["x"]) == 3000


def test_inputs_are_left_as_they_are_and_may_be_read_only():
    part = partition(500)
    before = {name: values.copy() for name, values in part.items()}
    for values in part.values():
        np.ma.getdata(values).setflags(write=False)
    MADE.derive(part)
    for name, values in before.items():
        np.testing.assert_array_equal(np.ma.getmaskarray(part[name]), np.ma.getmaskarray(values))
        np.testing.assert_array_equal(np.ma.getdata(part[name]), np.ma.getdata(values))


def test_only_raw_samples():
    text = "  catalogue: {raw: true, quantities: [fe_h, mg_fe]}\n"
    made = recipe(
        ("  main: {cuts: [main_survey, aspcap, surface_gravity, finite_fe_h, disk]}\n", ""),
        ("  age: {base: main, cuts: [age_known]}\n", ""),
        ("  apo: {cuts: [apo, within]}\n", ""),
        (", sample: age", ""),
        (text, text),
    )
    assert made.columns_read == ("fe_h", "mg_fe", "star_key")
    block = made.derive({name: PART[name] for name in made.columns_read})
    assert block.columns == {}
    assert len(block.view("catalogue")["mg_fe"]) == 3000


def test_columns_that_do_not_fit():
    short = dict(PART)
    del short["logg"]
    with pytest.raises(StoreError, match="without the column 'logg'"):
        MADE.derive(short)
    with pytest.raises(StoreError, match="another length"):
        MADE.derive(PART | {"logg": PART["logg"][:-1]})
