"""A fetch that is killed, or stopped by Ctrl-C, leaves no file under its name; the same command resumes."""

import signal
import subprocess
import sys
import time

import pytest

from tests.catalog.fetch_server import BODY, PATH, serving, whole

RELEASE = """
galdask_release: 1
name: mine
star_id: star_id
tables:
  main: {{file: a.bin, format: fits, source: {{url: "https://example.org/sas/dr/a.bin", sha1: {sha1}}}}}
columns:
  star_id: {{column: ID, type: string}}
"""


def started(words):
    """Start a command that hears Ctrl-C, also where a shell has put these tests into the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_a_stopped_fetch_is_resumed(sign, code, tmp_path):
    from tests.catalog.fetch_server import SHA1

    (tmp_path / "mine.yaml").write_text(RELEASE.format(sha1=SHA1))
    to = tmp_path / "to"
    with serving() as server:
        server.files[PATH] = BODY
        server.moods[PATH] = [{"sends": 1_200_000, "stalls": 60.0}]
        words = [sys.executable, "-m", "galdask", "fetch", str(tmp_path / "mine.yaml"), "--to", str(to)]
        words += ["--url-base", server.base, "--progress", "none"]
        process = started(words)
        try:
            until = time.monotonic() + 60
            while time.monotonic() < until and not _has(to / "a.bin.part", 1_000_000):
                time.sleep(0.02)
            process.send_signal(sign)
            said = process.communicate(timeout=60)[1].decode()
        finally:
            process.kill()
            process.communicate()
        assert process.returncode == code, said
        assert "Traceback" not in said
        assert not (to / "a.bin").exists()
        have = (to / "a.bin.part").stat().st_size
        assert have >= 1_000_000
        again = subprocess.run(words, capture_output=True, text=True, timeout=120, check=True)
        assert "were here" in again.stdout
        assert server.gets(PATH) == [None, f"bytes={have}-"]
    assert whole(to)


def _has(path, size):
    return path.exists() and path.stat().st_size >= size
