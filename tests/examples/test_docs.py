"""The page that walks through an example says what the files say and what the program prints."""

import re

import pytest

from galdask.cli.main import main
from tests.conftest import ROOT
from tests.examples.listing import EXAMPLES

PAGE = (ROOT / "docs" / "bring_your_own_catalogue.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)
#: what is printed -> command, file, and the mistake made in it
MISTAKES = {
    "lacks columns": ("ingest", "apo_k2_release.yaml", "{column: feh,", "{column: fe_h,"),
    "stands more than once": ("ingest", "apo_k2_release.yaml", "{highest: EPIC}", "refuse"),
    "has the wrong unit": ("run", "apo_k2.yaml", "{parallax: parallax,", "{parallax: teff,"),
    "no star is left": ("run", "apo_k2.yaml", "max_error: 0.2", "max_error: 0.00001"),
}


def blocks(language):
    return [text for kind, text in BLOCKS if kind == language]


def bare(line):
    return re.sub(r"\s+#.*", "", line).strip()


def test_settings_on_the_page_are_those_of_the_files():
    there = {bare(line) for path in EXAMPLES.glob("*.yaml") for line in path.read_text().splitlines()}
    shown = [bare(line) for block in blocks("yaml") for line in block.splitlines()]
    assert len(shown) > 60
    assert [line for line in shown if line and line not in there] == []


def test_what_the_ledgers_print(made, capsys):
    run = made("apo_k2")
    assert main(["info", str(run.store)]) == 0
    printed = capsys.readouterr().out + (run.out / "ledger.csv").read_text() + run.summary.text()
    shown = [
        line for block in blocks("text") for line in block.splitlines() if not block.startswith("galdask")
    ]
    assert len(shown) == 7
    assert [line for line in shown if line not in printed] == []


@pytest.mark.parametrize("words", MISTAKES)
def test_mistakes_read_as_on_the_page(words, made, real, tmp_path, monkeypatch, capsys):
    command, name, right, wrong = MISTAKES[words]
    monkeypatch.chdir(tmp_path)
    text = (EXAMPLES / name).read_text()
    assert right in text
    (tmp_path / name).write_text(text.replace(right, wrong, 1))
    (tmp_path / "DIR").symlink_to(real)
    store = str(made("apo_k2").store)
    where = (
        ["--from", "DIR", "--store", "STORE"] if command == "ingest" else ["--store", store, "--out", "OUT"]
    )
    assert main([command, name, *where, "--cluster", "inline", "--progress", "none"]) == 2
    printed = capsys.readouterr().err.replace(f"{tmp_path}/", "")
    assert [block for block in blocks("text") if words in block] == [printed]
    assert not (tmp_path / "STORE" / "manifest.json").exists()
    assert not (tmp_path / "OUT" / "current").exists()


def test_the_two_files_taken_for_each_other(made, tmp_path, capsys):
    store, out = str(made("apo_k2").store), str(tmp_path / "out")
    assert main(["run", str(EXAMPLES / "apo_k2_release.yaml"), "--store", store, "--out", out]) == 2
    assert "the key 'galdask_pipeline' is missing" in capsys.readouterr().err
    assert main(["ingest", str(EXAMPLES / "apo_k2.yaml"), "--from", str(tmp_path), "--store", out]) == 2
    assert "the key 'galdask_release' is missing" in capsys.readouterr().err


def test_a_misspelled_key_of_a_column_is_named(real, tmp_path):
    from galdask.catalog.release import load_release
    from galdask.errors import ConfigError

    text = (EXAMPLES / "apo_k2_release.yaml").read_text()
    (tmp_path / "own.yaml").write_text(text.replace("column: feh,", "colum: feh,"))
    with pytest.raises(ConfigError) as caught:
        load_release(tmp_path / "own.yaml")
    assert caught.value.found == "colum, unit"


def test_the_program_on_the_page_runs(made, capsys):
    run = made("apo_k2")
    (program,) = blocks("python")
    exec(program.replace('"STORE"', repr(str(run.store))).replace("pipelines/examples", str(EXAMPLES)), {})
    medians = capsys.readouterr().out
    assert medians.startswith("r\n")
    assert "fe_h" in medians
