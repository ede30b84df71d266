"""The package of reductions as others see it."""

import subprocess
import sys

import pytest

import galdask.reductions


def test_importing_the_package_imports_nothing_heavy():
    code = (
        "import sys, galdask.reductions;print(sorted({'numba', 'numpy', 'scipy', 'dask'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_name_is_there():
    for name in galdask.reductions.__all__:
        assert getattr(galdask.reductions, name) is not None
    assert set(galdask.reductions.KINDS) == set(galdask.reductions.REGISTRY)
    with pytest.raises(AttributeError, match="no attribute 'Medians'"):
        _ = galdask.reductions.Medians
