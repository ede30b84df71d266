"""A run that is watched: names on the dashboard, history, performance report."""

import json
import re
import threading

import pytest

from galdask import events, pipeline
from galdask.catalog.store import open_store
from galdask.engine import history, performance, reduce, stop
from galdask.engine.executor import Inline
from galdask.engine.watch import working
from galdask.errors import ClusterError, InputError, OutputError, StoppedError
from galdask.lineage import integrity
from galdask.lineage.timing import timing
from tests.engine import work

ONLY = ["coverage", "cubes/polar"]


@pytest.fixture(scope="module")
def watched(dask_executor, mock_store, tmp_path_factory):
    """A run on two workers, with a merge of states, a figure and a performance report."""
    out, heard = tmp_path_factory.mktemp("watched"), []
    lengths = {}

    def listen(event):
        heard.append(event)
        for key, (progress, index) in list(dask_executor._watched.items()):
            lengths.setdefault(progress.group(index), set()).add(len(key))

    dask_executor.listen, before = listen, dask_executor.listen
    fan_in, direct = reduce.FAN_IN, reduce.DIRECT
    reduce.FAN_IN, reduce.DIRECT = 2, 0
    try:
        pipeline.run(
            "two_disks",
            mock_store,
            out,
            cluster=dask_executor,
            only=ONLY,
            performance_report=out / "seen" / "report.html",
            listen=listen,
        )
    finally:
        dask_executor.listen = before
        reduce.FAN_IN, reduce.DIRECT = fan_in, direct
    return out, heard, lengths


def test_the_scheduler_knows_steps_by_name(watched, dask_executor):
    def prefixes(dask_scheduler):
        return sorted(dask_scheduler.task_prefixes)

    found = set(dask_executor.client.run_on_scheduler(prefixes))
    assert {"map-states", "merge-states", "finish-states"} <= found
    assert {"finish:coverage", "finish:cubes-polar", "draw:coverage"} <= found


def test_names_are_stable_in_length(watched):
    lengths = watched[2]
    assert {"map-states", "finish-states"} <= lengths.keys()
    assert any(name.startswith("finish:") for name in lengths)
    assert all(len(found) == 1 for found in lengths.values())


def test_progress_tells_rows_bytes_and_memory(watched, mock_store):
    counts = [event for event in watched[1] if event.step == "map states" and event.total]
    rows = open_store(mock_store).rows
    assert [event.rows for event in counts] == sorted(event.rows for event in counts)
    last = counts[-1]
    assert (last.rows, last.rows_total, last.unit, last.left) == (rows, rows, "partitions", 0.0)
    assert last.done == last.total == len(open_store(mock_store).partitions)
    assert 10_000 < last.bytes < sum(p.stat().st_size for p in mock_store.rglob("*.parquet"))
    assert last.rate == pytest.approx(rows / last.seconds)
    assert 50 << 20 < last.memory < 4 << 30


def test_the_report_is_one_file_that_needs_no_network(watched):
    (path,) = (watched[0] / "seen").iterdir()
    text = path.read_text()
    assert "Dask Performance Report" in text
    assert "map-states" in text
    assert not re.search(r'<script[^>]*src="http', text)


def test_a_history_has_a_record_a_task(watched, mock_store):
    out, heard, _ = watched
    (path,) = history.histories(out)
    assert path.name.startswith(json.loads((out / "current" / "complete.json").read_text())["run"])
    records = [json.loads(line) for line in path.read_text().splitlines()]
    tasks = [one for one in records if one["kind"] == "task"]
    rows = open_store(mock_store).rows
    assert sum(one["rows"] for one in tasks if one["step"] == "map states") == rows
    assert len({one["worker"] for one in tasks}) == 2
    assert all(one["stop"] >= one["start"] and one["peak"] > 50 << 20 for one in tasks)
    assert {one["label"] for one in tasks if one["step"] == "finish products"} == set(ONLY)
    assert sum(event.total > 0 for event in heard) >= len(tasks)
    assert (records[0]["kind"], records[-1]["status"]) == ("begin", "done")
    phases = [one for one in records if one["kind"] == "phase"]
    assert [a["stop"] for a in phases[:-1]] == [b["start"] for b in phases[1:]]


def test_a_history_can_be_summarised(watched):
    found = timing(watched[0])
    steps = {step.name: step for step in found.steps}
    assert steps["merge states"].tasks >= 2
    assert steps["draw figures"].tasks == 1
    assert sum(step.share for step in found.steps) == pytest.approx(1.0)
    assert 0 < found.idle < found.seconds


