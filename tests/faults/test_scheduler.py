"""A scheduler that dies, falls silent or is started again, in the middle of a run."""

import psutil
import pytest

from tests.faults.scheduler import Processes

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]


def started(place, env, name, processes):
    """Start a run on processes and wait until it has states."""
    home = place.home(name, processes.cluster())
    run = place.start(home, env)
    run.states(home)
    return home, run


def test_a_scheduler_that_dies_ends_the_run_in_clear_words(place, env, table, tmp_path):
    with Processes(tmp_path, env) as processes:
        home, run = started(place, env, "scheduler", processes)
        processes.scheduler.kill()
        since = run.seconds
        assert run.end(300) == 2, run.said
        told, ended = run.when("connection to the scheduler is lost", since) - since, run.seconds - since
    assert "the scheduler of the cluster is gone" in run.said
    assert "Traceback" not in run.said
    assert not (home / "out" / "current").exists()
    assert ended < 120
    states = len(list((home / "out" / ".cache" / "states").glob("*/*.pack")))
    with Processes(tmp_path, env) as processes:
        (home / "cluster.yaml").write_text(processes.cluster())
        again = place.whole_run(home, env)
    assert states
    assert " 0 states and" not in again.said.split("states computed")[1]
    outcome = "exit 2, the scheduler is gone; the next run resumes"
    table("the scheduler killed (-9)", 1, outcome, told, ended)


def test_a_scheduler_that_does_not_answer_ends_the_run(place, env, table, tmp_path):
    with Processes(tmp_path, env) as processes:
        home, run = started(place, env, "mute", processes)
        scheduler = psutil.Process(processes.scheduler.pid)
        scheduler.suspend()
        since = run.seconds
        assert run.end(400) == 2, run.said
        ended = run.seconds - since
        scheduler.resume()
    assert "scheduler of the cluster does not answer" in run.said or "is gone" in run.said
    assert "Traceback" not in run.said
    assert not (home / "out" / "current").exists()
    (home / "cluster.yaml").write_text("galdask_cluster: 1\ntype: inline\n")
    place.whole_run(home, env)
    table("the scheduler frozen (SIGSTOP)", 1, "exit 2; the next run resumes", ended, ended)
