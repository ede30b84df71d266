"""Temporary folders of processes that were killed are removed by the next one; those of the living stay."""

import os
import signal
import subprocess
import sys
import tempfile

import pytest

from galdask import publish

HOLD = """
import sys, time
from galdask import publish
with publish.scratch("galdask-test-") as folder:
    (folder / "file").write_text("mine")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def holder():
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    return process, process.stdout.readline().strip()


def end(process):
    process.communicate(timeout=30)


def test_a_folder_goes_with_its_block(temporary):
    with publish.scratch("galdask-test-") as folder:
        (folder / "deep").mkdir()
        assert folder.parent == temporary
    assert list(temporary.iterdir()) == []


def test_folders_of_the_dead_go_and_those_of_the_living_stay(temporary):
    dead, left = holder()
    living, held = holder()
    os.kill(dead.pid, signal.SIGKILL)
    end(dead)
    assert os.path.exists(left)
    with publish.scratch("galdask-test-") as folder:
        assert sorted(map(str, temporary.iterdir())) == sorted([held, str(folder)])
        assert os.path.exists(os.path.join(held, "file"))
    end(living)
    assert list(temporary.iterdir()) == []


def test_a_folder_that_never_had_an_owner_waits_an_hour(temporary):
    young, old = temporary / "galdask-test-young", temporary / ".galdask-test-old"
    for folder in (young, old):
        folder.mkdir()
    os.utime(old, (0, 0))
    with publish.scratch("galdask-test-"):
        assert young.exists()
        assert not old.exists()


def test_a_link_is_not_followed(temporary, tmp_path_factory):
    precious = tmp_path_factory.mktemp("precious")
    (precious / ".owner").touch()
    (temporary / "galdask-test-link").symlink_to(precious)
    with publish.scratch("galdask-test-"):
        pass
    assert (precious / ".owner").exists()
