"""Settings that are based on another file: what changes, what is taken away, whose line an error names."""

from pathlib import Path

import pytest

from galdask import config
from galdask.errors import ConfigError
from galdask.pipeline import pipeline_path

BASE = """name: base
frame: {r_sun: 8.3, z_sun: 0.027}
quantities:
  age: {column: age_a, unit: Gyr}
  fe_h: {column: fe_h, unit: dex}
samples: [one, two]
"""


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)


def test_mappings_change_key_by_key_and_lists_as_a_whole(tmp_path):
    write(
        tmp_path,
        base=BASE,
        mine="based_on: base.yaml\nname: mine\n"
        "quantities:\n  age: {column: null, expression: a + b}\nsamples: [three]\n",
    )
    section = config.load(tmp_path / "mine.yaml")
    assert {key: section.value(key) for key in section} == {
        "name": "mine",
        "frame": {"r_sun": 8.3, "z_sun": 0.027},
        "quantities": {
            "age": {"unit": "Gyr", "expression": "a + b"},
            "fe_h": {"column": "fe_h", "unit": "dex"},
        },
        "samples": ["three"],
    }


def test_a_chain_of_three(tmp_path):
    write(
        tmp_path,
        base=BASE,
        mine="based_on: base.yaml\nframe: {r_sun: 8.2}\n",
        again="based_on: mine.yaml\nframe: {z_sun: null}\n",
    )
    assert config.load(tmp_path / "again.yaml").value("frame") == {"r_sun": 8.2}


def test_an_error_names_the_file_and_line_of_the_value(tmp_path):
    write(tmp_path, base=BASE, mine="based_on: base.yaml\nframe:\n  r_sun: far\n")
    frame = config.load(tmp_path / "mine.yaml").section("frame")
    with pytest.raises(ConfigError, match=r"mine\.yaml, line 3"):
        frame.number("r_sun")
    age = config.load(tmp_path / "mine.yaml").section("quantities").section("age")
    with pytest.raises(ConfigError, match=r"base\.yaml, line 4"):
        age.number("column")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"mine": "based_on: mine.yaml\n"}, "in a circle"),
        ({"mine": "based_on: other.yaml\n", "other": "based_on: mine.yaml\n"}, "in a circle"),
        ({"mine": "based_on: nowhere.yaml\n"}, "no such file"),
        ({"mine": "based_on: 3\n"}, "wrong type"),
        ({"mine": "based_on: two_disk\n"}, "did you mean 'two_disks'"),
    ],
)
def test_what_cannot_be(files, message, tmp_path):
    write(tmp_path, **files)
    with pytest.raises(ConfigError, match=message):
        config.load(tmp_path / "mine.yaml")


def test_a_name_without_suffix_is_one_that_comes_with_galdask(tmp_path):
    write(tmp_path, nightly="based_on: dr17\nname: nightly\n", mine="based_on: two_disks\nname: mine\n")
    assert config.load(tmp_path / "nightly.yaml").value("star_id") == "star_id"
    assert config.load(tmp_path / "mine.yaml").value("frame") == config.load(
        pipeline_path("two_disks")
    ).value("frame")


def test_the_shipped_ones_differ_only_in_what_they_say():
    base = config.load(pipeline_path("two_disks"))
    for name in ("two_disks_dr16", "two_disks_dr19"):
        made = config.load(pipeline_path(name))
        assert made.text("name") == name
        for key in ("frame", "position", "populations", "grids", "cubes", "products", "galdask_pipeline"):
            assert made.value(key) == base.value(key)
        assert made.value("quantities")["age"] != base.value("quantities")["age"]