def test_two_equal_runs_end_in_the_same_bytes_beside_their_histories(mock_store, tmp_path):
    for name in ("a", "b"):
        pipeline.run(
            "two_disks", mock_store, tmp_path / name, cluster="inline", only=["coverage"], figures=False
        )
    a, b = (
        json.loads((tmp_path / name / "current" / "complete.json").read_text())["files"]
        for name in ("a", "b")
    )
    assert a.keys() == b.keys()
    assert {name for name in a if a[name] == b[name]} >= {"ledger.csv", "ledger_quantities.csv"}
    assert integrity.check(integrity.folder_of(tmp_path / "a")) == []
    assert (
        history.histories(tmp_path / "a")[0].read_bytes() != history.histories(tmp_path / "b")[0].read_bytes()
    )
    assert not list((tmp_path / "a" / "current").rglob("*.jsonl"))
    again = pipeline.run(
        "two_disks", mock_store, tmp_path / "a", cluster="inline", only=["coverage"], figures=False
    )
    assert again.unchanged
    assert len(history.histories(tmp_path / "a")) == 1


def test_a_report_is_written_if_the_run_fails(dask_executor, tmp_path):
    with (
        pytest.raises(InputError, match="a file is broken"),
        working(dask_executor, tmp_path, "refuse", events.silent, tmp_path / "report.html") as executor,
    ):
        list(executor.run(work.refuse, list(range(8)), step="refuse"))
    assert "Dask Performance Report" in (tmp_path / "report.html").read_text()
    assert list(tmp_path.glob(".*.tmp")) == []
    found = timing(tmp_path)
    assert found.status == "InputError: a file is broken"
    assert [(step.name, step.failed) for step in found.steps] == [("refuse", 1)]
    assert executor.recorders == []


def test_without_workers_there_is_no_report(tmp_path):
    with (
        pytest.raises(ClusterError, match="without Dask workers") as caught,
        performance.report(Inline(), tmp_path / "report.html"),
    ):
        raise AssertionError("it is refused before anything is done")
    assert "--cluster laptop" in caught.value.todo
    assert not (tmp_path / "report.html").exists()


def test_a_report_that_cannot_be_written_is_known_before_the_work(dask_executor, tmp_path):
    with pytest.raises(OutputError), performance.report(dask_executor, tmp_path):
        raise AssertionError("it is refused before anything is done")
    assert list(tmp_path.parent.glob(".*.tmp")) == []


def test_histories_are_bounded(tmp_path):
    (tmp_path / history.FOLDER).mkdir()
    for number in range(history.KEEP + 5):
        (tmp_path / history.FOLDER / f"old-{number:03d}.jsonl").write_text("{}\n")
    with history.kept(tmp_path, "new") as kept, kept.of(executor := Inline()):
        list(executor.run(work.double, [1, 2], step="double"))
    found = history.histories(tmp_path)
    assert len(found) == history.KEEP
    assert found[0].name.startswith("new-")


def test_a_history_that_cannot_be_written_costs_nothing(tmp_path):
    (tmp_path / history.FOLDER).write_text("a file in its place")
    heard = []
    with history.kept(tmp_path, "new", heard.append) as kept, kept.of(executor := Inline()):
        assert dict(executor.run(work.double, [1, 2], step="double")) == {0: 2, 1: 4}
    assert [event.level for event in heard] == ["warning"]
    assert "history" in heard[0].text


def test_a_missing_bokeh_is_said(dask_executor, monkeypatch, tmp_path):
    import importlib.util

    from galdask.engine.clusters.common import link

    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "bokeh" else real(name, *rest)
    )
    assert "bokeh is missing" in link(dask_executor.client)
    with pytest.raises(ClusterError, match="bokeh"), performance.report(dask_executor, tmp_path / "r.html"):
        raise AssertionError("it is refused before anything is done")


def test_a_report_is_written_if_the_run_is_interrupted(dask_executor, tmp_path):
    timer = threading.Timer(0.5, stop.requested.set)
    timer.start()
    try:
        with (
            pytest.raises(StoppedError),
            working(dask_executor, tmp_path, "dawdle", events.silent, tmp_path / "report.html") as executor,
        ):
            list(executor.run(work.dawdle, list(range(100)), step="dawdle"))
    finally:
        timer.join()
        stop.requested.clear()
    assert "Dask Performance Report" in (tmp_path / "report.html").read_text()
    assert timing(tmp_path).status == "StoppedError: stopped"
