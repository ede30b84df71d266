"""The file of a fit: what it says is what is fitted, and what it does not say is asked for by name."""

from pathlib import Path

import numpy as np
import pytest

import galdask
from galdask.catalog.store import open_store
from galdask.engine.cluster import shipped
from galdask.engine.executor import Inline
from galdask.errors import ConfigError, InputError
from galdask.migration import TEXT
from galdask.migration.fit.motions import motion_of
from galdask.migration.fit.sample import read_sample
from galdask.migration.model.parameters import FREE
from galdask.migration.settings import read_settings
from galdask.stars.sky import heliocentric
from tests.migration.small_fit import small_store

FILE = shipped("pipelines") / "orbit_migration.yaml"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return open_store(small_store(tmp_path_factory.mktemp("settings"), 30))


def changed(tmp_path, *pairs):
    text = FILE.read_text(encoding="utf-8")
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = tmp_path / "fit.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def line_of(path, words):
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(k for k, line in enumerate(lines, 1) if words in line)


def test_the_shipped_file(store):
    s = read_settings(FILE, store)
    assert (s.draws, s.points(7000), s.sampler.walkers, s.sampler.steps) == (80, 175_000, 52, 12_000)
    assert s.first_guess == TEXT
    assert s.noise.velocity_jacobian == "pm"
    assert s.choices.settings()["potential"] == {"name": "MWPotential2014", "ro": 8.2, "vo": 235.0}
    assert "steps" not in s.settings()["sampler"]


def test_every_variant_changes_what_it_says(store):
    base = read_settings(FILE, store)
    assert len(base.variants) >= 8
    own = base.settings()
    digests = set()
    for name in base.variants:
        other = read_settings(FILE, store, variant=name).settings()
        different = [key for key in own if own[key] != other[key]]
        assert different, name
        digests.add(repr(other))
    assert len(digests) == len(base.variants)
    slow = read_settings(FILE, store, variant="v_c_220")
    assert slow.first_guess.VC == 220.0
    assert slow.first_guess.R0 == 8.2
    assert slow.choices.settings()["potential"]["vo"] == 220.0
    assert read_settings(FILE, store, variant="no_drift").choices.drift == "none"
    with pytest.raises(ConfigError, match="no variant 'nothing'"):
        read_settings(FILE, store, variant="nothing")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("  age: age  ", "  aeg: age  ", "'stars.age' is missing"),
        ("  age: age  ", "  age: fe_h ", "wrong unit"),
        ("  fe_h: fe_h\n", "  fe_h: iron\n", "no column 'iron'"),
        ("{l: glon, b: glat}", "{l: glon, b: distance}", "wrong unit"),
        ("  outside_fields: refuse ", "  outside_fields: drop ", "not a known choice"),
        ("  cuts: []  ", "  cuts: [nothing]  ", "no cut 'nothing'"),
        ("VC: 235.0, R0: 8.2}", "VC: 235.0}", "'model.fixed.R0' is missing"),
        ("drift: exponential, ", "", "'model.choices.drift' is missing"),
        ("  first_guess: text ", "  first_guess: tabel1 ", "not a known choice"),
        ("  walkers: 52", "  walkers: 20", "twice the free parameters"),
        ("  walkers: 52", "  walkers: 53", "an even number"),
        ("log_age: 0.15,", "log_age: 0.0,", "a small number stands for none"),
        ("youngest: 0.8 ", "youngest: 0.3 ", "cannot be this young"),
        ("optimisers: [bfgs, nelder_mead]", "optimisers: [powell]", "unknown optimisers"),
        ("kind: toy, count: 30}", "kind: toy, count: 30, depth: 3}", "unknown key 'survey.depth'"),
        ("  draws: 80 ", "  draws: many ", "a whole number"),
    ],
)
def test_what_is_wrong_has_its_place(store, tmp_path, old, new, words):
    path = changed(tmp_path, (old, new))
    with pytest.raises(ConfigError) as error:
        read_settings(path, store)
    assert words in error.value.text()


def test_a_prior_that_excludes_the_start(store, tmp_path):
    values = ", ".join(f"{name}: {TEXT[name]:g}" for name in FREE if name != "beta")
    path = changed(tmp_path, ("first_guess: text ", f"first_guess: {{{values}, beta: 2.5}} #"))
    with pytest.raises(ConfigError, match="lies outside the prior") as error:
        read_settings(path, store)
    assert f"line {line_of(path, 'first_guess')}" in error.value.where
    assert "beta between 0 and 2" in error.value.expected


