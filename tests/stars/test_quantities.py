"""Quantities: units, ranges, errors, formulas."""

from __future__ import annotations

import numpy as np
import pytest

from galdask.config import parse
from galdask.errors import ConfigError
from galdask.stars.quantities import quantity_from_section
from galdask.stars.readings import AbsentError
from tests.stars.catalogue import partition, store


def read(text):
    return quantity_from_section("q", parse(text, "q.yaml"), store())


def test_a_column_in_its_own_unit_is_not_copied():
    part = partition()
    values, outside = read("{column: mg_fe, unit: dex}").derive(part, None)
    assert np.shares_memory(values, part["mg_fe"])
    assert outside is None


def test_years_become_gyr_in_single_precision():
    part = partition()
    values, _ = read("{column: age_yr, unit: Gyr}").derive(part, None)
    assert values.dtype == np.float32
    np.testing.assert_array_equal(values, (part["age_yr"] * 1e-9).astype(np.float32))


def test_logarithm():
    part = partition()
    quantity = read("{expression: log10(age_yr), unit: log(yr)}")
    values, outside = quantity.derive(part, None)
    good = part["age_yr"] > 0
    np.testing.assert_array_equal(values[good], np.log10(part["age_yr"][good]).astype(np.float32))
    assert np.isnan(values[~good]).all()
    assert outside is None
    assert quantity.columns_read == ("age_yr",)


def test_range_is_closed_and_counted():
    part = {"fe_h": np.array([-1.1, -1.0, 0.0, 0.5, 0.6, np.nan, np.inf, -np.inf], dtype=np.float32)}
    before = part["fe_h"].copy()
    values, outside = read("{column: fe_h, unit: dex, low: -1, high: 0.5}").derive(part, None)
    np.testing.assert_array_equal(values, np.array([np.nan, -1, 0, 0.5, *[np.nan] * 4], dtype=np.float32))
    np.testing.assert_array_equal(outside, np.array([1, 0, 0, 0, 1, 0, 0, 0], dtype=bool))
    np.testing.assert_array_equal(part["fe_h"], before)  # the store's arrays stay as they are
    values, outside = read("{column: fe_h, unit: dex}").derive(part, None)
    assert np.isnan(values[5:]).all()
    assert outside is None


def test_values_too_large_for_single_precision_are_missing():
    values, outside = read("{column: age_yr, unit: Gyr}").derive({"age_yr": np.array([1e300, 1e9])}, None)
    assert np.isnan(values[0])
    assert values[1] == 1
    assert outside is None


def test_masked_integers_become_missing():
    part = partition()
    values, _ = read("{column: nvisits}").derive(part, None)
    mask = np.ma.getmaskarray(part["nvisits"])
    assert mask.any()
    assert np.isnan(values[mask]).all()
    np.testing.assert_array_equal(values[~mask], part["nvisits"].data[~mask])


def test_rows_are_chosen():
    part, rows = partition(), np.array([3, 5, 999])
    quantity = read("{column: fe_h, unit: dex, error: fe_h_err, low: -1, high: 0.5}")
    every, _ = quantity.derive(part, None)
    some, _ = quantity.derive(part, rows)
    np.testing.assert_array_equal(some, every[rows])
    np.testing.assert_array_equal(
        quantity.derive_error(part, rows, some), quantity.derive_error(part, None, every)[rows]
    )


def test_errors():
    quantity = read("{column: fe_h, unit: dex, error: fe_h_err}")
    part = {
        "fe_h": np.array([0, 0, np.nan, 0, 0], dtype=np.float32),
        "fe_h_err": np.array([0.1, 0.0, 0.1, -0.1, np.inf], dtype=np.float32),
    }
    values, _ = quantity.derive(part, None)
    errors = quantity.derive_error(part, None, values)
    assert errors.dtype == np.float32
    np.testing.assert_array_equal(errors, np.array([0.1, 0, np.nan, np.nan, np.nan], dtype=np.float32))
    assert quantity.columns_read == ("fe_h", "fe_h_err")
    # the error of a logarithm may be in dex, that of a length in any length
    assert read("{expression: log10(age_yr), unit: log(yr), error: age_err}").error.factor == 1.0
    assert read("{column: distance, unit: kpc, error: distance}").error.factor == 1e-3


