"""Cuts: each kind on each kind of column, missing values, faults with their place."""

from __future__ import annotations

import numpy as np
import pytest

from galdask.config import parse
from galdask.errors import ConfigError
from galdask.stars.cuts import Equals, Finite, Interval, check_keys, cut_from_section
from galdask.stars.readings import AbsentError
from tests.stars.catalogue import store

COMPUTED = {"age": "Gyr", "r": "kpc", "theta": "deg", "population": "", "fe_h": "dex"}


def read(text, absent=None):
    section = parse(text, "cuts.yaml")
    check_keys("mine", section)
    return cut_from_section("mine", section, store(), COMPUTED, absent)


@pytest.mark.parametrize(
    ("text", "values", "passes"),
    [
        ("{column: logg, low: 1.0, high: 2.0}", [0.9, 1.0, 1.5, 2.0, 2.1], [0, 1, 1, 1, 0]),
        ("{column: logg, low: 1, high: 2, low_open: true, high_open: true}", [1.0, 1.5, 2.0], [0, 1, 0]),
        ("{column: logg, low: 1}", [0.9, 1.0, 1e30, np.inf], [0, 1, 1, 0]),
        ("{column: logg, high: 1}", [-np.inf, -1e30, 1.0, 1.1], [0, 1, 1, 0]),
        ("{column: logg, low: -1.0e+300}", [-1e30, 0.0], [1, 1]),
        ("{column: logg, equals: 2.3}", [2.3, 2.4], [1, 0]),
        ("{finite: logg}", [1.0, np.inf, np.nan], [1, 0, 0]),
        ("{quantity: age, low: 0, low_open: true}", [0.0, 1.0, np.nan], [0, 1, 0]),
    ],
)
def test_single_precision_columns(text, values, passes):
    cut = read(text)
    np.testing.assert_array_equal(
        cut.test.passes(np.array(values, dtype=np.float32)), np.array(passes, dtype=bool)
    )


def test_bounds_are_met_at_the_precision_of_the_column():
    # float32(2.3) is below 2.3 and float32(0.1) above 0.1
    at = np.array([2.3, 0.1], dtype=np.float32)
    assert at[0] < np.float64(2.3)
    assert at[1] > np.float64(0.1)
    assert Interval(2.3, None, False, False).passes(at[:1]).all()
    assert Interval(None, 0.1, False, False).passes(at[1:]).all()
    assert not Interval(0.1, 2.3, True, True).passes(at).any()


def test_every_kind_of_column_can_miss_values():
    counts = np.ma.MaskedArray(np.array([0, 1, 2], dtype=np.int16), [False, False, True])
    np.testing.assert_array_equal(Interval(1, 5, False, False).passes(counts), [False, True, False])
    np.testing.assert_array_equal(Equals(2).passes(counts), [False, False, False])
    np.testing.assert_array_equal(Finite().passes(counts), [True, True, False])
    np.testing.assert_array_equal(Interval(None, 1, False, False).passes(counts.data), [True, True, False])
    texts = np.array(["apo25m", None, "lco25m"], dtype=object)
    np.testing.assert_array_equal(Equals("apo25m").passes(texts), [True, False, False])
    np.testing.assert_array_equal(Finite().passes(texts), [True, False, True])
    flags = np.ma.MaskedArray([True, True, False], [False, True, False])
    np.testing.assert_array_equal(Equals(True).passes(flags), [True, False, False])
    np.testing.assert_array_equal(Equals(False).passes(flags.data), [False, False, True])
    big = np.array([2**60, 2**60 + 1])
    np.testing.assert_array_equal(Equals(2**60 + 1).passes(big), [False, True])
    np.testing.assert_array_equal(Interval(2**60 + 1, None, False, False).passes(big), [False, True])


