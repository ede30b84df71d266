"""Kernels are compiled before workers start: those that the command needs, and no others."""

import subprocess
import sys
import time

import pytest

from galdask.engine import warm
from galdask.engine.executor import Inline
from tests.engine import work

ASK = """
import sys
from galdask.engine import warm
warm.kernels(rooms=warm.{rooms})
print(int("galdask.migration.fit.kernel" in sys.modules), int("galdask.reductions.moments" in sys.modules))
"""


@pytest.mark.parametrize(("rooms", "expected"), [("ROOMS", "0 1"), ("FIT", "1 0")])
def test_a_run_and_a_fit_compile_their_own(rooms, expected):
    done = subprocess.run(
        [sys.executable, "-c", ASK.format(rooms=rooms)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == expected


def test_the_first_use_says_that_it_compiles(tmp_path, monkeypatch):
    heard = []
    warm.kernels(heard.append, rooms=warm.FIT)
    assert heard == []
    place = tmp_path / "galdask" / "engine" / "warm.py"
    place.parent.mkdir(parents=True)
    monkeypatch.setattr(warm, "__file__", str(place))
    warm.announce(heard.append, warm.FIT)
    assert "compiling" in heard[0].text


def test_workers_import_what_they_will_need_before_they_are_asked(dask_executor):
    def there(module):
        return set(dask_executor.client.run(work.imported, module).values())

    warm.kernels()
    assert there("wave") == {False}
    dask_executor.warm(["wave"])
    end = time.monotonic() + 20
    while there("wave") != {True}:
        assert time.monotonic() < end
        time.sleep(0.02)
    Inline().warm(["wave"])
