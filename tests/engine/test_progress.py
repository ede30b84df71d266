"""What a step tells of itself: rows of running tasks, the time left, lost tasks."""

import pytest

from galdask.engine import progress
from galdask.engine.measure import Measure
from galdask.engine.progress import Progress
from galdask.events import Share, gauge


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def measure(start, stop, read=0, peak=0):
    return Measure("w", start, stop, read, peak)


def test_time_left_comes_from_rows_not_from_tasks(clock):
    heard = []
    step = Progress("map states", 2, None, [Share(rows=100), Share(rows=900)], "partitions", heard.append)
    clock[0] = 10.0
    step.finished(0, measure(0, 10))
    assert heard[-1].rate == pytest.approx(10.0)
    assert heard[-1].left == pytest.approx(90.0)


def test_rows_of_running_tasks_count(clock):
    heard = []
    step = Progress("map states", 2, None, [Share(rows=500)] * 2, "partitions", heard.append)
    clock[0] = 5.0
    step.beat(0, 250, 7, 3)
    step.tell()
    assert (heard[-1].done, heard[-1].rows, heard[-1].bytes, heard[-1].memory) == (0, 250, 7, 3)
    assert heard[-1].left == pytest.approx(15.0)
    clock[0] = 10.0
    step.finished(0, measure(0, 10, read=20))
    assert (heard[-1].done, heard[-1].rows, heard[-1].bytes) == (1, 500, 20)


def test_the_time_to_begin_is_not_extrapolated(clock):
    heard = []
    step = Progress("map states", 10, None, [Share(rows=10)] * 10, "partitions", heard.append)
    clock[0] = 100.0
    step.started(0)
    clock[0] = 101.0
    step.finished(0, measure(100, 101))
    assert heard[-1].left == pytest.approx(9.0)


def test_without_rows_the_last_tasks_tell_the_time_left(clock):
    heard = []
    step = Progress("draw figures", 20, None, None, "figures", heard.append)
    for index in range(10):
        clock[0] += 1.0 if index >= 2 else 50.0
        step.finished(index, measure(0, 1.0 if index >= 2 else 50.0))
    assert heard[-1].left == pytest.approx(10.0)


def test_a_task_that_begins_again_is_told_once(clock):
    heard, records = [], []
    step = Progress("map states", 1, ["partition 7"], None, "partitions", heard.append, [records.append])
    step.started(0)
    step.started(0)
    step.tell()
    step.finished(0, measure(0, 1))
    (warning,) = [event for event in heard if event.level == "warning"]
    assert warning.text == "partition 7 begins again: its worker was lost"
    assert records[0]["retries"] == 1


def test_a_gauge_counts_in_its_own_thread_and_inside_another(monkeypatch):
    monkeypatch.setattr(gauge, "BEAT", 0.0)
    beats = []
    gauge.count(rows=1)
    with gauge.measuring(lambda rows, read: beats.append((rows, read))) as outer:
        gauge.count(rows=2, read=5)
        with gauge.measuring() as inner:
            gauge.count(rows=10)
        gauge.count(read=1)
    assert (outer.rows, outer.read, inner.rows) == (2, 6, 10)
    assert beats == [(2, 5)]
