"""The command `galdask orbits` on a mock release, and pipelines that use what it made."""

import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import xarray as xr

import galdask
from galdask import config, pipeline
from galdask.catalog.store import open_store, read_partition
from galdask.cli.main import main
from galdask.errors import ConfigError
from galdask.stars import Recipe
from tests.conftest import ROOT

TEXT = (ROOT / "pipelines" / "orbits.yaml").read_text()
SKY = TEXT[TEXT.index("galdask_pipeline") : TEXT.index("\norbits:")]
USE = """
orbits: {potential: {name: MWPotential2014, ro: 8.3, vo: 220.0}}
quantities:
  fe_h: {column: fe_h, unit: dex, low: -3, high: 1.5}
  jr: {column: jr, unit: kpc km/s, low: 0, high: 5000, label: J_R}
  heat: {expression: sqrt(jz / jr), low: 0, high: 100}
  lz_error: {expression: (lz_p84 - lz_p16) * 0.5, unit: kpc km/s}
cuts:
  near: {quantity: z_max, high: 1.5}
  known: {quantity: orbit_draws, low: 4}
  round: {column: ecc, high: 0.5}
samples:
  catalogue: {raw: true, quantities: [fe_h, jr]}
  main: {cuts: [near, known, round]}
"""
SCRIPT = """
import sys, time
from galdask import api, config
from galdask.engine.executor import Inline

class Slow(Inline):
    def run(self, *args, **more):
        for result in super().run(*args, **more):
            time.sleep(0.2)
            yield result

api.orbits(sys.argv[1], "orbits", draws=8, cluster=Slow())
"""


def orbits(store, **options):
    return galdask.orbits(store, "orbits", **{"draws": 8, "cluster": "inline", **options})


@pytest.fixture(scope="module")
def store(mock_store, tmp_path_factory):
    """The mock's store with orbits."""
    path = tmp_path_factory.mktemp("orbits") / "store"
    shutil.copytree(mock_store, path)
    orbits(path)
    return path


def contents(store):
    return {
        p.relative_to(store): p.read_bytes()
        for p in sorted(store.rglob("*"))
        if p.is_file() and p.name not in (".lock", "made.json") and ".history" not in p.parts
    }


def columns(path, names=("star_key", "lz", "jr", "z_max_p84", "status", "n_draws")):
    """Columns of the only group of a store, over all partitions."""
    opened = open_store(path)
    group = opened.orbits[-1].name
    asked = [name if name in opened.columns else f"{group}:{name}" for name in names]
    parts = [read_partition(opened.part(i, asked)) for i in range(len(opened.partitions))]
    return {n: np.concatenate([p[a] for p in parts]) for n, a in zip(names, asked, strict=True)}


def used(store, *changes):
    text = SKY + USE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return Recipe.from_section(config.parse(text, "mine.yaml"), open_store(store))


def test_the_group_says_what_it_is(store, capsys):
    group = open_store(store).orbits[0]
    assert group.name.startswith("orbits-")
    assert len(group.name) == 15
    assert group.settings["draws"] == 8
    assert group.settings["potential"] == {"name": "MWPotential2014", "ro": 8.3, "vo": 220}
    assert main(["info", str(store)]) == 0
    assert group.name in capsys.readouterr().out


def test_every_star_is_accounted_for(store):
    group, status = open_store(store).orbits[0], columns(store)["status"]
    lines = (store / "data" / group.name / "ledger.csv").read_text().splitlines()
    fates = [int(line.split(",")[2]) for line in lines if line.startswith("fate")]
    assert sum(fates) == open_store(store).rows == status.size
    assert fates[-1] > 0.8 * status.size
    assert np.isfinite(columns(store)["jr"]).sum() == status.size - sum(fates[:7])


def test_results_that_read_no_orbits_stand_when_orbits_come(mock_store, store, tmp_path):
    path, out = tmp_path / "store", tmp_path / "out"
    asked = {"cluster": "inline", "only": ["coverage"], "figures": False}
    shutil.copytree(mock_store, path)
    assert not pipeline.run("two_disks", path, out, **asked).unchanged
    assert open_store(store).digest != open_store(path).digest
    assert pipeline.run("two_disks", store, out, **asked).unchanged


def test_columns_of_a_group_as_a_lazy_table(store):
    group = open_store(store).orbits[0].name
    table = galdask.to_dask(store, ["star_id", f"{group}:jr", f"{group}:status"]).compute()
    np.testing.assert_array_equal(table[f"{group}:jr"], columns(store)["jr"])
    assert table[f"{group}:status"].dtype == np.uint32


def test_nothing_to_do_twice(store):
    before = contents(store)
    report = orbits(store)
    assert not report.changed
    assert "nothing to do" in report.text()
    assert contents(store) == before


