"""A new release in one line: what it ingests and runs, what it leaves, who may do it."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import galdask
from galdask import foresight, pipeline, publish
from galdask.catalog import former
from galdask.catalog.release import load_release
from galdask.catalog.store import open_store
from galdask.cli.main import main
from galdask.errors import ConfigError, GaldaskError, OutputError, StoreError
from galdask.lineage import integrity
from galdask.renewal import regenerate
from tests.pipeline.releases import reasons, release, variant


def small(content):
    """Keep two products and no cube."""
    content["products"] = {name: content["products"][name] or {} for name in ("feh_slices", "age_slices")}
    del content["cubes"]


@pytest.fixture(scope="module")
def base(mock_release, tmp_path_factory):
    folder = tmp_path_factory.mktemp("renewed")
    variant(folder / "mine.yaml", small)
    galdask.ingest("dr17", mock_release, folder / "store", cluster="inline", partition_rows=1200)
    regenerate(folder / "mine.yaml", "dr17", mock_release, folder / "store", folder / "out", cluster="inline")
    return folder


@pytest.fixture
def here(base, tmp_path):
    shutil.copytree(base, tmp_path / "here", symlinks=True)
    return tmp_path / "here"


def words(here, source, *more):
    places = ["--from", str(source), "--store", str(here / "store"), "--out", str(here / "out")]
    return ["regenerate", str(here / "mine.yaml"), "--release", "dr17", *places, "--cluster", "inline", *more]


def corrected(old, new, rows=(4000,)):
    def change(table):
        table["FE_H"][list(rows)] += 0.05
        return table

    return release(old, new, change=change)


def test_nothing_has_changed(here, mock_release, capsys):
    before = (here / "out" / "current").resolve()
    assert main(words(here, mock_release)) == 0
    said = capsys.readouterr().out
    assert "the store holds these files already" in said
    assert "nothing has changed" in said
    assert (here / "out" / "current").resolve() == before


def test_it_starts_no_cluster_for_nothing(here, mock_release):
    class Unwanted:
        workers = 1

        def run(self, *args, **more):
            raise AssertionError("there is nothing to run")

        def close(self):
            raise AssertionError("it was never opened")

    done = regenerate(
        here / "mine.yaml", "dr17", mock_release, here / "store", here / "out", cluster=Unwanted()
    )
    assert done.unchanged


def test_corrected_rows_end_as_a_run_from_nothing(here, mock_release, tmp_path):
    new = corrected(mock_release, tmp_path / "new")
    done = regenerate(here / "mine.yaml", "dr17", new, here / "store", here / "out", cluster="inline")
    assert done.ingest.reused == done.ingest.partitions - 1
    assert done.run.partitions_read == 1
    galdask.ingest("dr17", new, tmp_path / "fresh", cluster="inline", partition_rows=1200)
    other = pipeline.run(here / "mine.yaml", tmp_path / "fresh", tmp_path / "o", cluster="inline")
    assert other.run == done.run.run
    a, b = (galdask.pipeline.open_results(out) for out in (here / "out", tmp_path / "o"))
    for name in ("feh_slices", "age_slices"):
        for key, values in a[f"products/{name}"].variables.items():
            np.testing.assert_array_equal(values.values, b[f"products/{name}"][key].values)


def test_orbits_are_renewed_where_stars_moved(here, mock_release, tmp_path):
    def change(table):
        table["GAIAEDR3_PMRA"][4000] += 1.0
        return table

    galdask.orbits(here / "store", "orbits", draws=2, cluster="inline")
    new = release(mock_release, tmp_path / "new", change=change)
    done = regenerate(here / "mine.yaml", "dr17", new, here / "store", here / "out", cluster="inline")
    assert [one.computed for one in done.orbits] == [1]
    assert open_store(here / "store").orbits[0].complete
    assert done.run.unchanged  # which reads no motions


def test_a_reader_keeps_the_run_that_it_opened(here, mock_release, tmp_path):
    tree = pipeline.open_results(here / "out")
    before = tree["products/feh_slices"].attrs["provenance"]
    regenerate(
        here / "mine.yaml",
        "dr17",
        corrected(mock_release, tmp_path / "new"),
        here / "store",
        here / "out",
        cluster="inline",
    )
    values = tree["products/age_slices"].dataset.load()
    assert values.attrs["provenance"] == before
    assert integrity.check((here / "out" / "current").resolve()) == []


def test_two_at_once(here, mock_release):
    arguments = (here / "mine.yaml", "dr17", mock_release, here / "store", here / "out")
    with (
        publish.locked(here / "out" / ".runs", "output"),
        pytest.raises(OutputError, match="another process"),
    ):
        regenerate(*arguments, cluster="inline")


def test_the_second_may_wait(here, mock_release):
    hold = publish.locked(here / "out" / ".runs", "output")
    hold.__enter__()
    command = [sys.executable, "-m", "galdask", *words(here, mock_release, "--wait", "--progress", "plain")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        seen = process.stderr.readline()
        while "waiting" not in seen and seen:
            seen = process.stderr.readline()
        assert f"waiting for process {os.getpid()}" in seen
        time.sleep(0.3)
        assert process.poll() is None
        hold.__exit__(None, None, None)
        said = process.communicate(timeout=120)[0]
    assert process.returncode == 0
    assert "nothing has changed" in said


def test_what_cannot_be_is_refused_and_changes_nothing(here, mock_release, tmp_path):
    before = open_store(here / "store").digest, (here / "out" / "current").resolve()
    for release_name, source in (("dr17", tmp_path / "nowhere"), ("dr16", mock_release)):
        with pytest.raises(GaldaskError):
            regenerate(
                here / "mine.yaml", release_name, source, here / "store", here / "out", cluster="inline"
            )
    shutil.copytree(here, tmp_path / "edited", symlinks=True)
    assert (open_store(here / "store").digest, (here / "out" / "current").resolve()) == before


def test_a_release_without_what_the_pipeline_needs_changes_nothing(here, tmp_path):
    before = open_store(here / "store").digest, (here / "out" / "current").resolve()
    galdask.mock("migration", tmp_path / "other", stars=50)
    name = next(path for path in (tmp_path / "other").iterdir() if path.suffix == ".yaml")
    with pytest.raises(ConfigError, match="the store has no column 'ra'"):
        regenerate(
            here / "mine.yaml", name, tmp_path / "other", here / "store", here / "out", cluster="inline"
        )
    assert (open_store(here / "store").digest, (here / "out" / "current").resolve()) == before
    assert not (here / "store" / ".ingest").exists()


def renamed(folder, name="nightly"):
    """Return the release file of DR17 under another name: the same files, another release."""
    path = Path(load_release.__code__.co_filename).parent / "releases" / "dr17.yaml"
    text = path.read_text()
    assert "\nname: dr17\n" in text
    (folder / f"{name}.yaml").write_text(text.replace("\nname: dr17\n", f"\nname: {name}\n"))
    return folder / f"{name}.yaml"


def test_another_release_with_the_same_stars_reuses_all(here, mock_release, tmp_path, capsys):
    before = open_store(here / "store")
    galdask.orbits(here / "store", "orbits", draws=2, cluster="inline")
    nightly = renamed(tmp_path)
    with pytest.raises(StoreError, match="another release"):
        galdask.ingest(nightly, mock_release, here / "store", cluster="inline")
    command = words(here, mock_release)
    command[command.index("dr17")] = str(nightly)
    assert main(command) == 0
    said = capsys.readouterr().out
    assert "the store held dr17; it now holds nightly" in said
    assert f"{len(before.partitions)} partitions ({len(before.partitions)} reused), 0.0 MB written" in said
    assert " 0 states computed" in "\n" + said.replace("\n", "\n ")
    assert f"galdask diff {here / 'out'}@before {here / 'out'}" in said
    after = open_store(here / "store")
    assert after.name == "nightly"
    assert after.orbits[0].complete
    assert former.open_as_of(here / "store", before.digest, None).name in ("dr17", "nightly")
    assert main(["diff", f"{here / 'out'}@before", str(here / "out")]) == 0
    assert "no number differs" in capsys.readouterr().out


def test_another_release_renews_orbits_and_the_run_before_can_be_compared(here, tmp_path, capsys):
    """From DR17 to DR16: other stars, other motions; the run before and its stars are still there."""
    orbits = variant(
        tmp_path / "mine_too.yaml", lambda content: content["orbits"]["errors"].pop("age"), "orbits"
    )
    group = galdask.orbits(here / "store", orbits, draws=2, cluster="inline").group
    galdask.mock("dr16", tmp_path / "dr16", stars=8000, seed=1)
    store, out = here / "store", here / "out"
    arguments = (here / "mine.yaml", "dr16", tmp_path / "dr16", store, out)
    done = regenerate(*arguments, cluster="inline")
    assert done.ingest.former == "dr17"
    assert done.orbits == ()
    assert group in done.stale[0]
    assert "orbits: the store has no column 'age_uncor_ss'" in done.stale[0]
    again = regenerate(*arguments, cluster="inline", orbits=[orbits])
    assert [(one.group, one.computed) for one in again.orbits] == [(group, len(open_store(store).partitions))]
    assert open_store(store).group(group).complete
    assert again.run.unchanged  # which reads no orbits
    files = ["--store", str(store), "--pipeline", str(here / "mine.yaml")]
    assert main(["diff", f"{out}@dr17", str(out), *files, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["catalogue"]["rows"] == [8000, open_store(store).rows]
    assert not [note for note in said["notes"] if "not as it was" in note]
    assert main(["verify", f"{out}@before"]) == 0
    assert "catalogue: dr17" in capsys.readouterr().out


def test_a_plan_says_that_the_release_changed(here, tmp_path):
    galdask.mock("dr16", tmp_path / "dr16", stars=8000, seed=1)
    store, out = here / "store", here / "out"
    galdask.ingest("dr16", tmp_path / "dr16", store, cluster="inline", replace_release=True)
    found = reasons(foresight.forecast(here / "mine.yaml", store, out, cluster="inline"))
    assert found["feh_slices"][0] == "release changed: dr17 -> dr16"
    assert any("stars of partitions" in reason for reason in found["feh_slices"])
