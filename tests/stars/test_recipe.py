"""The recipe: what it reads, what its results depend on, what it refuses."""

from __future__ import annotations

import pickle
from pathlib import Path
from types import SimpleNamespace

import pytest

from galdask import config, digest
from galdask.catalog.manifest import StoredColumn
from galdask.catalog.release import load_release
from galdask.errors import ConfigError, SampleError
from galdask.stars import Recipe
from tests.stars.catalogue import pipeline, recipe, store

TWO_DISKS = Path(__file__).parents[2] / "pipelines" / "two_disks.yaml"


def test_names():
    made = recipe()
    assert made.samples == ("catalogue", "main", "age", "apo")
    main = ("main_survey", "aspcap", "surface_gravity", "finite_fe_h", "disk")
    assert made.fates == {
        "catalogue": (),
        "main": main,
        "age": (*main, "age_known"),
        "apo": ("apo", "within"),
    }
    assert made.derived_columns[:5] == ("star_key", "population", "x", "y", "z")
    assert made.derived_columns[-7:] == (
        "fe_h",
        "mg_fe",
        "age",
        "log_age",
        "visits",
        "fe_h_err",
        "log_age_err",
    )
    assert set(made.columns_read) == {
        *("star_key", "ra", "dec", "distance", "pmra", "pmdec", "rv", "fe_h", "fe_h_err", "mg_fe"),
        *("age_yr", "age_err", "nvisits", "extratarg", "aspcapflag", "logg", "telescope"),
    }
    assert made.absent == {}


def test_it_travels_light():
    made = recipe()
    assert len(made.columns_read) > 1
    copy = pickle.loads(pickle.dumps(made))
    assert copy == made
    assert len(pickle.dumps(made)) < 10_000
    assert copy.settings() == made.settings()


def test_settings_have_a_canonical_spelling():
    made = recipe()
    assert digest.of_settings(made.settings()) == digest.of_settings(recipe().settings())
    for sample in made.samples:
        digest.of_settings(made.lineage(sample, ()))


def lineages(made):
    """Digest of the lineage of each column of each sample."""
    found = {}
    for sample, chain in made.chains.items():
        names = ("star_key", *chain.quantities) if chain.raw else made.derived_columns
        found |= {(sample, name): digest.of_settings(made.lineage(sample, [name])) for name in names}
    return found


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        # a bound of one cut: its sample and those that continue it
        (("low: 1.0, high: 2.5", "low: 1.0, high: 2.4"), lambda s, c: s in ("main", "age")),
        (("equals: apo25m", "equals: lco25m"), lambda s, c: s == "apo"),
        # one bit
        (("clear: [STAR_BAD, SN_BAD]", "clear: [STAR_BAD]"), lambda s, c: s in ("main", "age")),
        # a quantity that a cut uses, and one that none does
        (("unit: Gyr, low: 0", "unit: Gyr, low: 1"), lambda s, c: s == "age" or c == "age"),
        (
            ("column: mg_fe, unit: dex", "column: mg_fe, unit: dex, low: -1"),
            lambda s, c: c in ("mg_fe", "population"),
        ),
        (("error: fe_h_err", "error: mg_fe"), lambda s, c: c == "fe_h_err"),
        (("level: 0.15", "level: 0.16"), lambda s, c: c == "population"),
        # the frame, its sense of theta, the Sun's velocity
        (("z_sun: 0.027", "z_sun: 0.02"), lambda s, c: s != "catalogue"),
        (("theta: toward", "theta: against"), lambda s, c: c == "theta"),
        (("7.25]", "7.3]"), lambda s, c: c in ("vx", "vy", "vz", "vr", "vphi", "lz", "v_perp")),
        # names alone change nothing
        (("name: imig2023", "name: mine"), lambda s, c: False),
        (("column: mg_fe, unit: dex", 'column: mg_fe, unit: dex, label: "[Mg/Fe]"'), lambda s, c: False),
        (("surface_gravity", "giants"), lambda s, c: False),
    ],
)
def test_a_change_reaches_what_depends_on_it_and_no_more(change, touched):
    before, after = lineages(recipe()), lineages(recipe(change))
    assert before.keys() == after.keys()
    for (sample, column), value in before.items():
        assert (after[sample, column] != value) == bool(touched(sample, column)), (sample, column)


def test_a_new_quantity_leaves_the_others_alone():
    before = lineages(recipe())
    after = lineages(recipe(("  visits:", "  teff: {column: teff, unit: K}\n  visits:")))
    assert {key: after[key] for key in before} == before
    assert ("main", "teff") in after


def test_lineage_names_the_columns_that_are_read():
    made = recipe()
    cuts = {"aspcapflag", "dec", "distance", "extratarg", "fe_h", "logg", "ra"}
    assert set(made.lineage("main", ())["columns"]) == cuts
    assert set(made.lineage("age", ())["columns"]) == cuts | {"age_yr"}
    assert set(made.lineage("main", ["mg_fe"])["columns"]) == cuts | {"mg_fe"}
    assert set(made.lineage("main", ["population", "lz"])["columns"]) == cuts | {
        "mg_fe",
        "pmra",
        "pmdec",
        "rv",
    }
    assert set(made.lineage("main", ["log_age_err"])["columns"]) == cuts | {"age_yr", "age_err"}
    assert made.lineage("catalogue", ["fe_h"])["columns"] == ("fe_h",)
    assert set(made.lineage(None, ())["columns"]) == cuts | {"age_yr", "telescope"}


