"""Every family at a reduced size: a few small mocks, and a truth of a hundred such samples.

The full size is in `test_families`. Windows hold fewer stars and bins are wider, so that a small sample has
profiles too.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.statistics import azimuth, families
from tests.statistics.families import BY_NAME, Family, Study
from tests.statistics.made import crowd, known
from tests.statistics.rules import calibrated, finite

STARS, MOCKS, REPLICAS = 5000, range(1, 11), 100
ROWS = {"r": {"low": 0.0, "high": 15.0, "step": 3.0}, "max_abs_z": 2.0}
WINDOW = {"window": 60, "window_step": 30}
SETTINGS = {
    "vertical_gradients": {
        "vertical_profiles": {**WINDOW, "r_step": 4.0, "r_max": 16.0},
        "vertical_gradients": {"near_sun": (6.3, 10.3)},
    },
    "profiles_by_age": {"profiles_by_age": {**WINDOW, "age_bins": (0.0, 4.0, 8.0, 14.0)}},
    "age_gradients": {
        "age_profiles": {**WINDOW, "z_step": 0.5, "r_step": 4.0, "r_max": 16.0},
        "age_gradients": {"r_min": (0.0,)},
    },
    "mdf_moments": {"mdf_moments": ROWS},
    "adf_moments": {"adf_moments": ROWS},
    "polar_maps": {
        "polar_maps": {"theta": {"low": 0.0, "high": 360.0, "step": 20.0}, "theta_shown": (140.0, 220.0)}
    },
}
#: pools of these are judged; others have too few bins for so few mocks
POOLS = {
    "vertical_gradients": ("slope", "asymmetry"),
    "profiles_by_age": ("slope",),
    "age_gradients": ("slope", "vertical_slope", "vertical_asymmetry"),
    "mdf_moments": ("mean", "std", "skewness", "q25", "median", "q75", "mode"),
    "adf_moments": ("mean", "std", "skewness", "q25", "median", "q75"),  # modes of few broad ages jump
    "polar_maps": ("fe_h_median",),
}


@pytest.fixture(scope="module")
def many():
    """A hundred samples, and the mocks that are judged."""
    return list(crowd(STARS, ("measured",))), list(families.mocks(1, STARS, MOCKS))


def few(many, family: Family) -> Study:
    samples, mocks = many
    pairs = tuple(replace(pair, samples=False) for pair in family.pairs)
    own = replace(family, settings=SETTINGS.get(family.of, {}), pairs=pairs)
    truth = known(samples, own.of, own.variables, own.windows, own.change, each=False, **own.settings)
    return Study(own, truth, families.estimates(own, mocks, REPLICAS))


@pytest.mark.parametrize("name", POOLS)
def test_errors_of_a_few_mocks_hold(many, name):
    made = few(many, BY_NAME[name])
    for pool in POOLS[name]:
        pulls = np.concatenate([finite(made.pulls(pair)) for pair in made.family.pools[pool]])
        assert pulls.size >= 60, pool
        assert calibrated(pulls), (pool, pulls.mean(), pulls.std(ddof=1))
        assert not calibrated(pulls / 0.6), pool
        assert not calibrated(pulls / 1.6), pool


def test_without_variation_with_azimuth_none_is_claimed(many):
    """Chances are seldom small where there is noise alone."""
    made = few(many, azimuth.NONE)
    p = azimuth.chances(made.found)
    assert p.size >= 20
    assert np.mean(p <= 0.1) <= 0.15
    assert 0.4 < np.mean(p) < 0.8
    assert 0.7 < azimuth.excess(made.found) < 1.1
