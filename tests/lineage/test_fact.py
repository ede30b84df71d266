import csv

import pytest

from galdask.lineage.fact import KINDS, Fact, contradictions, facts
from galdask.lineage.families import finders

#: what the notes of the reference call each kind
WORDS = {
    "exact": "exact",
    "exact as printed": "exact",
    "approx": "approximate",
    "limit": "lower limit",
    "quoted from Stone-Martinez et al.": "quoted",
}


def test_ids_values_errors_units_and_regions_are_those_of_the_reference(shared):
    with open(
        shared / "reference" / "imig2023_published_numbers.csv", newline="", encoding="utf-8"
    ) as handle:
        known = {row["id"]: row for row in csv.DictReader(handle)}
    mine = {fact.id: fact for fact in facts()}
    assert mine.keys() == known.keys()
    for name, row in known.items():
        fact = mine[name]
        assert fact.value == float(row["value"]), name
        assert fact.printed_error == row["error"], name
        texts = ("quantity", "population", "region", "unit", "section")
        assert [getattr(fact, key) for key in texts] == [row[key] for key in texts]
        kind = row["note"].partition("]")[0].lstrip("[")
        assert fact.kind == WORDS.get(kind, kind), name


def test_every_fact_has_a_kind_a_note_and_a_way_to_be_found():
    known = finders()
    assert len(facts()) == len({fact.id for fact in facts()}) == 109
    for fact in facts():
        assert fact.kind in KINDS
        assert fact.note.endswith(".")
        assert fact.id in known
        assert (fact.within > 0) == (fact.kind in ("approximate", "qualitative", "quoted"))
    assert known.keys() == {fact.id for fact in facts()}


def test_groups_stand_together():
    groups = [fact.group for fact in facts()]
    assert sorted(groups, key=list(dict.fromkeys(groups)).index) == groups


@pytest.mark.parametrize(
    ("printed", "error", "unit", "uncertainty", "places"),
    [("-0.4", "0.053", "dex/kpc", 0.053, 3), ("0.14", "", "dex", 0.005, 2), ("66496", "", "stars", 0.0, 0)],
)
def test_a_number_without_an_error_carries_its_rounding(printed, error, unit, uncertainty, places):
    fact = Fact("a", "g", "exact", "q", "p", "r", printed, error, unit, "s", 0.0, "n.")
    assert (fact.uncertainty, fact.places) == (pytest.approx(uncertainty), places)


def test_contradictions_say_what_is_done():
    assert len(contradictions()) >= 10
    assert all(row["topic"] and row["printed"].endswith(".") and row["done"] for row in contradictions())
