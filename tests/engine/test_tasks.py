import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from galdask.engine import measure


def test_the_peak_is_that_of_this_process():
    before = measure.peak_bytes()
    assert before > 20 << 20
    held = np.ones(40 << 20)
    assert measure.peak_bytes() >= 0.9 * held.nbytes


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs the marks of Linux")
def test_the_peak_of_a_child_is_not_that_of_the_process_which_started_it():
    held = np.ones(100 << 20)
    words = "from galdask.engine import measure; print(measure.peak_bytes())"
    told = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert int(told.stdout) < held.nbytes / 2
