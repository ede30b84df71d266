from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from galdask.catalog import dimensions, expression
from galdask.errors import ConfigError


def test_a_difference_in_single_precision() -> None:
    columns = {"mg_h": np.array([0.1, np.nan, 2], np.float32), "fe_h": np.array([0.3, 1, 2], np.float32)}
    found = expression.evaluate("mg_h - fe_h", columns)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, columns["mg_h"] - columns["fe_h"])


def test_names_in_their_order() -> None:
    assert expression.names_in("log10(b) - sqrt(a) * b / 2") == ("b", "a")


def test_every_operation() -> None:
    columns = {"a": np.array([4.0, 9.0]), "b": np.array([2, 4], dtype=np.int32)}
    found = expression.evaluate("-(sqrt(a) + 3.5) * b / 2 - +log10(100)", columns)
    np.testing.assert_allclose(found, [-7.5, -15.0], rtol=1e-15)
    assert found.dtype == np.float64


def test_what_is_not_finite_is_missing() -> None:
    columns = {
        "a": np.array([-1.0, 0.0, 1.0, 1e308]),
        "n": np.ma.MaskedArray([1, 2, 3, 4], [False, False, True, False]),
    }
    assert np.isnan(expression.evaluate("log10(a)", columns)).tolist() == [True, True, False, False]
    assert np.isnan(expression.evaluate("1 / a", columns)).tolist() == [False, True, False, False]
    assert np.isnan(expression.evaluate("a * 100", columns)).tolist() == [False, False, False, True]
    assert np.isnan(expression.evaluate("n + 0 * n", columns)).tolist() == [False, False, True, False]


def test_inputs_are_not_changed() -> None:
    column = np.array([1.0, -1.0])
    expression.evaluate("a", {"a": column})[0] = 5
    assert column.tolist() == [1.0, -1.0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a +",
        "a ** 2",
        "a.b",
        "a[0]",
        "exp(a)",
        "__import__('os')",
        "sqrt(a, b)",
        "sqrt(x=a)",
        "'text'",
        "True",
        "1j",
        "a if b else c",
        "a < b",
        "a and b",
        "lambda: 1",
        "[a]",
        "a; b",
        "a = 1",
        "(a := 1)",
        "f'{a}'",
        "a\0b",
        "1e999",
        "-" * 60 + "a",
        "a" * 501,
        "~a",
        "a % b",
        "a // b",
        "a @ b",
        "9" * 400,
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="formula") as error:
        expression.parse(text, "release.yaml, line 7")
    assert error.value.where == "release.yaml, line 7"


def test_a_column_that_is_not_given() -> None:
    with pytest.raises(ConfigError, match="unknown column 'b'"):
        expression.evaluate("a + b", {"a": np.zeros(1)})


A, B = np.array([0.5, 2.0, -1.0]), np.array([3.0, 0.0, 7.0])
SIGNS = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}
Formula = tuple[str, np.ndarray]


def two(parts: tuple[Formula, str, Formula]) -> Formula:
    (left, x), sign, (right, y) = parts
    with np.errstate(all="ignore"):
        return f"({left} {sign} {right})", SIGNS[sign](x, y)


def root(inner: Formula) -> Formula:
    with np.errstate(all="ignore"):
        return f"sqrt({inner[0]})", np.sqrt(inner[1])


formulas = st.recursive(
    st.sampled_from([("a", A), ("b", B), ("2", np.full(3, 2.0)), ("0.5", np.full(3, 0.5))]),
    lambda inner: (
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(two)
        | inner.map(root)
        | inner.map(lambda one: (f"-{one[0]}", -one[1]))
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=100)
@given(formulas)
def test_the_same_as_numpy(formula: Formula) -> None:
    text, value = formula
    found = expression.evaluate(f"{text} + 0 * a * b", {"a": A, "b": B})
    np.testing.assert_array_equal(found, np.where(np.isfinite(value), value, np.nan))


UNITS = {
    "mg_h": "dex",
    "fe_h": "dex",
    "plx": "mas",
    "d": "pc",
    "r": "kpc",
    "age": "yr",
    "t": "K",
    "pm": "mas/yr",
    "v": "km/s",
    "n": "",
}


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("mg_h - fe_h", "dex"),
        ("sqrt(mg_h * mg_h + fe_h * fe_h)", "dex"),
        ("d / 1000", "kpc"),
        ("d / 1000 + r", "kpc"),
        ("1 / plx", "kpc"),
        ("4.74 * pm * r", "km/s"),
        ("4.74 * pm / plx", "km/s"),
        ("r * v", "kpc km/s"),
        ("t - 5000", "K"),
        ("log10(age)", "log(yr)"),
        ("log10(n)", "dex"),
        ("mg_h / fe_h", ""),
        ("n * t", "K"),
        ("5 * log10(d) - 5", "mag"),
        ("log10(d)", "mag"),
    ],
)
def test_units_that_agree(text: str, unit: str) -> None:
    dimensions.check(text, UNITS, unit)


@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [
        ("mg_h - t", "dex", "different units"),
        ("d + r", "kpc", "different units"),
        ("mg_h - n", "dex", "different units"),
        ("d", "kpc", "declared unit"),
        ("mg_h - fe_h", "mag", "declared unit"),
        ("2 * mg_h", "K", "declared unit"),
        ("plx", "kpc", "declared unit"),
        ("mg_h * fe_h", "dex", "declared unit"),
        ("log10(age)", "Gyr", "declared unit"),
        ("sqrt(d)", "pc", "declared unit"),
    ],
)
def test_units_that_do_not(text: str, unit: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as error:
        dimensions.check(text, UNITS, unit, "release.yaml, line 3")
    assert error.value.where == "release.yaml, line 3"
