"""More files than a shell lets a process open at first: mapped all the same, or refused in clear words."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FEW = 64
#: what a child does under a low limit
HEAD = f"""
import resource, sys
from pathlib import Path
import numpy as np
resource.setrlimit(resource.RLIMIT_NOFILE, ({FEW}, int(sys.argv[2])))
folder = Path(sys.argv[1])
"""
SCAN = """
from galdask.catalog import journal, scan
files = [folder / f"{k}.npy" for k in range(150)]
for k, file in enumerate(files):
    journal.save(file, np.full((3, 2), k, np.uint64) + np.array([0, 200], np.uint64))
print(scan.count_stars(files)[0])
"""
FINISH = """
from galdask.engine import cache, tasks
from galdask.reductions import Axis, Counts, Key
reduction = Counts(Key((Axis("r", "r", (0.0, 1.0)),)))
state = reduction.map({"r": np.array([0.5])})
parts = [(cache.write_pack(folder / str(k), {"s": state}), "s") for k in range(150)]
job = tasks.Job(None, {"q": ("main", reduction)})
tasks.finish(job, [tasks.FinishTask("q", parts, folder / "t.pack", "t")])
table = cache.read_states(folder / "t.pack", ["t"])["t"]
print(int(table["values.n"].sum()))
"""
RESIDE = """
from galdask.engine.residents import Here
class Held:
    def __init__(self, path):
        self.file = open(path, "rb")
    def answer(self, message):
        return len(self.file.read())
files = [folder / str(k) for k in range(150)]
for file in files:
    file.write_bytes(b"x")
print(sum(Here(Held, files, 1, "test").round(None)))
"""


def child(work, folder, hard):
    return subprocess.run(
        [sys.executable, "-c", HEAD + work, str(folder), str(hard)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        check=False,
    )


@pytest.mark.parametrize(("work", "found"), [(SCAN, "300"), (FINISH, "150"), (RESIDE, "150")])
def test_a_low_limit_is_raised(work, found, tmp_path):
    done = child(work, tmp_path, 4096)
    assert done.stdout.strip() == found, done.stderr


@pytest.mark.parametrize("work", [SCAN, FINISH])
def test_a_limit_that_cannot_be_raised_is_told(work, tmp_path):
    done = child(work, tmp_path, 100)
    assert "too many files would be open at once" in done.stderr
    assert "ulimit -Hn" in done.stderr
