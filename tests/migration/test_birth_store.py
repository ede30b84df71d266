"""Birth radii as columns of a store: of a mock with known births, and of stars with every kind of fault."""

import csv

import numpy as np
import pytest

from galdask import api, config
from galdask.catalog.store import open_store, read_partition
from galdask.cli.main import main
from galdask.errors import ConfigError
from galdask.migration.birth.status import BITS
from galdask.stars.recipe import Recipe

HEAD = """\
galdask_pipeline: 1
name: births
title: Birth radii
reference: known stars
"""
FRAME = """\
frame: {name: mock, r_sun: 8.2, z_sun: 0.0208, v_sun: [11.1, 247.4, 7.25], galcen_ra: 266.4051,
        galcen_dec: -28.936175, roll: 0.0, tilt: false, theta: toward_rotation}
position: {galactic: {l: glon, b: glat}, distance: distance}
velocity: {pml: pml, pmb: pmb, rv: rv}
"""
BIRTH = """\
birth:
  fe_h: {column: fe_h, error: 0.05}
  age: {column: age, error: 0.15}
  ages: {weight: red_clump, youngest: 0.8}
"""
USE = """\
quantities:
  fe_h: {column: fe_h, unit: dex}
  r_birth: {column: "birth:r_birth", unit: kpc, low: 0, high: 30, label: R_birth}
cuts:
  solved: {column: "birth:status", low: 0, high: 0}
samples: {main: {cuts: [solved]}}
"""


@pytest.fixture(scope="module")
def mock(tmp_path_factory):
    """A store of the mock in several partitions, and its true values."""
    from astropy.io import fits

    folder = tmp_path_factory.mktemp("births")
    made = api.mock("migration", folder / "files", stars=2500, seed=5)
    api.ingest(made[0].parent / "migration_mock.yaml", made[0].parent, folder / "store", cluster="inline",
               partition_rows=600)  # fmt: skip
    (folder / "birth.yaml").write_text(HEAD + FRAME + BIRTH + USE)
    with fits.open(folder / "files" / "migration_true.fits") as file:
        table = file[1].data
        true = {
            i.strip(): (a, b) for i, a, b in zip(table["star_id"], table["lz0"], table["lz"], strict=True)
        }
    return folder, true


def group_of(store):
    (group,) = (g for g in store.groups if g.kind == "birth")
    return group


def columns(store, group, *names):
    every = [f"{group.name}:{name}" for name in names]
    parts = [read_partition(store.part(i, [store.star_id, *every])) for i in range(len(store.partitions))]
    found = {name: np.concatenate([p[q] for p in parts]) for name, q in zip(names, every, strict=True)}
    return found | {"id": np.concatenate([p[store.star_id] for p in parts])}


def test_births_of_a_mock_lie_in_their_intervals(mock, capsys):
    """68 % within 16 to 84 %, to 4 binomial errors, though the survey sees no fair sample of births."""
    folder, true = mock
    words = ["migration", "birth-radii", "table1", "--store", str(folder / "store"), "--pipeline",
             str(folder / "birth.yaml"), "--cluster", "inline", "--progress", "none"]  # fmt: skip
    assert main(words) == 0
    assert "2,500 stars, 1 sets of parameters" in capsys.readouterr().out
    store = open_store(folder / "store")
    assert len(store.partitions) > 2
    assert store.orbits == ()
    group = group_of(store)
    assert group.name in store.describe()
    got = columns(store, group, "r_birth", "r_birth_q16", "r_birth_q84", "lz0", "delta_r", "status")
    lz0, lz = np.array([true[i] for i in got["id"]]).T
    inside = (lz0 / 235 > got["r_birth_q16"]) & (lz0 / 235 < got["r_birth_q84"])
    assert np.mean(inside) == pytest.approx(0.68, abs=4 * np.sqrt(0.68 * 0.32 / lz0.size))
    assert np.mean(lz0 / 235 - got["r_birth"]) == pytest.approx(0.0, abs=0.1)
    assert got["lz0"] == pytest.approx(got["r_birth"] * 235, rel=1e-5)
    assert np.corrcoef(got["delta_r"], (lz - lz0) / 235)[0, 1] > 0.9
    assert np.mean(got["delta_r"] - (lz - lz0) / 235) == pytest.approx(0.0, abs=0.15)
    ledger = (folder / "store" / "data" / group.name / "ledger.csv").read_text()
    rows = list(csv.DictReader(ledger.splitlines()))
    assert sum(int(r["stars"]) for r in rows if r["kind"] == "fate") == 2500
    for r in rows:
        if r["kind"].startswith("bit"):
            assert int(r["stars"]) == np.count_nonzero(got["status"] & BITS[r["name"]][0])
    assert main(words) == 0
    assert "nothing to do" in capsys.readouterr().out