def test_partitions_do_not_matter(store, mock_release, tmp_path):
    galdask.ingest("dr17", mock_release, tmp_path / "other", cluster="inline", partition_rows=3000)
    orbits(tmp_path / "other")
    assert len(open_store(tmp_path / "other").partitions) != len(open_store(store).partitions)
    other = columns(tmp_path / "other")
    for name, values in columns(store).items():
        np.testing.assert_array_equal(values, other[name], err_msg=name)


def test_workers_do_not_matter(store, mock_store, tmp_path, dask_executor):
    shutil.copytree(mock_store, tmp_path / "store")
    report = orbits(tmp_path / "store", cluster=dask_executor)
    assert report.computed == report.partitions
    assert contents(tmp_path / "store") == contents(store)


def test_killed_twice_and_still_the_same_bytes(store, mock_store, tmp_path):
    path = tmp_path / "store"
    shutil.copytree(mock_store, path)
    untouched = open_store(path).digest
    for wanted in (2, 4):
        process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(path)], cwd=ROOT, env={**os.environ})
        end = time.monotonic() + 120
        while len(list(path.glob(".orbits/*/*.json"))) < wanted and process.poll() is None:
            assert time.monotonic() < end
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        assert open_store(path).digest == untouched
    (path / "data" / open_store(store).orbits[0].name / ".dead.tmp").write_bytes(b"half a file")
    heard = []
    report = orbits(path, listen=lambda event: heard.append(event.text))
    assert 4 <= report.partitions - report.computed < report.partitions
    assert any("were finished by an earlier call" in text for text in heard)
    assert contents(path) == contents(store)
    assert not list(path.glob(".orbits/*"))


def test_a_new_release_costs_its_changed_partitions(store, tmp_path):
    """A partition whose inputs differ is computed anew, the others are kept."""
    path = tmp_path / "store"
    shutil.copytree(store, path)
    group = open_store(path).orbits[0]
    (path / group.parts[2].files[group.name]).unlink()
    report = orbits(path)
    assert report.computed == 1
    assert contents(path) == contents(store)


def test_columns_of_orbits_are_derived_columns(store):
    recipe = used(store)
    opened = open_store(store)
    block = recipe.derive(read_partition(opened.part(1, recipe.columns_read)))
    view, kept = block.view("main"), block.fates["main"] == 0
    own = read_partition(
        opened.part(1, [f"{opened.orbits[0].name}:{n}" for n in ("lz", "jr", "jz", "z_max")])
    )
    lz, jr, jz, z_max = (values[kept] for values in own.values())
    assert 0 < kept.sum() < kept.size
    np.testing.assert_array_equal(view["lz"], lz)  # the pipeline computes it from its own velocities
    np.testing.assert_array_equal(view["jr"], jr.astype(np.float32))
    np.testing.assert_array_equal(view["z_max"], z_max)
    np.testing.assert_allclose(view["heat"], np.sqrt(jz / jr), rtol=1e-6)
    assert (view["z_max"] <= 1.5).all()
    assert (view["lz_error"] > 0).all()
    assert block.view("catalogue")["jr"].size == kept.size


def test_states_know_which_columns_they_read(store):
    recipe = used(store)
    (name,) = recipe.lineage("catalogue", ["jr"])["columns"]
    assert name == f"{open_store(store).orbits[0].name}:jr"
    assert recipe.settings()["orbits"]["group"] == open_store(store).orbits[0].name
    slim = recipe.only({"catalogue": ["jr"]})
    assert slim.columns_read == (name,)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("vo: 220.0}}", "vo: 235.0}}", "differs in potential"),
        ("r_sun: 8.3 ", "r_sun: 8.2 ", "differs in frame"),
        ("distance: distance\n", "distance: distance_bj_geo\n", "differs in position"),
        ("vo: 220.0}}", "vo: 220.0}, draws: 80}", "differs in draws"),
        ("vo: 220.0}}", "vo: 220.0}, delta: 3.69}", "differs in delta"),
        ("vo: 220.0}}", "vo: 220.0}, group: orbits-0}", "differs in its name"),
        ("vo: 220.0}}", "vo: 220.0}, gruop: orbits-0}", "unknown key"),
    ],
)
def test_other_orbits_are_refused(store, old, new, words):
    with pytest.raises(ConfigError) as caught:
        used(store, (old, new))
    assert words in str(caught.value)
    if "unknown" not in words:
        assert f"galdask orbits {store} --pipeline mine.yaml" in str(caught.value)


