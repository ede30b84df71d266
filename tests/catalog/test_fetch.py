"""Files of a release from a real server on loopback: whole, resumed, verified, or refused with a reason."""

import dataclasses
import hashlib
import time

import pytest

from galdask import events
from galdask.catalog.fetch import fetch, space
from galdask.errors import InputError, OutputError
from tests.catalog.fetch_server import BODY, HASTY, PATH, SHA1, get, release, serving, whole


@pytest.fixture
def server():
    with serving() as one:
        one.files[PATH] = BODY
        yield one


def test_a_file_comes_whole_and_is_not_fetched_twice(server, tmp_path):
    first = get(server, tmp_path)
    assert whole(tmp_path)
    assert (first.files[0].how, first.files[0].had) == ("sha1", 0)
    assert first.unknown == ["near"]
    again = get(server, tmp_path)
    assert again.files[0].had == len(BODY)
    assert server.gets(PATH) == [None]
    assert "was here" in again.text()
    assert "ingest mine --from" in again.text()


def test_a_dropped_connection_is_continued_where_it_ended(server, tmp_path):
    server.moods[PATH] = [{"sends": 1_000_000}, {"sends": 500_000}]
    get(server, tmp_path)
    assert whole(tmp_path)
    assert server.gets(PATH) == [None, "bytes=1000000-", "bytes=1500000-"]
    assert server.asked[-1][3] == f'"{SHA1}"'  # If-Range holds the ETag


def test_the_next_command_continues_what_one_left(server, tmp_path):
    server.moods[PATH] = [{"sends": 2_000_000}] + [{"status": 503}] * 9
    with pytest.raises(InputError, match="503") as failed:
        get(server, tmp_path)
    assert "goes on from there" in str(failed.value)
    assert (tmp_path / "a.bin.part").stat().st_size == 2_000_000
    assert not (tmp_path / "a.bin").exists()
    server.moods.clear()
    report = get(server, tmp_path)
    assert whole(tmp_path)
    assert report.files[0].had == 2_000_000
    assert server.gets(PATH)[-1] == "bytes=2000000-"


def test_a_server_that_refuses_ranges_starts_anew(server, tmp_path):
    server.ranges = False
    server.moods[PATH] = [{"sends": 1_000_000}]
    get(server, tmp_path)
    assert whole(tmp_path)


def test_a_file_that_changed_on_the_server_is_not_mixed_with_the_old(server, tmp_path):
    old = bytes(len(BODY))
    server.moods[PATH] = [{"body": old, "sends": 1_000_000}]
    get(server, tmp_path, {"sha1": None, "size": len(BODY)})
    assert whole(tmp_path)
    assert server.gets(PATH) == [None, "bytes=1000000-"]  # answered with 200 and the whole new file


def test_without_checksum_and_mark_nothing_is_continued(server, tmp_path):
    server.marks = False
    server.moods[PATH] = [{"sends": 1_000_000}]
    get(server, tmp_path, {"sha1": None})
    assert whole(tmp_path)
    assert server.gets(PATH) == [None, None]


def test_a_part_of_another_published_file_is_not_continued(server, tmp_path):
    server.moods[PATH] = [{"sends": 1_000_000}] + [{"status": 503}] * 9
    with pytest.raises(InputError):
        get(server, tmp_path, {"sha1": "0" * 40})
    server.moods.clear()
    get(server, tmp_path)
    assert whole(tmp_path)
    assert server.gets(PATH)[-1] is None


@pytest.mark.parametrize("says", [len(BODY) + 1000, len(BODY) - 1000])
@pytest.mark.parametrize("ranges", [True, False])
def test_a_wrong_length_once_is_overcome(server, tmp_path, says, ranges):
    server.ranges = ranges
    server.moods[PATH] = [{"says": says}]
    get(server, tmp_path)
    assert whole(tmp_path)


@pytest.mark.parametrize("says", [len(BODY) + 1000, len(BODY) - 1000])
def test_a_server_that_always_lies_about_the_length_is_given_up(server, tmp_path, says):
    server.ranges = False
    server.moods[PATH] = [{"says": says}] * 20
    with pytest.raises(InputError, match=r"bytes"):
        get(server, tmp_path)
    assert not (tmp_path / "a.bin").exists()


def test_a_length_other_than_the_published_is_refused_at_once(server, tmp_path):
    with pytest.raises(InputError, match="2,999,999"):
        get(server, tmp_path, {"size": len(BODY) - 1})
    assert not (tmp_path / "a.bin").exists()
    assert not (tmp_path / "a.bin.part").exists()


def test_a_wrong_byte_is_seen_and_fetched_anew(server, tmp_path):
    bad = BODY[:70] + bytes([BODY[70] ^ 1]) + BODY[71:]
    server.moods[PATH] = [{"body": bad}]
    get(server, tmp_path)
    assert whole(tmp_path)
    assert server.gets(PATH) == [None, None]


def test_wrong_bytes_again_and_again_are_named_and_not_kept(server, tmp_path):
    server.files[PATH] = bad = b"<html>Please log in</html>" + BODY
    with pytest.raises(InputError) as failed:
        get(server, tmp_path)
    said = str(failed.value)
    assert SHA1 in said
    assert hashlib.sha1(bad).hexdigest() in said
    assert "web page" in said
    assert not list(tmp_path.glob("a.bin*"))


def test_nothing_there(server, tmp_path):
    with pytest.raises(InputError, match="404"):
        get(server, tmp_path / "new", base=server.base + "/elsewhere")
    assert not (tmp_path / "new").exists()  # found out before anything is written