@pytest.mark.system
def test_a_cluster_gives_the_same_columns(mock):
    folder, _ = mock
    api.birth_radii("table1", folder / "store", folder / "birth.yaml", cluster="inline")
    store = open_store(folder / "store")
    before = [part.digests for part in group_of(store).parts]
    content = store.content
    from galdask.catalog import manifest
    from galdask.catalog.groups import KEY

    manifest.commit(store.path, {k: v for k, v in content.items() if k not in (KEY, "digest")})
    assert open_store(folder / "store").groups == ()
    report = api.birth_radii("table1", folder / "store", folder / "birth.yaml", cluster="laptop")
    assert report.computed == len(before)
    assert [part.digests for part in group_of(open_store(folder / "store")).parts] == before


def test_columns_serve_a_pipeline(mock):
    folder, _ = mock
    api.birth_radii("table1", folder / "store", folder / "birth.yaml", cluster="inline")
    store = open_store(folder / "store")
    recipe = Recipe.from_section(config.load(folder / "birth.yaml").without("velocity"), store)
    group = group_of(store)
    assert f"{group.name}:r_birth" in recipe.columns_read
    assert recipe.settings()["computed"] == [f"{group.name}:r_birth", f"{group.name}:status"]
    block = recipe.derive(read_partition(store.part(0, recipe.columns_read)))
    stored = columns(store, group, "r_birth", "status")
    rows = store.partitions[0].rows
    kept = stored["status"][:rows] == 0
    assert 0 < kept.sum() < rows
    assert np.array_equal(block.view("main")["r_birth"], stored["r_birth"][:rows][kept])


def test_an_unknown_column_of_a_group(mock, tmp_path):
    folder, _ = mock
    (tmp_path / "p.yaml").write_text(HEAD + FRAME + USE.replace("birth:r_birth", "birth:radius"))
    with pytest.raises(ConfigError, match="birth:radius"):
        Recipe.from_section(
            config.load(tmp_path / "p.yaml").without("velocity"), open_store(folder / "store")
        )


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """Stars with one fault each."""
    folder = tmp_path_factory.mktemp("faults")
    rows = {
        "good": (0.0, 4.0, 0.05, 0.1),
        "no_fe_h": ("", 4.0, 0.05, 0.1), "no_age": (0.0, "", 0.05, 0.1),
        "negative": (0.0, -1.0, 0.05, 0.1), "no_error": (0.0, 4.0, "", 0.1),
        "bad_age_error": (0.0, 4.0, 0.05, -1),
        "too_old": (0.0, 20.0, 0.05, 0.1), "too_young": (0.0, 0.1, 0.05, 0.1), "rich": (1.2, 4.0, 0.05, 0.1),
        "old": (0.0, 7.0, 0.05, 0.1), "young": (0.0, 0.7, 0.05, 0.1), "edge": (0.66, 4.0, 0.05, 0.1),
        "exact": (0.0, 4.0, 0.0, 0.0),
    }  # fmt: skip
    lines = ["star_id,fe_h,age,fe_h_err,age_err", *(",".join(map(str, (k, *v))) for k, v in rows.items())]
    (folder / "stars.csv").write_text("\n".join(lines) + "\n")
    (folder / "release.yaml").write_text("""\
galdask_release: 1
name: faults
title: Stars with faults
reference: made up
star_id: star_id
tables: {stars: {file: stars.csv, format: csv}}
columns:
  star_id: {column: star_id, type: string}
  fe_h: {column: fe_h, unit: dex}
  age: {column: age, unit: Gyr}
  fe_h_err: {column: fe_h_err, unit: dex}
  age_err: {column: age_err, unit: dex}
""")
    (folder / "birth.yaml").write_text(
        HEAD
        + """\
birth:
  fe_h: {column: fe_h, error: fe_h_err, default: none}
  age: {column: age, error: age_err, default: 0.2}
  ages: {weight: flat, youngest: 0.8}
  draws: 128
"""
    )
    api.ingest(folder / "release.yaml", folder, folder / "store", cluster="inline")
    report = api.birth_radii("text", folder / "store", folder / "birth.yaml", cluster="inline")
    store = open_store(folder / "store")
    got = columns(store, group_of(store), "r_birth", "r_birth_q16", "r_birth_q84", "delta_r", "status")
    return report, {i: {k: v[n] for k, v in got.items()} for n, i in enumerate(got["id"])}, folder