def test_files_are_read_where_they_lie(store, tmp_path):
    table = "{kind: fields, file: fields.csv, columns: {name: name, l: l, b: b, radius: radius, "
    table += "fraction: fraction, h_min: h_min, h_max: h_max}}"
    path = changed(tmp_path, ("survey: {kind: toy, count: 30} ", f"survey: {table} #"))
    there = read_settings(path, store, files=store.path.parent / "mock")
    toy = read_settings(FILE, store)
    ours, theirs = (s.survey.open(s.tracer, s.sun) for s in (there, toy))
    np.testing.assert_allclose(ours.curves, theirs.curves, atol=1e-6)
    with pytest.raises(InputError, match="no table of fields") as error:
        read_settings(path, store).settings()
    assert "--files" in error.value.todo
    text = (store.path.parent / "mock" / "fields.csv").read_text().splitlines()
    (tmp_path / "fields.csv").write_text("\n".join(text[:-1]) + "\n")
    assert read_settings(path, store).settings()["table"] != there.settings()["table"]
    (tmp_path / "fields.csv").write_text(text[0] + "\n")
    with pytest.raises(InputError, match="no field"):
        read_settings(path, store).survey.open(toy.tracer, toy.sun)


def test_motions_of_all_systems_are_one():
    rng = np.random.default_rng(4)
    from galdask.stars.frame import FRAMES

    frame = FRAMES["frankel2020"]
    x = rng.normal(0, 3, (3, 50))
    v = rng.normal(0, 40, (3, 50))
    ours = {}
    for system, form in (("icrs", "sky"), ("galactic", "galactic")):
        seen = heliocentric(frame, *x, *v, system=system)
        names = ("pmra", "pmdec") if system == "icrs" else ("pml", "pmb")
        a, b = (np.radians(seen[n]) for n in (("ra", "dec") if form == "sky" else ("l", "b")))
        error = np.full(50, 0.05)
        given = {names[0]: seen[names[0]], names[1]: seen[names[1]], "rv": seen["rv"]}
        given |= {f"{n}_err": error for n in given}
        ours[system] = motion_of(form, a, b, seen["distance"], system, given)
        distance = seen["distance"]
    for name, values in ours["galactic"].items():
        np.testing.assert_allclose(ours["icrs"][name], values, rtol=1e-9, atol=1e-9)
    one = ours["galactic"]
    k = 4.740470463533348 * distance
    c, s, cl, sl = np.cos(one["b"]), np.sin(one["b"]), np.cos(one["l"]), np.sin(one["l"])
    u = one["vlos"] * c * cl - k * one["pml"] * sl - k * one["pmb"] * s * cl
    w = one["vlos"] * s + k * one["pmb"] * c
    vv = one["vlos"] * c * sl + k * one["pml"] * cl - k * one["pmb"] * s * sl
    given = {"u": u, "v": vv, "w": w, **{f"{n}_err": np.full(50, 2.0) for n in "uvw"}}
    for sign, kind in ((1, "inward"), (-1, "outward")):
        back = motion_of("galactic", one["l"], one["b"], distance, kind, {**given, "u": sign * u})
        for name in ("vlos", "pml", "pmb"):
            np.testing.assert_allclose(back[name], one[name], rtol=1e-8, atol=1e-9)
        np.testing.assert_allclose(back["pml_err"] * k, 2.0)


def test_dr17_is_read_with_its_own_columns(tmp_path):
    """On a mock of DR17, which has no catalogue of clump distances: those of astroNN stand in."""
    fractions = Path(__file__).parents[3] / "shared" / "data" / "real"
    if not (fractions / "apogee_sampling_fractions.csv").is_file():
        pytest.skip("needs apogee_sampling_fractions.csv")
    galdask.mock("dr17", tmp_path / "mock", stars=800, seed=1, layout="lite")
    galdask.ingest("dr17", tmp_path / "mock", tmp_path / "store", cluster="inline")
    dr17 = open_store(tmp_path / "store")
    with pytest.raises(ConfigError, match="no column 'distance_rc'"):
        read_settings(shipped("pipelines") / "orbit_migration_dr17.yaml", dr17, fractions)
    path = tmp_path / "fit.yaml"
    path.write_text("based_on: orbit_migration_dr17\nstars: {position: {distance: distance_nn}}\n")
    s = read_settings(path, dr17, fractions)
    assert s.columns.motion == "icrs"
    assert "not low_alpha" in s.columns.steps
    selection = s.survey.open(s.tracer, s.sun)
    sample = read_sample(s.columns, dr17, selection.fields, s.outside_fields, Inline())
    assert sum(sample.ledger.values()) == 800
    assert sample.ledger["in the fit"] == sample.stars.size > 5
    assert sample.ledger["not low_alpha"] > 5
    assert sample.ledger["in no field of the survey"] > 5
