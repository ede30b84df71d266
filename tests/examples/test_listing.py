"""The committed list of what each example makes, held against a run; cut flows; figures."""

import csv

import pytest

from galdask import config
from galdask import pipeline as wiring
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
    fit = {"apo_k2_migration", "apo_k2_motions_release"}  # a fit, no products: test_migration.py
    assert files == {*PIPELINES, *PIPELINES.values(), "occam_release", *fit}
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


@pytest.mark.parametrize(
    "pipeline", ["dr17_layout", *(pytest.param(name, marks=pytest.mark.long) for name in PIPELINES)]
)
def test_an_example_with_figures(pipeline, made, tmp_path, request):
    every = request.node.get_closest_marker("long") is not None
    asked = config.load(EXAMPLES / f"{pipeline}.yaml").section("products")
    only = None if every else ["kiel", "coverage", "alpha_split", "radial_profiles", "mgfe_modes", "amr"]
    summary = wiring.run(
        EXAMPLES / f"{pipeline}.yaml", made(pipeline).store, tmp_path / "out", cluster="inline", only=only
    )
    names = [name for name in summary.products if "/" not in name]
    assert set(names) == set(only or asked) - set(summary.skipped)
    for name in names:
        assert (summary.out / "figures" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        assert (summary.out / "figures" / f"{name}.pdf").read_bytes().startswith(b"%PDF")
    page = (summary.out / "report" / "index.html").read_text()
    assert config.load(EXAMPLES / f"{pipeline}.yaml").text("title") in page
