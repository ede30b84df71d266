"""`galdask fetch` end to end: a mock release from loopback, ingested; progress in a log and on a terminal."""

import io
import time

import pytest

from galdask import events
from galdask.catalog.store import open_store
from galdask.cli.main import main
from tests.catalog.fetch_server import serving

LITE = "allStarLite-dr17-synspec_rev1.fits"
DISTMASS = "APOGEE_DistMass-DR17_v1.6.1.fits"


@pytest.fixture
def server(mock_release):
    folder = "/sas/dr17/apogee"
    with serving() as one:
        for path in mock_release.glob("*.fits"):
            spectro, vac = f"{folder}/spectro/aspcap/dr17/synspec_rev1/", f"{folder}/vac/apogee-distmass/"
            one.files[(vac if "DistMass" in path.name else spectro) + path.name] = path.read_bytes()
        yield one


def test_fetched_files_are_ingested(server, mock_release, tmp_path, capsys):
    lite = next(path for path in server.files if path.endswith(LITE))
    server.moods[lite] = [{"sends": 500_000}]
    words = ["fetch", "dr17", "--to", str(tmp_path / "dr17"), "--only", f"{LITE},distmass"]
    assert main([*words, "--url-base", f"{server.base}/sas", "--progress", "plain"]) == 0
    heard = capsys.readouterr()
    assert "as long as the server said" in heard.out
    assert "trying again" in heard.err
    for name in (LITE, DISTMASS):
        assert (tmp_path / "dr17" / name).read_bytes() == (mock_release / name).read_bytes()
    store = str(tmp_path / "store")
    assert (
        main(["ingest", "dr17", "--from", str(tmp_path / "dr17"), "--store", store, "--cluster", "inline"])
        == 0
    )
    assert open_store(store).rows == 8000


def test_the_full_file_of_a_mock_is_not_the_published_one(server, tmp_path, capsys):
    star = next(path for path in server.files if path.endswith(LITE))
    server.files[star.replace("allStarLite", "allStar")] = server.files[star]
    words = ["fetch", "dr17", "--to", str(tmp_path / "dr17"), "--only", "allstar"]
    assert main([*words, "--url-base", f"{server.base}/sas", "--progress", "none"]) == 2
    said = capsys.readouterr().err
    assert "7aa2f381de0e8e246f9833cc7da540ef45096702" in said
    assert not (tmp_path / "dr17" / "allStar-dr17-synspec_rev1.fits").exists()


def test_nothing_to_choose_is_an_error(tmp_path, capsys):
    assert main(["fetch", "dr17", "--to", str(tmp_path), "--only", ","]) == 2
    assert "allstar" in capsys.readouterr().err
    assert main(["fetch", "dr17", "--to", str(tmp_path), "--tries", "0"]) == 2


def test_a_log_has_bytes_rate_and_time_left(monkeypatch):
    stream, clock = io.StringIO(), iter([0.0, 10.0, 20.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    say = events.Narrator(stream, "plain")
    for done in (50, 70, 150):
        say(events.Event("fetch a.fits", done << 20, 150 << 20, "bytes"))
    first, last = stream.getvalue().splitlines()
    assert first == "fetch a.fits: 70.0/150.0 MiB (47 %), 2.0 MiB/s, 40 s left"
    assert last == "fetch a.fits: 150.0/150.0 MiB (100 %), 5.0 MiB/s"


def test_a_terminal_renews_one_line(monkeypatch):
    stream = io.StringIO()
    say = events.Narrator(stream, "bar")
    say(events.Event("fetch a.fits", 1 << 20, 0, "bytes"))
    monkeypatch.setattr(time, "monotonic", lambda: 1e9)
    say(events.Event("fetch a.fits", 3 << 20, 3 << 20, "bytes"))
    assert stream.getvalue().count("\r") == 1
    assert stream.getvalue().endswith("\n")
