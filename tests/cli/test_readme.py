"""What the README tells a reader to type works as it stands, in one empty folder, line after line."""

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

from galdask.cli.main import COMMANDS, main

TEXT = (Path(__file__).parents[2] / "README.md").read_text()
#: commands that a test cannot run: they ask the survey's own server
AFAR = ("fetch",)
#: commands that start a cluster; here all work in this process
ON_A_CLUSTER = ("ingest", "orbits", "run", "plan", "regenerate", "fit", "doctor")


def part(title):
    """Return the text under a heading."""
    return TEXT.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def commands(text):
    """Return the words after `galdask` of every indented line that begins with it."""
    lines = [line.strip() for line in text.splitlines() if line.startswith("    galdask ")]
    return [shlex.split(line, comments=True)[1:] for line in lines]


def small(words):
    """Return a command with fewer stars, in this process."""
    words = list(words)
    if "--stars" in words:
        words[words.index("--stars") + 1] = "300" if "migration" in words else "4000"
    if "--performance-report" in words:  # workers are what it reports
        where = words.index("--performance-report")
        del words[where : where + 2]
    if words[0] == "fit":
        words += ["--steps", "40", "--no-products"]
    if words[0] in ON_A_CLUSTER and "--cluster" not in words:
        words += ["--cluster", "inline"]
    if "out16" in words and words[0] == "run":
        words += ["--no-figures", "--only", "kiel", "radial_gradients"]
    # the words of `migration` are its own
    return words if words[0] == "migration" else [*words, "--progress", "none"]


pytestmark = pytest.mark.timeout(900)
PARTS = ("Your first release", "A new release", "Orbit migration", "On a cluster", "Watching a run")
SHOWN = [words for title in PARTS for words in commands(part(title))]
FIRST = [words for words in SHOWN if words[0] not in AFAR and "mine.yaml" not in words]


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What every command of the first release printed, in one empty folder, and what the first run left."""
    folder = tmp_path_factory.mktemp("reader")
    found, left = {}, set()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for words in FIRST:
            with contextlib.redirect_stdout(io.StringIO()) as text:
                code = main(small(words))
            found[" ".join(words)] = code, text.getvalue()
            if words[0] == "run" and not left:
                left = {path.relative_to(folder) for path in folder.glob("out/*/*")}
                left |= {path.relative_to(folder) for path in folder.glob("out/*")}
    return folder, found, left


def test_every_command_is_shown():
    assert {words[0] for words in SHOWN} == set(COMMANDS)


@pytest.mark.parametrize("line", [" ".join(words) for words in FIRST])
def test_it_runs(line, said):
    code, text = said[1][line]
    assert code == 0, text
    assert text


def test_what_it_promises_is_there(said):
    left = said[2]
    promised = set(re.findall(r"`(out/[^`]+)`", part("Your first release")))
    assert len(promised) >= 5
    for name in promised:
        stem, _, ends = name.rpartition("*")
        patterns = [f"{stem}*{end if end.startswith('.') else '.' + end}" for end in ends.split("|")]
        for pattern in patterns if stem else [name]:
            assert any(path.match(pattern) for path in left), pattern


def test_the_lines_of_python_run(said, monkeypatch):
    import matplotlib.pyplot as plt

    monkeypatch.chdir(said[0])
    (code,) = re.findall(r"```python\n(.*?)```", part("From Python"), re.DOTALL)
    names = {"__name__": "__main__"}
    try:
        exec(compile(code, "README.md", "exec"), names)
    finally:
        plt.close("all")
    assert {"fe_h", "mg_fe", "logg"} == set(names["stars"].columns)
    assert names["giants"]["r"].mean().compute(scheduler="sync") > 0
    assert names["results"]["cubes/xyz"]["n_stars"].sum() > 0


def test_other_commands_of_the_readme_have_these_words():
    """Words of commands elsewhere in the text are words that the command line knows."""
    for name in re.findall(r"`galdask (\w+)", TEXT):
        assert name in COMMANDS
