"""Errors against a plain bootstrap of the same stars: medians in cells, and slopes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from galdask.mocks import draw_sample
from tests.statistics import estimators

#: cells by the number of their stars, and resamples of each
SIZES = (5, 10, 21, 40, 70)
RESAMPLES = 4000
#: replicas of slopes here, resamples of the oracle, and bins of |Z|
REPLICAS, DRAWS, HEIGHTS = 800, 800, (0, 1, 2, 3)


@pytest.fixture(scope="module")
def sample():
    return draw_sample(20_000, 2)


@pytest.fixture(scope="module")
def cells(sample):
    """Stars and finished medians of cells of the polar cube."""
    one = estimators.Pass(estimators.plan(), ["cubes/polar"])
    one.push(sample)
    table = one.medians(one.tables())["cubes/polar", "fe_h"]
    place = np.ravel_multi_index(
        (
            sample["r"].astype(int),
            (sample["theta"] // 10).astype(int),
            np.floor(2 * sample["z"]).astype(int) + 20,
        ),
        (25, 36, 40),
        mode="clip",
    )
    return place, table


@pytest.mark.parametrize("size", SIZES)
def test_errors_of_medians_are_those_of_scipy_s_bootstrap(sample, cells, size):
    place, table = cells
    n = np.where(table.cells % 3 == 0, table.values["n"], 0)
    row = int(np.argmin(abs(n - size)))
    stars = sample["fe_h"][place == table.cells[row] // 3].astype(float)
    assert stars.size == n[row]
    assert abs(stars.size - size) <= 0.1 * size
    assert table.values["median"][row] == np.median(stars)
    oracle = stats.bootstrap(
        (stars,), np.median, n_resamples=RESAMPLES, method="percentile", vectorized=True,
        random_state=np.random.default_rng(size),
    ).standard_error  # fmt: skip
    assert table.values["median_err"][row] == pytest.approx(oracle, rel=4.5 / np.sqrt(2 * RESAMPLES))


def windows(r, fe_h, window=200, step=100):
    """Medians of running windows of sorted stars."""
    cut = [np.lib.stride_tricks.sliding_window_view(v, window)[::step] for v in (r, fe_h)]
    return (np.median(c, axis=1) for c in cut)


def profile_slope(r, fe_h):
    x, y = windows(r, fe_h)
    return np.polyfit(x[x >= 7.0], y[x >= 7.0], 1)[0]


def stars_slope(r, fe_h):
    return np.polyfit(r[r >= 7.0], fe_h[r >= 7.0], 1)[0]


SLOPES = {"profile": profile_slope, "stars": stars_slope}


@pytest.fixture(scope="module")
def gradients(sample):
    return estimators.gradients(estimators.plan(replicas=REPLICAS), sample)


@pytest.fixture(scope="module")
def drawn(sample):
    """Slopes of low-alpha stars in samples drawn with replacement from the whole: fit -> (heights, draws)."""
    stars = []
    for height in HEIGHTS:
        here = np.flatnonzero((sample["population"] == 0) & (np.floor(sample["abs_z"] / 0.25) == height))
        order = here[np.argsort(sample["r"][here])]
        stars.append(
            (order, *(sample[name][order].astype(np.float32).astype(float) for name in ("r", "fe_h")))
        )
    rng, n = np.random.default_rng(1), sample["r"].size
    found = {name: np.empty((len(HEIGHTS), DRAWS + 1)) for name in SLOPES}
    for k in range(DRAWS + 1):
        times = np.bincount(rng.integers(n, size=n), minlength=n) if k else np.ones(n, dtype=int)
        for j, (order, r, fe_h) in enumerate(stars):
            for name, slope in SLOPES.items():
                found[name][j, k] = slope(np.repeat(r, times[order]), np.repeat(fe_h, times[order]))
    return found


@pytest.mark.parametrize("fit_to", SLOPES)
def test_errors_of_slopes_are_those_of_a_plain_bootstrap(gradients, drawn, fit_to):
    """The whole sample is drawn anew, so that the number of stars in a bin varies as between surveys.

    (With that number held fixed the last window never moves, and errors through running medians come out
    10 to 20 percent smaller than the scatter between mocks.) The Monte Carlo error of the ratio of two
    standard deviations is sqrt(1 / (2 REPLICAS) + 1 / (2 DRAWS)); the heights share no star.
    """
    mine = gradients.sel(fit_to=fit_to, r_min=7.0, population="low_alpha").isel(abs_z=list(HEIGHTS))
    np.testing.assert_allclose(mine["slope"], drawn[fit_to][:, 0], rtol=1e-6)
    ratio = np.log(mine["slope_err"] / np.std(drawn[fit_to][:, 1:], axis=1, ddof=1))
    one = np.sqrt(0.5 / REPLICAS + 0.5 / DRAWS)
    assert np.max(np.abs(ratio)) < 4 * one
    assert abs(np.mean(ratio)) < 4 * one / np.sqrt(len(HEIGHTS))
