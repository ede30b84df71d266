"""The page that adds a release is run as it stands."""

import re
import shutil

import numpy as np
import pytest

from galdask import pipeline
from galdask.catalog.release import known_releases, load_release
from galdask.catalog.store import open_store, read_partition
from galdask.cli.main import main
from galdask.errors import ConfigError
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "add_a_release.md").read_text()
#: what the page's blocks are called -> their text
FILES = dict(re.findall(r"```\w+ (\S+)\n(.*?)```", PAGE, re.DOTALL))


@pytest.fixture
def folder(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_release_of_its_own(folder, capsys):
    words = ["--cluster", "inline", "--progress", "none"]
    store, out = str(folder / "store"), str(folder / "out")
    assert (
        main(["ingest", str(folder / "lantern_dr1.yaml"), "--from", str(folder), "--store", store, *words])
        == 0
    )
    assert main(["info", store]) == 0
    printed = capsys.readouterr().out
    (shown,) = re.findall(r"```text\n(.*?)\n```", PAGE, re.DOTALL)
    assert shown in printed
    opened = open_store(store)
    columns = read_partition(opened.part(0, ["star_id", "fe_h", "distance", "age"]))
    assert (opened.rows, opened.columns["logg"].unit) == (12, "log(cm/s2)")
    of = {name: k for k, name in enumerate(columns["star_id"])}
    assert np.isnan(columns["fe_h"][of["LN-0011"]])
    assert columns["distance"][of["LN-0003"]] == np.float32(5.9)
    assert np.isnan(columns["age"][of["LN-0002"]])
    assert np.isnan(columns["distance"][of["LN-0004"]])

    assert (
        main(
            [
                "run",
                str(folder / "lantern.yaml"),
                "--store",
                store,
                "--out",
                out,
                "--only",
                "coverage",
                "kiel",
                *words,
            ]
        )
        == 0
    )
    assert "main 9, age 8" in capsys.readouterr().out
    assert (folder / "out" / "figures" / "coverage.png").stat().st_size > 10_000


def test_a_new_version_of_a_known_release(folder, mock_release, capsys):
    for path in mock_release.iterdir():
        name = "allStar-nightly.fits" if path.name.startswith("allStar") else path.name
        shutil.copy(path, folder / name)
    nightly, dr17 = load_release(folder / "nightly.yaml"), load_release("dr17")
    assert nightly.name == "nightly"
    assert nightly.columns == dr17.columns
    assert nightly.masks == dr17.masks
    assert nightly.main.files == ("allStar-nightly.fits",)
    assert "allstar" not in nightly.sources
    assert nightly.sources["distmass"] == dr17.sources["distmass"]
    words = ["--cluster", "inline", "--progress", "none"]
    store = folder / "store"
    assert (
        main(["ingest", str(folder / "nightly.yaml"), "--from", str(folder), "--store", str(store), *words])
        == 0
    )
    assert open_store(store).name == "nightly"
    assert open_store(store).rows == 8000
    # a store keeps the name of its release
    (folder / "nightly.yaml").write_text(FILES["nightly.yaml"].replace("name: nightly", "name: other"))
    assert (
        main(["ingest", str(folder / "nightly.yaml"), "--from", str(folder), "--store", str(store), *words])
        == 2
    )
    assert "nightly" in capsys.readouterr().err


def test_the_page_lists_the_releases_and_their_pipelines():
    rows = re.findall(r"\| `(dr\d+)` \| `([^`]+)` \|.*\| `(\w+)`[^|]*\|\n", PAGE)
    assert tuple(name for name, _, _ in rows) == known_releases()
    for name, file, its_pipeline in rows:
        assert file in load_release(name).main.files
        assert pipeline.pipeline_path(its_pipeline).is_file()
        assert "distance" in load_release(name).columns


def test_a_release_without_a_needed_column_is_told_which(folder):
    text = (
        (folder / "lantern_dr1.yaml")
        .read_text()
        .replace("  distance: {table: ages", "  distance_x: {table: ages")
    )
    (folder / "lantern_dr1.yaml").write_text(text)
    words = ["--cluster", "inline", "--progress", "none"]
    store = str(folder / "store")
    assert (
        main(["ingest", str(folder / "lantern_dr1.yaml"), "--from", str(folder), "--store", store, *words])
        == 0
    )
    with pytest.raises(ConfigError, match="distance"):
        pipeline.run(
            folder / "lantern.yaml", store, folder / "out", cluster="inline", only=["kiel"], figures=False
        )
