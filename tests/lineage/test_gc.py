"""`galdask gc`: what goes is old, what stays is all that the next run needs."""

import shutil

import pytest

import galdask
from galdask import foresight, pipeline, publish
from galdask.catalog.store import open_store, read_partition
from galdask.cli.main import main
from galdask.engine import history
from galdask.errors import InputError, OutputError
from galdask.lineage import gc
from tests.pipeline.releases import FEW, ingest, release


def run(place, only=FEW):
    return pipeline.run(
        "two_disks", place / "store", place / "out", cluster="inline", only=only, figures=False
    )


@pytest.fixture(scope="module")
def two(mock_store, mock_release, tmp_path_factory):
    """A store and results over two releases: orbits of two kinds, one of them dropped, and two runs."""

    def change(table):
        table["FE_H"][4000] += 0.05
        return table

    folder = tmp_path_factory.mktemp("two")
    shutil.copytree(mock_store, folder / "store")
    galdask.orbits(folder / "store", "orbits", draws=2, cluster="inline")
    run(folder)
    ingest(release(mock_release, folder / "new", change=change), folder / "store")
    run(folder)
    return folder


@pytest.fixture
def here(two, tmp_path):
    shutil.copytree(two, tmp_path / "here", symlinks=True)
    return tmp_path / "here"


def test_a_store_keeps_what_the_manifest_names(here, capsys):
    store = open_store(here / "store")
    old, then = gc.garbage(here / "store")
    assert old.what == "columns of an earlier release"
    assert then.what == "manifest of an earlier time"
    assert old.bytes == old.path.stat().st_size
    dropped = here / "store" / "data" / "orbits-00000000"
    shutil.copytree(here / "store" / "data" / store.orbits[0].name, dropped)
    (here / "store" / "data" / "needed" / ".a.parquet.12.tmp").write_bytes(b"half")
    assert main(["gc", str(here / "store")]) == 0
    said = capsys.readouterr().out
    assert "column group that the manifest does not name" in said
    assert "half-written file" in said
    assert dropped.exists()
    assert main(["gc", str(here / "store"), "--yes"]) == 0
    assert not dropped.exists()
    assert not old.path.exists()
    assert not then.path.exists()
    assert gc.garbage(here / "store") == []
    for index in range(len(store.partitions)):
        group = store.orbits[0].name
        found = read_partition(store.part(index, ["star_key", "fe_h", f"{group}:jr"]))
        assert found["fe_h"].size == store.partitions[index].rows
    assert not galdask.orbits(here / "store", "orbits", draws=2, cluster="inline").changed
    assert ingest(here / "new", here / "store").written == 0


def test_results_keep_all_that_the_next_run_needs(here):
    before = foresight.forecast(
        "two_disks", here / "store", here / "out", cluster="inline", only=["feh_slices"]
    )
    found = gc.collect(here / "out")
    kinds = {old.what for old in found}
    assert {"earlier run", "table of an earlier run", "history of an earlier run"} <= kinds
    assert len(history.histories(here / "out")) == 1
    assert gc.garbage(here / "out") == []
    assert len([path for path in (here / "out" / ".runs").iterdir() if path.is_dir()]) == 1
    assert run(here).unchanged
    after = foresight.forecast(
        "two_disks", here / "store", here / "out", cluster="inline", only=["feh_slices"]
    )
    assert (after.states_computed, after.tables_reused) == (before.states_computed, before.tables_reused)
    assert after.states_computed == 0


def test_states_of_the_present_outlive_their_tables(here):
    gc.collect(here / "out")
    shutil.rmtree(here / "out" / ".cache" / "tables")
    (here / "out" / "current" / "complete.json").unlink()
    again = run(here)
    assert again.states_computed == 0
    assert again.states_reused > 0


def test_half_made_runs_go(here):
    (here / "out" / ".runs" / ".abc.123.tmp").mkdir()
    (here / "out" / ".cache" / "states" / "x").mkdir()
    (here / "out" / ".cache" / "states" / "x" / ".y.pack.tmp").write_bytes(b"half")
    names = {old.path.name for old in gc.garbage(here / "out")}
    assert {".abc.123.tmp", ".y.pack.tmp"} <= names


def test_it_waits_for_nobody(here):
    for place in (here / "store", here / "out", here / "out" / ".runs"):
        with publish.locked(place, "place"), pytest.raises(OutputError, match="another process"):
            gc.collect(here / "out" if "out" in place.parts else here / "store")


def test_results_without_notes_keep_their_cache(here):
    for path in (here / "out" / ".runs").glob("*/lineage.json"):
        path.unlink()
    kinds = {old.what for old in gc.garbage(here / "out")}
    assert kinds == {"earlier run", "history of an earlier run"}


def test_neither(tmp_path):
    with pytest.raises(InputError, match="neither a store nor"):
        gc.garbage(tmp_path)
