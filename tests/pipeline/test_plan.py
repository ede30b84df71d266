"""`galdask plan` as a user sees it, and what it says of memory beside what workers take."""

import json
import logging
import os

import pytest

from galdask import foresight, pipeline
from galdask.cli.main import main
from galdask.engine import plan_memory
from galdask.engine.cluster import ClusterConfig
from galdask.errors import ClusterError
from tests.pipeline.releases import FEW


def cluster(memory, workers=1):
    options = {
        "n_workers": workers,
        "threads_per_worker": 1,
        "memory_limit": memory,
        "dashboard_address": "127.0.0.1:0",
        "local_directory": None,
    }
    return ClusterConfig("small", "local", options)


def words(store, out, *more):
    return ["plan", "two_disks", "--store", str(store), "--out", str(out), "--only", *FEW, *more]


def test_the_foretold_peak_is_not_exceeded(mock_store, tmp_path):
    asked = {"cluster": cluster("2GiB"), "only": FEW}
    before = foresight.forecast("two_disks", mock_store, tmp_path, **asked)
    done = pipeline.run("two_disks", mock_store, tmp_path, **asked)
    assert done.peak_bytes <= before.peak.bytes <= before.limit.bytes == 2 << 30
    assert before.peak.bytes < 6 * done.peak_bytes


def test_what_cannot_fit_is_refused_before_anything_runs(mock_store, tmp_path):
    with pytest.raises(ClusterError, match="does not fit") as caught:
        pipeline.run("two_disks", mock_store, tmp_path / "o", cluster=cluster("256MiB"), only=FEW)
    assert "memory_limit" in caught.value.todo
    assert not list((tmp_path / "o").glob(".cache/**/*"))
    assert not list((tmp_path / "o" / ".runs").glob(".*"))


def test_the_command_refuses_too(mock_store, tmp_path, capsys):
    path = tmp_path / "small.yaml"
    path.write_text("galdask_cluster: 1\ntype: local\nn_workers: 1\nmemory_limit: 256MiB\n")
    assert main(words(mock_store, tmp_path / "o", "--cluster", str(path))) == 2
    said = capsys.readouterr()
    assert "each of 1 has 256 MiB" in said.out
    assert "memory_limit" in said.err
    assert not (tmp_path / "o").exists()


def test_words_at_the_command_line(mock_store, tmp_path, capsys):
    out = tmp_path / "o"
    assert main(words(mock_store, out, "--no-figures", "--why")) == 0
    said = capsys.readouterr().out
    assert "8,000 rows" in said
    assert "because: no earlier run" in said
    assert not out.exists()  # a plan leaves nothing behind
    pipeline.run("two_disks", mock_store, out, cluster="inline", only=FEW, figures=False)
    assert main(words(mock_store, out, "--no-figures")) == 0
    assert "a run has nothing to do" in capsys.readouterr().out


def test_the_plan_as_json(mock_store, tmp_path, capsys):
    assert main(words(mock_store, tmp_path, "--json", "--cluster", "inline")) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["tasks"] == found["partitions"] + found["tables_finished"] + 1 + len(FEW)
    assert 0 < found["bytes_to_read"] < 8000 * 1000
    assert found["fits"] is True


@pytest.mark.parametrize(
    ("given", "expected"), [("1GiB", 1 << 30), (500_000_000, 500_000_000), (0.5, None), ("auto", None)]
)
def test_limits_are_read_as_dask_reads_them(given, expected):
    from distributed.worker_memory import parse_memory_limit

    found = plan_memory.limit(cluster(given, workers=2))

    theirs = parse_memory_limit(given, 1, os.cpu_count(), logger=logging.getLogger())
    assert found.bytes == (expected or pytest.approx(theirs, rel=0.02))
    assert found.workers == 2


def test_a_limit_that_cannot_be_read():
    with pytest.raises(ClusterError, match="cannot be read"):
        plan_memory.limit(cluster("plenty"))


def test_the_limit_of_a_running_cluster(dask_executor):
    assert plan_memory.limit(dask_executor) == plan_memory.Limit(2 << 30, 1, 2)
