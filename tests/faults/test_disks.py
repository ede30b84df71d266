"""A disk that is full, cannot be written, or is slow: one clear error, nothing half-written; then all."""

import re
import shutil

import pytest

from galdask.catalog.store import open_store
from galdask.errors import StoreError
from tests.faults.disks import small_disk
from tests.faults.left import litter, nothing_left
from tests.faults.place import CLUSTERS, Run, posterior, tree
from tests.migration.small_fit import small_file, small_store

pytestmark = [pytest.mark.system, pytest.mark.timeout(1800)]


def full(run, folder):
    """Hold the end of a command to what a full disk should say."""
    assert run.end(600) == 2, run.said
    assert "the disk is full" in run.said
    assert re.search(r"\d+ bytes free", run.said)
    assert re.search(r"(at least|more than) [\d,]+ bytes", run.said)
    assert folder in run.said
    assert "Traceback" not in run.said


@pytest.mark.parametrize("cluster", ["inline", "local"])
def test_results_on_a_full_disk(place, table, tmp_path, cluster):
    """Disks of ever more room: states, tables, products, and the end of the run find no place."""
    needed, tried = sum(map(len, place.expected.values())), []
    with nothing_left(place.folder) as env:
        home = place.home(f"full-{cluster}", cluster)
        with small_disk(home / "out", "64k") as resize:
            for size in (64, 256, 700, 1100) if cluster == "inline" else (256, 1100):
                resize(f"size={size}k")
                run = place.start(home, env)
                full(run, "out")
                tried.append(size)
                assert not (home / "out" / "current").exists()
                assert litter(home / "out") == []
            resize("size=200m")
            place.whole_run(home, env)
    assert needed
    table(f"results on a full disk ({cluster})", len(tried), "exit 2; with room the next run ends", 0.0)


def test_a_store_on_a_full_disk(place, table, tmp_path):
    words = ["ingest", "dr17", "--from", str(place.release), "--store", "disk/store"]
    words += ["--cluster", "cluster.yaml", "--partition-rows", "400"]
    (tmp_path / "cluster.yaml").write_text(CLUSTERS["local"])
    with nothing_left(tmp_path) as env, small_disk(tmp_path / "disk", "300k") as resize:
        full(Run(words, env, cwd=tmp_path), "store")
        with pytest.raises(StoreError):
            open_store(tmp_path / "disk" / "store")
        assert [path for path in litter(tmp_path / "disk") if path.name != ".ingest"] == []
        resize("size=50m")
        again = Run(words, env, cwd=tmp_path)
        assert again.end() == 0, again.said
        assert tree(tmp_path / "disk" / "store") == tree(place.folder / "store")
    table("a store on a full disk: ingest", 1, "exit 2; with room the next ingest resumes", 0.0)


def test_orbits_on_a_full_disk(place, table, tmp_path):
    words = ["orbits", "disk/store", "--draws", "8", "--cluster", "cluster.yaml"]
    (tmp_path / "cluster.yaml").write_text(CLUSTERS["local"])
    with nothing_left(tmp_path) as env, small_disk(tmp_path / "disk", "50m") as resize:
        shutil.copytree(place.folder / "store", tmp_path / "disk" / "store")
        shutil.copytree(place.folder / "store", tmp_path / "store")
        size = sum(path.stat().st_blocks * 512 for path in (tmp_path / "disk").rglob("*"))
        resize(f"size={(size >> 10) + 150}k")
        before = open_store(tmp_path / "disk" / "store").digest
        full(Run(words, env, cwd=tmp_path), "store")
        assert open_store(tmp_path / "disk" / "store").digest == before
        resize("size=50m")
        again = Run(words, env, cwd=tmp_path)
        assert again.end(600) == 0, again.said
        whole = Run(["orbits", "store", *words[2:]], env, cwd=tmp_path)
        assert whole.end(600) == 0, whole.said
        assert tree(tmp_path / "disk" / "store") == tree(tmp_path / "store")
    table("a store on a full disk: orbits", 1, "exit 2; with room the next call resumes", 0.0)


def test_a_chain_on_a_full_disk(table, tmp_path):
    small_store(tmp_path, 80)
    small_file(tmp_path)
    words = ["fit", "fit.yaml", "--store", "store", "--no-products", "--cluster", "inline", "--steps", "400"]
    with nothing_left(tmp_path) as env, small_disk(tmp_path / "disk", "50m") as resize:
        first = Run([*words, "--out", "disk/fit", "--no-sampling"], env, cwd=tmp_path)
        assert first.end(600) == 0, first.said
        shutil.copytree(tmp_path / "disk" / "fit", tmp_path / "fit")
        size = sum(path.stat().st_blocks * 512 for path in (tmp_path / "disk").rglob("*"))
        resize(f"size={(size >> 10) + 100}k")
        full(Run([*words, "--out", "disk/fit", "--resume"], env, cwd=tmp_path), "fit")
        resize("size=50m")
        for out in ("disk/fit", "fit"):
            again = Run([*words, "--out", out, "--resume"], env, cwd=tmp_path)
            assert again.end(900) == 0, again.said
        assert posterior(tmp_path / "disk" / "fit") == posterior(tmp_path / "fit")
    table("a chain on a full disk", 1, "exit 2; with room --resume goes on", 0.0)


def test_places_that_cannot_be_written(place, env, table):
    home = place.home("read-only")
    with small_disk(home / "out", "1m") as resize:
        resize("ro")
        run = place.start(home, env)
        assert run.end() == 2, run.said
        assert "cannot write here" in run.said
        assert "Traceback" not in run.said
        resize("rw,size=200m")
        place.whole_run(home, env)
    table("results on a read-only disk", 1, "exit 2 in the first second", 0.0)


def test_a_store_that_is_read_only_is_enough(place, env, table):
    home = place.home("read-only-store")
    (home / "store").unlink()
    with small_disk(home / "store", "50m") as resize:
        shutil.copytree(place.folder / "store", home / "store", dirs_exist_ok=True)
        resize("ro")
        place.whole_run(home, env)
    table("a store on a read-only disk", 1, "ends as always")
