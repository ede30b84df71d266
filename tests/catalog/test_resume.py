"""An ingest that is killed goes on where it was, and ends in the same bytes."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from galdask.catalog.store import open_store
from galdask.errors import StoreError
from tests.catalog.small import COLUMNS, Serial, again, make, release, row_matched, spec, stars, write
from tests.catalog.test_companion import csv_ages, with_ages
from tests.catalog.test_ingest import companion

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys, time
from pathlib import Path
from tests.catalog.small import COLUMNS, Serial, again
from tests.catalog.test_companion import with_ages

class Slow(Serial):
    def run(self, function, tasks, **more):
        for result in super().run(function, tasks, **more):
            time.sleep(0.05)
            yield result

again(Path(sys.argv[1]), store=Path(sys.argv[2]), columns="all", executor=Slow(), described=with_ages())
"""


def contents(store):
    return {
        p.relative_to(store): p.read_bytes()
        for p in sorted(store.rglob("*"))
        if p.is_file() and p.name not in (".lock", "made.json") and ".history" not in p.parts
    }


def finished(store):
    return len(list(store.glob(".ingest/*/part-*.json")))


def kill_after(folder, store, partitions):
    """Start an ingest in a process of its own and kill it when so many partitions are done."""
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(folder), str(store)], cwd=ROOT)
    end = time.monotonic() + 60
    while finished(store) < partitions and process.poll() is None and time.monotonic() < end:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


def test_killed_twice_and_still_the_same_bytes(tmp_path):
    write(tmp_path / "stars.fits", stars())
    csv_ages(tmp_path, stars())
    store = tmp_path / "killed"
    for partitions in (2, 5):
        kill_after(tmp_path, store, partitions)
        assert finished(store) >= partitions
        with pytest.raises(StoreError, match="not a store"):
            open_store(store)
    done = finished(store)
    (store / "data" / "needed" / ".dead.tmp").write_bytes(b"half a file")
    heard = []
    report, executor = again(
        tmp_path, store=store, columns="all", described=with_ages(), listen=lambda e: heard.append(e.text)
    )
    assert f"{done} of {report.partitions} partitions were finished by an earlier call" in heard
    assert executor.count("ingest write") == report.partitions - done
    assert executor.count("ingest scan") == executor.count("ingest join") == 0
    again(tmp_path, store=tmp_path / "whole", columns="all", described=with_ages())
    assert contents(store) == contents(tmp_path / "whole")
    assert not (store / ".ingest").exists()


def test_stopped_while_scanning(tmp_path):
    write(tmp_path / "stars.fits", stars())
    with pytest.raises(KeyboardInterrupt):
        again(tmp_path, executor=Serial(stop_after=("ingest scan", 0)))
    again(tmp_path)
    make(tmp_path, store=tmp_path / "whole")
    assert open_store(tmp_path / "store").partitions == open_store(tmp_path / "whole").partitions


def test_a_lost_or_damaged_file_is_made_again(tmp_path):
    write(tmp_path / "stars.fits", stars())
    with pytest.raises(KeyboardInterrupt):
        again(tmp_path, executor=Serial(stop_after=("ingest write", 4)))
    files = sorted((tmp_path / "store" / "data" / "needed").iterdir())
    files[0].unlink()
    files[1].write_bytes(files[1].read_bytes()[:-9])
    report, executor = again(tmp_path)
    assert executor.count("ingest write") == report.partitions - 2
    make(tmp_path, store=tmp_path / "whole")
    assert contents(tmp_path / "store").keys() == contents(tmp_path / "whole").keys()


def test_other_settings_do_not_resume(tmp_path):
    write(tmp_path / "stars.fits", stars())
    with pytest.raises(KeyboardInterrupt):
        again(tmp_path, executor=Serial(stop_after=("ingest write", 4)))
    report, executor = again(tmp_path, partition_rows=40)
    assert executor.count("ingest write") == report.partitions
    assert not (tmp_path / "store" / ".ingest").exists()


def test_an_error_leaves_the_earlier_store_as_it_was(tmp_path):
    table = stars()
    write(tmp_path / "ages.fits", companion(table))
    described = release((*COLUMNS, spec("age", "AGE", "ages")), companions=[row_matched()])
    make(tmp_path, described=described)
    before = contents(tmp_path / "store")
    wrong = companion(table)
    wrong["ID"][390] = b"somebody else"
    write(tmp_path / "ages.fits", wrong)
    with pytest.raises(Exception, match="not those of the main table"):
        again(tmp_path, described=described)
    after = contents(tmp_path / "store")
    assert {p: after[p] for p in before} == before
    open_store(tmp_path / "store")
