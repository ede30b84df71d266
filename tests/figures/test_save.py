import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from galdask import figures
from galdask.figures import save
from tests.figures import synthetic

RECORD = {"run": "abc", "made": "2026-01-01T00:00:00Z", "sign": "(a) \\ µ"}


@pytest.fixture(scope="module")
def dataset():
    return synthetic.coverage().assign_attrs(provenance=json.dumps(RECORD), title="Where they are")


def test_both_files_tell_what_they_were_made_from(tmp_path, dataset):
    png, pdf = figures.make("coverage", dataset, tmp_path / "figures")
    assert [png.name, pdf.name] == ["coverage.png", "coverage.pdf"]
    with Image.open(png) as image:
        assert json.loads(image.text[save.KEYWORD]) == RECORD
        assert image.text["Title"] == "Where they are"
        assert image.text["Software"].startswith("galdask ")
        assert image.width > 600
    data = pdf.read_bytes()
    found = re.search(rb"/Keywords \((.*?)(?<!\\)\)\n", data, re.DOTALL)
    assert found
    text = re.sub(rb"\\([()\\])", rb"\1", found.group(1)).decode()
    assert json.loads(text) == RECORD
    assert b"/CreationDate" not in data
    assert sorted(p.name for p in (tmp_path / "figures").iterdir()) == ["coverage.pdf", "coverage.png"]


def test_equal_data_give_equal_bytes(tmp_path, dataset):
    first = [p.read_bytes() for p in figures.make("coverage", dataset, tmp_path / "a")]
    second = [p.read_bytes() for p in figures.make("coverage", dataset, tmp_path / "b")]
    assert first == second
    other = figures.make("coverage", dataset.assign_attrs(provenance="{}"), tmp_path / "c")
    assert [p.read_bytes() for p in other] != first


def test_threads_do_not_disturb_each_other(tmp_path, dataset):
    names = [str(i) for i in range(3)]
    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(lambda name: figures.make("coverage", dataset, tmp_path / name), names))
    assert len({png.read_bytes() for png, _ in made}) == 1
    assert len({pdf.read_bytes() for _, pdf in made}) == 1


SCRIPT = """
import hashlib, sys
from galdask import figures
from tests.figures import synthetic
for path in figures.make("alpha_split", synthetic.alpha_split(), sys.argv[1]):
    print(hashlib.sha256(path.read_bytes()).hexdigest())
assert "matplotlib.pyplot" not in sys.modules
"""


def test_bytes_do_not_depend_on_the_process(tmp_path):
    seen = set()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", SCRIPT, str(tmp_path / seed)],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "MPLBACKEND": "pdf"},
        )
        assert done.returncode == 0, done.stderr
        seen.add(done.stdout)
    assert len(seen) == 1
