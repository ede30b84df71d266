"""Rules of the house that a machine can check."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "galdask"

#: rooms in order: a room imports only rooms listed before it
ROOMS = [
    {"errors", "units", "digest", "rng", "hostile_yaml", "config", "publish", "provenance", "events"},
    {"catalog"},
    {"stars"},
    {"reductions"},
    {"engine"},
    {"cartography"},
    {"migration"},
    {"mocks"},
    {"figures"},
    {"report"},
    {"lineage"},
    {"exports"},
    {
        "accounting",
        "production",
        "identity",
        "foresight",
        "pipeline",
        "renewal",
        "exporting",
        "fitting",
        "api",
    },
    {"cli"},
]
RANK = {name: rank for rank, names in enumerate(ROOMS) for name in names}


def modules():
    return sorted(PACKAGE.rglob("*.py"))


def imports(path):
    """Yield (line, dotted name) of every import of a file, lazy ones too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def room(path):
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def test_a_room_imports_only_rooms_before_it():
    wrong = []
    for path in modules():
        own = room(path)
        if own in ("__init__", "__main__"):
            continue
        for line, name in imports(path):
            parts = name.split(".")
            if parts[0] != "galdask" or len(parts) < 2 or parts[1] not in RANK:
                continue
            other = parts[1]
            if other != own and RANK[other] > RANK[own]:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert wrong == []


def test_engine_alone_imports_dask():
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in modules()
        if room(path) != "engine"
        for line, name in imports(path)
        if name.split(".")[0] in ("dask", "distributed") and not _for_types_only(path, line)
    ]
    assert wrong == []


def _for_types_only(path, line):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return any(child.lineno <= line <= child.end_lineno for child in node.body)
    return False


def test_no_pickle_and_no_eval():
    wrong = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("eval", "exec")
            ):
                wrong.append(f"{path}:{node.lineno}")
        wrong += [
            f"{path}:{line}"
            for line, name in imports(path)
            if name.split(".")[0] in ("pickle", "marshal", "shelve")
        ]
    assert wrong == []


@pytest.mark.parametrize("folder", ["galdask", "tests", "benchmarks"])
def test_no_file_above_400_lines(folder):
    long = {
        str(path.relative_to(ROOT)): count
        for path in sorted((ROOT / folder).rglob("*.py"))
        if (count := len(path.read_text().splitlines())) > 400
    }
    assert long == {}


def tracked():
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.splitlines() if (ROOT / name).is_file()]


def test_nothing_names_a_machine_or_a_registry():
    home = r"/(?:root|home/\w+|work)/"
    registry = r"(?:pypi\.org|pythonhosted\.org|registry\.npmjs|conda\.anaconda\.org|/opt/pypi)"
    wrong = []
    for path in tracked():
        if path == Path(__file__) or path.suffix in (".png", ".pdf", ".gz"):
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if re.search(home, line) or re.search(registry, line):
                wrong.append(f"{path.relative_to(ROOT)}:{number}")
    assert wrong == []


CONDA_NAMES = {"matplotlib-base": "matplotlib", "python-xxhash": "xxhash", "pyyaml": "pyyaml"}


def test_environment_agrees_with_pyproject():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pip = {re.split(r"(?=[><=])", d, maxsplit=1)[0].lower(): d for d in project["dependencies"]}
    pip = {name: re.split(r"(?=[><=])", d, maxsplit=1)[1] for name, d in pip.items()}
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    conda = {}
    for item in listed:
        name, *bound = re.split(r"(?=[><=])", item, maxsplit=1)
        conda[CONDA_NAMES.get(name, name)] = bound[0] if bound else ""
    assert conda.pop("python") == project["requires-python"]
    conda.pop("pip")
    assert conda == pip


def test_every_dependency_is_explained():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    text = (ROOT / "docs" / "dependencies.md").read_text().lower()
    names = [re.split(r"[><=]", d)[0].lower() for d in project["dependencies"]]
    names += [
        re.split(r"[><=]", d)[0].lower() for extra in project["optional-dependencies"].values() for d in extra
    ]
    assert [name for name in names if f"`{name}`" not in text] == []


def test_the_version_is_the_same_everywhere():
    import galdask

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert galdask.__version__ == project["version"] == str(citation["version"])
