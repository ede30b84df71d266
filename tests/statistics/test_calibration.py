"""Calibration over seeds 1 to 20, and biases; the table goes to `benchmarks/calibration.md`.

Truth is the same estimator on an independent mock a hundred times larger. For running medians the windows
grow with it, from 200 stars to 20,000 and steps from 100 to 10,000, or it is cut into samples of the size
tested, whose slopes are averaged (see `truth`): a window of 200 stars in a sample a hundred times denser is
another estimator.
"""

from __future__ import annotations

import resource
import time

import numpy as np
import pytest

from galdask import publish
from tests.statistics import report
from tests.statistics.rules import PROBABLE, calibrated, finite, p_value
from tests.statistics.study import SEEDS, study
from tests.statistics.truth import TIMES

pytestmark = pytest.mark.long

FITS = [(fit_to, r_min) for fit_to in ("profile", "stars") for r_min in (7.0, 0.0)]
POPULATIONS = ["total", "low_alpha", "high_alpha"]
PRODUCTS = [("feh_slices", "fe_h"), *(("cubes/polar", quantity) for quantity in ("fe_h", "mg_fe", "log_age"))]


@pytest.fixture(scope="module")
def made():
    """The study; its table is written whatever the tests then say."""
    began = time.monotonic()
    found = study()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    page = report.text(found, "python -m pytest -m long tests/statistics", time.monotonic() - began, memory)
    publish.write_text(report.ROOT / "benchmarks" / "calibration.md", page)
    return found


@pytest.mark.parametrize(("fit_to", "r_min"), FITS)
def test_slopes_of_twenty_mocks_are_calibrated(made, fit_to, r_min):
    one = {"fit_to": fit_to, "r_min": r_min}
    assert list(SEEDS) == list(range(1, 21))
    assert TIMES >= 100
    assert int(made.truth.judged.sel(one).sum()) >= 20
    pulls = made.truth.pulls(made.slopes).sel(one)
    pool = finite(pulls)
    assert pool.size >= 400
    assert calibrated(pool)
    assert calibrated(made.truth.pulls(made.slopes, made.truth.wide["slope"]).sel(one))
    assert not calibrated(pool / 0.6)
    assert not calibrated(pool / 1.6)
    for population in POPULATIONS:
        assert calibrated(pulls.sel(population=population)), population


@pytest.mark.parametrize(("fit_to", "r_min"), FITS)
def test_every_mock_is_probable(made, fit_to, r_min):
    pulls = made.truth.pulls(made.slopes).sel(fit_to=fit_to, r_min=r_min, population=POPULATIONS[1:])
    p = np.array([p_value(pulls.isel(seed=k)) for k in range(len(SEEDS))])
    assert p.min() > PROBABLE
    assert p.max() < 1 - PROBABLE
    assert 0.2 < np.median(p) < 0.8


def test_textbook_errors_of_profiles_do_not_hold(made):
    assert not calibrated(made.naive())


@pytest.mark.parametrize("of", PRODUCTS)
def test_medians_in_cells_are_calibrated(made, of):
    pulls = made.cell_pulls(of)
    for population in (None, *POPULATIONS):
        pool = pulls.of(population)
        assert pool.size >= 400
        assert calibrated(pool), population
        assert not calibrated(pool / 0.6)


@pytest.mark.parametrize(("fit_to", "r_min"), FITS)
def test_biases_of_slopes_are_small_or_due_to_distances(made, fit_to, r_min):
    """Small: within 0.3 stated errors. Otherwise measured places alone must give the same bias to 0.3."""
    bias = made.bias.sel(fit_to=fit_to, r_min=r_min)
    measured, places = bias["measured"], bias["places"]
    judged = made.truth.judged.sel(fit_to=fit_to, r_min=r_min)
    explained = (abs(measured) <= 0.3) | (abs(measured - places) <= 0.3)
    assert bool(explained.where(judged, True).all())
    parts = places + bias["labels"] + bias["populations"]
    assert float(abs(measured - parts).max()) < 0.3
    assert float(abs(bias["labels"]).max()) < 0.1


def test_flatter_slopes_are_regression_dilution(made):
    predicted, found = made.dilution
    assert (found < 0.99).all()
    np.testing.assert_allclose(found, predicted, atol=0.02)


@pytest.mark.parametrize("of", PRODUCTS)
def test_biases_of_medians_are_small_or_due_to_distances_and_ages(made, of):
    for population, parts in made.cell_biases(of).items():
        measured = parts["measured"]
        assert measured.size >= 300, population
        rest = measured - parts["places"] - parts["labels"]
        assert np.mean(abs(rest) <= 0.3) >= 0.99, population
        assert abs(rest.mean()) < 0.1, population
        if of[1] != "log_age":
            assert np.mean(abs(measured) <= 0.3) >= 0.94, population
