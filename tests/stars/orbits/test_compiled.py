"""The disk cache of kernels depends on every file of the folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import galdask
from galdask.stars.orbits import compiled, staeckel

PACKAGE = Path(galdask.__file__).parent


def test_the_stamp_is_in_the_key():
    assert staeckel._stars.py_func.__closure__[0].cell_contents == compiled.stamp()
    assert 0 <= compiled.stamp() < 2**63
    assert staeckel._stars.stats.cache_path


PART = """
import numba as nb

from galdask.stars.orbits.compiled import PART


@nb.njit(**PART)
def part(x):
    return x + {}
"""
WHOLE = """
import numba as nb

from galdask.stars.orbits.compiled import KERNEL, F, stamp
from galdask.stars.orbits.part import part


def kernel(sources):
    @nb.njit(F(F), **KERNEL)
    def whole(x):
        _ = sources
        return 10.0 * part(x)

    return whole


whole = kernel(stamp())
"""


def run(folder):
    """Return what the kernel gives for 1 and how often it came from the cache, in a process of its own."""
    code = (
        "from galdask.stars.orbits.whole import whole;"
        "print(whole.py_func.__code__.co_filename, whole(1.0), sum(whole.stats.cache_hits.values()))"
    )
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "cache"), "PYTHONPATH": str(folder)}
    told = subprocess.run(
        [sys.executable, "-c", code],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        cwd=folder,
    )
    file, value, hits = told.stdout.split()
    assert file.startswith(str(folder))
    return float(value), int(hits)


def test_an_edit_of_a_file_that_a_kernel_calls_into_is_seen(tmp_path):
    """The kernel's own file is not touched; numba alone would take the old code from its cache."""
    shutil.copytree(PACKAGE, tmp_path / "galdask", ignore=shutil.ignore_patterns("__pycache__"))
    folder = tmp_path / "galdask" / "stars" / "orbits"
    (folder / "whole.py").write_text(WHOLE)
    (folder / "part.py").write_text(PART.format("1.0"))
    assert run(tmp_path) == (20.0, 0)
    assert run(tmp_path) == (20.0, 1)
    (folder / "part.py").write_text(PART.format("2.0"))
    assert run(tmp_path) == (30.0, 0)
