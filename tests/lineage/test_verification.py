import csv
import json

import numpy as np
import pytest

from galdask.cli.main import main
from galdask.errors import ProductError
from galdask.lineage import forms, verify
from galdask.lineage.families import finders
from galdask.lineage.finding import NotComputableError, NotMadeError
from galdask.lineage.results import Results
from tests.lineage import made

QUARTERS = np.arange(12).reshape(3, 2, 2)


@pytest.fixture
def run(tmp_path):
    slope = np.full((3, 8), -0.05)
    slope[0] = np.linspace(-0.06, 0.01, 8)
    slope[2, 7] = np.nan
    return made.make(tmp_path / "run", made.radial_gradients(slope, 0.002), made.coverage(QUARTERS))


def by_id(found):
    return {row.fact.id: row for row in found.rows}


def test_every_row_is_told_and_none_is_invented(run):
    found = verify(run)
    rows = by_id(found)
    assert len(rows) == 109
    assert found.damage == ()
    assert {row.status for row in found.rows} == {
        "agrees",
        "differs",
        "not computable",
        "no such product in this run",
    }
    for row in found.rows:
        assert (row.finding is None) == bool(row.reason)
    first = rows["dfeh_dr_z0.00_total"]
    assert (first.finding.value, first.finding.error) == (pytest.approx(-0.06), 0.002)
    assert first.pull == pytest.approx((-0.06 + 0.056) / np.hypot(0.002, 0.001))
    assert first.finding.beside == (("line through the stars", pytest.approx(-0.059), 0.002),)
    assert rows["dfeh_dr_plane_total"].finding == first.finding
    assert rows["dfeh_dr_z1.75_high_alpha"].reason == "too few windows: 1, and a line needs three"
    assert rows["dfeh_dz_r08_total"].reason == "vertical_gradients"
    assert rows["dfeh_dz_r08_total"].status == "no such product in this run"


def test_the_slope_of_all_stars_rises_through_zero(run):
    row = by_id(verify(run))["dfeh_dr_total_positive_above"]
    edges = np.arange(8) * 0.25 + 0.125
    assert row.finding.value == pytest.approx(np.interp(0.0, np.linspace(-0.06, 0.01, 8), edges))
    assert 0.01 < row.finding.error < 0.2


def test_counts_come_from_the_ledger_and_the_quarters(run):
    rows = by_id(verify(run))
    numbers = {name: rows[name].finding.value for name in rows if name.startswith("n_")}
    assert numbers == {
        "n_unique_stars": 90, "n_sample": 28, "n_age": 23,
        "n_z_neg": 0 + 2, "n_z_pos": 1 + 3, "n_r_in": 0 + 1, "n_r_out": 2 + 3,
    }  # fmt: skip
    assert rows["n_sample"].finding.beside == (
        ("SN_BAD bit clear", 28, None),
        ("SN_BAD bit clear, without the finite cuts", 30, None),
        ("SNR >= 50", 27, None),
        ("SNR >= 50, without the finite cuts", 28, None),
    )


@pytest.mark.parametrize(
    ("store", "kind", "words"),
    [
        ({}, "mock", "A MOCK"),
        ({"mock": False}, "other", "NOT the catalogue of the paper: 100 rows of 90 stars"),
        ({"mock": False, "rows": 733901, "stars": 657135}, "real", "The catalogue of the paper"),
        ({"mock": True, "rows": 733901, "stars": 657135}, "mock", "A MOCK"),
        ({"mock": False, "rows": 733901, "stars": 657024}, "other", "a mock that does not say so"),
        ({"mock": False, "release": "dr19"}, "other", "Another catalogue than the paper's (dr19"),
        ({"mock": None}, "other", "does not tell"),
    ],
)
def test_a_mock_is_not_taken_for_the_milky_way(tmp_path, store, kind, words):
    rows = store.get("rows", made.ROWS)
    found = verify(made.make(tmp_path, store=store, text=made.ledger(rows=rows)))
    assert (found.catalogue.kind, found.damage) == (kind, ())
    assert words in found.catalogue.words
    text = forms.as_text(found).splitlines()
    assert words in text[2]
    assert (words in text[-1]) == (kind != "real")


def test_lines_that_begin_elsewhere_are_not_compared(tmp_path):
    dataset = made.radial_gradients(np.full((3, 8), -0.05), 0.002).assign_coords(r_min=[6.0])
    row = by_id(verify(made.make(tmp_path, dataset)))["dfeh_dr_z0.00_total"]
    assert row.reason == "the run has no lines to R >= 7 kpc"


def test_bins_and_populations_that_a_run_lacks(tmp_path):
    whole = made.radial_gradients(np.full((3, 8), -0.05), 0.002)
    rows = by_id(verify(made.make(tmp_path, whole.isel(population=[0], abs_z=[1, 2]))))
    assert rows["dfeh_dr_z0.00_total"].reason.endswith("has no bin abs_z 0 to 0.25")
    assert rows["dfeh_dr_z0.25_total"].status == "differs"
    assert rows["dfeh_dr_z0.25_low_alpha"].reason == "the run has no population low_alpha"


def test_a_dataset_without_a_variable_does_not_stop_the_others(tmp_path):
    rows = by_id(verify(made.make(tmp_path, made.coverage(QUARTERS).drop_vars("ring"))))
    assert rows["n_z_pos"].status in ("agrees", "differs")
    assert rows["n_r_in"].status == "not computable"


def test_an_empty_run_finds_nothing_but_its_ledger(tmp_path):
    results = Results(made.make(tmp_path))
    for name, function in finders().items():
        if name.startswith(("n_unique", "n_sample", "n_age", "r_sun", "z_sun")):
            continue
        with pytest.raises((NotMadeError, NotComputableError)):
            function(results)


def test_forms_hold_the_same_rows(run, tmp_path, capsys):
    assert main(["verify", str(run), "--json", "--csv", str(tmp_path / "v.csv")]) == 0
    content = json.loads(capsys.readouterr().out)
    text = (tmp_path / "v.csv").read_text()
    assert "# A MOCK" in text
    table = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    assert [row["id"] for row in content["rows"]] == [row["id"] for row in table]
    for mine, other in zip(content["rows"], table, strict=True):
        assert other["found"] == ("" if mine["found"] is None else repr(mine["found"]))
        assert other["status"] == mine["status"]
    assert sum(content["counts"].values()) == 109
    assert main(["verify", str(run), "--long"]) == 0
    long = capsys.readouterr().out
    assert all(row["note"] in long for row in content["rows"])
    assert max(len(line) for line in forms.as_text(verify(run)).splitlines()[6:]) < 200


def test_help_says_what_words_and_codes_mean(capsys):
    with pytest.raises(SystemExit):
        main(["verify", "--help"])
    text = capsys.readouterr().out
    for words in (
        "agrees",
        "differs",
        "not computable",
        "no such product",
        "exit code: 0",
        "3 if the results are damaged",
    ):
        assert words in text


def test_no_results(tmp_path, capsys):
    with pytest.raises(ProductError, match="there are no results here"):
        verify(tmp_path)
    assert main(["verify", str(tmp_path)]) == 2
    (tmp_path / "current").symlink_to(".runs/gone")
    with pytest.raises(ProductError, match="is gone"):
        verify(tmp_path)