def test_503_and_500_pass(server, tmp_path):
    server.moods[PATH] = [{"status": 503}, {"status": 500}, {"status": 502}]
    get(server, tmp_path)
    assert whole(tmp_path)
    assert len(server.gets(PATH)) == 4


def test_retry_after_is_waited_for(server, tmp_path):
    waits = []
    patience = dataclasses.replace(HASTY, sleep=waits.append)
    server.moods[PATH] = [{"status": 429, "headers": {"Retry-After": "7"}}]
    get(server, tmp_path, patience=patience)
    assert whole(tmp_path)
    assert waits == [7.0]


def test_a_wait_that_is_too_long_is_said(server, tmp_path):
    server.moods[PATH] = [{"status": 503, "headers": {"Retry-After": "3600"}}]
    with pytest.raises(InputError, match="3,600 s"):
        get(server, tmp_path)


def test_waits_grow_and_have_chance_in_them(server, tmp_path):
    waits = []
    patience = dataclasses.replace(HASTY, tries=6, base=1.0, cap=6.0, silence=100.0, sleep=waits.append)
    server.moods[PATH] = [{"status": 503}] * 9
    with pytest.raises(InputError):
        get(server, tmp_path, patience=patience)
    assert len(waits) == 5
    for wait, most in zip(waits, (1.0, 2.0, 4.0, 6.0, 6.0), strict=True):
        assert 0.5 * most <= wait <= most
    assert len(set(waits)) == 5


def test_a_redirect_is_followed_and_the_range_with_it(server, tmp_path):
    there = {"status": 302, "headers": {"Location": "/mirror/a.bin"}}
    server.files["/mirror/a.bin"] = BODY
    server.moods[PATH] = [there, there]
    server.moods["/mirror/a.bin"] = [{"sends": 1_000_000}]
    get(server, tmp_path)
    assert whole(tmp_path)
    assert server.gets("/mirror/a.bin") == [None, "bytes=1000000-"]


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/a.bin", "gopher://x/"])
def test_a_redirect_out_of_the_web_is_refused(server, tmp_path, target):
    server.moods[PATH] = [{"status": 302, "headers": {"Location": target}}]
    with pytest.raises(InputError, match=r"sends on|not allowed"):
        get(server, tmp_path)
    assert not (tmp_path / "a.bin").exists()


def test_a_stall_is_noticed_and_continued(server, tmp_path):
    server.moods[PATH] = [{"sends": 1_000_000, "stalls": 3.0}]
    began = time.monotonic()
    get(server, tmp_path)
    assert whole(tmp_path)
    assert server.gets(PATH)[-1] == "bytes=1000000-"
    assert time.monotonic() - began < 2.5


def test_an_answer_with_another_part_is_not_used(server, tmp_path):
    server.moods[PATH] = [{"sends": 1_000_000}, {"first": 0}]
    get(server, tmp_path)
    assert whole(tmp_path)


def test_no_length_at_all(server, tmp_path):
    server.lengths = False
    get(server, tmp_path)
    assert whole(tmp_path)


def test_offline_says_what_can_be_done(tmp_path):
    with serving() as gone:
        base = gone.base
    with pytest.raises(InputError) as failed:
        fetch(release(), tmp_path / "new", base=base, patience=HASTY)
    said = str(failed.value)
    assert "cannot be reached" in said
    assert "--url-base" in said
    assert not (tmp_path / "new").exists()


def test_a_wrong_file_is_named_and_kept_without_again(server, tmp_path):
    (tmp_path / "a.bin").write_bytes(b"mine")
    with pytest.raises(InputError, match="--again") as failed:
        get(server, tmp_path)
    assert SHA1 in str(failed.value)
    assert (tmp_path / "a.bin").read_bytes() == b"mine"
    get(server, tmp_path, again=True)
    assert whole(tmp_path)


def test_a_good_file_of_unknown_origin_is_verified_once(server, tmp_path, monkeypatch):
    (tmp_path / "a.bin").write_bytes(BODY)
    get(server, tmp_path)
    assert server.asked == []
    monkeypatch.setattr("galdask.catalog.fetch.checks.sha1_of", lambda *_: pytest.fail("read again"))
    get(server, tmp_path)


def test_a_file_that_changed_after_it_was_verified_is_read_again(server, tmp_path):
    get(server, tmp_path)
    (tmp_path / "a.bin").write_bytes(BODY[:-1] + b"?")
    with pytest.raises(InputError, match="not the published"):
        get(server, tmp_path)


def test_too_little_space_is_said_before_anything_is_written(server, tmp_path, monkeypatch):
    monkeypatch.setattr(space, "free", lambda folder: space.RESERVE + len(BODY) - 1)
    with pytest.raises(OutputError, match="too little space"):
        get(server, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    assert server.gets(PATH) == []
    monkeypatch.setattr(space, "free", lambda folder: space.RESERVE + len(BODY))
    get(server, tmp_path / "new")
    assert whole(tmp_path / "new")


def test_progress_counts_bytes_from_where_it_goes_on(server, tmp_path):
    heard = []
    server.moods[PATH] = [{"sends": 2_000_000}]
    get(server, tmp_path, listen=heard.append)
    bytes_ = [e for e in heard if e.unit == "bytes" and e.step == "fetch a.bin"]
    assert [e.done for e in bytes_] == sorted(e.done for e in bytes_)
    assert bytes_[-1] == events.Event("fetch a.bin", len(BODY), len(BODY), "bytes")
    assert any("trying again" in e.text for e in heard)


def test_two_at_once_in_one_folder(server, tmp_path):
    from galdask import publish

    with publish.locked(tmp_path, "folder"), pytest.raises(OutputError, match="another process"):
        get(server, tmp_path)
