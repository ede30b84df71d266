"""Radial gradients and medians in cells over seeds 1 to 20, and biases; see `test_families` for the rest.

Truth is the same estimator on an independent mock a hundred times larger. For running medians the windows
grow with it, from 200 stars to 20,000 and steps from 100 to 10,000, or it is cut into samples of the size
tested, whose slopes are averaged (see `truth`): a window of 200 stars in a sample a hundred times denser is
another estimator.
"""

from __future__ import annotations

import time

import numpy as np
import pytest

from tests.statistics import cells, fragments, report
from tests.statistics.rules import PROBABLE, calibrated, finite, p_value
from tests.statistics.study import SEEDS, study
from tests.statistics.truth import TIMES

FITS = [(fit_to, r_min) for fit_to in ("profile", "stars") for r_min in (7.0, 0.0)]
POPULATIONS = ["total", "low_alpha", "high_alpha"]
PRODUCTS = [("feh_slices", "fe_h"), *(("cubes/polar", quantity) for quantity in ("fe_h", "mg_fe", "log_age"))]


def slopes_of_twenty_mocks_are_calibrated(made, fit_to, r_min):
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


def every_mock_is_probable(made, fit_to, r_min):
    pulls = made.truth.pulls(made.slopes).sel(fit_to=fit_to, r_min=r_min, population=POPULATIONS[1:])
    p = np.array([p_value(pulls.isel(seed=k)) for k in range(len(SEEDS))])
    assert p.min() > PROBABLE
    assert p.max() < 1 - PROBABLE
    assert 0.2 < np.median(p) < 0.8


def textbook_errors_of_profiles_do_not_hold(made):
    assert not calibrated(made.naive())


def medians_in_cells_are_calibrated(made, of):
    pulls = made.cell_pulls(of)
    for population in (None, *POPULATIONS):
        pool = pulls.of(population)
        assert pool.size >= 400
        assert calibrated(pool), population
        assert not calibrated(pool / 0.6)


def biases_of_slopes_are_small_or_due_to_distances(made, fit_to, r_min):
    """Small: within 0.3 stated errors. Otherwise measured places alone must give the same bias to 0.3."""
    bias = made.bias.sel(fit_to=fit_to, r_min=r_min)
    measured, places = bias["measured"], bias["places"]
    judged = made.truth.judged.sel(fit_to=fit_to, r_min=r_min)
    explained = (abs(measured) <= 0.3) | (abs(measured - places) <= 0.3)
    assert bool(explained.where(judged, True).all())
    parts = places + bias["labels"] + bias["populations"]
    assert float(abs(measured - parts).max()) < 0.3
    assert float(abs(bias["labels"]).max()) < 0.1


def flatter_slopes_are_regression_dilution(made):
    predicted, found = made.dilution
    assert (found < 0.99).all()
    np.testing.assert_allclose(found, predicted, atol=0.02)


def biases_of_medians_are_small_or_due_to_distances_and_ages(made, of):
    for population, parts in made.cell_biases(of).items():
        measured = parts["measured"]
        assert measured.size >= 300, population
        rest = measured - parts["places"] - parts["labels"]
        assert np.mean(abs(rest) <= 0.3) >= 0.99, population
        assert abs(rest.mean()) < 0.1, population
        if of[1] != "log_age":
            assert np.mean(abs(measured) <= 0.3) >= 0.94, population


def errors_of_few_stars_are_no_smaller_than_student_s(made, of):
    """Within one error are about as many pulls as should be, if there is one population."""
    for population in POPULATIONS[1:]:
        pool = made.cell_pulls(of).of(population, *cells.CLASSES[0])
        assert pool.size >= 400
        assert 0.6 < np.mean(abs(pool) < 1) < 0.72, population


@pytest.mark.long
def test_radial_gradients_and_medians_in_cells():
    """One study for both; what does not hold is told together, and the page is written whatever holds."""
    began = time.monotonic()
    made = study()
    fragments.write("radial_gradients", "Radial gradients of [Fe/H] by |Z|", began, report.slopes(made))
    fragments.write("cells", "Medians in cells of maps and cubes", began, report.of_cells(made))
    failed = []
    for check, cases in CHECKS:
        for case in cases:
            try:
                check(made, *case)
            except AssertionError as error:
                failed.append(f"{check.__name__}{case}: {error}")
    assert not failed, "\n".join(failed)


EVERY, EACH = FITS, [(of,) for of in PRODUCTS]
CHECKS = [
    (slopes_of_twenty_mocks_are_calibrated, EVERY),
    (every_mock_is_probable, EVERY),
    (textbook_errors_of_profiles_do_not_hold, [()]),
    (biases_of_slopes_are_small_or_due_to_distances, EVERY),
    (flatter_slopes_are_regression_dilution, [()]),
    (medians_in_cells_are_calibrated, EACH),
    (errors_of_few_stars_are_no_smaller_than_student_s, EACH),
    (biases_of_medians_are_small_or_due_to_distances_and_ages, EACH),
]
