from __future__ import annotations

import numpy as np
import pytest

from galdask.mocks import dust, sky
from galdask.mocks.footprint import CLASSES, COHORTS, KINDS, footprint
from galdask.mocks.luminosity import LuminosityFunction
from galdask.mocks.selection import Selection

FIELDS = footprint()


def test_the_footprint_covers_both_hemispheres_and_both_sides_of_the_centre():
    assert FIELDS.weight.sum() == pytest.approx(1.0)
    assert len(set(FIELDS.name)) == FIELDS.size
    assert len(np.unique(FIELDS.location_id)) == FIELDS.size
    glon, glat = sky.to_galactic(FIELDS.ra, FIELDS.dec)
    assert (np.abs(glat) < 5).mean() > 0.2
    assert glat.min() < -70
    assert glat.max() > 70
    for quarter in range(4):
        assert FIELDS.weight[(glon >= 90 * quarter) & (glon < 90 * (quarter + 1))].sum() > 0.1
    assert 0.2 < (FIELDS.telescope == 1).mean() < 0.6
    assert max(len(name) + 2 for name in FIELDS.name) <= 20


@pytest.mark.parametrize("kind", range(len(KINDS)))
def test_shares_of_classes_and_cohorts_sum_to_one(kind: int):
    assert sum(CLASSES[kind]) == pytest.approx(1.0)
    assert sum(share for _, _, share in COHORTS[kind]) == pytest.approx(1.0)


def test_stars_fall_within_the_limits_of_their_cohort():
    selection = Selection(FIELDS)
    rng = np.random.default_rng(2)
    n = 20_000
    field = rng.choice(FIELDS.size, n, p=FIELDS.weight)
    cohort = selection.draw_cohort(rng.random(n), field)
    component, distance = selection.draw_place(rng.random(n), rng.random(n), field, cohort)
    a_k = selection.extinction(field, distance)
    h = selection.draw_magnitude(rng.random(n), field, cohort, distance, a_k)
    h += 5 * np.log10(distance) + 10 + dust.LAW["h"] * a_k
    low, high = selection.h_from[field, cohort], selection.h_to[field, cohort]
    inside = (h >= low - 0.02) & (h <= high + 0.02)
    assert inside.mean() > 0.995
    assert set(np.unique(component)) == set(range(8))
    assert ((distance > 0.05) & (distance < 46)).all()


def test_a_cut_luminosity_function_draws_only_its_range():
    cut = LuminosityFunction(-6.0, -2.0)
    m = cut.draw(np.linspace(0.001, 0.999, 500), np.full(500, -9.0), np.full(500, 5.0))
    assert m.min() >= -6.02
    assert m.max() <= -1.98
    everything = LuminosityFunction()
    share = (everything.below(np.array([-2.0])) - everything.below(np.array([-6.0])))[0]
    assert cut.cumulative[-1] == pytest.approx(share, rel=0.02)


def test_dust_grows_outward_and_is_thick_toward_the_centre():
    ra, dec = sky.to_equatorial(np.array([0.0, 180.0, 0.0]), np.array([0.0, 0.0, 60.0]))
    a_k = dust.extinction(ra, dec, np.geomspace(0.05, 20, 100))
    assert (np.diff(a_k, axis=1) >= 0).all()
    assert 1.5 < a_k[0, np.searchsorted(np.geomspace(0.05, 20, 100), 8.3)] < 4.0
    assert a_k[1, -1] < 0.5 * a_k[0, -1]
    assert a_k[2, -1] < 0.03