def test_lineage_of_what_is_not_there():
    made = recipe()
    with pytest.raises(SampleError, match="no sample 'mian'"):
        made.lineage("mian", ())
    with pytest.raises(SampleError, match="no column 'feh'"):
        made.lineage("main", ["feh"])
    with pytest.raises(SampleError, match="no column 'r'"):
        made.lineage("catalogue", ["r"])


def test_optional_parts_go_without_their_columns():
    made = recipe(
        (
            "  visits: {column: nvisits}",
            "  visits: {column: nvisits}\n  mass: {column: mass, optional: true}",
        ),
        ("  age_known:", "  heavy: {quantity: mass, low: 1}\n  age_known:"),
        ("  age: {base", "  heavy: {base: main, cuts: [heavy], optional: true}\n  age: {base"),
        ("[fe_h, mg_fe]}", "[fe_h, mg_fe, mass]}"),
    )
    assert set(made.absent) == {"mass", "heavy"}
    assert "no column 'mass'" in made.absent["heavy"]
    assert made.samples == ("catalogue", "main", "age", "apo")
    assert made.chains["catalogue"].quantities == ("fe_h", "mg_fe")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("column: extratarg", "column: extratrag", "did you mean 'extratarg'"),
        ("clear: [STAR_BAD, SN_BAD]", "clear: [STAR_BAD, SN_BAAD]", "did you mean 'SN_BAD'"),
        ("column: mg_fe, unit: dex", "column: mgfe, unit: dex", "did you mean 'mg_fe'"),
        ("cuts: [apo, within]", "cuts: [apo, witin]", "did you mean 'within'"),
        ("cuts: [apo, within]", "cuts: [apo, apo]", "stands twice"),
        ("cuts: [apo, within]", "cut: [apo, within]", "unknown key"),
        ("base: main, cuts: [age_known]", "base: man, cuts: [age_known]", "no sample 'man'"),
        ("base: main, cuts: [age_known]", "base: apo, cuts: [age_known]", "no sample 'apo'"),
        ("base: main, cuts: [age_known]", "base: catalogue, cuts: [age_known]", "no sample 'catalogue'"),
        ("sample: age}", "sample: aged}", "unknown sample"),
        ("[fe_h, mg_fe]}", "[fe_h, mgfe]}", "no quantity 'mgfe'"),
        ("  visits: {column: nvisits}", "  vr: {column: nvisits}", "cannot be called 'vr'"),
        ("  visits: {column: nvisits}", "  fe_h_err: {column: nvisits}", "cannot be called 'fe_h_err'"),
        ("x: fe_h,", "x: feh,", "no quantity 'feh'"),
        ("quantity: abs_z", "quantity: absz", "did you mean 'abs_z'"),
        ("tilt: true", "tilted: true", "missing"),
        ("frame:", "farme:", "did you mean|rename 'farme'"),
        (
            "apo: {column: telescope,",
            "unused: {columns: telescope, low: 3}\n  apo: {column: telescope,",
            "unknown key",
        ),
    ],
)
def test_faults_have_a_place(old, new, message):
    with pytest.raises(ConfigError, match=message) as caught:
        Recipe.from_section(pipeline((old, new)), store())
    assert "pipe.yaml, line " in str(caught.value)
    assert caught.value.exit_code == 2


def test_the_pipeline_of_the_two_disks_fits_dr17():
    release = load_release("dr17")
    columns = {
        name: StoredColumn(name, "needed", spec.dtype or "float32", spec.unit)
        for name, spec in release.columns.items()
    }
    made = Recipe.from_section(config.load(TWO_DISKS), SimpleNamespace(columns=columns, masks=release.masks))
    assert list(made.absent) == ["age_apokasc"]
    assert made.samples[:8] == ("catalogue", "main", "age", "A", "A_age", "B_age", "C_age", "all_gravities")
    flow = ("main_survey", "spectrum_sn", "aspcap", "finite_logg", "surface_gravity")
    assert made.fates["main"] == (*flow, "finite_fe_h", "finite_mg_fe", "finite_distance")
    bits = {step.name: step.test for step in made.chains["age"].steps}
    assert bits["spectrum_sn"].clear == 134217728
    assert bits["aspcap"].clear == 8388608
    assert bits["age_bit"].clear == 2
    assert made.quantities["age"].factor == 1e-9
    a, b, c = ({step.name: step.test for step in made.chains[f"{name}_age"].steps} for name in "ABC")
    assert (a["gravity_a"].low, a["gravity_a"].high) == (2.0, 2.3)
    assert (b["surface_gravity"].low, c["surface_gravity"].high) == (1.0, 2.0)
    assert a["age_bit"] == b["age_bit"] == c["age_bit"] == bits["age_bit"]
