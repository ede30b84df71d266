"""Resident shards: the same answers everywhere, and from workers that die."""

import os
import random
import signal
import threading
import time

import numpy as np
import pytest

from galdask.engine import on_dask, residents_on_dask, stop
from galdask.engine.cluster import open_executor
from galdask.engine.executor import Inline
from galdask.errors import ClusterError, InputError, StoppedError
from tests.engine import resident
from tests.engine.test_executor import own_cluster

#: sums of squares of the numbers in the files
EXPECTED = [float(np.sum(np.arange(10.0 + k) ** 2)) for k in range(7)]


@pytest.fixture
def paths(tmp_path):
    made = [str(tmp_path / f"{k}.npy") for k in range(7)]
    for k, path in enumerate(made):
        np.save(path, np.arange(10.0 + k))
    return made


@pytest.fixture(scope="module")
def mortal():
    """Two workers that tests may kill; their nannies start others."""
    with open_executor(own_cluster()) as executor:
        yield executor


@pytest.fixture(params=["inline", "threads", "dask"])
def executor(request):
    if request.param == "dask":
        return request.getfixturevalue("dask_executor")
    return Inline(1 if request.param == "inline" else 3)


def workers(executor):
    """Return pid of every worker that the scheduler knows."""
    return dict(executor.client.run(os.getpid))


