"""What is heard of workers while tasks run: silence, an end for want of memory; results come all the same."""

import os
import signal
import threading

import pytest

from galdask.engine import losses
from galdask.engine.cluster import open_executor
from galdask.errors import OutOfMemoryError
from tests.engine import work
from tests.engine.test_executor import own_cluster


@pytest.fixture(scope="module")
def executor():
    """Two workers that tests may freeze."""
    heard = []
    with open_executor(own_cluster(), lambda event: heard.append(event.text)) as made:
        made.heard = heard
        yield made


def test_a_frozen_worker_is_told_and_may_come_back(executor, monkeypatch):
    monkeypatch.setattr(losses, "PATIENCE", 1.0)
    address, pid = next(iter(executor.client.run(os.getpid).items()))
    os.kill(pid, signal.SIGSTOP)
    thaw = threading.Timer(4.0, os.kill, (pid, signal.SIGCONT))
    thaw.start()
    try:
        found = dict(executor.run(work.dawdle, range(24), step="dawdle"))
    finally:
        thaw.join()
        os.kill(pid, signal.SIGCONT)
    assert found == {number: number for number in range(24)}
    assert any(address in text and "silent" in text for text in executor.heard)


def test_memory_that_is_short_again_and_again_ends_a_run(executor):
    """What the nannies tell of three workers that held the same task."""
    heard = executor.losses
    for worker in ("tcp://a", "tcp://b", "tcp://c"):
        heard._ended("map", {"worker": worker, "rss": 900 << 20})
        heard._lost("map", {"action": "remove-worker", "worker": worker, "processing-tasks": {"map-7"}})
    assert heard.shortage(["map-8"]) is None
    assert heard.shortage(["map-8", "map-7"]) == "map-7"
    error = heard.out_of_memory("map-7", "partition 7")
    assert isinstance(error, OutOfMemoryError)
    assert error.where == "partition 7"
    assert "900 MiB" in error.found
    assert "memory_limit" in error.todo
