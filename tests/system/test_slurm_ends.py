"""How jobs end with the run: at the end, on Ctrl-C, on a kill; and jobs that never become workers."""

import os
import signal
import subprocess
import sys
import time

import pytest

from galdask import pipeline
from galdask.engine.cluster import open_executor
from galdask.errors import ClusterError
from tests.pipeline.test_run import arrays, same

pytestmark = [pytest.mark.system, pytest.mark.timeout(600), pytest.mark.usefixtures("queue_is_left_empty")]


def refused(cluster, listen=lambda event: None):
    """Return the error of a cluster that cannot start."""
    with pytest.raises(ClusterError) as caught, open_executor(cluster, listen):
        pass
    return caught.value


def started(slurm, store, folder):
    """Return a run in a process of its own, with both its jobs at work."""
    before = set(slurm.jobs())
    cluster = slurm.cluster(folder / "slurm.yaml", slow=3)
    words = [sys.executable, "-m", "galdask", "run", "two_disks", "--store", str(store), "--no-figures"]
    words += ["--out", str(folder / "out"), "--cluster", str(cluster)]
    with (folder / "err").open("wb") as err:
        process = subprocess.Popen(words, start_new_session=True, stderr=err)
    packs = folder / "out" / ".cache" / "states"
    busy = slurm.wait(lambda: process.poll() is not None or any(packs.rglob("*")), 240)
    mine = set(slurm.jobs()) - before
    if not (busy and process.poll() is None and len(mine) == 2):
        process.kill()
        pytest.fail(f"{len(mine)} jobs, exit {process.poll()}: {(folder / 'err').read_text()}")
    return process, mine


def test_a_killed_client_leaves_no_job(slurm, mock_store, inline_run, tmp_path):
    process, mine = started(slurm, mock_store, tmp_path)
    process.kill()
    process.wait()
    assert slurm.wait(lambda: not mine & set(slurm.jobs()), 90)  # death_timeout is 15 s
    # what was finished is there, and the next run ends with the same bits
    pipeline.run("two_disks", mock_store, tmp_path / "out", cluster="inline", figures=False)
    assert same(arrays(inline_run), arrays(tmp_path / "out")) == []


def test_ctrl_c_cancels_the_jobs(slurm, mock_store, tmp_path):
    process, mine = started(slurm, mock_store, tmp_path)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    assert slurm.wait(lambda: not mine & set(slurm.jobs()), 40)


def test_a_second_ctrl_c_cancels_them_at_once(slurm, mock_store, tmp_path):
    process, mine = started(slurm, mock_store, tmp_path)
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130
    assert slurm.wait(lambda: not mine & set(slurm.jobs()), 40)


def test_a_job_that_never_starts(slurm, tmp_path):
    told = []
    cluster = slurm.cluster(tmp_path / "slurm.yaml", job_extra_directives=["--hold"], start_timeout=33)
    error = refused(cluster, lambda event: told.append(event.text))
    assert "no job has started" in error.what
    assert "2 jobs in the queue (JobHeldUser)" in error.found
    assert any("JobHeldUser" in text and "30 s so far" in text for text in told)


def test_a_job_that_dies_at_once_shows_its_log(slurm, tmp_path):
    prologue = ["echo the module is not there >&2", "exit 3"]
    error = refused(slurm.cluster(tmp_path / "slurm.yaml", job_script_prologue=prologue))
    assert "the module is not there" in error.found
    assert "exit code 3" in error.where


def test_a_queue_that_is_not_there(slurm, tmp_path):
    error = refused(slurm.cluster(tmp_path / "slurm.yaml", queue="nowhere"))
    assert "invalid partition" in error.found


def test_more_memory_than_a_node_has(slurm, tmp_path):
    assert "Memory" in refused(slurm.cluster(tmp_path / "slurm.yaml", memory="9000GiB")).found


def test_as_many_jobs_as_there_is_work(slurm, mock_store, inline_run, tmp_path):
    cluster = slurm.cluster(tmp_path / "slurm.yaml", adapt={"minimum": 0, "maximum": 2})
    text = cluster.read_text().replace("n_workers: 2\n", "")
    cluster.write_text(text)
    pipeline.run("two_disks", mock_store, tmp_path / "out", cluster=cluster, figures=False)
    assert same(arrays(inline_run), arrays(tmp_path / "out")) == []


def test_tls_with_certificates_of_this_run(slurm, tmp_path):
    from distributed import Client

    with open_executor(slurm.cluster(tmp_path / "slurm.yaml", security=True)) as executor:
        address = executor.client.scheduler.address
        assert address.startswith("tls://")
        assert dict(executor.run(os.path.basename, ["a/b"], step="ask")) == {0: "b"}
        with pytest.raises(OSError):
            Client(address.replace("tls://", "tcp://"), timeout=5)
    assert not list((tmp_path / "logs").glob(".dask-jobqueue*"))


def test_the_check_of_a_cluster(slurm, mock_store, tmp_path):
    cluster = slurm.cluster(tmp_path / "slurm.yaml")
    words = [sys.executable, "-m", "galdask", "cluster", "check", str(cluster), "--store", str(mock_store)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ssh -L" in done.stdout + done.stderr
