"""One small store and pipeline, what an undisturbed run makes of it, and runs that are disturbed."""

import json
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import galdask
from galdask.migration.fit.chain import open_chain
from galdask.migration.fit.folder import path_of
from tests.faults.left import MARK, nothing_left, workers
from tests.pipeline.releases import variant

CLUSTERS = {
    "inline": "galdask_cluster: 1\ntype: inline\n",
    "local": "galdask_cluster: 1\ntype: local\nn_workers: 2\nmemory_limit: 2GiB\n"
    "dashboard_address: 127.0.0.1:0\n",
}


class Place:
    """A store of a mock, a pipeline of three products, and the bytes of an undisturbed run.

    Every run works in a folder of its own, with equal words: what is written says how it was made.

    Parameters
    ----------
    folder : path
        Where all lies.
    stars, rows : int
        Of the mock, and of a partition at least.
    whole : bool
        Whether the pipeline is the shipped one with all products and figures.
    """

    def __init__(self, folder, stars=6000, rows=400, whole=False):
        self.folder, self.whole, self.rows = Path(folder), whole, rows
        self.release = self.folder / "release"
        galdask.mock("dr17", self.release, stars=stars, seed=1, layout="lite")
        galdask.ingest("dr17", self.release, self.folder / "store", cluster="inline", partition_rows=rows)
        variant(self.folder / "mine.yaml", lambda content: None if whole else small(content))
        with nothing_left(self.folder) as env:
            run = self.start(self.home("undisturbed", "inline"), env)
            assert run.end() == 0, run.said
        self.inline_seconds = run.seconds
        self.expected = contents(self.folder / "undisturbed" / "out")
        assert self.expected

    def home(self, name, cluster="local"):
        """Make the folder of a run that works on a cluster: a name of CLUSTERS, or the text of a file."""
        home = self.folder / name
        home.mkdir()
        (home / "store").symlink_to(self.folder / "store")
        (home / "mine.yaml").symlink_to(self.folder / "mine.yaml")
        (home / "cluster.yaml").write_text(CLUSTERS.get(cluster, cluster))
        return home

    def start(self, home, env, *more, **options):
        """Start a run in its folder as a user does."""
        words = ["run", "mine.yaml", "--store", "store", "--out", "out", "--cluster", "cluster.yaml"]
        words += [] if self.whole else ["--no-figures"]
        return Run([*words, *more], env, cwd=home, **options)

    def whole_run(self, home, env):
        """Run to the end; hold it to the bytes of the undisturbed one."""
        run = self.start(home, env)
        assert run.end() == 0, run.said
        self.check(home)
        return run

    def check(self, home):
        """Hold the results of a run to the bytes of the undisturbed one."""
        found = contents(home / "out")
        keys = found.keys() | self.expected.keys()
        assert sorted(key for key in keys if found.get(key) != self.expected.get(key)) == []


class Run:
    """A command of galdask in a process of its own, and all that it says, with the second of each line."""

    def __init__(self, words, env, prefix=(), **options):
        self.mark, self.lines = env[MARK], []
        self.began = time.monotonic()
        command = [*prefix, sys.executable, "-m", "galdask", *map(str, words), "--progress", "plain"]
        self.process = subprocess.Popen(
            command,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            **options,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append((time.monotonic() - self.began, line.rstrip("\n")))
        self.process.stdout.close()

    @property
    def said(self):
        """Everything that was said until now."""
        return "\n".join(line for _, line in self.lines)

    @property
    def running(self):
        """Whether the process is alive."""
        return self.process.poll() is None

    def end(self, seconds=240.0):
        """Wait for the end; return the exit code."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {seconds:.0f} s:\n{self.said}") from None
        self._reader.join(10)
        return code

    @property
    def seconds(self):
        """Time since the start."""
        return time.monotonic() - self.began

    def when(self, text, since=0.0):
        """Return the second when a line with this text was said, or None."""
        return next((at for at, line in self.lines if text in line and at >= since), None)

    def until(self, true, seconds=90.0, what="it"):
        """Wait until something holds; the command must not end before."""
        end = time.monotonic() + seconds
        while not (found := true()):
            assert self.running, f"ended before {what}:\n{self.said}"
            assert time.monotonic() < end, f"{what} not within {seconds:.0f} s:\n{self.said}"
            time.sleep(0.02)
        return found

    def workers(self):
        """Return the worker processes of this command, oldest first."""
        return sorted(workers(self.mark), key=lambda process: process.create_time())

    def states(self, home, count=1):
        """Wait until so many packs of states are on the disk."""
        folder = Path(home) / "out" / ".cache" / "states"
        self.until(lambda: len(list(folder.glob("*/*.pack"))) >= count, what=f"{count} packs of states")


def small(content):
    """Three products of the shipped pipeline."""
    content["products"] = {n: content["products"][n] or {} for n in ("feh_slices", "age_slices")}
    content["cubes"] = {"polar": content["cubes"]["polar"]}


def contents(out):
    """Return every byte of the results that are shown; the report tells its own seconds."""
    folder = (Path(out) / "current").resolve()
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            if path.suffix == ".html":
                data = re.sub(rb"\d[\d.,]* s\b", b"", data)
            found[str(path.relative_to(folder))] = data
    return found


def tree(folder):
    """Return every byte below a folder, but for locks and what tells its own time and words."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file() and path.name not in (".lock", "made.json") and not name.startswith(".history"):
            found[name] = path.read_bytes()
    return found


def posterior(out):
    """Return what a fit has found: its maximum, and every number of its chain."""
    chain = open_chain(out)
    best = json.loads(path_of(out, "optimum").read_text())["best"]
    return best, chain["parameters"].values.tobytes(), chain["log_likelihood"].values.tobytes()