def test_a_choice_between_groups_must_be_made(store, tmp_path):
    path = tmp_path / "store"
    shutil.copytree(store, path)
    orbits(path, draws=0)
    with pytest.raises(ConfigError, match="several orbit groups"):
        used(path)
    assert used(path, ("vo: 220.0}}", "vo: 220.0}, draws: 8}")).orbits.settings["draws"] == 8
    assert len(open_store(path).orbits) == 2


def test_without_orbits(mock_store):
    with pytest.raises(ConfigError, match="no orbits that fit"):
        used(mock_store)


def test_the_switch_needs_orbits(mock_store, tmp_path):
    text = (ROOT / "pipelines" / "two_disks.yaml").read_text()
    (tmp_path / "p.yaml").write_text(
        text.replace("\nquantities:", "\nplane: {r: r_guide, abs_z: z_max}\nquantities:", 1)
    )
    with pytest.raises(ConfigError, match="no column 'r_guide'") as caught:
        pipeline.run(tmp_path / "p.yaml", mock_store, tmp_path / "out", cluster="inline")
    assert "galdask orbits" in str(caught.value)


def test_the_switch_bins_in_guiding_radius_and_z_max(store, tmp_path):
    text = (ROOT / "pipelines" / "two_disks.yaml").read_text()
    more = USE[: USE.index("quantities")] + "plane: {r: r_guide, abs_z: z_max}\n"
    (tmp_path / "p.yaml").write_text(text.replace("\nquantities:", f"\n{more}\nquantities:", 1))
    names = ["mdf_moments", "vertical_gradients", "coverage"]
    options = {"cluster": "inline", "only": names, "figures": False}
    pipeline.run(tmp_path / "p.yaml", store, tmp_path / "switched", **options)
    pipeline.run("two_disks", store, tmp_path / "plain", **options)
    folders = [tmp_path / out for out in ("switched", "plain")]
    switched, plain = (xr.open_zarr(folder / "products" / "mdf_moments.zarr") for folder in folders)
    assert switched["r"].attrs["long_name"] == "guiding radius"
    assert plain["r"].attrs["long_name"] == "R"
    assert switched.attrs["plane"] == "r: r_guide, abs_z: z_max"
    assert "guiding radius" in switched.attrs["caption"]
    assert "guiding radius" in switched.attrs["title"]
    assert "plane" not in plain.attrs
    counted = _counts(store, plain.attrs["max_abs_z"], plain["r_bnds"].values)
    assert switched["n"].sel(population="total").sum("fe_h").values.sum() <= counted.sum()
    assert not np.array_equal(switched["n"].values, plain["n"].values)
    tall = xr.open_zarr(folders[0] / "products" / "vertical_gradients.zarr")
    assert tall.attrs["plane"].endswith("z: signed_z_max")
    assert tall["slope"].attrs["long_name"] == "slope of [Fe/H] against z_max"
    one, other = (xr.open_zarr(folder / "products" / "coverage.zarr") for folder in folders)
    for variable in one.data_vars:  # a map of where stars are
        np.testing.assert_array_equal(one[variable].values, other[variable].values)


def _counts(store, z_max, bounds):
    """Stars of the sample in bins of guiding radius below a z_max, counted by hand."""
    recipe = Recipe.from_section(config.load(ROOT / "pipelines" / "two_disks.yaml"), open_store(store))
    opened, total = open_store(store), 0
    group = opened.orbits[0].name
    for i in range(len(opened.partitions)):
        block = recipe.derive(read_partition(opened.part(i, recipe.columns_read)))
        own = read_partition(opened.part(i, [f"{group}:r_guide", f"{group}:z_max"]))
        r, z = (values[block.fates["main"] == 0] for values in own.values())
        total = total + np.histogram(r[z < z_max], np.append(bounds[:, 0], bounds[-1, 1]))[0]
    return total


def test_words_at_the_command_line(store, mock_store, tmp_path, capsys):
    path = tmp_path / "store"
    shutil.copytree(mock_store, path)
    words = ["orbits", str(path), "--draws", "2", "--cluster", "inline", "--progress", "none"]
    assert main([*words, "--keep-draws", "lz", "jr"]) == 0
    out = capsys.readouterr().out
    assert "8,000 stars x 2 draws" in out
    assert "an orbit" in out
    group = open_store(path).orbits[0]
    assert group.columns["lz_draws"].shape == (2,)
    assert columns(path, ("lz_draws",))["lz_draws"].shape == (8000, 2)
    assert main(["orbits", str(path), "--pipeline", "two_disks", "--cluster", "inline"]) == 2
    assert "orbits need velocities" in capsys.readouterr().err
    (tmp_path / "bad.yaml").write_text(TEXT.replace("rv: rv}", "rv: no_such}"))
    assert main(["orbits", str(path), "--pipeline", str(tmp_path / "bad.yaml")]) == 2
    assert "the store has no column 'no_such'" in capsys.readouterr().err
