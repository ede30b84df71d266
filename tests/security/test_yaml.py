"""Settings files that were written to hurt: refused quickly, with file and line, in little memory."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import pytest

from galdask import config
from galdask.engine.cluster import load_cluster
from galdask.errors import ConfigError
from galdask.hostile_yaml import MAX_DEPTH
from galdask.identity import resolve

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)


def everything(text: str) -> dict[str, object]:
    section = config.parse(text, "f.yaml")
    return {key: section.value(key) for key in section}


def refused(text: str, match: str) -> ConfigError:
    """Refuse a text within a second and 64 MB, and return the error."""
    tracemalloc.start()
    began = time.perf_counter()
    try:
        with pytest.raises(ConfigError, match=match) as caught:
            everything(text)
        assert time.perf_counter() - began < 5
        assert tracemalloc.get_traced_memory()[1] < 64 << 20
    finally:
        tracemalloc.stop()
    assert "f.yaml" in str(caught.value.where)
    return caught.value


def test_billion_laughs() -> None:
    assert "line 2" in str(refused(LAUGHS, "aliases are not used").where)


def test_an_alias_of_itself() -> None:
    refused("a: &a [*a]\n", "aliases are not used")


@pytest.mark.parametrize("text", ["a: " + "[" * 100_000, "a: " + "{b: " * 100_000, "- " * 100_000 + "x"])
def test_deep_nesting(text: str) -> None:
    """The C parser builds nodes by recursion, without a limit: it would end the process."""
    refused(text, "nested too deeply")


def test_as_deep_as_allowed() -> None:
    levels = MAX_DEPTH - 1
    value = config.parse("a: " + "[" * levels + "]" * levels, "f.yaml").value("a")
    for _ in range(levels - 1):
        value = value[0]
    assert value == []


@pytest.mark.parametrize(
    "number", ["9" * 5000, "0x" + "f" * 5000, "0b" + "1" * 20_000, "1" + ":1" * 500_000, "1" * 5000 + ".5"]
)
def test_endless_numbers(number: str) -> None:
    """Some could be read but not written, some take hours: sixty to the power of a million."""
    refused(f"a: {number}\n", "too many digits")


def test_a_large_number_is_told_in_full() -> None:
    with pytest.raises(ConfigError, match="out of range") as caught:
        config.parse("a: 0x" + "f" * 240, "f.yaml").whole("a")
    assert float(str(caught.value.found)) > 1e280


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.system [echo x]",
        "a: !!python/object:galdask.errors.GaldaskError {}",
        "a: !!python/name:os.system ''",
        "a: !!binary aGFsbG8=",
        "a: !!set {x, y}",
        "a: !!omap [x: 1]",
        "a: !own x",
        "a: !!int [1]",
        "!!python/tuple a: 1",
    ],
)
def test_tags(text: str) -> None:
    refused(text, "tags are not used")


@pytest.mark.parametrize("text", ["a: !!int ''", "a: !!float ''", "a: !!bool x"])
def test_texts_under_the_tag_of_another_type(text: str) -> None:
    refused(text, "a value cannot be read")


def test_a_text_under_the_tag_of_a_date() -> None:
    assert everything("a: !!timestamp x") == {"a": "x"}


def test_a_date_stays_the_text_that_it_is() -> None:
    assert config.parse("a: 2023-01-02\n=: 1\n", "f").value("a") == "2023-01-02"


def test_keys_are_texts() -> None:
    refused("? [a, b]\n: 1\n", "key must be a text")
    refused("a: {? {b: c} : 1}\n", "key must be a text")


def test_control_characters_do_not_reach_the_terminal() -> None:
    error = refused('"a\\e]0;owned\\a": 1\na: "\\e[2J"\n"a\\e]0;owned\\a": 2\n', "stands twice")
    assert "\x1b" not in str(error)
    with pytest.raises(ConfigError) as caught:
        config.parse('a: "x\\n  to do:    \\e[31mrm -rf /\\u202e"', "f").text("a", choices=("y",))
    text = str(caught.value)
    assert text.isprintable() or not any(not (c.isprintable() or c == "\n") for c in text)
    assert not any(line.startswith("  to do:") and "rm" in line for line in text.splitlines())


def test_a_line_of_its_own_cannot_be_forged() -> None:
    text = str(ConfigError("wrong", found="x\n  to do:    rm -rf /", where="f\x1b[2J\nhalf\ud800"))
    assert "\x1b" not in text
    assert text.encode()
    assert "\n  to do:" not in text


def test_long_messages_are_cut() -> None:
    assert len(str(ConfigError("wrong", found="x" * 10_000_000))) < 5000


def test_a_file_can_be_based_only_on_one_beside_it(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("a: 1\n")
    (tmp_path / "mine").mkdir()
    for name in ("../secret.yaml", str(tmp_path / "secret.yaml"), "x/../../secret.yaml"):
        (tmp_path / "mine" / "m.yaml").write_text(f"based_on: {name}\n")
        with pytest.raises(ConfigError, match="beside or below"):
            config.load(tmp_path / "mine" / "m.yaml")


def test_a_long_chain_of_bases_ends(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"f{number}.yaml").write_text(f"based_on: f{number + 1}.yaml\n")
    (tmp_path / "f40.yaml").write_text("a: 1\n")
    with pytest.raises(ConfigError, match="too many files"):
        config.load(tmp_path / "f0.yaml")
    assert config.load(tmp_path / "f35.yaml").value("a") == 1


def test_every_settings_file_is_read_this_way(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.yaml"
    bomb.write_text(LAUGHS)
    for reader in (load_cluster, lambda path: resolve(path, tmp_path)):
        with pytest.raises(ConfigError, match="aliases"):
            reader(bomb)