@pytest.mark.parametrize(("who", "bits", "known"), [
    ("good", (), True), ("no_fe_h", ("no_fe_h",), False), ("no_age", ("no_age",), False),
    ("negative", ("no_age",), False), ("no_error", ("no_error",), False),
    ("bad_age_error", ("default_error",), True), ("too_old", ("too_old", "old"), False),
    ("too_young", ("too_young", "young"), False), ("rich", ("metal_rich", "too_metal_rich"), False),
    ("old", ("old",), True), ("young", ("young",), True), ("edge", ("metal_rich",), True),
    ("exact", ("zero_error",), True),
])  # fmt: skip
def test_every_fault_has_its_bit(faulty, who, bits, known):
    _, stars, _ = faulty
    assert stars[who]["status"] == sum(BITS[b][0] for b in (*bits, "no_lz"))
    assert np.isfinite(stars[who]["r_birth"]) == known
    assert np.isnan(stars[who]["delta_r"])
    if known:
        assert 0.0 < stars[who]["r_birth_q16"] < stars[who]["r_birth"] < stars[who]["r_birth_q84"]


def test_the_ledger_accounts_for_every_star(faulty):
    report, stars, _ = faulty
    fates = {k: n for k, n in report.counts.items() if k.startswith("fate ")}
    assert sum(fates.values()) == len(stars) == report.rows
    assert fates["fate no_age"] == 2
    assert fates["fate ok"] == 3
    assert "no birth radius: no [Fe/H]" in report.text()


def test_an_exact_star_has_the_radius_of_the_enrichment(faulty):
    from galdask.migration import TEXT
    from galdask.migration.model import enrichment

    _, stars, _ = faulty
    expected = float(enrichment.birth_lz(TEXT, np.array(0.0), np.array(4.0))) / 235
    assert stars["exact"]["r_birth"] == pytest.approx(expected, abs=0.02)
    assert stars["exact"]["r_birth_q84"] - stars["exact"]["r_birth_q16"] < 0.06


def test_a_corrected_release_recomputes_what_changed(faulty):
    _, stars, folder = faulty
    text = (folder / "stars.csv").read_text()
    (folder / "stars.csv").write_text(text.replace("good,0.0", "good,-0.3"))
    api.ingest(folder / "release.yaml", folder, folder / "store", cluster="inline")
    assert all(g.kind != "birth" or not g.complete for g in open_store(folder / "store").groups)
    report = api.birth_radii("text", folder / "store", folder / "birth.yaml", cluster="inline")
    assert report.computed == 1
    store = open_store(folder / "store")
    got = columns(store, group_of(store), "r_birth")
    after = dict(zip(got["id"], got["r_birth"], strict=True))
    assert after["good"] > stars["good"]["r_birth"] + 2.0
    assert after["old"] == stars["old"]["r_birth"]


