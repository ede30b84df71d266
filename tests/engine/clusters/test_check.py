"""The self-test of a cluster, on real workers that differ in what it looks for."""

import json
import os
import shutil
import subprocess
import time

import pytest

import galdask
from galdask.cli.main import main
from galdask.engine import cluster_check
from galdask.engine.cluster import open_executor
from galdask.engine.executor import Inline
from galdask.errors import ClusterError, StoreError
from tests.engine.clusters import processes


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("check")


@pytest.fixture(scope="module")
def scheduler(folder):
    with processes.scheduler(folder) as address:
        yield address


@pytest.fixture(scope="module")
def good(folder, scheduler):
    with processes.worker(folder, scheduler, "good"):
        yield scheduler


def verdicts(lines):
    return {one.name: one.verdict for one in lines}


def told(lines, name):
    return next(one.text for one in lines if one.name == name)


def checked(address, *more):
    with open_executor(address) as executor:
        return cluster_check.check(executor, *more)


def test_a_good_cluster_passes(good, mock_store, tmp_path, capsys):
    words = ["--store", str(mock_store), "--out", str(tmp_path / "out")]
    assert main(["cluster", "check", good, *words, "--progress", "none"]) == 0
    text = capsys.readouterr().out
    for name in (
        "workers",
        "versions",
        "source files",
        "CPU features",
        "OMP threads",
        "clocks",
        "store",
        "results",
    ):
        assert f"ok    {name}: " in text
    assert "ssh -L" in text
    assert not (tmp_path / "out").exists()


def test_mixed_nodes_are_told(good, folder):
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    there = [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]
    if not there:
        pytest.skip("numpy dispatches nothing on this CPU")
    with processes.worker(folder, good, "old", NPY_DISABLE_CPU_FEATURES=there[-1]):
        heard = []
        with open_executor(good, heard.append) as executor:
            lines = cluster_check.check(executor)
    assert verdicts(lines)["CPU features"] == "warn"
    assert "1 of 2 workers" in told(lines, "CPU features")
    assert f"lacks {there[-1]}" in told(lines, "CPU features")
    assert not cluster_check.failed(lines)
    assert [one.text for one in heard if "last bits of results may differ" in one.text]


@pytest.mark.system
def test_threads_memory_and_scratch(good, folder):
    limits = ("--memory-limit", "512MiB", "--nthreads", "2")
    memory = "/dev/shm"
    if not os.access(memory, os.W_OK):
        pytest.skip("/dev/shm is not there")
    scratch = ("--local-directory", memory)
    with processes.worker(folder, good, "small", None, (*limits, *scratch), OMP_NUM_THREADS="4"):
        lines = checked(good)
    assert verdicts(lines)["memory"] == "FAIL"
    assert "0.5 GiB" in told(lines, "memory")
    assert "OMP_NUM_THREADS=4" in told(lines, "OMP threads")
    assert "lies in memory" in told(lines, "scratch space")
    shutil.rmtree(f"{memory}/dask-scratch-space", ignore_errors=True)


@pytest.fixture(scope="module")
def newer(folder):
    """A folder that makes galdask another version."""
    other = folder / "other" / "galdask-9.9.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: galdask\nVersion: 9.9\n")
    return str(other.parent)


def test_a_worker_of_another_version_is_refused(good, folder, newer):
    with (
        processes.worker(folder, good, "newer", PYTHONPATH=newer),
        pytest.raises(ClusterError, match=r"galdask 9\.9, here"),
    ):
        checked(good)


def test_a_worker_of_another_version_that_comes_later_is_refused(good, folder, newer):
    with open_executor(good) as executor:
        assert sorted(found for _, found in executor.run(abs, [-1, 2], step="alone")) == [1, 2]
        with (
            processes.worker(folder, good, "late", PYTHONPATH=newer),
            pytest.raises(ClusterError, match="came later") as caught,
        ):
            list(executor.run(time.sleep, [0.2] * 12, step="together"))
    assert "galdask 9.9, here" in caught.value.found


def test_a_worker_without_galdask_is_refused(good, folder):
    (folder / "bare").mkdir()
    (folder / "bare" / "sitecustomize.py").write_text(
        "import sys\nclass No:\n def find_spec(self, name, *more):\n"
        "  if name.split('.')[0] == 'galdask': raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, No())\n"
    )
    with (
        processes.worker(folder, good, "bare", PYTHONPATH=str(folder / "bare")),
        pytest.raises(ClusterError, match="a worker cannot load galdask"),
    ):
        checked(good)


@pytest.fixture
def blind(good, folder, mock_store):
    """A worker before whose eyes another, empty folder lies over the store."""
    hide = f'mount -t tmpfs none {mock_store} && exec "$@"'
    before = ["unshare", "--mount", "--map-root-user", "sh", "-c", hide, "sh"]
    try:
        subprocess.run([*before, "true"], check=True, capture_output=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        pytest.skip("this machine makes no mount namespaces")
    with processes.worker(folder, good, "blind", before=before):
        yield good


@pytest.mark.system
def test_workers_that_see_another_path(blind, mock_store, tmp_path, capsys):
    assert main(["cluster", "check", blind, "--store", str(mock_store), "--progress", "none"]) == 3
    assert "FAIL  store: 1 of 2 workers cannot read it" in capsys.readouterr().out
    with pytest.raises(ClusterError, match="a worker sees another store, or none") as caught:
        galdask.run("two_disks", mock_store, tmp_path / "out", cluster=blind, only=["kiel"], figures=False)
    assert "--store" in caught.value.todo
    with pytest.raises(ClusterError, match="a worker sees another store, or none"):
        galdask.orbits(mock_store, "orbits", draws=2, cluster=blind)


def test_workers_that_did_not_come_are_told(good, monkeypatch):
    monkeypatch.setattr(cluster_check, "PATIENCE", 0.5)
    with open_executor(good) as executor:
        lines = cluster_check.check(executor, expected=3)
    assert verdicts(lines)["workers"] == "warn"
    assert "3 were asked for" in told(lines, "workers")


def test_inline_needs_no_more_than_this_process(mock_store, tmp_path, capsys):
    lines = cluster_check.check(Inline(), mock_store)
    assert verdicts(lines)["store"] == "ok"
    assert main(["cluster", "check", "inline", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["links"] == []
    with pytest.raises(StoreError):
        cluster_check.check(Inline(), tmp_path)


def test_show_and_list(capsys):
    assert main(["cluster", "list"]) == 0
    assert "workstation" in capsys.readouterr().out
    assert main(["cluster", "show", "laptop"]) == 0
    assert "OMP_NUM_THREADS=1" in capsys.readouterr().out
    assert main(["cluster", "show"]) == 2
    assert "which cluster?" in capsys.readouterr().err
