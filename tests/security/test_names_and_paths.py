"""Names and paths that want out: of the folder, of the terminal, of the page, of the shell."""

from __future__ import annotations

import io
import json
import os
import shlex
from pathlib import Path

import pytest

from galdask.catalog.manifest import digest_of
from galdask.catalog.release import parse_release
from galdask.catalog.store import open_store
from galdask.cli.main import main
from galdask.cli.printing import Careful
from galdask.config import parse
from galdask.errors import ConfigError, StoreError
from tests.catalog import small
from tests.catalog.test_release import GOOD

OUTSIDE = ["../x.fits", "/etc/passwd", "a/../../x", "..", "C:\\x", "a\\..\\b", "x\x1b[2J.fits", "~/../x\0"]


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_release_names_files_below_its_folder(name: str) -> None:
    text = GOOD.replace("file: [a.fits, b.fits]", f"file: {json.dumps([name])}")
    with pytest.raises(ConfigError, match=r"stay below|not valid YAML") as caught:
        parse_release(parse(text, "r.yaml"))
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://example.org/a", "ftp://x/y", "https://x y/z", "javascript:alert(1)"]
)
def test_a_release_names_servers_alone(url: str) -> None:
    with pytest.raises(ConfigError, match="not a web address"):
        parse_release(parse(GOOD.replace("https://example.org/a.fits", url), "r.yaml"))


def signed(store: Path, change) -> None:  # type: ignore[no-untyped-def]
    """Edit a manifest, and sign it as galdask would."""
    content = json.loads((store / "manifest.json").read_text())
    change(content)
    (store / "manifest.json").write_text(json.dumps(content | {"digest": digest_of(content)}))


@pytest.mark.parametrize(
    "file",
    ["../secret.parquet", "/etc/passwd", "data/../../x.parquet", "data/needed/../../../x", "x.parquet"],
)
def test_a_manifest_names_files_of_its_store(file: str, tmp_path: Path) -> None:
    small.make(tmp_path, rows=60)
    signed(tmp_path / "store", lambda content: content["partitions"][0]["files"].update(needed=file))
    with pytest.raises(StoreError, match="not one that galdask writes") as caught:
        open_store(tmp_path / "store")
    assert "files below the folder data" in str(caught.value)


def test_gc_and_info_refuse_such_a_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small.make(tmp_path, rows=60)
    (tmp_path / "precious").write_text("x")
    signed(tmp_path / "store", lambda content: content["partitions"][0]["files"].update(needed="../precious"))
    for words in (["gc", str(tmp_path / "store"), "--yes"], ["info", str(tmp_path / "store")]):
        assert main(words) == 2
    assert (tmp_path / "precious").read_text() == "x"
    assert "Traceback" not in capsys.readouterr().err


def test_titles_cannot_steer_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small.make(tmp_path, rows=60)

    def change(content) -> None:  # type: ignore[no-untyped-def]
        content["title"] = "\x1b]0;owned\x07 \u202eevil \x9b2J"
        content["columns"][1]["description"] = "\x1b[2J\rgone"

    signed(tmp_path / "store", change)
    assert main(["info", str(tmp_path / "store")]) == 0
    said = capsys.readouterr().out
    assert not {"\x1b", "\x07", "\r", "\x9b", "\u202e"} & set(said)
    assert "\\x1b]0;owned\\x07 \\u202eevil \\u009b2J" in said


def test_file_names_that_are_no_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\x1b[2J"))
    assert main(["info", str(odd)]) == 2
    assert "\\udcff\\x1b[2J" in capsys.readouterr().err


def test_signs_that_the_terminal_does_not_know() -> None:
    raw = io.BytesIO()
    out = Careful(io.TextIOWrapper(raw, encoding="ascii", write_through=True))
    print("Å µ \x1b", file=out, flush=True)
    assert raw.getvalue() == b"\\xc5 \\xb5 \\x1b\n"


@pytest.mark.parametrize(
    "words",
    [
        ["rm", "-rf", "/"],
        ["galdask", "gc", "/", "--yes"],
        ["galdask"],
        ["galdask; rm -rf /", "run"],
        ["/tmp/galdask", "run"],
        ["python", "-c", "import os"],
    ],
)
def test_only_commands_that_make_something_can_be_run_again(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "provenance.json").write_text(json.dumps({"command": words}))
    assert main(["explain", str(tmp_path), "--rerun", "--yes"]) == 2
    assert "no command that can be run again" in capsys.readouterr().err


def test_a_recorded_command_is_shown_in_quotes_and_not_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --yes nothing runs; with it no shell does: the words go to galdask as they are."""
    target = tmp_path / "ran"
    words = ["galdask", "run", f"$(touch {target})", "--store", "x; touch y", "--out", "\x1b[2J'"]
    (tmp_path / "provenance.json").write_text(json.dumps({"command": words}))
    assert main(["explain", str(tmp_path), "--rerun"]) == 0
    said = capsys.readouterr().out.strip()
    assert shlex.split(said)[:5] == words[:5]
    assert "\x1b" not in said
    main(["explain", str(tmp_path), "--rerun", "--yes"])
    assert not target.exists()


def test_a_link_in_the_place_of_a_temporary_file(tmp_path: Path) -> None:
    """A file is opened under a name that nobody can foretell, and only if nothing is there."""
    from galdask import publish

    (tmp_path / "victim").write_text("x")
    (tmp_path / "out.json").symlink_to(tmp_path / "victim")
    publish.write_text(tmp_path / "out.json", "new")
    assert (tmp_path / "victim").read_text() == "x"
    assert not (tmp_path / "out.json").is_symlink()
