"""Whole runs on a real Slurm: on two nodes, with a job cancelled, with walltimes that end; bit for bit."""

import subprocess

import numpy as np
import pytest

from galdask import fitting, pipeline
from galdask.migration.fit.chain import open_chain
from tests.migration.small_fit import small_file, small_store
from tests.pipeline.test_run import arrays, same

pytestmark = [pytest.mark.system, pytest.mark.timeout(900), pytest.mark.usefixtures("queue_is_left_empty")]


class Ear:
    """Keeps what a run says, and does something once when partitions have been read."""

    def __init__(self, act=lambda: None, at=1):
        self.texts, self.act, self.at = [], act, at

    def __call__(self, event):
        if event.text:
            self.texts.append(event.text)
        if event.step == "map states" and event.done >= self.at and self.act:
            act, self.act = self.act, None
            act()

    def told(self, *words):
        """Return the sentences that hold all words."""
        return [text for text in self.texts if all(word in text for word in words)]


def run(store, out, cluster, ear, **options):
    options = {"figures": False, **options}
    return pipeline.run("two_disks", store, out, cluster=cluster, listen=ear, **options)


def test_two_disks_on_two_nodes(slurm, mock_store, inline_run, tmp_path):
    nodes = []
    ear = Ear(lambda: nodes.extend(slurm.jobs("RUNNING").values()))
    run(mock_store, tmp_path / "out", slurm.cluster(tmp_path / "slurm.yaml", slow=0.5), ear)
    assert len(set(nodes)) == 2
    assert same(arrays(inline_run), arrays(tmp_path / "out")) == []


def test_figures_are_drawn_by_jobs(slurm, mock_store, tmp_path):
    cluster = slurm.cluster(tmp_path / "slurm.yaml")
    run(mock_store, tmp_path / "out", cluster, Ear(), figures=True, only=["coverage"])
    assert (tmp_path / "out" / "figures" / "coverage.png").stat().st_size > 10_000


def test_a_short_fit(slurm, tmp_path):
    store, file = small_store(tmp_path, stars=120), small_file(tmp_path)
    chains = {}
    for name, cluster in (("here", "inline"), ("there", slurm.cluster(tmp_path / "slurm.yaml"))):
        fitting.run(file, store, tmp_path / name, cluster=cluster, steps=8, products=False)
        with open_chain(tmp_path / name) as chain:
            chains[name] = {key: np.asarray(chain[key].values) for key in ("parameters", "log_likelihood")}
    assert chains["here"]["parameters"].shape[0] == 8
    for key, values in chains["here"].items():
        np.testing.assert_array_equal(values, chains["there"][key])
    optima = [(tmp_path / name / "optimum.json").read_text() for name in chains]
    assert optima[0].partition('"best"')[2][:2000] == optima[1].partition('"best"')[2][:2000]


def test_a_cancelled_job_loses_nothing(slurm, mock_store, inline_run, tmp_path):
    before, cancelled = set(slurm.jobs()), []

    def cancel():
        cancelled.append(min(set(slurm.jobs("RUNNING")) - before))
        subprocess.run(["scancel", *cancelled], check=True)

    ear = Ear(cancel)
    cluster = slurm.cluster(tmp_path / "slurm.yaml", slow=4)
    run(mock_store, tmp_path / "out", cluster, ear)
    assert same(arrays(inline_run), arrays(tmp_path / "out")) == []
    assert ear.told(f"job {cancelled[0]} ended", "cancelled"), ear.texts
    # one that died young would have been told of; the third job is the one in its place
    assert len(list((tmp_path / "logs").glob("galdask-*.err"))) == 3


def test_a_walltime_that_ends_loses_nothing(slurm, mock_store, inline_run, tmp_path):
    """Slurm's shortest walltime is a minute, and it looks every half minute: two rounds of 60 s reach it."""
    ear = Ear()
    cluster = slurm.cluster(tmp_path / "slurm.yaml", slow=32, walltime="00:01:00")
    run(mock_store, tmp_path / "out", cluster, ear)
    assert same(arrays(inline_run), arrays(tmp_path / "out")) == []
    assert ear.told("ended", "timeout"), ear.texts


def test_workers_that_leave_before_their_walltime(slurm, mock_store, inline_run, tmp_path):
    ear = Ear()
    cluster = slurm.cluster(
        tmp_path / "slurm.yaml", slow=8, walltime="00:01:00", lifetime="18 s", lifetime_stagger="4 s"
    )
    run(mock_store, tmp_path / "out", cluster, ear)
    assert same(arrays(inline_run), arrays(tmp_path / "out")) == []
    assert ear.told("ended", "completed"), ear.texts
    assert not ear.told("timeout")
