"""Services and material that system tests share."""

import os
import subprocess

import pytest

from tests.system import slurm as slurm_of_tests
from tests.system import sshd as sshd_of_tests


@pytest.fixture(scope="session")
def slurm(tmp_path_factory):
    """A Slurm of two nodes."""
    if why := slurm_of_tests.why_not():
        pytest.skip(why)
    with slurm_of_tests.running(tmp_path_factory.mktemp("slurm")):
        yield slurm_of_tests


@pytest.fixture(scope="session")
def sshd(tmp_path_factory):
    """An SSH server on loopback."""
    if absent := sshd_of_tests.missing():
        pytest.skip(f"no {', '.join(absent)} (Debian: openssh-server, openssh-client)")
    pytest.importorskip("asyncssh")
    with sshd_of_tests.serving(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture
def queue_is_left_empty(slurm):
    """Every job of a test leaves the queue."""
    before = set(slurm.jobs())
    yield
    left = not slurm.gone(before, 45)
    if left:
        subprocess.run(["scancel", *(set(slurm.jobs()) - before)], check=False, env=os.environ)
    assert not left


@pytest.fixture(scope="session")
def inline_run(mock_store, tmp_path_factory):
    """A run of the two disks in this process, without figures."""
    from galdask import pipeline

    out = tmp_path_factory.mktemp("inline") / "out"
    pipeline.run("two_disks", mock_store, out, cluster="inline", figures=False)
    return out