def until(true, seconds=60.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_every_shard_answers_in_its_place(executor, paths):
    held = executor.residents(resident.load, paths, step="sums")
    assert held.round(2) == EXPECTED
    assert held.round(1) == [sum(range(10 + k)) for k in range(7)]
    assert held.round(2) == EXPECTED
    held.close()


def test_shards_are_loaded_once(executor, paths):
    held = executor.residents(resident.load, paths, step="sums")
    for path in paths:
        os.unlink(path)
    assert held.round(2) == EXPECTED
    held.close()


def test_errors_keep_their_parts_and_do_no_harm(executor, paths):
    held = executor.residents(resident.load, paths, step="sums")
    with pytest.raises(InputError, match="not welcome") as caught:
        held.round({"power": 2, "refuse": 12})
    assert (caught.value.where, caught.value.found) == ("numbers", "12")
    with pytest.raises(ClusterError, match="resident shard failed") as caught:
        held.round({"power": 2, "break": 13})
    assert "sums, shard 3" in caught.value.where
    assert "resident.py, line" in caught.value.where
    assert caught.value.found == "ZeroDivisionError: nothing left"
    assert held.round(2) == EXPECTED
    held.close()


def test_a_shard_that_cannot_be_loaded_is_named(executor, paths):
    os.unlink(paths[4])
    with pytest.raises(InputError, match="a file is gone") as caught:
        executor.residents(resident.load, paths, step="sums")
    assert caught.value.where == paths[4]


def test_a_stop_ends_a_round(executor, paths):
    held = executor.residents(resident.load, paths, step="sums")
    timer = threading.Timer(0.3, stop.requested.set)
    timer.start()
    try:
        with pytest.raises(StoppedError):
            held.round({"power": 2, "seconds": 0.3})
    finally:
        timer.join()
        stop.requested.clear()
    assert held.round(2) == EXPECTED
    held.close()


def test_threads_answer_side_by_side():
    held = Inline(3).residents(resident.together, range(6), step="together")
    held.round(0.1)
    assert max(held.round(0.1)) == 3
    held.close()


def test_workers_share_the_shards_evenly(mortal, paths):
    held = mortal.residents(resident.load, paths, step="sums")
    homes = held.round({"who": True})
    assert sorted(homes.count(pid) for pid in set(homes)) == [3, 4]
    assert held.round({"who": True}) == homes
    held.close()


def test_a_newer_client_does_not_matter(mortal, paths):
    held = mortal.residents(resident.load, paths, step="sums")
    with open_executor(own_cluster(n_workers=1)) as newest:
        assert held.round(2) == EXPECTED
        other = mortal.residents(resident.load, paths, step="others")
        assert other.round(2) == newest.residents(resident.load, paths, step="new").round(2) == EXPECTED
    assert other.round(2) == EXPECTED
    held.close()
    other.close()


def shares(held):
    """Return the numbers of shards of each worker."""
    homes = held.round({"who": True})
    return sorted(homes.count(pid) for pid in set(homes))


def test_a_worker_that_dies_in_a_round_costs_nothing_but_time(mortal, paths, tmp_path):
    heard = []
    mortal.listen, before = heard.append, mortal.listen
    held = mortal.residents(resident.load, paths, step="sums")
    try:
        assert held.round({"power": 2, "die": str(tmp_path / "dead")}) == EXPECTED
        assert (tmp_path / "dead").exists()
        said = [event.text for event in heard if event.step == "sums"]
        assert len(said) <= 1, said  # none where the worker fell before it held a shard
        assert all("1 of the workers died" in text for text in said), said
        until(lambda: len(mortal.client.nthreads()) == 2)
        until(lambda: shares(held) == [3, 4])
        assert held.round(2) == EXPECTED
    finally:
        mortal.listen = before
        held.close()


def test_a_worker_may_die_between_a_look_and_a_call(mortal, paths):
    held = mortal.residents(resident.load, paths, step="sums")
    owners = list(held._owners)
    for pid in workers(mortal).values():
        os.kill(pid, signal.SIGKILL)
    until(lambda: all(owner.future.status in ("error", "lost", "cancelled") for owner in owners))
    assert held._send(2, list(range(7)), load_only=False) == []  # nobody has looked since
    assert held._owners == []
    assert held.round(2) == EXPECTED
    held.close()
    until(lambda: len(mortal.client.nthreads()) == 2)


def test_all_workers_may_die_between_rounds(mortal, paths):
    held = mortal.residents(resident.load, paths, step="sums")
    before = workers(mortal)
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    assert held.round(2) == EXPECTED
    until(lambda: len(mortal.client.nthreads()) == 2)
    assert not set(workers(mortal).values()) & set(before.values())
    held.close()


def test_a_lost_shard_whose_file_is_gone_is_an_error(mortal, paths):
    held = mortal.residents(resident.load, paths, step="sums")
    homes = held.round({"who": True})
    os.unlink(paths[2])
    os.kill(homes[2], signal.SIGKILL)
    with pytest.raises(InputError, match="a file is gone") as caught:
        held.round(2)
    assert caught.value.where == paths[2]
    held.close()
    until(lambda: len(mortal.client.nthreads()) == 2)


def test_a_shard_that_kills_every_worker_is_named(mortal, paths, monkeypatch):
    monkeypatch.setattr(residents_on_dask, "_LOSSES", 2)
    held = mortal.residents(resident.load, paths[:1], step="sums")
    with pytest.raises(ClusterError, match="died again and again") as caught:
        held.round({"power": 2, "always_die": True})
    assert caught.value.where == "sums, shard 0"
    assert "memory_limit" in caught.value.todo
    held.close()
    until(lambda: len(mortal.client.nthreads()) == 2)


def test_without_workers_a_round_ends_at_last(paths, monkeypatch):
    monkeypatch.setattr(on_dask, "PATIENCE", 0.3)
    monkeypatch.setattr(on_dask, "LIMIT", 1.0)
    with open_executor(own_cluster(n_workers=1)) as executor:
        held = executor.residents(resident.load, paths, step="sums")
        executor.client.cluster.scale(0)
        until(lambda: not executor.client.nthreads())
        with pytest.raises(ClusterError, match="no worker left"):
            held.round(2)


@pytest.mark.long
def test_many_deaths_change_no_answer(mortal, paths):
    """Two dozen workers are killed at random times while rounds go on."""
    held, chance = mortal.residents(resident.load, paths, step="sums"), random.Random(5)
    killed, ended, cluster = [], threading.Event(), mortal.client.cluster

    def kill():
        while len(killed) < 24 and not ended.wait(chance.uniform(0.2, 3.0)):
            ready = cluster.scheduler.workers  # one that dies while it starts is not started again
            alive = [w.pid for w in list(cluster.workers.values()) if w.worker_address in ready]
            if alive:
                killed.append(chance.choice(alive))
                os.kill(killed[-1], signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    rounds = 0
    try:
        while killer.is_alive() or rounds < 300:
            assert held.round({"power": 2, "seconds": 0.02}) == EXPECTED
            rounds += 1
    finally:
        ended.set()
        killer.join()
    assert len(set(killed)) >= 20
    held.close()
