"""Log files: whole lines, forms that can be read, errors that are told."""

import json
import re
import subprocess
import sys
from datetime import datetime

import pytest

from galdask.cli.main import main
from galdask.errors import OutputError
from galdask.events import Event, Log
from tests.events.test_line import HALF

KEYS = {
    "time",
    "level",
    "step",
    "text",
    "done",
    "total",
    "unit",
    "rows",
    "rows_total",
    "bytes",
    "rate",
    "left",
    "seconds",
    "memory",
}
WRITER = """
import sys
from galdask.events import Event, Log
log = Log(sys.argv[1], sys.argv[2])
for i in range(300):
    log(Event("write", text=f"{sys.argv[3] * 200} {i}"))
"""


def read(path):
    return [json.loads(text) for text in path.read_text().splitlines()]


def test_json_lines_hold_every_number(tmp_path):
    log = Log(tmp_path / "deep" / "run.log", "json")
    log(HALF)
    log(Event("cluster", text="a worker is gone", level="warning"))
    log.close()
    count, said = read(tmp_path / "deep" / "run.log")
    assert set(count) == set(said) == KEYS
    assert datetime.fromisoformat(count["time"]).utcoffset().total_seconds() == 0
    assert (count["done"], count["total"], count["rows"], count["rows_total"]) == (41, 80, 376_000, 733_901)
    assert (count["bytes"], count["rate"], count["left"], count["memory"]) == (
        HALF.bytes,
        210_000.0,
        12.4,
        412 << 20,
    )
    assert (said["level"], said["text"], said["total"]) == ("warning", "cluster: a worker is gone", None)


def test_text_lines_have_a_time_and_a_level(tmp_path):
    log = Log(tmp_path / "run.log")
    log(Event("a", text="one"))
    log(Event("a", text="two\nlines", level="error"))
    log.close()
    one, *rest = (tmp_path / "run.log").read_text().splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ a: one", one)
    assert rest[0].endswith("Z ERROR a: two")
    assert rest[1] == "    lines"


def test_counts_are_spaced_but_the_first_and_the_last_are_kept(tmp_path):
    log = Log(tmp_path / "run.log", "json", every=3600.0)
    for done in range(1, 101):
        log(Event("map states", done, 100, "partitions", rows=done, rows_total=100))
    log.close()
    assert [one["done"] for one in read(tmp_path / "run.log")] == [1, 100]


@pytest.mark.parametrize("form", ["text", "json"])
def test_processes_that_share_a_log_leave_whole_lines(tmp_path, form):
    path = tmp_path / "shared.log"
    words = [sys.executable, "-c", WRITER, str(path), form]
    writers = [subprocess.Popen([*words, letter]) for letter in "xyz"]
    assert [one.wait(60) for one in writers] == [0, 0, 0]
    lines = path.read_text().splitlines()
    assert len(lines) == 900
    texts = [json.loads(text)["text"] for text in lines] if form == "json" else [t[21:] for t in lines]
    whole = re.compile(r"write: (x{200}|y{200}|z{200}) \d+")
    assert [text for text in texts if not whole.fullmatch(text)] == []


def test_a_log_that_cannot_be_written_is_one_clear_error(tmp_path):
    with pytest.raises(OutputError, match="this is a folder"):
        Log(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot hold"):
        Log(tmp_path / "file" / "run.log")


def test_a_command_logs_its_beginning_and_its_end(tmp_path, capsys):
    path = tmp_path / "run.log"
    words = ["mock", "dr17", "--stars", "300", "--layout", "lite", "--to", str(tmp_path / "rel")]
    assert main([*words, "--progress", "none", "--log", str(path), "--log-format", "json"]) == 0
    lines = read(path)
    assert "mock dr17 --stars 300" in lines[0]["text"]
    assert re.search(r"done in \d+\.\d s", lines[-1]["text"])
    assert lines[-1]["seconds"] > 0
    assert capsys.readouterr().err == ""


def test_a_command_logs_its_error(tmp_path, capsys):
    path = tmp_path / "run.log"
    words = ["run", "two_disks", "--store", str(tmp_path / "no"), "--out", str(tmp_path / "out")]
    assert main([*words, "--log", str(path), "--log-format", "json"]) == 2
    last = read(path)[-1]
    assert last["level"] == "error"
    assert str(tmp_path / "no") in last["text"]
    assert "to do:" in last["text"]
    assert str(tmp_path / "no") in capsys.readouterr().err
