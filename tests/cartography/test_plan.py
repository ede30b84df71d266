import re

import pytest

from galdask.cartography.plan import Plan
from galdask.config import load
from galdask.errors import ConfigError, ProductError
from tests.cartography.stars import PIPELINE, plan, section
from tests.conftest import ROOT


def line_of(text: str, start: str) -> int:
    return next(i for i, line in enumerate(text.splitlines(), 1) if line.strip().startswith(start))


def test_a_pipeline_is_read_whole():
    small = plan()
    assert small.names[:2] == ("cubes/xyz", "cubes/polar")
    assert small.names[2:] == tuple(small.products)
    assert small.main == "main"
    assert small.raw == "catalogue"
    assert small.quantities["age"].sample == "age"
    assert small.quantities["fe_h"].has_error
    assert not small.quantities["age"].has_error
    assert small.settings["coverage"]["step"] == 1.0
    assert small.settings["coverage"]["bar_length"] == 10.0
    assert small.grids["xyz"].key.shape == (12, 12, 4)


def test_the_shipped_pipeline_has_the_default_of_every_setting():
    shipped = Plan.from_section(load(ROOT / "pipelines" / "two_disks.yaml"))
    for name, product in shipped.products.items():
        assert shipped.settings[name] == {s.name: s.default for s in product.settings}, name
    assert shipped.grids["xyz"].key.shape == (100, 100, 40)
    assert shipped.grids["polar"].key.shape == (25, 36, 40)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  coverage: {", "  coverege: {", "did you mean 'coverage'"),
        ("  coverage: {step", "  coverage: {setp", "did you mean 'step'"),
        ("  coverage: {step: 1", "  coverage: {step: 0.7", "not a multiple"),
        ("  xyz: {grid: xyz", "  xyz: {grid: xzy", "did you mean 'xyz'"),
        ("  xyz: {grid: xyz, quantities: [fe_h", "  xyz: {grid: xyz, quantities: [feh", "unknown quantity"),
        ("    x: {low: -6", "    xx: {low: -6", "no axis 'xx'"),
        ("    x: {low: -6, high: 6, step: 1", "    x: {low: -6, high: 6, step: 5", "0 must be an edge"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(old, new, says):
    assert old in PIPELINE
    text = PIPELINE.replace(old, new, 1)
    with pytest.raises(ConfigError, match=says) as error:
        plan(text)
    assert error.value.where == f"small.yaml, line {line_of(text, new.strip())}"


def test_a_quantity_in_a_cube_needs_a_range():
    with pytest.raises(ConfigError, match="has no range"):
        plan(PIPELINE.replace("label: Age, low: 0, high: 40", "label: Age"))


def test_a_map_of_an_unknown_quantity_is_refused():
    with pytest.raises(ConfigError, match="unknown quantity 'mg_ef'"):
        plan(PIPELINE.replace("max_abs_z: 1.0", "quantities: [mg_ef]"))


def test_a_sample_must_exist():
    with pytest.raises(ConfigError, match="sample"):
        plan(PIPELINE.replace("high: 40, sample: age", "high: 40, sample: old"))


def test_names_are_chosen_and_unknown_ones_refused():
    small = plan()
    assert small.choose() == (list(small.names), {})
    assert small.choose(["kiel", "kiel"]) == (["kiel"], {})
    assert small.choose(["cubes"]) == (["cubes/xyz", "cubes/polar"], {})
    with pytest.raises(ProductError, match="did you mean 'kiel'"):
        small.choose(["keil"])
    lean = plan(PIPELINE.replace("  kiel: {}\n", ""))
    with pytest.raises(ProductError, match="add it to the section products"):
        lean.choose(["kiel"])


def test_what_the_stars_do_not_have_is_skipped_by_name():
    columns = {"fe_h", "mg_fe", "logg", "r", "z", "abs_z"}
    lean = Plan.from_section(section(), columns)
    names, skipped = lean.choose()
    assert {"alpha_split", "radial_profiles", "vertical_gradients"} <= set(names)
    assert skipped["kiel"] == "the store has no teff"
    assert skipped["coverage"] == "the positions of the stars do not give x, y"
    assert skipped["cubes/xyz"] == "the positions of the stars do not give x, y"
    with pytest.raises(ProductError, match="nothing to make"):
        lean.choose(["kiel"])
    assert {"age", "teff"} <= set(lean.absent)


def test_a_cube_is_made_of_the_quantities_that_are_there():
    columns = {"fe_h", "r", "z", "abs_z", "x", "y", "theta", "signed_r"}
    assert Plan.from_section(section(), columns).cubes["xyz"].quantities == ("fe_h",)


def test_cylindrical_positions_without_azimuth_give_no_maps():
    text = PIPELINE.replace(
        "{sky: {ra: ra, dec: dec}, distance: distance}", "{cylindrical: {r: r_gc, z: z_gc}}"
    )
    text = re.sub("^orbits: .*\n", "", text, flags=re.MULTILINE)  # they would give x and y
    assert plan(text).lacks("global_maps") == "the positions of the stars do not give x, y, signed_r"
    assert plan(text).lacks("radial_profiles") is None


def test_a_quantity_of_a_sample_that_is_not_there_is_absent():
    lean = Plan.from_section(section(), samples=("main", "catalogue"))
    assert "age" in lean.absent
    assert lean.cubes["xyz"].quantities == ("fe_h",)


def test_errors_count_only_where_their_columns_are():
    lean = Plan.from_section(section(), {"fe_h", "fe_h_err", "mg_fe"})
    assert lean.quantities["fe_h"].has_error
    assert not lean.quantities["mg_fe"].has_error
