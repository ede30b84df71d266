"""One bad star never fails an array: what each kind is told, and that its neighbours do not notice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from galdask.stars.orbits import STATUS, actions, orbit_quantities, planar, r_guide
from galdask.stars.orbits.status import FAILED, count, failed
from tests.stars.orbits.stars import disk

#: r, vr, vphi, z, vz and the bits that must be set
STARS = {
    "nan r": ((np.nan, 10, 200, 0.1, 5), {"missing"}),
    "nan vz": ((8, 10, 200, 0.1, np.nan), {"missing"}),
    "infinite": ((8, np.inf, 200, 0.1, 5), {"missing"}),
    "negative r": ((-8, 10, 200, 0.1, 5), {"missing"}),
    "on the axis": ((0, 10, 200, 0.1, 5), {"axis"}),
    "unbound": ((8, 0, 700, 0, 0), {"unbound"}),
    "barely unbound": ((8, 0, 550.5, 0, 0), {"unbound"}),
    "absurd velocity": ((8, 1e300, 0, 0, 0), {"unbound"}),
    "far away": ((1e6, 0, 0.1, 0, 0), {"far"}),
    "absurdly far": ((1e300, 0, 0, 0, 0), {"far"}),
    "in the plane": ((8, 20, 200, 0.0, 0.0), {"planar"}),
    "at rest in the plane": ((8, 0, 0, 0, 0), {"planar", "radial"}),
    "at rest": ((8, 0, 0, 2, 0), {"radial"}),
    "polar": ((8, 0, 0, 0, 100), {"radial"}),
    "nearly polar": ((8, 0, 1e-9, 1, 100), {"radial"}),
    "nearly on the axis": ((1e-12, 10, 10, 5, 10), {"radial"}),
    "circular": ((8.2, 0, 235, 0, 0), {"planar"}),
    "at z = 0": ((8, 20, 200, 0.0, 10), set()),
    "at its top": ((8, 0, 220, 0.5, 0), set()),
    "retrograde": ((8, 20, -200, 0.1, 10), set()),
    "near the pole": ((0.1, 10, 10, 15, 10), set()),
    "far apocentre": ((8, 0, 545, 0, 10), set()),
}


@pytest.mark.parametrize("backend", ["fast", "galpy"])
def test_every_kind(backend):
    array = np.array([star for star, _ in STARS.values()], dtype=np.float64).T
    own = orbit_quantities(*array, backend=backend)
    for i, (name, (_, bits)) in enumerate(STARS.items()):
        told = {bit for bit, (value, _) in STATUS.items() if own["status"][i] & value}
        if backend == "fast" or bits & {"missing", "axis", "unbound"}:
            assert told == bits, name
        lost = bool(own["status"][i] & FAILED)
        assert np.isnan(own["jr"][i]) == np.isnan(own["jz"][i]) == np.isnan(own["ecc"][i]) == lost, name
        if not lost:
            assert own["jr"][i] >= 0, name
            assert own["jz"][i] >= 0, name
            assert 0 <= own["ecc"][i] <= 1, name


def test_kinds_have_the_right_numbers():
    array = np.array([star for star, _ in STARS.values()], dtype=np.float64).T
    own = {name: dict(zip(STARS, values, strict=True)) for name, values in orbit_quantities(*array).items()}
    assert own["jz"]["in the plane"] == own["z_max"]["in the plane"] == 0.0
    assert own["jr"]["circular"] < 1e-10
    assert own["r_apo"]["at rest in the plane"] == pytest.approx(8.0)
    assert own["r_peri"]["at rest"] == 0.0
    assert own["ecc"]["polar"] == 1.0
    assert own["jr"]["retrograde"] == float(actions(8, 20, 200, 0.1, 10)["jr"])
    assert own["lz"]["retrograde"] == -1600.0
    assert own["energy"]["unbound"] > 0 > own["energy"]["far apocentre"]


def test_actions_are_continuous_where_the_barrier_is_taken_in_the_limit():
    lz = np.array([1e-9, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1])
    for r, vr, z, vz in ((8.0, 50.0, 0.5, 20.0), (8.0, 10.0, 0.0, 100.0), (2.0, 0.0, 6.0, 30.0)):
        own = actions(r, vr, lz / r, z, vz)
        rest = actions(r, vr, 0.0, z, vz)
        assert own["status"][0] == STATUS["radial"][0]
        # an orbit over the pole loses |lz| of Jz, one through the centre |lz| / 2 of JR, smoothly
        for name, share in (("jz", 1.0), ("jr", 0.5)):
            less = rest[name] - own[name]
            jump = np.minimum(np.abs(less), np.abs(less - share * lz))
            assert (jump < 1e-8 + 0.02 * lz).all(), (name, jump)


def test_neighbours_do_not_notice():
    stars = np.array(disk(200, seed=7))
    alone = actions(*stars)
    mixed = stars.copy()
    bad = np.array([star for star, _ in STARS.values()], dtype=np.float64).T
    mixed[:, 3 : 3 + bad.shape[1]] = bad
    own = actions(*mixed)
    good = np.r_[0:3, 3 + bad.shape[1] : 200]
    for name in ("jr", "jz", "lz", "status"):
        np.testing.assert_array_equal(own[name][good], alone[name][good])
    assert count(own["status"])["clean"] == good.size + sum(not bits for _, bits in STARS.values())
    assert failed(own["status"]).sum() == 10


NUMBER = st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.floats(-1e3, 1e3), st.just(0.0))


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(NUMBER, NUMBER, NUMBER, NUMBER, NUMBER), min_size=1, max_size=8), st.floats(0, 30))
@example(stars=[(1.5256140079290893e-161, 0.0, 0.0, 10.0, 0.0)], delta=0.0)
def test_nothing_raises(stars, delta):
    array = np.array(stars).T
    own = orbit_quantities(*array, delta=delta)
    lost = failed(own["status"])
    np.testing.assert_array_equal(np.isnan(own["jr"]), lost)
    np.testing.assert_array_equal(np.isnan(own["jz"]), lost)
    assert (own["jr"][~lost] >= 0).all()
    assert (own["r_peri"][~lost] <= own["r_apo"][~lost] * (1 + 1e-12)).all()
    planar(*array[:3])
    r_guide(array[0])


@settings(deadline=None, max_examples=100)
@given(
    st.floats(0.01, 60), st.floats(-400, 400), st.floats(-400, 400), st.floats(-30, 30), st.floats(-400, 400)
)
def test_symmetries(r, vr, vphi, z, vz):
    one = actions(r, vr, vphi, z, vz)
    for other in (actions(r, vr, -vphi, z, vz), actions(r, vr, vphi, -z, -vz), actions(r, -vr, vphi, z, -vz)):
        np.testing.assert_array_equal(one["jr"], other["jr"])
        np.testing.assert_array_equal(one["jz"], other["jz"])
        assert one["status"] == other["status"]
