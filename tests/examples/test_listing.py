"""The committed list of what each example makes, held against a run; cut flows; figures."""

import csv

import pytest

from galdask import config
from galdask.cartography import products
from tests.examples import listing
from tests.examples.listing import EXAMPLES, PIPELINES, lines, listed

ROWS = {
    "apo_k2": 7672,
    "apo_k2_ages": 7672,
    "inner_galaxy": 18271,
    "inner_galaxy_kinematics": 18271,
    "dr17_layout": 95,
    "dr12_hipparcos": 3244,
}


def test_every_file_of_the_folder_is_listed():
    files = {path.stem for path in EXAMPLES.glob("*.yaml")}
    assert files == {*PIPELINES, *PIPELINES.values(), "occam_release"}
    assert set(listed()) == set(PIPELINES)


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_products_are_asked_for_and_listed(pipeline):
    asked = config.load(EXAMPLES / f"{pipeline}.yaml").section("products")
    assert set(asked) <= set(products.names())
    if pipeline not in listing.WITH_ORBITS:
        assert set(asked) >= set(listing.FIRST)
    assert {name for name in listed()[pipeline] if "/" not in name} == set(asked)


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_the_list_says_what_a_run_says(pipeline, made):
    run = made(pipeline)
    assert lines(run.results, run.summary) == listed()[pipeline]


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_the_ledger_sums_to_the_input(pipeline, made):
    run = made(pipeline)
    assert run.summary.rows == ROWS[pipeline]
    with open(run.out / "ledger.csv", newline="") as handle:
        flow = list(csv.DictReader(handle))
    for sample, kept in run.summary.kept.items():
        mine = [row for row in flow if row["sample"] == sample]
        assert mine[0]["step"] == "input"
        assert int(mine[0]["remaining"]) == ROWS[pipeline]
        assert ROWS[pipeline] - sum(int(row["removed"]) for row in mine) == int(mine[-1]["remaining"]) == kept
        assert kept > 0


def test_an_example_with_figures(made):
    run = made("dr17_layout")
    names = [name for name in run.summary.products if "/" not in name]
    asked = config.load(EXAMPLES / "dr17_layout.yaml").section("products")
    assert names == [name for name in products.names() if name in asked]
    for name in names:
        assert (run.out / "figures" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        assert (run.out / "figures" / f"{name}.pdf").read_bytes().startswith(b"%PDF")
    page = (run.out / "report" / "index.html").read_text()
    assert "95 stars in the layout of APOGEE DR17" in page
