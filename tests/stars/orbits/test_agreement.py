"""The fast backend against galpy's C code at the same focal length."""

from __future__ import annotations

import numpy as np
import pytest

from galdask.stars.orbits import actions, open_potential, orbit_quantities
from galdask.stars.orbits.reference import Fudge, actions_numpy
from galdask.stars.orbits.status import BIT, ROUGH, SEPARATED, failed
from tests.stars.orbits.stars import DELTA, disk, everything

SIZES = [2_000, pytest.param(40_000, marks=pytest.mark.long)]
WIDE = [2_000, pytest.param(100_000, marks=pytest.mark.long)]


@pytest.mark.parametrize("count", SIZES)
def test_disk_stars(galpy, count):
    stars = disk(count, seed=11)
    fast, theirs = actions(*stars), actions(*stars, backend="galpy")
    assert not fast["status"].any()
    assert not theirs["status"].any()
    np.testing.assert_array_equal(fast["lz"], stars[0] * stars[2])
    np.testing.assert_array_equal(theirs["lz"], fast["lz"])
    error = np.abs(fast["jr"] - theirs["jr"])
    assert ((error <= 1e-8) | (error <= 1e-8 * theirs["jr"])).all()
    error = np.abs(fast["jz"] - theirs["jz"])
    assert np.quantile(error, 0.99) < 2e-5
    assert error.max() < 5e-4


def test_orbit_quantities_of_disk_stars(galpy):
    stars = disk(1_000, seed=12)
    fast, theirs = orbit_quantities(*stars), orbit_quantities(*stars, backend="galpy")
    for name in ("ecc", "z_max", "r_peri", "r_apo", "energy", "r_guide"):
        np.testing.assert_allclose(fast[name], theirs[name], rtol=1e-8, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("delta", ["table", "exact"])
def test_a_focal_length_for_each_star(galpy, delta):
    stars = disk(500, seed=13)
    fast, theirs = actions(*stars, delta=delta), actions(*stars, delta=delta, backend="galpy")
    np.testing.assert_allclose(fast["jr"], theirs["jr"], rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(fast["jz"], theirs["jz"], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("count", WIDE)
def test_all_orbits(galpy, count):
    """Where the two differ by more than 1e-4, a bit says so, or plain quadrature sides with ours."""
    stars = everything(count, seed=12)
    fast, theirs = actions(*stars), actions(*stars, backend="galpy")
    assert not failed(fast["status"]).any()
    # galpy looks for an apocentre up to 37.5 ro
    lost = failed(theirs["status"])
    assert (theirs["status"][lost] == BIT["no_convergence"]).all()
    assert (orbit_quantities(*(s[lost] for s in stars))["r_apo"] > 37 * open_potential().ro).all()
    for name in ("jr", "jz"):
        mine, other = fast[name], theirs[name]
        error = np.abs(mine - other)
        far = ~lost & (error > 1e-4 * np.abs(other)) & (error > 1e-8)
        assert far.sum() <= 3e-4 * count
        unsaid = far & ((fast["status"] & (ROUGH | SEPARATED)) == 0)
        chosen = [np.ascontiguousarray(s[unsaid]) for s in stars]
        truth = actions_numpy(Fudge(open_potential().at, *chosen, np.full(unsaid.sum(), DELTA)), 1 / 128)
        np.testing.assert_allclose(mine[unsaid], truth[name], rtol=1e-8, atol=1e-8)
        assert np.quantile((error / np.abs(other))[~lost], 0.99) < 1e-5
