"""Pulls of slopes over independent mocks: (estimate - truth) / error has mean 0 and standard deviation 1.

Truth is the same estimator on an independent mock 100 times larger, with windows of 100 times more stars:
a window then spans the same share of the stars, so that both estimate the same line.
"""

from __future__ import annotations

import numpy as np
import pytest

from galdask.reductions import Axis, CellTable, Key, LeastSquares, RunningMedians

BINS = 20
KEY = Key((Axis.regular("bin", "bin", 0.0, BINS, 1.0),))


def mock(seed: int, times: int = 1) -> dict[str, np.ndarray]:
    """Stars of a disk that thins outwards, about 1500 a bin, with a known line and scatter."""
    rng = np.random.default_rng([seed, times])
    n = 1500 * BINS * times
    r = rng.gamma(4.0, 2.0, n).clip(0.5, 18.0)
    return {
        "star_key": rng.integers(0, 2**64, n, dtype=np.uint64),
        "bin": rng.integers(0, BINS, n).astype(np.float32),
        "r": r,
        "fe_h": (0.3 - 0.05 * r + rng.normal(0.0, 0.15, n)).astype(np.float32),
    }


def running(seed: int, replicas: int, times: int = 1) -> CellTable:
    red = RunningMedians(
        KEY,
        "r",
        "fe_h",
        window=200 * times,
        step=100 * times,
        fits=((5.0, None),),
        replicas=replicas,
        seed=seed,
    )
    return red.finalize([red.map(mock(seed, times))]).tables["slopes"]


def of_stars(seed: int, replicas: int, times: int = 1) -> CellTable:
    red = LeastSquares(KEY, "r", "fe_h", x_low=5.0, replicas=replicas, seed=seed)
    return red.finalize([red.map(mock(seed, times))])


def pulls(estimate, seeds, error: str = "slope_err") -> np.ndarray:
    truth = estimate(1000, 0, 100).values["slope"]
    found = [estimate(seed, 200).values for seed in seeds]
    return np.concatenate([(f["slope"] - truth) / f[error] for f in found])


@pytest.mark.parametrize("estimate", [running, of_stars])
def test_pulls_of_a_few_mocks(estimate):
    found = pulls(estimate, range(1, 6))
    assert found.size == 100
    assert np.all(np.isfinite(found))
    assert abs(found.mean()) <= 0.25
    assert 0.8 <= found.std(ddof=1) <= 1.2


@pytest.mark.long
@pytest.mark.parametrize("estimate", [running, of_stars])
def test_pulls_of_twenty_mocks(estimate):
    found = pulls(estimate, range(1, 21))
    assert found.size == 400
    assert np.all(np.isfinite(found))
    assert abs(found.mean()) <= 0.2
    assert 0.8 <= found.std(ddof=1) <= 1.2


@pytest.mark.long
def test_textbook_errors_of_overlapping_windows_are_too_small():
    found = pulls(running, range(1, 21), "slope_err_naive")
    assert found.std(ddof=1) > 1.25
