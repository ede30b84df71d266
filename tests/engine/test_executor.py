"""The executors: the same results everywhere, clear errors, and workers that may die."""

import threading
import urllib.request

import pytest

from galdask import events
from galdask.engine import stop
from galdask.engine.cluster import ClusterConfig, open_executor
from galdask.engine.executor import Inline
from galdask.errors import ClusterError, InputError, StoppedError
from tests.engine import work


@pytest.fixture(params=["inline", "threads", "dask"])
def executor(request):
    if request.param == "dask":
        return request.getfixturevalue("dask_executor")
    return Inline(1 if request.param == "inline" else 3)


def test_every_task_is_answered_once(executor):
    found = sorted(executor.run(work.double, list(range(50)), step="double"))
    assert found == [(i, 2 * i) for i in range(50)]


def test_what_is_shared_reaches_every_task(executor):
    found = dict(executor.run(work.add, [1, 2, 3], step="add", shared={"base": 100}))
    assert found == {0: 101, 1: 102, 2: 103}


def test_no_task_gives_no_result(executor):
    assert list(executor.run(work.double, [], step="double")) == []


def test_an_error_keeps_its_parts(executor):
    with pytest.raises(InputError) as caught:
        list(executor.run(work.refuse, list(range(8)), step="refuse"))
    assert (caught.value.where, caught.value.expected, caught.value.found) == ("f.fits", "1", "2")


def test_a_failed_run_leaves_the_executor_usable(executor):
    with pytest.raises(InputError):
        list(executor.run(work.refuse, list(range(8)), step="refuse"))
    assert dict(executor.run(work.double, [4], step="double")) == {0: 8}


def test_progress_counts_to_the_end(executor):
    heard = []
    executor.listen, before = heard.append, executor.listen
    try:
        list(executor.run(work.double, list(range(5)), step="double"))
    finally:
        executor.listen = before
    counts = [event for event in heard if event.total]
    assert [event.done for event in counts] == [1, 2, 3, 4, 5]
    assert {event.step for event in counts} == {"double"}


def test_a_stop_ends_the_run_and_says_how_to_resume(executor):
    results = executor.run(work.dawdle, list(range(100)), step="dawdle")
    next(results)
    timer = threading.Timer(0.3, stop.requested.set)
    timer.start()
    try:
        with pytest.raises(StoppedError, match="resumes") as caught:
            list(results)
        assert caught.value.exit_code == 130
    finally:
        timer.join()
        stop.requested.clear()


def test_work_is_spread_over_the_workers(dask_executor):
    assert len({pid for _, pid in dask_executor.run(work.who, list(range(40)), step="who")}) == 2


def test_the_dashboard_answers_on_loopback(dask_executor):
    assert dask_executor.dashboard.startswith("http://127.0.0.1:")
    with urllib.request.urlopen(dask_executor.dashboard, timeout=20) as page:
        assert page.status == 200
        assert b"Dask" in page.read()


def test_workers_leave_interrupts_to_the_client_and_use_one_thread(dask_executor):
    assert dict(dask_executor.run(work.stubborn, [0, 1], step="ask")) == {0: True, 1: True}
    assert set(dict(dask_executor.run(work.environment, ["OMP_NUM_THREADS"] * 4, step="ask")).values()) == {
        "1"
    }


def own_cluster(**options):
    basic = {
        "n_workers": 2,
        "threads_per_worker": 1,
        "memory_limit": "1GiB",
        "dashboard_address": "127.0.0.1:0",
        "local_directory": None,
    }
    return ClusterConfig("test", "local", basic | options)


def test_a_worker_that_dies_costs_nothing_but_time(tmp_path):
    records, heard = [], []
    with open_executor(own_cluster(), heard.append) as executor:
        executor.recorders.append(records.append)
        found = dict(
            executor.run(work.die_once, [str(tmp_path / f"{i % 2}") for i in range(6)], step="die once")
        )
    assert found == dict.fromkeys(range(6), "alive")
    assert sum(one["retries"] for one in records) >= 1
    warned = [event.text for event in heard if event.level == "warning"]
    assert any("begins again: its worker was lost" in text for text in warned)


def test_a_task_that_kills_every_worker_is_named():
    with open_executor(own_cluster(n_workers=1)) as executor, pytest.raises(ClusterError) as caught:
        list(executor.run(work.die, [0], step="die", labels=["partition 7 of store"]))
    assert caught.value.where == "partition 7 of store"
    assert "memory_limit" in caught.value.todo


def test_the_link_and_the_way_from_afar_are_said():
    heard: list[events.Event] = []
    with open_executor(own_cluster(n_workers=1, dashboard_address="127.0.0.1:0"), heard.append) as executor:
        link = executor.dashboard
    said = " ".join(event.text for event in heard)
    assert link in said
    assert "ssh -L" in said
