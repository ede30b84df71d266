"""kill -9 of the command itself: no process is left, and the next command ends in the same bytes."""

import os
import shutil

import pytest

from galdask.catalog.store import open_store
from tests.faults.left import gone, litter, nothing_left
from tests.faults.place import CLUSTERS, Run, posterior, tree
from tests.migration.small_fit import small_file, small_store

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]
CLUSTER = ("--cluster", "cluster.yaml")


def kill(run):
    """Kill the command; return the seconds until its workers were gone."""
    run.process.kill()
    run.end()
    return gone(run.mark)


def called(words, home, env):
    """Call a command and let it end."""
    run = Run(words, env, cwd=home)
    assert run.end(900) == 0, run.said
    return run


def test_run(place, env, table):
    home = place.home("client")
    run = place.start(home, env)
    run.states(home, 2)
    seconds = kill(run)
    assert os.listdir(env["TMPDIR"])  # its folder waits for the next command
    again = place.whole_run(home, env)
    assert " 0 states and" not in again.said.split("states computed")[1]
    table("client killed (-9): run", 1, "the next run resumes", seconds, again.seconds)


def test_ingest(place, table, tmp_path):
    words = ["ingest", "dr17", "--from", str(place.release), "--store", "store", "--partition-rows", "300"]
    (tmp_path / "cluster.yaml").write_text(CLUSTERS["local"])
    with nothing_left(tmp_path) as env:
        run = Run([*words, *CLUSTER], env, cwd=tmp_path)
        run.until(lambda: list(tmp_path.glob("store/.ingest/*/part-*.json")), what="a partition")
        seconds = kill(run)
        again = called([*words, *CLUSTER], tmp_path, env)
        shutil.move(tmp_path / "store", tmp_path / "killed")
        called([*words, "--cluster", "inline"], tmp_path, env)
    assert tree(tmp_path / "killed") == tree(tmp_path / "store")
    table("client killed (-9): ingest", 1, "the next ingest resumes", seconds, again.seconds)


def test_orbits(place, table, tmp_path):
    words = ["orbits", "store", "--pipeline", "orbits", "--draws", "8"]
    (tmp_path / "cluster.yaml").write_text(CLUSTERS["local"])
    for name in ("store", "whole"):
        shutil.copytree(place.folder / "store", tmp_path / name)
    with nothing_left(tmp_path) as env:
        run = Run([*words, *CLUSTER], env, cwd=tmp_path)
        data = tmp_path / "store" / "data"
        run.until(lambda: list(data.glob("orbits-*/*.parquet")), 240, what="orbits of a partition")
        seconds = kill(run)
        assert not open_store(tmp_path / "store").orbits
        again = called([*words, *CLUSTER], tmp_path, env)
        called(["orbits", "whole", *words[2:], "--cluster", "inline"], tmp_path, env)
    assert tree(tmp_path / "store") == tree(tmp_path / "whole")
    table("client killed (-9): orbits", 1, "the next call resumes", seconds, again.seconds)


def test_fit(table, tmp_path):
    small_store(tmp_path, 80)
    small_file(tmp_path)
    (tmp_path / "cluster.yaml").write_text(CLUSTERS["local"])
    words = ["fit", "fit.yaml", "--store", "store", "--steps", "40", "--no-products"]
    with nothing_left(tmp_path) as env:
        run = Run([*words, "--out", "killed", *CLUSTER], env, cwd=tmp_path)
        run.until(lambda: (tmp_path / "killed" / "optimum.json").exists(), 600, what="the maximum")
        seconds = kill(run)
        again = called([*words, "--out", "killed", "--resume", *CLUSTER], tmp_path, env)
        called([*words, "--out", "whole", "--cluster", "inline"], tmp_path, env)
    assert litter(tmp_path) == []
    assert posterior(tmp_path / "killed") == posterior(tmp_path / "whole")
    table("client killed (-9): fit", 1, "--resume goes on", seconds, again.seconds)