def test_settings_hold_what_decides_the_values():
    a = read("{column: fe_h, unit: dex, low: -1}")
    assert (
        a.settings() == read("{column: fe_h, unit: dex, low: -1.0, label: other, error: fe_h_err}").settings()
    )
    assert a.settings() != read("{column: fe_h, unit: dex, low: -2}").settings()
    assert read("{column: age_yr, unit: Gyr}").settings() != read("{column: age_yr, unit: yr}").settings()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{column: feh, unit: dex}", "no column 'feh'"),
        ("{expression: log10(feh), unit: dex}", "no column 'feh'"),
        ("{column: fe_h, unit: dex, error: feh_err}", "no column 'feh_err'"),
        ("{column: fe_h, unit: K}", "wrong unit"),
        ("{column: fe_h}", "wrong unit"),
        ("{column: fe_h, unit: parsec}", "unknown unit"),
        ("{column: telescope}", "holds no numbers"),
        ("{column: x_h, unit: dex}", "holds an array"),
        ("{expression: log10(telescope)}", "holds no numbers"),
        ("{expression: log10(age_yr), unit: Gyr}", "declared unit"),
        ("{expression: fe_h + teff, unit: dex}", "different units"),
        ("{expression: __import__('os')}", "not allowed"),
        ("{expression: 3 + 4}", "names no column"),
        ("{unit: dex}", "needs one source"),
        ("{column: fe_h, expression: fe_h, unit: dex}", "needs one source"),
        ("{column: fe_h, unit: dex, low: 1, high: 0}", "is empty"),
        ("{column: fe_h, unit: dex, error: teff}", "wrong unit"),
        ("{column: fe_h, unit: dex, lable: x}", "unknown key 'lable'"),
    ],
)
def test_faults(text, message):
    with pytest.raises(ConfigError, match=message) as caught:
        read(text)
    assert "q.yaml, line 1" in str(caught.value)
    assert isinstance(caught.value, AbsentError) == ("no column '" in message)


def read_logarithm(text, known="{column: age_yr, unit: Gyr, low: 0, high: 40}", absent=None):
    of = {} if known is None else {"age": quantity_from_section("age", parse(known, "pipe.yaml"), store())}
    return quantity_from_section("log_age", parse(text, "pipe.yaml"), store(), of, absent)


def test_a_logarithm_of_a_quantity_follows_its_column_and_unit():
    plain = read_logarithm("{log10_of: age, unit: log(yr), low: 5, high: 11}")
    assert plain.formula == "log10(age_yr)", "as if the formula were written out"
    assert plain.columns == ("age_yr",)
    in_gyr = read_logarithm("{log10_of: age, unit: log(yr)}", "{expression: age_yr / 1e9, unit: Gyr}")
    years = {"age_yr": np.array([1e9, 5e9, 1.3e10])}
    np.testing.assert_array_equal(plain.derive(years, None)[0], np.log10(years["age_yr"]).astype(np.float32))
    np.testing.assert_allclose(in_gyr.derive(years, None)[0], plain.derive(years, None)[0], rtol=1e-6)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{log10_of: ages, unit: log(yr)}", "no quantity 'ages' before"),
        ("{log10_of: age, unit: dex}", "wrong unit"),
        ("{log10_of: age, unit: Gyr}", "no unit of a logarithm"),
        ("{log10_of: age, column: age_yr, unit: log(yr)}", "needs one source"),
    ],
)
def test_wrong_logarithms_are_named(text, says):
    with pytest.raises(ConfigError, match=says):
        read_logarithm(text)


def test_a_logarithm_of_an_absent_quantity_is_absent():
    with pytest.raises(AbsentError, match="no column 'age_tw'"):
        read_logarithm("{log10_of: age, unit: log(yr)}", None, {"age": "the store has no column 'age_tw'"})