def test_sources():
    assert (read("{column: fe_h, low: 0}").source, read("{quantity: fe_h, low: 0}").source) == (
        "column",
        "quantity",
    )
    # what stands in the store comes first
    assert (read("{finite: fe_h}").source, read("{finite: r}").source) == ("column", "quantity")
    assert read("{column: good, equals: true}").test == Equals(True)
    assert read("{column: telescope, equals: apo25m}").test == Equals("apo25m")
    assert read("{quantity: population, equals: high_alpha}").test == Equals(1)
    assert read("{quantity: population, equals: 0}").test == Equals(0)


def test_bounds_in_another_unit():
    cut = read("{column: distance, low: 0.5, high: 5, unit: kpc}")
    assert (cut.test.low, cut.test.high) == (500.0, 5000.0)
    assert read("{quantity: age, high: 500, unit: Myr}").test.high == pytest.approx(0.5)
    with pytest.raises(ConfigError, match="wrong unit"):
        read("{column: distance, low: 0.5, unit: K}")


def test_settings_tell_cuts_apart_but_not_their_names():
    a = read("{column: logg, low: 1, high: 2}")
    b = cut_from_section("other", parse("{column: logg, low: 1, high: 2}", "f"), store(), COMPUTED)
    assert a.settings() == b.settings()
    different = [
        "{column: logg, low: 1, high: 2.5}",
        "{column: logg, low: 1, high: 2, low_open: true}",
        "{column: teff, low: 1, high: 2}",
        "{column: logg, equals: 1}",
        "{finite: logg}",
        "{quantity: r, low: 1, high: 2}",
        "{mask: aspcapflag, clear: [STAR_BAD]}",
        "{mask: aspcapflag, set: [STAR_BAD]}",
    ]
    found = [read(text).settings() for text in different]
    assert all(settings != a.settings() for settings in found)
    assert len({str(settings) for settings in found}) == len(found)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{column: loggg, low: 1}", "no column 'loggg'"),
        ("{finite: loggg}", "no column 'loggg'"),
        ("{quantity: rr, low: 1}", "no quantity or derived column 'rr'"),
        ("{low: 1}", "needs one subject"),
        ("{column: logg, mask: aspcapflag, low: 1}", "needs one subject"),
        ("{column: logg}", "no condition"),
        ("{column: logg, low: 1, high_open: true}", "does not have"),
        ("{column: logg, low: 3, high: 2}", "nothing can pass"),
        ("{column: logg, low: 2, high: 2, low_open: true}", "nothing can pass"),
        ("{column: logg, low: a}", "wrong type"),
        ("{column: logg, low: .nan}", "out of range"),
        ("{column: logg, equals: a}", "cannot equal"),
        ("{column: logg, equals: .nan}", "cannot equal"),
        ("{column: telescope, equals: 3}", "cannot equal"),
        ("{column: telescope, low: 3}", "holds no numbers"),
        ("{column: extratarg, equals: 0.5}", "cannot equal"),
        ("{column: good, equals: 1}", "cannot equal"),
        ("{column: logg, equals: 1, low: 0}", "unknown key 'low'"),
        ("{finite: logg, low: 0}", "unknown key 'low'"),
        ("{column: logg, lo: 0}", "unknown key 'lo'"),
        ("{column: x_h, low: 0}", "holds an array"),
    ],
)
def test_faults(text, message):
    with pytest.raises(ConfigError, match=message) as caught:
        read(text)
    assert "cuts.yaml, line 1" in str(caught.value)


def test_near_names_are_offered():
    with pytest.raises(ConfigError, match="did you mean 'logg'"):
        read("{column: log_g, low: 1}")
    with pytest.raises(ConfigError, match="did you mean 'theta'"):
        read("{quantity: tetha, low: 1}")


def test_what_an_absent_quantity_needs_is_absent_too():
    absent = {"lost": "the store has no column 'lost'"}
    for text in ("{quantity: lost, low: 1}", "{finite: lost}"):
        with pytest.raises(AbsentError, match="the store has no column 'lost'"):
            read(text, absent)
