"""What the README tells a newcomer to type works as it stands, from an empty folder."""

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

from galdask.cli.main import COMMANDS, main

TEXT = (Path(__file__).parents[2] / "README.md").read_text()
#: commands that belong to a page of their own, not to a first release
ELSEWHERE = {"migration": "orbit_migration.md"}
#: commands that start a cluster; here all work in this process
ON_A_CLUSTER = ("ingest", "orbits", "run", "doctor")


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
        words[words.index("--stars") + 1] = "4000"
    if words[0] in ON_A_CLUSTER and "--cluster" not in words:
        words += ["--cluster", "inline"]
    return words


FIRST = commands(part("Your first release"))


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What every command of the first release printed, in one empty folder, and what the first run left."""
    folder = tmp_path_factory.mktemp("reader")
    found, left = {}, set()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for words in FIRST:
            with contextlib.redirect_stdout(io.StringIO()) as text:
                code = main([*small(words), "--progress", "none"])
            found[" ".join(words)] = code, text.getvalue()
            if words[0] == "run" and not left:
                left = {path.relative_to(folder) for path in folder.glob("out/*/*")}
                left |= {path.relative_to(folder) for path in folder.glob("out/*")}
    return folder, found, left


def test_every_command_is_shown():
    assert {words[0] for words in FIRST} == set(COMMANDS) - set(ELSEWHERE)
    for name, page in ELSEWHERE.items():
        text = (Path(__file__).parents[2] / "docs" / page).read_text()
        assert name in {words[0] for words in commands(text)}


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