def test_of_several_partitions_those_that_changed_are_computed(faulty, tmp_path):
    folder = faulty[2]
    rows = [f"star-{k},{0.01 * (k % 7)},4.0,0.05,0.1" for k in range(400)]
    for name in ("release.yaml", "birth.yaml"):
        (tmp_path / name).write_text((folder / name).read_text())

    def renew(lines):
        (tmp_path / "stars.csv").write_text("\n".join(["star_id,fe_h,age,fe_h_err,age_err", *lines]) + "\n")
        release, store = tmp_path / "release.yaml", tmp_path / "store"
        api.ingest(release, tmp_path, store, cluster="inline", partition_rows=100)
        return api.birth_radii("text", store, tmp_path / "birth.yaml", cluster="inline")

    first = renew(rows)
    assert first.computed == first.partitions > 2
    rows[7] = rows[7].replace("4.0", "5.0")
    second = renew(rows)
    assert second.changed
    assert 0 < second.computed < second.partitions
    (group,) = open_store(tmp_path / "store").groups
    assert group.complete
    assert not renew(rows).changed


def test_the_posterior_of_a_fit(faulty, tmp_path):
    """A folder as a fit leaves it: its posterior, not its best set alone, decides the intervals."""
    import json

    from galdask.migration import TEXT
    from galdask.migration.fit.coordinates import STEPS
    from galdask.migration.model.choices import Choices
    from galdask.migration.model.parameters import FREE

    _, _, folder = faulty
    hessian = np.diag([(0.02 / STEPS[name]) ** 2 if name != "feh_max" else 1 / 0.15**2 for name in FREE])
    best = {"parameters": dict(TEXT), "reference": dict(TEXT), "errors": {}, "hessian": hessian.tolist()}
    fit = tmp_path / "fit"
    fit.mkdir()
    (fit / "optimum.json").write_text(json.dumps({"best": best}))
    settings = {"choices": Choices().settings()}
    (fit / "configuration.json").write_text(json.dumps({"settings": settings, "digest": "abc"}))
    alone = api.birth_radii("text", folder / "store", folder / "birth.yaml", cluster="inline")
    report = api.birth_radii(fit, folder / "store", folder / "birth.yaml", cluster="inline")
    assert report.sets == 64
    assert report.group != alone.group
    store = open_store(folder / "store")
    widths = []
    for name in (alone.group, report.group):
        got = columns(store, store.group(name), "r_birth_q16", "r_birth_q84")
        widths.append(dict(zip(got["id"], got["r_birth_q84"] - got["r_birth_q16"], strict=True))["good"])
    assert widths[1] > 1.2 * widths[0]
    assert store.group(report.group).settings["source"] == {"fit": "abc", "posterior": "hessian"}


@pytest.mark.parametrize(("old", "new", "words"), [
    ("weight: flat", "weight: round", "flat, red_clump"), ("draws: 128", "draws: 3", "draws"),
    ("error: fe_h_err", "error: age_err2", "age_err2"), ("default: none}\n  age", "}\n  age", "default"),
    ("column: age,", "column: fe_h,", "wrong unit"), ("draws: 128", "draw: 128", "did you mean 'draws'"),
])  # fmt: skip
def test_a_wrong_section_is_refused(faulty, tmp_path, old, new, words):
    _, _, folder = faulty
    text = (folder / "birth.yaml").read_text()
    assert old in text
    (tmp_path / "b.yaml").write_text(text.replace(old, new))
    with pytest.raises(ConfigError, match=words):
        api.birth_radii("text", folder / "store", tmp_path / "b.yaml", cluster="inline")
