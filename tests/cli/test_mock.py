"""`galdask mock` writes every release that galdask reads."""

import json

import pytest

from galdask.catalog.release import known_releases, load_release
from galdask.cli.main import main


@pytest.mark.parametrize("release", known_releases())
def test_files_have_the_names_that_the_release_reads(release, tmp_path, capsys):
    words = ["mock", release, "--stars", "300", "--seed", "2", "--to", str(tmp_path), "--progress", "none"]
    assert main(words) == 0
    printed = capsys.readouterr().out
    described = load_release(release)
    there = {path.name for path in tmp_path.iterdir()}
    assert there & set(described.main.files)
    # every file but the truth is one that the release knows
    assert there - {file for table in described.tables.values() for file in table.files} == {"truth.json"}
    assert all(str(tmp_path / name) in printed for name in there)
    assert json.loads((tmp_path / "truth.json").read_text())["release"] == release


def test_another_release_is_refused(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["mock", "dr13", "--to", str(tmp_path)])
    assert "dr16" in capsys.readouterr().err
