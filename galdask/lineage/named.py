"""Runs of OUT by name: OUT is the one that it shows, OUT@before the one before, OUT@dr16 one of a release."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from galdask.errors import ProductError

#: between the folder of results and the name of a run
AT = "@"
BEFORE = "before"
COMPLETE = "complete.json"


def split(out: Path | str) -> tuple[Path, str]:
    """Return the folder of results, and the name of one of its runs or nothing.

    Parameters
    ----------
    out : path
        OUT, OUT@before, OUT@RELEASE, or OUT@RUN with the beginning of a run's name.
    """
    path = Path(out)
    folder, mark, name = str(out).rpartition(AT)
    if not mark or not name or path.exists() or not (Path(folder) / ".runs").is_dir():
        return path, ""
    return Path(folder), name


def runs(out: Path) -> list[Path]:
    """Return the folders of the complete runs of OUT, the one that it shows first, then the latest."""
    try:
        found = [path for path in (out / ".runs").iterdir() if (path / COMPLETE).is_file()]
    except OSError:
        return []
    current = (out / "current").resolve()
    found = [path for path in found if not path.name.startswith(".")]
    return sorted(found, key=lambda p: (p.resolve() != current, -(p / COMPLETE).stat().st_mtime_ns, p.name))


def record(run: Path) -> dict[str, Any]:
    """Return the provenance record of a run; empty where it cannot be read."""
    try:
        found = json.loads((run / "provenance.json").read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def release(run: Path) -> str:
    """Return the release that a run was made from."""
    store = record(run).get("store")
    return str(store.get("release", "")) if isinstance(store, dict) else ""


def find(out: Path, name: str) -> Path:
    """Return the folder of a run.

    Parameters
    ----------
    out : path
        Folder of the results.
    name : str
        ``before``, a release, or the beginning of a run's name.

    Raises
    ------
    ProductError
        If there is none, or more than one whose name begins so.
    """
    known = runs(out)
    if name == BEFORE:
        chosen = [run for run in known if run.resolve() != (out / "current").resolve()][:1]
    else:
        chosen = [run for run in known if run.name.startswith(name)]
        if not chosen:
            chosen = [run for run in known if release(run) == name][:1]
    if len(chosen) == 1:
        return chosen[0].resolve()
    raise ProductError(
        "more than one run begins so" if chosen else "there is no such run",
        where=f"{out}{AT}{name}",
        expected="one of " + ", ".join(f"{run.name} ({release(run)})" for run in known) if known else "a run",
        todo=None if chosen else "earlier runs are kept until 'galdask gc OUT --yes'",
    )
