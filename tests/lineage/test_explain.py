"""`galdask explain`: every artefact says where it comes from, also far from home, and can be made again."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import galdask
from galdask.catalog.store import open_store
from galdask.cli.main import main
from galdask.errors import InputError, StoreError
from galdask.lineage.explain import explain


@pytest.fixture(scope="module")
def home(mock_store, tmp_path_factory):
    """A folder with a store and results that a command made there."""
    folder = tmp_path_factory.mktemp("home")
    shutil.copytree(mock_store, folder / "store")
    words = "run two_disks --store store --out out --cluster inline --only "
    words += "feh_slices radial_gradients cubes/polar"
    subprocess.run(
        [sys.executable, "-m", "galdask", *words.split(), "--progress", "none"], cwd=folder, check=True
    )
    return folder


FILES = [
    "out",
    "out/figures/feh_slices.png",
    "out/figures/feh_slices.pdf",
    "out/products/feh_slices.zarr",
    "out/products/feh_slices.zarr/zarr.json",
    "out/cubes/polar.zarr",
    "out/tables/radial_gradients.csv",
    "out/tables/radial_gradients.parquet",
    "out/report/index.html",
    "out/ledger.csv",
    "out/provenance.json",
]


@pytest.mark.parametrize("name", FILES)
def test_everything_of_a_run_knows_its_run(name, home):
    found = explain(home / name)
    record = json.loads((home / "out" / "provenance.json").read_text())
    assert found.record == record
    assert found.record["store"]["digest"] == open_store(home / "store").digest
    assert found.command[:5] == ["galdask", "run", "two_disks", "--store", "store"]


@pytest.mark.parametrize("name", [name for name in FILES if name.count("/") == 2 and "zarr/" not in name][:6])
def test_copies_elsewhere_still_know(name, home, tmp_path):
    copy = shutil.copytree if (home / name).is_dir() else shutil.copy
    if name.endswith(".html"):
        pytest.skip("a report stands beside its record")
    copied = copy(home / name, tmp_path / name.rsplit("/", 1)[1])
    assert explain(copied).record == explain(home / "out").record


def test_what_is_printed(home, capsys):
    assert main(["explain", str(home / "out" / "figures" / "feh_slices.png")]) == 0
    said = capsys.readouterr().out
    for words in (
        open_store(home / "store").digest,
        "galdask run two_disks",
        "r_sun 8.3",
        "surface_gravity (column logg, high 2.0, low 1.0",
        "numpy",
        "inside feh_slices.png",
    ):
        assert words in said, words


def test_a_store(home, capsys):
    store = open_store(home / "store")
    for path in (home / "store", next((home / "store" / "data").rglob("*.parquet"))):
        assert main(["explain", str(path)]) == 0
        said = capsys.readouterr().out
        assert store.digest in said
        assert "allStarLite-dr17-synspec_rev1.fits" in said
    assert main(["explain", str(home / "store"), "--rerun"]) == 2
    assert "names no command" in capsys.readouterr().err


def test_a_store_with_orbits_names_the_potential(home, tmp_path, capsys):
    shutil.copytree(home / "store", tmp_path / "store")
    galdask.orbits(tmp_path / "store", "orbits", draws=2, cluster="inline")
    assert main(["explain", str(tmp_path / "store")]) == 0
    assert "MWPotential2014" in capsys.readouterr().out


def test_the_command_makes_it_again(home, tmp_path, monkeypatch, capsys):
    picture = Path(shutil.copy(home / "out" / "figures" / "feh_slices.png", tmp_path / "a.png"))
    assert main(["explain", str(picture), "--rerun"]) == 0
    assert capsys.readouterr().out.startswith("galdask run two_disks --store store --out out")
    shutil.copytree(home, tmp_path / "home", symlinks=True)
    (tmp_path / "home" / "out" / "current").unlink()
    monkeypatch.chdir(tmp_path / "home")
    assert main(["explain", str(picture), "--rerun", "--yes"]) == 0
    assert "nothing has changed" in capsys.readouterr().out
    again = tmp_path / "home" / "out" / "figures" / "feh_slices.png"
    assert again.read_bytes() == picture.read_bytes()


def test_what_nobody_knows(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="nothing says"):
        explain(tmp_path / "notes.txt")
    with pytest.raises(InputError, match="no such file"):
        explain(tmp_path / "nowhere.png")


def test_other_commands_are_never_run(home, tmp_path):
    record = json.loads((home / "out" / "provenance.json").read_text())
    for command in (["rm", "-rf", "/"], ["galdask", "gc", "out", "--yes"], []):
        (tmp_path / "provenance.json").write_text(json.dumps({**record, "command": command}))
        assert explain(tmp_path).command == []


def test_an_edited_store_is_not_explained_away(home, tmp_path):
    shutil.copytree(home / "store", tmp_path / "store")
    path = tmp_path / "store" / "manifest.json"
    path.write_text(path.read_text().replace('"rows":8000', '"rows":8001', 1))
    with pytest.raises(StoreError, match="not as it was written"):
        explain(tmp_path / "store")
