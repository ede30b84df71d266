"""What `galdask doctor` says of the software: Python, galdask, its dependencies, kernels, orbits in C."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import re
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from galdask.cli.doctor_line import FAIL, OK, WARN, Line, guarded

#: distributions whose modules have another name
MODULES = {"pyyaml": "yaml", "nautilus-sampler": "nautilus", "dask-jobqueue": "dask_jobqueue"}
_NAME = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*\(?([^;)]*)\)?\s*(?:;(.*))?")


def lines() -> Iterator[Line]:
    """Yield a line for each thing that was looked at."""
    checks: dict[str, Callable[[], Line | Iterable[Line]]] = {
        "python": python,
        "galdask": installation,
        "dependencies": dependencies,
        "extras": extras,
    }
    checks |= {"kernels": kernels, "galpy in C": galpy, "shipped files": pipelines}
    for name, check in checks.items():
        yield from guarded(name, check)


def python() -> Line:
    """Tell which Python runs, and what changes where it finds modules."""
    kind = (
        "virtual environment"
        if sys.prefix != sys.base_prefix
        else "conda"
        if "CONDA_PREFIX" in os.environ
        else "system"
    )
    text = f"{sys.version.split()[0]} ({sys.implementation.name}), {kind}, {sys.executable}"
    if sys.version_info[:2] < (3, 11):  # noqa: UP036 - another Python may find the package by its path
        return Line(FAIL, "python", f"{text}: 3.11 or newer is needed")
    said = [name for name in ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP") if os.environ.get(name)]
    if said:
        shown = ", ".join(f"{name}={os.environ[name]}" for name in said)
        return Line(WARN, "python", f"{text}; {shown}: modules there go before installed ones")
    return Line(OK, "python", text)


def installation() -> Line:
    """Tell the version of galdask, where it lies, and the commit of a checkout."""
    import galdask

    folder = Path(galdask.__file__).parent
    try:
        known = importlib.metadata.version("galdask")
    except importlib.metadata.PackageNotFoundError:
        return Line(
            WARN, "galdask", f"{galdask.__version__} in {folder}, not installed: only found by its path"
        )
    commit = _commit(folder.parent)
    text = f"{galdask.__version__} in {folder}" + (f", editable, commit {commit}" if commit else "")
    if known != galdask.__version__:
        return Line(WARN, "galdask", f"{text}; {known} is installed: another copy is used; install it again")
    return Line(OK, "galdask", text)


def _commit(folder: Path) -> str:
    """Return the short commit of a checkout, read from its files."""
    git = folder / ".git"
    try:
        head = (git / "HEAD").read_text().strip()
        if not head.startswith("ref: "):
            return head[:10]
        name = head.removeprefix("ref: ")
        if (git / name).is_file():
            return (git / name).read_text().strip()[:10]
        packed = (line.split() for line in (git / "packed-refs").read_text().splitlines())
        return next((words[0][:10] for words in packed if words[-1] == name), "")
    except OSError:
        return ""


def required(extra: str | None = None) -> list[tuple[str, str]]:
    """Return name and bounds of what galdask needs, or of one of its extras."""
    found = []
    for line in importlib.metadata.requires("galdask") or ():
        match = _NAME.fullmatch(line.strip())
        if match is None:
            continue
        marker = re.search(r"extra\s*==\s*['\"]([^'\"]+)", match[3] or "")
        if (marker[1] if marker else None) == extra:
            found.append((match[1], match[2].strip()))
    return found


def dependencies() -> Iterator[Line]:
    """Yield a line for each dependency: version, lowest version, and whether it can be imported."""
    try:
        needed = required()
    except importlib.metadata.PackageNotFoundError:
        yield Line(WARN, "dependencies", "galdask is not installed: what it needs is not known")
        return
    for name, bounds in needed:
        yield _dependency(name, bounds)


def _dependency(name: str, bounds: str) -> Line:
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Line(FAIL, name, f"absent; {bounds or 'any version'} is needed: install galdask again")
    text = f"{version}" + (f" ({bounds})" if bounds else "")
    if too_old(version, bounds):
        return Line(FAIL, name, f"{text}: too old; install galdask again")
    module = MODULES.get(name.lower(), name.replace("-", "_"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            where = getattr(importlib.import_module(module), "__file__", None)
    except Exception as error:
        return Line(FAIL, name, f"{text}, but it cannot be imported: {type(error).__name__}: {error}")
    home = importlib.metadata.distribution(name).locate_file("")
    if where is not None and not Path(where).resolve().is_relative_to(Path(str(home)).resolve()):
        return Line(WARN, name, f"{text}, but another copy is used: {where}")
    return Line(OK, name, text)


def too_old(version: str, bounds: str) -> bool:
    """Return whether a version is under a lower bound, by its numbers."""
    low = re.search(r">=\s*([0-9.]+)", bounds)
    return low is not None and _numbers(version) < _numbers(low[1])


def _numbers(version: str) -> tuple[int, ...]:
    found = re.match(r"\d+(?:\.\d+)*", version)
    numbers = tuple(int(part) for part in found[0].split(".")) if found else ()
    return numbers + (0,) * (5 - len(numbers))


def extras() -> Iterator[Line]:
    """Yield a line for each extra: what of it is here."""
    try:
        about = importlib.metadata.metadata("galdask")
    except importlib.metadata.PackageNotFoundError:
        return
    for extra in about.get_all("Provides-Extra") or ():
        said: list[str] = []
        old: list[str] = []
        absent: list[str] = []
        for name, bounds in required(extra):
            try:
                version = importlib.metadata.version(name)
            except importlib.metadata.PackageNotFoundError:
                absent.append(name)
                continue
            (old if too_old(version, bounds) else said).append(f"{name} {version}")
        text = ", ".join(said) or "-"
        if old:
            yield Line(WARN, f"extra {extra}", f"{text}; too old: {', '.join(old)}")
        else:
            rest = f"; absent: {', '.join(absent)} (only needed for what the extra does)" if absent else ""
            yield Line(OK, f"extra {extra}", text + rest)


def kernels() -> Line:
    """Load every compiled kernel, and look at where they are kept."""
    from galdask.engine import warm

    began = time.perf_counter()
    warm.kernels()
    took = time.perf_counter() - began
    text = f"ready in {took:.1f} s (the first time compiles them)"
    folder = Path(
        os.environ.get("NUMBA_CACHE_DIR") or Path(warm.__file__).parents[1] / "reductions" / "__pycache__"
    )
    there = folder if folder.exists() else folder.parent
    if os.environ.get("NUMBA_DISABLE_JIT") not in (None, "", "0"):
        return Line(WARN, "kernels", f"{text}; NUMBA_DISABLE_JIT is set: a hundred times slower")
    if not (there.is_dir() and os.access(there, os.W_OK)):
        return Line(
            WARN, "kernels", f"{text}; {folder} cannot be written: new kernels compile in every process"
        )
    return Line(OK, "kernels", f"{text}, kept in {folder}")


def galpy() -> Line:
    """Load the C code of galpy."""
    from galdask.engine.clusters.facts import galpy_compiled

    if galpy_compiled():
        return Line(OK, "galpy in C", "loaded")
    return Line(WARN, "galpy in C", "not loaded: orbits would be slow; install a galpy wheel")


def pipelines() -> Line:
    """Name the pipelines and clusters that came with galdask."""
    from galdask.engine.cluster import shipped

    names = [p.stem for f in ("pipelines", "cluster_configs") for p in sorted(shipped(f).glob("*.yaml"))]
    return Line(OK if names else FAIL, "shipped files", ", ".join(names) or "none: install galdask again")
