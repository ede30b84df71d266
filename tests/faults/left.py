"""What a fault may not leave behind: processes and temporary files."""

import contextlib
import os
import secrets
import shutil
import time
from pathlib import Path

import psutil

#: every process that a test starts has this variable, and so have their children, whoever adopts them
MARK = "GALDASK_TEST_PLACE"
#: seconds that processes may take to end by themselves
PATIENCE = 20.0


def environment(temporary, mark, **more):
    """Return the environment of a user whose temporary files lie in a folder of their own."""
    settled = {"SOURCE_DATE_EPOCH": "0", "MPLBACKEND": "Agg", "TMPDIR": str(temporary), MARK: mark}
    return {**os.environ, **settled, **more}


def marked(mark):
    """Return the living processes with the mark; those that ended and wait to be read do not live."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def workers(mark):
    """Return the living worker processes: they were spawned, and are neither the client nor its tracker."""
    found = []
    for process in marked(mark):
        with contextlib.suppress(psutil.Error):
            if any("spawn_main" in word for word in process.cmdline()):
                found.append(process)
    return found


def gone(mark, seconds=PATIENCE):
    """Wait until no marked process is alive; return how long that took.

    Raises
    ------
    AssertionError
        If one is alive after so many seconds; it is killed, so that it harms no other test.
    """
    began = time.monotonic()
    while there := marked(mark):
        if time.monotonic() - began > seconds:
            said = [" ".join(process.cmdline())[-200:] for process in there]
            for process in there:
                process.kill()
            raise AssertionError(f"left behind after {seconds:.0f} s: {said}")
        time.sleep(0.05)
    return time.monotonic() - began


def litter(*folders):
    """Return the temporary files and folders that are in these folders."""
    found = []
    for folder in folders:
        for path in Path(folder).rglob("*"):
            if path.name.endswith((".tmp", ".old")) or path.name in (".ingest", "scratch"):
                found.append(path)
    return found


@contextlib.contextmanager
def nothing_left(folder, *others):
    """Give a mark and a temporary folder; at the end no process has the mark and no file is temporary.

    Yields
    ------
    dict
        Environment for the processes of the test.
    """
    mark = secrets.token_hex(8)
    temporary = Path(folder) / f"tmp-{mark}"
    temporary.mkdir(parents=True)
    try:
        yield environment(temporary, mark)
    except BaseException:
        for process in marked(mark):
            with contextlib.suppress(psutil.Error):
                process.kill()
        raise
    gone(mark)
    assert [path.name for path in temporary.iterdir()] == []
    assert litter(folder, *others) == []
    shutil.rmtree(temporary)
