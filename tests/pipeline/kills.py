"""Regenerations that are killed at random moments, and what readers of OUT see meanwhile."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time

import galdask
from galdask.lineage import integrity
from tests.pipeline.releases import release, variant

INLINE = "galdask_cluster: 1\ntype: inline\n"
LOCAL = "galdask_cluster: 1\ntype: local\nn_workers: 2\nmemory_limit: 2GiB\ndashboard_address: 127.0.0.1:0\n"
#: equal times make equal bytes
ENVIRONMENT = {**os.environ, "SOURCE_DATE_EPOCH": "0", "MPLBACKEND": "Agg"}


#: what a call was about when it was killed, told by what it had left
STAGES = ("start", "ingest", "states", "products", "report", "end")


def words(source, *more, release="dr17"):
    """Return the command, in places relative to the folder where it runs."""
    command = [sys.executable, "-m", "galdask", "regenerate", "mine.yaml", "--release", release]
    places = ["--from", str(source), "--store", "store", "--out", "out"]
    return [*command, *places, "--cluster", "cluster.yaml", "--progress", "none", *more]


def corrections(table):
    """Correct three stars, and lose one."""
    import numpy as np

    table["FE_H"][[10, 900, 1500]] += 0.05
    return np.delete(table, 700)


def lose(table):
    import numpy as np

    return np.delete(table, 700)


class Killed:
    """A store and results of one release, the files of the next one, and what an undisturbed call makes.

    The next one is DR17 with some rows corrected and lost, `earlier` DR17 without these or another release.
    """

    def __init__(self, folder, more=(), stars=2000, earlier="dr17"):
        def small(content):
            content["products"] = {n: content["products"][n] or {} for n in ("feh_slices", "age_slices")}
            content["cubes"] = {"polar": content["cubes"]["polar"]}

        self.folder, self.more, self.earlier = folder, more, earlier
        self.stages = dict.fromkeys(STAGES, 0)
        galdask.mock("dr17", folder / "old", stars=stars, seed=1, layout="lite")
        self.new = release(folder / "old", folder / "new", corrections, lose, lose)
        if earlier != "dr17":
            shutil.rmtree(folder / "old")
            galdask.mock(earlier, folder / "old", stars=stars, seed=1)
        base = self.base = folder / "base"
        base.mkdir()
        variant(base / "mine.yaml", small)
        (base / "cluster.yaml").write_text(INLINE)
        galdask.ingest(earlier, folder / "old", base / "store", cluster="inline", partition_rows=400)
        self.call(base, folder / "old", earlier)
        self.before = run_of(base / "out")
        whole = self.copy("undisturbed")
        began = time.monotonic()
        self.call(whole)
        self.seconds = time.monotonic() - began
        self.after = run_of(whole / "out")
        assert self.after != self.before
        self.expected = contents(whole)

    def copy(self, name):
        shutil.copytree(self.base, self.folder / name, symlinks=True)
        return self.folder / name

    def call(self, place, source=None, release="dr17"):
        command = words(source or self.new, *self.more, release=release)
        subprocess.run(command, cwd=place, env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL)

    def kill(self, place, delay):
        """Start a call, look at the results all the time, and kill it; tell whether it was still running."""
        out = place / "out"
        process = subprocess.Popen(
            words(self.new, *self.more),
            cwd=place,
            env=ENVIRONMENT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        began = time.monotonic()
        end = began + delay
        while time.monotonic() < end and process.poll() is None:
            assert run_of(out) in (self.before, self.after)
            time.sleep(0.01)
        in_time = process.poll() is None
        if in_time:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if in_time:
            self.stages[self.stage(place)] += 1
        else:  # a machine that is less busy by now
            self.seconds = min(self.seconds, time.monotonic() - began)
        assert run_of(out) in (self.before, self.after)
        assert integrity.check((out / "current").resolve()) == []
        return in_time

    def stage(self, place):
        """Return at what stage a killed call was, from what it left."""
        if run_of(place / "out") == self.after:
            return "end"
        made = list((place / "out" / ".runs").glob(".*.tmp"))
        if any((one / "report").exists() for one in made):
            return "report"
        if any(
            next((one / kind).glob("*"), None)
            for one in made
            for kind in ("products", "cubes")
            if (one / kind).is_dir()
        ):
            return "products"
        if made:
            return "states"
        return "ingest" if (place / "store" / ".ingest").exists() else "start"

    def round(self, name, kills, seed, cluster=INLINE):
        """Kill so many calls on one copy, a new one whenever a call ends first; let the last end."""
        rng = random.Random(seed)
        place = self.fresh(name, cluster)
        killed, calls = 0, 0
        while killed < kills:
            calls += 1
            assert calls <= 6 * kills, f"{calls} calls, {killed} killed"
            if self.kill(place, rng.uniform(0.0, self.seconds)):
                killed += 1
            else:
                self.ended(place)
                place = self.fresh(name, cluster)
        self.call(place)
        self.ended(place)

    def fresh(self, name, cluster):
        """Return a copy of the release before, to be worked on by a cluster."""
        place = self.copy(name)
        (place / "cluster.yaml").write_text(cluster)
        return place

    def ended(self, place):
        """Check what a call that ended has left, and remove it."""
        assert contents(place) == self.expected
        assert run_of(place / "out") == self.after
        assert list(place.rglob(".*.tmp")) == []
        assert not (place / "store" / ".ingest").exists()
        shutil.rmtree(place)


def run_of(out):
    """Return the run that readers of OUT see; it must be complete at every moment."""
    return json.loads((out / "current" / "complete.json").read_text())["run"]


def contents(place):
    """Return every byte of a store and of the results that are shown, but for seconds and histories."""
    found = {}
    for folder in (place / "store", (place / "out" / "current").resolve()):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.name != ".lock" and ".history" not in path.parts:
                data = path.read_bytes()
                if path.suffix == ".html":
                    data = re.sub(rb"\d[\d.,]* (s|min|h)\b", b"", data)
                found[folder.name if folder.name == "store" else "run", str(path.relative_to(folder))] = data
    return found
