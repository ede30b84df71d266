"""Workers that are frozen, slowed, paused or short of memory in the middle of a run."""

import threading
import time

import psutil
import pytest

from tests.faults.place import CLUSTERS

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]


def memory(**fractions):
    """Return a cluster file with other thresholds of a worker's memory."""
    lines = "".join(f"      {name}: {value}\n" for name, value in fractions.items())
    return CLUSTERS["local"] + "distributed:\n  worker:\n    memory:\n" + lines


def test_a_worker_that_is_frozen_is_given_up(place, env, table):
    home = place.home("frozen")
    run = place.start(home, env)
    run.states(home)
    run.workers()[0].suspend()
    since = run.seconds
    assert run.end(600) == 0, run.said
    place.check(home)
    told, lost = run.when("silent", since), run.when("was lost", since)
    assert lost - since < 90
    outcome = f"told after {told - since:.0f} s, killed and replaced after {lost - since:.0f} s"
    table("a worker frozen for good (SIGSTOP)", 1, outcome, told - since, run.seconds)


def test_a_worker_that_thaws_goes_on(place, env, table):
    home = place.home("thawed")
    run = place.start(home, env)
    run.states(home)
    worker = run.workers()[0]
    worker.suspend()
    since = run.seconds
    run.until(lambda: run.when("silent", since), what="the news of silence")
    worker.resume()
    assert run.end(600) == 0, run.said
    place.check(home)
    table("a worker frozen, healed by SIGCONT", 1, "goes on", run.when("silent", since) - since, run.seconds)


def test_a_machine_that_sleeps_goes_on(place, env, table):
    """Client, scheduler and workers all stand still for longer than silence is borne."""
    home = place.home("asleep")
    run = place.start(home, env)
    run.states(home)
    everything = [psutil.Process(run.process.pid), *run.workers()]
    for process in everything:
        process.suspend()
    time.sleep(70)
    for process in reversed(everything):
        process.resume()
    since = run.seconds
    assert run.end(600) == 0, run.said
    place.check(home)
    table("client and workers frozen for 70 s (a sleeping laptop)", 1, "goes on", None, run.seconds - since)


def test_slow_workers_end_right(place, env, table):
    """Both workers stand still for three quarters of each second, and progress is told all the same."""
    home = place.home("slow")
    run = place.start(home, env)
    ended = threading.Event()

    def slow():
        while not ended.is_set() and run.running:
            there = run.workers()
            for act in ("suspend", "resume"):
                for worker in there:
                    try:
                        getattr(worker, act)()
                    except psutil.NoSuchProcess:
                        continue
                time.sleep(0.75 if act == "suspend" else 0.25)

    thread = threading.Thread(target=slow)
    thread.start()
    try:
        assert run.end(900) == 0, run.said
    finally:
        ended.set()
        thread.join()
    place.check(home)
    told = [line for _, line in run.lines if "partitions (" in line and "left" in line]
    assert told, run.said
    table("workers that run a quarter of the time", 2, f"ends; {len(told)} lines tell", None, run.seconds)


def test_a_task_that_needs_too_much_memory_is_named(place, env, table):
    home = place.home("memory", memory(terminate=0.115))
    run = place.start(home, env)
    assert run.end(900) == 2, run.said
    said = run.said
    assert "partition" in said.split("where:")[1].splitlines()[0]
    assert "MiB were measured" in said
    assert "foretold" in said
    assert "memory_limit" in said
    assert not (home / "out" / "current").exists()
    ended = run.seconds
    (home / "cluster.yaml").write_text(CLUSTERS["local"])
    place.whole_run(home, env)
    outcome = "exit 2 names partition, foretold and measured memory; the next run ends"
    table("workers ended for their memory", 3, outcome, run.when("was lost"), ended)


def test_paused_workers_end_a_run(place, env, table):
    home = place.home("paused", memory(pause=0.06, terminate="false"))
    run = place.start(home, env)
    assert run.end(900) == 2, run.said
    assert "is paused: it holds" in run.said
    assert "every worker is paused" in run.said
    assert not (home / "out" / "current").exists()
    noticed, ended = run.when("is paused"), run.seconds
    (home / "cluster.yaml").write_text(CLUSTERS["local"])
    place.whole_run(home, env)
    table("all workers paused for their memory", 2, "exit 2; the next run ends", noticed, ended)
