"""`galdask diff`: what it prints, what it writes, and its exit codes."""

import json

import pytest

import galdask
from galdask import pipeline
from galdask.cli.main import main


@pytest.fixture(scope="module")
def outs(mock_store, tmp_path_factory):
    """Two runs on one store; the second has another cut, from a file of the user's own."""
    base = tmp_path_factory.mktemp("diff")
    text = pipeline.pipeline_path("two_disks").read_text()
    file = base / "mine.yaml"
    file.write_text(
        text.replace("{column: logg, low: 1.0, high: 2.0}", "{column: logg, low: 1.0, high: 1.9}")
    )
    for pipe, out in (("two_disks", base / "a"), (file, base / "b")):
        pipeline.run(pipe, mock_store, out, cluster="inline", only=["coverage"], figures=False)
    return base / "a", base / "b", file


def test_without_stores(outs, capsys):
    assert main(["diff", *map(str, outs[:2])]) == 0
    said = capsys.readouterr().out
    assert "coverage/n_xy" in said
    assert "--store-a" in said
    assert "other cuts" in said


def test_with_stores_and_json(outs, mock_store, capsys, tmp_path):
    store = str(mock_store)
    words = [
        "diff",
        *map(str, outs[:2]),
        "--store-a",
        store,
        "--store-b",
        store,
        "--json",
        "--progress",
        "none",
    ]
    assert main([*words, "--pipeline", "two_disks", str(outs[2])]) == 0
    content = json.loads(capsys.readouterr().out)
    lost = {g["why"]: g["stars"] for g in content["groups"] if g["name"] == "lost"}
    assert lost["known, not in the sample now"] > 0
    assert lost["gone from the catalogue"] == 0
    assert content["catalogue"]["rows"] == [8000, 8000]
    found = galdask.diff(*outs[:2], stores=(mock_store, mock_store), pipelines=("two_disks", outs[2]))
    assert {g.why: g.stars for g in found.groups if g.name == "lost"} == lost


def test_the_same_run_has_no_difference_and_code_0(outs, capsys, tmp_path):
    assert main(["diff", str(outs[0]), str(outs[0]), "--to", str(tmp_path / "d")]) == 0
    said = capsys.readouterr().out
    assert "no number differs" in said
    assert "both are the same run" in (tmp_path / "d" / "summary.txt").read_text()
    assert (tmp_path / "d" / "variables.csv").exists()


def test_what_cannot_be_compared_is_an_error(outs, mock_store, capsys, tmp_path):
    a, b, _ = map(str, outs)
    assert main(["diff", a, str(tmp_path)]) == 2
    assert "no results" in capsys.readouterr().err
    assert main(["diff", a, b, "--store-a", str(mock_store)]) == 2
    assert "--store-a alone" in capsys.readouterr().err
    stores = ["--store-a", str(mock_store), "--store-b", str(mock_store)]
    assert main(["diff", a, b, *stores]) == 2
    assert "--pipeline FILE" in capsys.readouterr().err
    assert main(["diff", a, b, *stores, "--pipeline", "two_disks"]) == 2
    assert "do not give the stars of run B" in capsys.readouterr().err
