"""A wheel, installed where the checkout is out of sight, runs from an empty folder."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

import galdask

ROOT = Path(__file__).parents[2]
PARTS = ["pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE", "galdask", "pipelines"]
PARTS += ["cluster_configs"]


def call(words, **more):
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, check=False, timeout=240, **more
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel built from a copy, so that the checkout stays as it is."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in PARTS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / name, source / name)
    call([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target, source])
    (found,) = target.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def place(wheel, tmp_path_factory):
    """An environment with the wheel in it, and the dependencies of this one behind it."""
    folder = tmp_path_factory.mktemp("environment")
    call([sys.executable, "-m", "venv", "--without-pip", folder])
    python = folder / "bin" / "python"
    packages = Path(call([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]).strip())
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    install = ["--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check", wheel]
    call([sys.executable, "-m", "pip", "--python", python, "install", *install])
    bring_compiled_kernels(packages)
    return folder


def bring_compiled_kernels(packages):
    """Copy what numba has compiled of equal files: to compile again takes a minute, and proves nothing."""
    for cached in (ROOT / "galdask").rglob("__pycache__/*.nb[ic]"):
        source = cached.parents[1] / f"{cached.name.split('.')[0]}.py"
        installed = packages / source.relative_to(ROOT)
        if installed.is_file() and installed.read_bytes() == source.read_bytes():
            installed.with_name("__pycache__").mkdir(exist_ok=True)
            shutil.copy2(cached, installed.parent / "__pycache__" / cached.name)
            shutil.copystat(source, installed)  # numba compares the time of the source


@pytest.fixture(scope="module")
def run(place, tmp_path_factory):
    """Run a command of the environment in an empty folder that belongs to all tests here."""
    folder = tmp_path_factory.mktemp("empty")
    hidden = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYTHONWARNINGS")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}

    def run(*words):
        return call([place / "bin" / words[0], *words[1:]], cwd=folder, env=environment)

    run.folder = folder
    return run


def test_it_carries_data_and_nothing_else(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = {
        f"galdask/shipped/{path.relative_to(ROOT).as_posix()}"
        for folder in ("pipelines", "cluster_configs")
        for path in (ROOT / folder).rglob("*.yaml")
    }
    assert {"galdask/shipped/pipelines/two_disks.yaml"} <= shipped <= names
    data = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "galdask").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert data <= names
    tops = {name.split("/")[0] for name in names}
    assert tops == {"galdask", f"galdask-{galdask.__version__}.dist-info"}


def test_the_checkout_is_out_of_sight(run, place):
    script = (
        "import galdask\nfrom galdask.engine.cluster import shipped\n"
        "print(galdask.__file__, shipped('pipelines'), shipped('cluster_configs'), sep='\\n')"
    )
    said = run("python", "-c", script).splitlines()
    assert len(said) == 3
    assert all(place in Path(line).parents for line in said)
    assert all(Path(line).parent.name == "shipped" for line in said[1:])


def test_it_runs_from_an_empty_folder(run):
    assert list(run.folder.iterdir()) == []
    assert run("galdask", "--version").split() == ["galdask", galdask.__version__]
    assert "coverage" in run("galdask", "products")
    run("galdask", "mock", "dr17", "--stars", "3000", "--layout", "lite", "--to", "release")
    run("galdask", "ingest", "dr17", "--from", "release", "--store", "store", "--cluster", "inline")
    assert "3,000" in run("galdask", "info", "store")
    said = run("galdask", "run", "two_disks", "--store", "store", "--out", "out", "--cluster", "inline",
               "--only", "coverage")  # fmt: skip
    assert "3,000 rows" in said
    assert (run.folder / "out" / "figures" / "coverage.png").stat().st_size > 10_000
    assert (run.folder / "out" / "report" / "index.html").exists()
    rows = (run.folder / "out" / "ledger.csv").read_text().splitlines()
    assert rows[1] == "catalogue,input,0,0,3000"
