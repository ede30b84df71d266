"""Workers over a real SSH server on loopback."""

import os
import subprocess
import sys
import time

import pytest

from galdask import pipeline
from galdask.engine.cluster import open_executor
from galdask.errors import ClusterError
from tests.pipeline.test_run import arrays, same

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]


def processes():
    """Return the processes of schedulers and workers that were started by SSH."""
    found = subprocess.run(["pgrep", "-f", "distributed.cli.dask_spec"], capture_output=True, text=True)
    return set(found.stdout.split())


@pytest.fixture
def nothing_stays():
    before = processes()
    yield
    end = time.monotonic() + 30
    while processes() - before and time.monotonic() < end:
        time.sleep(0.5)
    assert not processes() - before


def refused(cluster):
    with pytest.raises(ClusterError) as caught, open_executor(cluster):
        pass
    return caught.value


def test_two_disks(sshd, mock_store, inline_run, tmp_path, nothing_stays):
    cluster = sshd.cluster(tmp_path / "ssh.yaml")
    pipeline.run("two_disks", mock_store, tmp_path / "out", cluster=cluster, figures=False)
    assert same(arrays(inline_run), arrays(tmp_path / "out")) == []


def test_what_workers_are_given(sshd, tmp_path, nothing_stays):
    cluster = sshd.cluster(tmp_path / "ssh.yaml", environment={"TEST_WORD": "a 'b' $HOME"})
    with open_executor(cluster) as executor:
        addresses = [executor.client.scheduler.address, *executor.client.nthreads()]
        assert len(addresses) == 3
        assert all(address.startswith("tcp://127.0.0.1:") for address in addresses)
        names = ["OMP_NUM_THREADS", "TEST_WORD"]
        assert dict(executor.run(os.getenv, names, step="ask")) == {0: "1", 1: "a 'b' $HOME"}
        assert executor.dashboard is not None


def test_a_wrong_key(sshd, tmp_path, nothing_stays):
    connect = sshd.connect(client_keys=[str(sshd.folder / "stranger")])
    error = refused(sshd.cluster(tmp_path / "ssh.yaml", connect_options=connect))
    assert error.what == "the host does not let us in"
    assert "client_keys" in error.todo


def test_another_host_answers(sshd, tmp_path, nothing_stays):
    connect = sshd.connect(known_hosts=str(sshd.folder / "other_hosts"))
    error = refused(sshd.cluster(tmp_path / "ssh.yaml", connect_options=connect))
    assert "another one answers for it" in error.what
    assert error.expected.endswith("other_hosts")


def test_keys_of_hosts_are_left_unchecked_only_in_words(sshd, tmp_path, nothing_stays):
    cluster = sshd.cluster(tmp_path / "ssh.yaml", connect_options=sshd.connect(known_hosts=None))
    told = []
    with open_executor(cluster, lambda event: told.append(event.text)):
        pass
    assert any("whoever answers for a host is believed" in text for text in told)


def test_nobody_listens(sshd, tmp_path, nothing_stays):
    error = refused(sshd.cluster(tmp_path / "ssh.yaml", connect_options=sshd.connect(port=1)))
    assert "cannot be reached" in error.what


def test_no_galdask_there(sshd, tmp_path, nothing_stays):
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    python.chmod(0o755)
    error = refused(sshd.cluster(tmp_path / "ssh.yaml", remote_python=str(python)))
    assert "import galdask" in error.what
    assert "ModuleNotFoundError" in error.found


def test_an_option_that_workers_do_not_have(sshd, tmp_path, nothing_stays):
    error = refused(sshd.cluster(tmp_path / "ssh.yaml", worker_options={"nonsense": 1}))
    assert "nonsense" in error.found


def test_a_killed_client_leaves_no_process(sshd, tmp_path):
    """The scheduler ends two minutes after its last client; here it is told to do so after three seconds."""
    before = processes()
    preload = tmp_path / "soon.py"
    preload.write_text("from galdask.engine.clusters import orphan\norphan.ALONE = 3.0\n")
    cluster = sshd.cluster(tmp_path / "ssh.yaml", scheduler_options={"preload": [str(preload)]})
    script = (
        "import sys, time\nfrom galdask.engine.cluster import open_executor\n"
        "with open_executor(sys.argv[1]):\n    print('up', flush=True)\n    time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, cluster], stdout=subprocess.PIPE, text=True
    ) as process:
        first = process.stdout.readline()
        number = len(processes() - before)
        process.kill()
    assert first == "up\n"
    assert number >= 3
    end = time.monotonic() + 90
    while processes() - before and time.monotonic() < end:
        time.sleep(0.5)
    assert not processes() - before
