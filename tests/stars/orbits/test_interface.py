"""The public functions: shapes, quantities, what is refused, the example of the documentation."""

from __future__ import annotations

import doctest
import subprocess
import sys

import numpy as np
import pytest

import galdask.stars.orbits
from galdask.errors import ConfigError
from galdask.stars import actions
from galdask.stars.orbits import interface, open_potential, orbit_quantities, planar
from tests.stars.orbits.stars import disk


def test_the_example():
    told = doctest.testmod(interface)
    assert (told.failed, told.attempted) == (0, 3)


def test_shapes():
    own = orbit_quantities(np.full((4, 1), 8.0), 10.0, np.full(3, 220.0), 0.1, 10.0)
    assert {v.shape for v in own.values()} == {(4, 3)}
    assert set(own) == {
        *("jr", "lz", "jz", "status", "energy", "ecc", "z_max", "r_peri", "r_apo", "r_guide"),
    }
    assert own["status"].dtype == np.uint16
    assert actions(8.0, 10.0, 220.0, 0.1, 10.0)["jr"].shape == ()
    empty = np.zeros(0)
    for backend in ("fast", "galpy"):
        assert actions(*[empty] * 5, backend=backend)["jr"].shape == (0,)


def test_blocks_of_stars_do_not_matter():
    stars = disk(1_000, seed=8)
    whole = actions(*stars)
    for i in (0, 255, 256, 999):
        assert float(actions(*(s[i] for s in stars))["jz"]) == whole["jz"][i]
    backwards = actions(*(s[::-1] for s in stars))
    np.testing.assert_array_equal(backwards["jr"][::-1], whole["jr"])


def test_float32_and_lists():
    own = actions([8], [10], np.float32([220]), [0.125], [10])
    np.testing.assert_array_equal(own["jr"], actions(8.0, 10.0, 220.0, 0.125, 10.0)["jr"])


def test_quantities():
    u = pytest.importorskip("astropy.units")
    own = actions(8000 * u.pc, 10 * u.km / u.s, 2.2e5 * u.m / u.s, 100 * u.pc, 10, delta=3690 * u.pc)
    plain = actions(8.0, 10.0, 220.0, 0.1, 10.0, delta=3.69)
    assert float(own["jr"]) == pytest.approx(float(plain["jr"]), rel=1e-12)
    assert float(planar(8000 * u.pc, 10, 220 * u.km / u.s)["jr"]) == float(planar(8.0, 10.0, 220.0)["jr"])
    with pytest.raises(ConfigError, match="wrong unit"):
        actions(8.0 * u.km / u.s, 10.0, 220.0, 0.1, 10.0)


def test_what_is_refused():
    star = (8.0, 10.0, 220.0, 0.1, 10.0)
    with pytest.raises(ConfigError, match="unknown backend"):
        actions(*star, backend="agama")
    with pytest.raises(ConfigError, match="unknown potential"):
        actions(*star, potential={"name": "Kepler"})
    with pytest.raises(ValueError, match="shape"):
        actions(np.zeros(3), np.zeros(2), *star[2:])


def test_a_made_potential_is_taken():
    star = (8.0, 10.0, 220.0, 0.1, 10.0)
    other = open_potential({"name": "MWPotential2014", "ro": 8.0, "vo": 220.0})
    own = actions(*star, potential=other)
    assert own["jr"] == actions(*star, potential=other.settings())["jr"]
    assert own["jr"] != actions(*star)["jr"]


def test_every_public_name_is_there():
    for name in galdask.stars.orbits.__all__:
        assert getattr(galdask.stars.orbits, name) is not None
    with pytest.raises(AttributeError):
        galdask.stars.orbits.nonsense  # noqa: B018


def test_the_fast_backend_does_not_import_galpy():
    code = (
        "import sys; from galdask.stars import actions; actions(8.0, 10.0, 220.0, 0.1, 10.0);"
        "sys.exit(any(m.split('.')[0] in ('galpy', 'astropy', 'pandas') for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, stdin=subprocess.DEVNULL).returncode == 0
