"""Lines of progress: what they say, and that they fit."""

import io

import pytest

from galdask.events import Event, Narrator, line

HALF = Event(
    "map states",
    41,
    80,
    "partitions",
    rows=376_000,
    rows_total=733_901,
    bytes=int(1.2 * 2**30),
    rate=210_000.0,
    left=12.4,
    seconds=1.8,
    memory=412 << 20,
)


def test_a_whole_line():
    assert line.of_count(HALF, 0.0) == (
        "map states: 41/80 partitions (51 %), 376,000 of 733,901 rows, 1.2 GiB read, 210,000 rows/s, "
        "12 s left, largest worker 412 MiB"
    )


@pytest.mark.parametrize("width", [120, 100, 80, 60, 40, 25])
def test_a_line_fits_and_keeps_what_matters_most(width):
    text = line.of_count(HALF, 0.0, width)
    assert len(text) <= width
    assert text.startswith("map states: 41/80")
    assert ("12 s left" in text) == (width >= 60)
    assert ("376,000 of 733,901 rows" in text) == (width >= 80)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "0 s"),
        (119.4, "119 s"),
        (119.6, "2 min 00 s"),
        (3725, "62 min 05 s"),
        (7200, "2 h 00 min"),
        (90061, "25 h 01 min"),
    ],
)
def test_durations(seconds, text):
    assert line.duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0.0 MiB"), (412 << 20, "412 MiB"), (int(1.2 * 2**30), "1.2 GiB"), (3 << 40, "3.0 TiB")],
)
def test_sizes(count, text):
    assert line.size(count) == text


def test_a_bar_is_never_wider_than_its_terminal():
    stream = io.StringIO()
    say = Narrator(stream, "bar", width=79)
    say(HALF)
    say(Event("map states", 80, 80, "partitions", rows=733_901, rows_total=733_901, rate=1.0, seconds=9.0))
    lines = stream.getvalue().replace("\n", "").split("\r\x1b[K")
    assert max(map(len, lines)) <= 79
    assert "9.0 s" in lines[-1]


def test_a_batch_log_has_lines_of_at_most_120_columns_and_no_control_characters():
    stream = io.StringIO()
    say = Narrator(stream, every=0.0)
    say(HALF)
    say(Event("cluster", text="dashboard at http://127.0.0.1:8787/status"))
    first, second = stream.getvalue().splitlines()
    assert len(first) <= 120
    assert second == "cluster: dashboard at http://127.0.0.1:8787/status"
    assert stream.getvalue().isascii()
    assert "\r" not in stream.getvalue()
