import pytest

from galdask.lineage.fact import Fact
from galdask.lineage.finding import NotComputableError, finding
from galdask.lineage.forms import decimals
from galdask.lineage.verdict import judge


def fact(kind="exact", printed="1.0", error="0.3", unit="kpc", within=0.0, name="a"):
    return Fact(name, "g", kind, "q", "p", "r", printed, error, unit, "s", within, "n.")


@pytest.mark.parametrize(
    ("value", "err", "pull", "status"),
    [
        (1.5, 0.4, 1.0, "agrees"),
        (2.5, 0.4, 3.0, "agrees"),
        (-0.6, 0.4, -3.2, "differs"),
        (1.3, None, 1.0, "agrees"),
    ],
)
def test_exact_numbers_are_judged_by_their_pull(value, err, pull, status):
    row = judge(fact(), finding(value, err))
    assert row.pull == pytest.approx(pull)
    assert row.difference == pytest.approx(value - 1.0)
    assert row.status == status


@pytest.mark.parametrize(("value", "status"), [(66496, "agrees"), (66495, "differs")])
def test_a_count_of_stars_agrees_if_it_is_the_same(value, status):
    row = judge(fact(printed="66496", error="", unit="stars"), finding(value))
    assert (row.status, row.pull) == (status, None)


@pytest.mark.parametrize(
    ("kind", "value", "err", "status"),
    [
        ("lower limit", 0.9, 0.2, "agrees"),
        ("lower limit", 0.9, None, "differs"),
        ("lower limit", 7.0, None, "agrees"),
        ("upper limit", 1.1, 0.2, "agrees"),
        ("upper limit", 1.1, None, "differs"),
        ("upper limit", -7.0, None, "agrees"),
        ("input", 1.0, None, "agrees"),
        ("input", 1.001, None, "differs"),
    ],
)
def test_limits_and_settings(kind, value, err, status):
    row = judge(fact(kind, error=""), finding(value, err))
    assert (row.status, row.pull) == (status, None)


@pytest.mark.parametrize("kind", ["approximate", "qualitative", "quoted"])
@pytest.mark.parametrize(
    ("value", "err", "status"), [(1.5, None, "agrees"), (1.6, 0.2, "agrees"), (1.6, None, "differs")]
)
def test_about(kind, value, err, status):
    assert judge(fact(kind, within=0.5), finding(value, err)).status == status


@pytest.mark.parametrize(("name", "value", "status"), [
    ("young_peak_lo", 2.4, "agrees"), ("young_peak_hi", 2.4, "agrees"),
    ("young_peak_lo", 1.0, "differs"), ("young_peak_hi", 9.0, "differs"),
    ("young_peak_lo", 9.0, "agrees"),
])  # fmt: skip
def test_a_number_between_both_ends_of_a_range_agrees_with_both(name, value, status):
    printed = "2" if name.endswith("lo") else "3"
    row = judge(fact("approximate", printed, "", within=0.3, name=name), finding(value))
    assert row.status == status


@pytest.mark.parametrize(
    ("printed", "error", "unit", "value", "err", "places"),
    [
        ("9.4", "", "kpc", 8.7, 0.74, 2),
        ("12", "", "kpc", 13.5, None, 1),
        ("12", "", "kpc", 13.0, None, 0),
        ("-0.056", "0.001", "dex", -0.0588, 0.0006, 4),
        ("-0.4", "0.053", "dex", -0.4, 12.0, 3),
        ("66496", "", "stars", 70000.0, None, 0),
    ],
)
def test_digits_that_are_shown(printed, error, unit, value, err, places):
    row = judge(fact(printed=printed, error=error, unit=unit), finding(value, err))
    assert decimals(row) == places


def test_nothing_is_found_where_there_is_no_number():
    with pytest.raises(NotComputableError, match="no star"):
        finding(float("nan"), 0.1, missing="no star is there")
    assert finding(1.0, float("nan")).error is None
    assert finding(1.0, beside=(("a", float("nan"), None), ("b", 2.0, None))).beside == (("b", 2.0, None),)
