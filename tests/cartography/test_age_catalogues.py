"""Which ages a pipeline uses: one line for all of them, and products that say so where there are none."""

from types import SimpleNamespace

import pytest

from galdask import config
from galdask.cartography.atlas import requests
from galdask.cartography.plan import Plan
from galdask.catalog.manifest import StoredColumn
from galdask.catalog.release import load_release
from galdask.stars import Recipe
from tests.conftest import ROOT

TEXT = (ROOT / "pipelines" / "two_disks.yaml").read_text()
DISTMASS = ("age_uncor_ss", "age_cor_ss", "age_uncor_mo", "age_cor_mo", "age_uncor_tw", "age_cor_tw")
ASTRONN = ("age_nn", "age_nn_linear", "age_nn_lowess")
#: products that have nothing to show without ages
OF_AGES = (
    "age_errors",
    "age_slices",
    "mgfe_age_grid",
    "profiles_by_age",
    "age_profiles",
    "age_gradients",
    "adf_grid",
    "adf_moments",
    "amr",
    "amr_density",
    "age_alpha",
    "chemical_tagging",
    "age_completeness",
    "age_systematics",
    "age_alpha_variants",
    "age_profiles_variants",
    "amr_variants",
    "variant_differences",
)


def store(*without):
    """Return what a pipeline asks of a store of DR17 without some of its tables."""
    release = load_release("dr17")
    columns = {
        name: StoredColumn(name, "needed", spec.dtype or "float32", spec.unit)
        for name, spec in release.columns.items()
        if spec.table not in without
    }
    return SimpleNamespace(columns=columns, masks=release.masks)


def read(text=TEXT, of=None):
    section = config.parse(text, "two_disks.yaml")
    recipe = Recipe.from_section(section, of or store())
    return recipe, Plan.from_section(section, recipe.derived_columns, recipe.samples)


def near(text=TEXT):
    """Return a pipeline whose distances are not those of DistMass."""
    for old in ("  distance: distance ", "finite_distance: {column: distance,"):
        assert old in text
        text = text.replace(old, f"{old[:-1]}_bj_photogeo{old[-1]}")
    return text


def test_every_age_of_both_catalogues_is_a_quantity_linear_and_logarithmic():
    recipe, plan = read()
    for name in (*DISTMASS, *ASTRONN):
        assert plan.quantities[name].unit == "Gyr"
        assert plan.quantities[f"log_{name}"].unit == "log(yr)"
        assert recipe.quantities[name].columns == recipe.quantities[f"log_{name}"].columns == (name,)
        inside = f"({name}) * 1000000000" if name in ASTRONN else name
        assert recipe.quantities[f"log_{name}"].formula == f"log10({inside})"


@pytest.mark.parametrize("name", ["age_cor_tw", "age_nn"])
def test_one_line_switches_the_ages_of_all_products(name):
    text = TEXT.replace("  age:     {column: age_uncor_ss,", f"  age:     {{column: {name},")
    assert text != TEXT
    recipe, plan = read(text)
    # age_errors also compares the catalogues with each other, whichever is chosen
    others = ("age_systematics", "age_errors")
    chosen = [n for n in OF_AGES if n not in others and "variant" not in n]
    assert all(plan.lacks(n) is None for n in chosen)
    read_columns = set()
    for request in requests(plan, chosen).values():
        read_columns |= set(recipe.lineage(request.sample, request.reduction.columns())["columns"])
    assert name in read_columns
    assert not {*DISTMASS, *ASTRONN} & read_columns - {name}


def test_the_variants_read_their_own_ages():
    recipe, plan = read()
    found = {}
    for request in requests(plan, ["age_alpha_variants"]).values():
        columns = recipe.lineage(request.sample, request.reduction.columns())["columns"]
        found.setdefault(request.sample, set()).update({*DISTMASS, *ASTRONN} & {*columns})
    assert found == {
        "main": set(),
        "A": set(),
        "age": {"age_uncor_ss"},
        "A_age": {"age_uncor_ss"},
        "B_age": {"age_cor_ss"},
        "C_age": {"age_nn"},
    }


def test_without_astronn_the_variant_c_alone_is_missing():
    _, plan = read(TEXT, store("astronn"))
    _, skipped = plan.choose()
    assert skipped == {"age_systematics": "the store has no age_apokasc"}
    assert plan.variants["C"].lacks.startswith("the store has no age_nn, log_age_nn")
    assert {r.sample for r in requests(plan, ["age_alpha_variants"]).values()} >= {"A_age", "B_age"}


def test_without_any_ages_products_of_ages_are_skipped_with_reasons():
    recipe, plan = read(near(), store("distmass", "astronn"))
    names, skipped = plan.choose()
    assert set(skipped) == set(OF_AGES)
    for why in skipped.values():
        assert why.startswith("the store has no ")
    assert "age" in skipped["age_profiles"]
    assert "global_maps" in names
    assert {request.sample for request in requests(plan, names).values()} <= {*recipe.samples}
    assert recipe.absent["A_age"].startswith("the store has no column 'distmass_flag'")
