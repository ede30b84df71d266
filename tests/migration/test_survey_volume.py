"""The survey volume: importance sampling and looking at stars agree, for several sets of parameters."""

import numpy as np
import pytest

from galdask.errors import ConfigError
from galdask.migration import TABLE_1
from galdask.migration.model.phase import place_on_orbit
from galdask.migration.survey.brute_force import place_stars, volume_by_stars
from galdask.migration.survey.selection import select
from galdask.migration.survey.tracer import Tracer
from galdask.migration.survey.volume import sample_volume
from galdask.stars import open_potential, planar
from tests.migration.survey import toy_fields

OTHER = TABLE_1.change(sigma_Lz=500.0, Rd0=3.1, beta=0.35, sigma_vR0=45.0, a_z=1.0, x_io=0.6)


@pytest.fixture(scope="module")
def selection():
    return select(toy_fields())


@pytest.fixture(scope="module")
def volume(selection):
    return sample_volume(TABLE_1, selection, points=15_000, seed=3)


@pytest.mark.parametrize("p", [TABLE_1, OTHER])
def test_it_is_the_mean_selection_of_stars_of_the_model(p, volume, selection):
    brute, error = volume_by_stars(p, selection, n=60_000, seed=5, azimuths=16)
    ours = np.exp(volume.log_volume(p))
    total = np.hypot(error, ours / np.sqrt(volume.effective_size(p)))
    assert total < 0.015 * brute
    assert abs(ours - brute) < 3.5 * total


def test_other_tracers_and_readings(selection):
    flat, drift = Tracer("flat", youngest=0.1), {"drift": "none"}
    from galdask.migration.model.choices import choices_of

    still = choices_of(drift)
    v = sample_volume(TABLE_1, selection, flat, points=6000, seed=3, choices=still)
    brute, error = volume_by_stars(TABLE_1, selection, flat, n=40_000, seed=5, azimuths=16, choices=still)
    ours = np.exp(v.log_volume(TABLE_1))
    assert abs(ours - brute) < 3.5 * np.hypot(error, ours / np.sqrt(v.effective_size(TABLE_1)))


def test_points_have_nearly_equal_weights(volume):
    assert volume.rows.size >= 15_000
    assert volume.rows.size > 0.05 * volume.proposals
    assert volume.effective_size(TABLE_1) > 0.9 * volume.rows.size
    assert volume.effective_size(OTHER) > 0.5 * volume.rows.size
    far = TABLE_1.change(Rd0=1.0, sigma_Lz=200.0, x_io=-1.0)
    assert volume.effective_size(far) < 0.5 * volume.rows.size
    terms = volume.rows.log_terms(TABLE_1)
    assert np.exp(terms.max()) < 0.002 * np.exp(volume.log_volume(TABLE_1))


def test_points_without_downsampling_give_the_same(volume, selection):
    plain = sample_volume(TABLE_1, selection, points=40_000, seed=9, downsample=False)
    assert plain.rows.size == plain.proposals == 40_000
    error = np.sqrt(sum(1 / v.effective_size(OTHER) for v in (plain, volume)))
    assert abs(plain.log_volume(OTHER) - volume.log_volume(OTHER)) < 3.5 * error


def test_points_depend_on_the_seed_alone(selection):
    one, two = (sample_volume(TABLE_1, selection, points=1000, seed=4) for _ in range(2))
    np.testing.assert_array_equal(one.rows.lz0, two.rows.lz0)
    assert one.log_volume(OTHER) == two.log_volume(OTHER)
    other = sample_volume(TABLE_1, selection, points=1000, seed=5)
    assert other.log_volume(OTHER) != one.log_volume(OTHER)
    with pytest.raises(ConfigError, match="needs points"):
        sample_volume(TABLE_1, selection, points=0)


def test_placed_stars_keep_their_actions():
    placed = place_stars(TABLE_1, 500, 8)
    m, s = placed.motion, placed.stars
    found = planar(m.r, m.vr, m.vphi)
    np.testing.assert_allclose(found["jr"], s.jr, rtol=1e-7)
    np.testing.assert_allclose(found["lz"], s.lz, rtol=1e-12)
    part = place_stars(TABLE_1, 100, 8, first=400)
    np.testing.assert_array_equal(part.motion.r, m.r[np.isin(placed.number, part.number)])
    r, _ = place_on_orbit(s.lz, s.jr, np.zeros(s.lz.size), open_potential())
    np.testing.assert_allclose(r, found["r_peri"], rtol=1e-6)
    assert np.std(m.phi) == pytest.approx(np.pi / np.sqrt(3), rel=0.1)
