"""Single mocks and small pools judged by the rules; the full pools are in `test_calibration`.

Truth is the same estimator on an independent mock a hundred times larger; for running medians see `truth`.
A single mock is judged by its low-alpha and high-alpha bins, which share no star; that rule would find errors
four times too small, pools would find errors of 0.6 or 1.6 times the right size.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.statistics import cells
from tests.statistics.estimators import CELLS
from tests.statistics.rules import MEAN, PROBABLE, calibrated, finite, p_value

APART = ["low_alpha", "high_alpha"]
MAP = (CELLS[1], "fe_h")


@pytest.fixture(scope="module")
def pulls(small_truth, small_mocks):
    return small_truth.pulls(small_mocks.slopes)


@pytest.mark.parametrize("r_min", [7.0, 0.0])
@pytest.mark.parametrize("fit_to", ["profile", "stars"])
def test_the_slopes_of_one_mock_are_probable(pulls, fit_to, r_min):
    one = finite(pulls.isel(seed=0).sel(fit_to=fit_to, r_min=r_min, population=APART))
    assert one.size >= 4
    assert p_value(one) > PROBABLE
    assert p_value(one / 0.25) < PROBABLE


@pytest.mark.parametrize("fit_to", ["profile", "stars"])
def test_slopes_of_a_few_mocks_are_calibrated(pulls, fit_to):
    pool = finite(pulls.sel(fit_to=fit_to))
    assert pool.size >= 100
    assert calibrated(pool)


@pytest.mark.parametrize("fit_to", ["profile", "stars"])
def test_wrong_errors_and_wrong_slopes_would_be_found(pulls, fit_to):
    pool = finite(pulls.sel(fit_to=fit_to))
    assert not calibrated(pool / 0.6)
    assert not calibrated(pool / 1.6)
    assert not calibrated(pool - np.sign(pool.mean()) * -2 * MEAN)


def test_windows_must_grow_with_the_sample(small_truth):
    """Windows of 200 stars in the large mock have another slope; windows of 20,000 leave only the phase."""
    one = {"fit_to": "profile", "r_min": 0.0}
    judged = small_truth.judged.sel(one)
    error = small_truth.slopes["measured"]["slope"].std("sample").sel(one)
    off = {
        name: finite((abs(dataset["slope"].sel(one) - small_truth.mean.sel(one)) / error).where(judged))
        for name, dataset in (("wide", small_truth.wide), ("fine", small_truth.fine))
    }
    assert off["wide"].size >= 8
    assert off["wide"].max() < 1.5
    assert np.median(off["fine"]) > 1.5


def test_the_medians_of_one_mock_are_probable(small_truth, small_mocks):
    truth = small_truth.cells["measured"][MAP]
    found = cells.pulls([small_mocks.medians[0][MAP]], truth)
    low = np.flatnonzero(found.population == 1)
    fullest = low[np.argsort(-found.expected[low], kind="stable")[:20]]
    assert found.expected[fullest].min() >= 15
    assert p_value(found.pull[fullest]) > PROBABLE
    assert p_value(found.pull[fullest] / 0.25) < PROBABLE


@pytest.mark.parametrize("population", [None, "total", "low_alpha"])
def test_medians_of_a_few_mocks_are_calibrated(small_truth, small_mocks, population):
    found = cells.pulls([made[MAP] for made in small_mocks.medians], small_truth.cells["measured"][MAP])
    pool = found.of(population)
    assert pool.size > 100
    assert calibrated(pool)
    assert not calibrated(pool / 0.6)
