"""`galdask explain --timing`: numbers of a history that is known, and what is said of it."""

import json

import pytest

from galdask.cli.main import main
from galdask.engine import history
from galdask.errors import InputError
from galdask.lineage.timing import timing
from galdask.lineage.timing_text import as_text, hints

HEAD = {
    "kind": "begin",
    "format": 1,
    "name": "abc",
    "time": "2026-01-01T00:00:00Z",
    "start": 0.0,
    "slots": 2,
    "command": ["galdask", "run", "two_disks"],
}


def task(step, worker, start, stop, **more):
    found = {
        "kind": "task",
        "step": step,
        "name": step.replace(" ", "-"),
        "label": f"{step} at {start:g}",
        "worker": worker,
        "start": start,
        "stop": stop,
        "rows": 0,
        "bytes": 0,
        "peak": 100 << 20,
        "retries": 0,
    }
    return found | more


RECORDS = [
    HEAD,
    {"kind": "phase", "phase": "start workers", "start": 0.0, "stop": 5.0},
    task("map states", "w1", 5.0, 7.0, rows=1000, bytes=1 << 20),
    task("map states", "w2", 5.0, 8.0, rows=2000, bytes=1 << 20, peak=300 << 20, retries=1),
    task("map states", "w1", 7.0, 10.0, rows=2000),
    task("draw figures", "w1", 10.0, 30.0, label="kiel"),
    task("draw figures", "w2", 10.0, 12.0, label="coverage"),
    {"kind": "phase", "phase": "reduce", "start": 5.0, "stop": 30.0},
    {"kind": "phase", "phase": "report", "start": 30.0, "stop": 34.0},
    {"kind": "end", "status": "done", "start": 0.0, "stop": 34.0},
]


def write(out, records, tail=""):
    (out / history.FOLDER).mkdir(parents=True, exist_ok=True)
    path = out / history.FOLDER / "abc.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in records) + tail)
    return path


def test_the_numbers(tmp_path):
    write(tmp_path, RECORDS)
    found = timing(tmp_path)
    mapped, drawn = found.steps
    assert (mapped.tasks, mapped.seconds, mapped.span, mapped.rows) == (3, 8.0, 5.0, 5000)
    assert (mapped.median, mapped.longest, mapped.retries) == (3.0, 3.0, 1)
    assert mapped.peak == 300 << 20
    assert (mapped.share, drawn.share) == pytest.approx((8 / 30, 22 / 30))
    assert drawn.p95 == pytest.approx(2 + 0.95 * 18)
    assert (found.seconds, found.idle, found.status) == (34.0, 9.0, "done")
    assert found.idle_in == {"start workers": 5.0, "reduce": 0.0, "report": 4.0}
    assert [(one.name, one.tasks, one.busy) for one in found.workers] == [("w1", 3, 25.0), ("w2", 2, 5.0)]


def test_what_one_could_change(tmp_path):
    write(tmp_path, RECORDS)
    said = "\n".join(hints(timing(tmp_path)))
    assert "73 % of the time of tasks is in figures: --no-figures" in said
    assert "draw figures: one task takes 20.0 s of 20.0 s (kiel)" in said
    assert "work is uneven: w1 was busy for 25.0 s, w2 for 5.0 s" in said
    assert "map states: tasks began again 1 times" in said


def test_nothing_is_said_of_an_even_run(tmp_path):
    even = [task("map states", f"w{i % 2}", 3.0 * (i // 2), 3.0 * (i // 2) + 3.0, rows=10) for i in range(8)]
    write(tmp_path, [HEAD, *even, {"kind": "end", "status": "done", "start": 0.0, "stop": 12.0}])
    assert list(hints(timing(tmp_path))) == []


def test_the_table_fits(tmp_path):
    write(tmp_path, RECORDS)
    text = as_text(timing(tmp_path))
    assert max(map(len, text.splitlines()[3:-5])) <= 100
    assert "1,000" in text
    assert "no task ran for 9.0 s (26 %): start workers 5.0 s, report 4.0 s" in text


def test_a_run_that_was_killed_is_told_as_such(tmp_path):
    cut = '{"kind": "task", "ste'
    write(tmp_path, RECORDS[:4], tail=cut)
    found = timing(tmp_path)
    assert (found.status, found.steps[0].tasks) == ("killed", 2)
    whole = "".join(f"\n{json.dumps(one)}" for one in RECORDS[4:])
    write(tmp_path, RECORDS[:4], tail=cut + whole)
    assert timing(tmp_path).status == "done"


def test_from_the_command_line(tmp_path, capsys):
    path = write(tmp_path, RECORDS)
    assert main(["explain", "--timing", str(tmp_path)]) == 0
    assert "galdask run two_disks" in capsys.readouterr().out
    assert main(["explain", "--timing", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["steps"][1]["slowest"] == "kiel"


def test_no_history(tmp_path, capsys):
    assert main(["explain", "--timing", str(tmp_path)]) == 2
    assert "there is no history here" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "not json\n{}\n", '{"kind": "begin", "format": 99}\n', "[1]\n"])
def test_another_file_is_no_history(tmp_path, text):
    (tmp_path / "x.jsonl").write_text(text)
    with pytest.raises(InputError, match="not a history"):
        timing(tmp_path / "x.jsonl")
