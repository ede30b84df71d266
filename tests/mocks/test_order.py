from __future__ import annotations

import numpy as np
import pytest

from galdask.mocks import identifiers, order
from galdask.mocks.footprint import footprint

FIELDS = footprint()


def _all(spectra: int, seed: int = 3):
    found = list(order.cells(FIELDS, spectra, seed))
    return found, {
        name: np.concatenate([getattr(c, name) for c in found]) for name in ("field", "repeats", "ra", "dec")
    }


@pytest.mark.parametrize("spectra", [1, 7, 999, 1000, 9001])
def test_repeats_sum_to_the_spectra_asked_for(spectra: int):
    cells, stars = _all(spectra)
    assert stars["repeats"].sum() == spectra
    assert [cell.number for cell in cells] == list(range(len(cells)))
    assert all(cell.ra.size == order.CELL for cell in cells[:-1])


def test_stars_come_by_ra_inside_their_fields_with_names_of_their_own():
    _, stars = _all(30_000)
    assert np.isnan(stars["ra"][-1])
    known = {name: values[:-1] for name, values in stars.items()}
    assert (np.diff(known["ra"]) >= 0).all()
    f = known["field"]
    away = np.radians(known["ra"] - FIELDS.ra[f])
    dec, centre = np.radians(known["dec"]), np.radians(FIELDS.dec[f])
    off = np.sin(dec) * np.sin(centre) + np.cos(dec) * np.cos(centre) * np.cos(away)
    assert (np.degrees(np.arccos(off)) <= FIELDS.radius[f] + 1e-3).all()
    names = identifiers.apogee_id(known["ra"], known["dec"])
    assert np.unique(names).size == names.size


def test_no_star_of_a_field_is_lost_between_stripes():
    counts = order.spectra_of_fields(FIELDS, 30_000 - 1, 3)
    _, stars = _all(30_000)
    found = np.bincount(stars["field"][:-1], weights=stars["repeats"][:-1], minlength=FIELDS.size)
    np.testing.assert_array_equal(found, counts)


def test_share_of_repeated_spectra_is_that_of_dr17():
    _, stars = _all(60_000)
    assert stars["ra"].size / 60_000 == pytest.approx(657_135 / 733_901, abs=0.006)


def test_two_stars_with_one_name_are_set_apart():
    ra, dec = np.full(3, 10.0), np.array([20.0, 20.00001, 21.0])
    _, _, ra, dec = order._apart((np.zeros(3, np.int32), np.ones(3, np.int64), ra, dec))
    assert np.unique(identifiers.apogee_id(ra, dec)).size == 3
    assert (np.diff(dec) > 0).all()
