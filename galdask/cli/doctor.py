"""`galdask doctor`: is everything here that a run needs?"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

Verdict = tuple[str, str]


def arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    command.add_argument("--cluster", default="laptop", metavar="NAME|FILE", help="which cluster to try")


def run(chosen: argparse.Namespace) -> int:
    """Print a line for each check; returns 2 if one failed."""
    from galdask.provenance import cpu_features, versions

    print(f"python {sys.version.split()[0]} on {sys.platform}, {os.cpu_count()} cores")
    print("  ".join(f"{name} {version}" for name, version in versions().items() if name != "python"))
    print("cpu: " + " ".join(cpu_features()[-6:]))
    bad = 0
    checks: dict[str, Callable[[], Verdict]] = {
        "libraries": _libraries,
        "compiled kernels": _kernels,
        "galpy C code": _galpy,
        "thread settings": _threads,
        "scratch space": _scratch,
        "pipelines": _pipelines,
        f"cluster {chosen.cluster}": lambda: _cluster(chosen.cluster),
    }
    for name, check in checks.items():
        try:
            verdict, text = check()
        except Exception as error:
            verdict, text = "FAIL", f"{type(error).__name__}: {error}"
        bad += verdict == "FAIL"
        print(f"{verdict:<5} {name}: {text}")
    return 2 if bad else 0


def _libraries() -> Verdict:
    from galdask.provenance import versions

    absent = [name for name, version in versions().items() if version == "absent"]
    return ("FAIL", "absent: " + ", ".join(absent)) if absent else ("ok", "all there")


def _kernels() -> Verdict:
    import time

    began = time.perf_counter()
    from galdask.engine import warm

    warm.kernels()
    return "ok", f"ready in {time.perf_counter() - began:.1f} s (the first time compiles them)"


def _galpy() -> Verdict:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from galpy.util._load_extension_libs import load_libgalpy

        there = load_libgalpy()[1]
    return ("ok", "loaded") if there else ("warn", "not loaded: orbits would be slow; install a galpy wheel")


def _threads() -> Verdict:
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    said = {name: os.environ[name] for name in names if name in os.environ}
    return "ok", "workers get one thread a kernel" + (f"; here {said}" if said else "")


def _scratch() -> Verdict:
    folder = Path(tempfile.gettempdir())
    free = shutil.disk_usage(folder).free
    text = f"{free / 1e9:.0f} GB free in {folder}"
    return ("ok", text) if free > 5e9 else ("warn", text + "; a compressed release may not fit")


def _pipelines() -> Verdict:
    from galdask.engine.cluster import shipped

    names = [
        path.stem
        for folder in ("pipelines", "cluster_configs")
        for path in sorted(shipped(folder).glob("*.yaml"))
    ]
    return "ok", ", ".join(names)


def _cluster(name: str) -> Verdict:
    import urllib.request

    from galdask.engine.cluster import open_executor

    with open_executor(name) as executor:
        answers = dict(executor.run(_double, [1, 2, 3], step="doctor"))
        if answers != {0: 2, 1: 4, 2: 6}:
            return "FAIL", f"wrong answers {answers}"
        text = f"{executor.workers} worker threads answer"
        if executor.dashboard:
            with urllib.request.urlopen(executor.dashboard, timeout=20) as page:
                text += f", dashboard {page.status} at {executor.dashboard}"
        return "ok", text


def _double(number: int) -> int:
    return 2 * number
