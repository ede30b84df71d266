"""Actions along integrated orbits: constant within the error of the approximation, small in the disk."""

from __future__ import annotations

import numpy as np
import pytest

from galdask.stars.orbits import actions, orbit_quantities
from tests.stars.orbits.stars import RO, VO, disk, everything, natural

#: name -> (which orbits, largest relative scatter of JR and Jz along an orbit that the median star may have)
REGIONS = {
    "thin disk": (lambda q: (q["r_guide"] > 6) & (q["r_guide"] < 10) & (q["z_max"] < 0.5), 0.02, 0.006),
    "thick disk": (lambda q: (q["r_guide"] > 5) & (q["z_max"] > 0.5) & (q["z_max"] < 2), 0.02, 0.005),
    "inner Galaxy": (lambda q: (q["r_guide"] < 4) & (q["z_max"] < 2) & (q["ecc"] < 0.6), 0.02, 0.02),
    "halo": (lambda q: (q["ecc"] > 0.4) & (q["z_max"] > 2) & (q["r_apo"] < 30) & (q["r_apo"] > 4), 0.2, 0.2),
}


def integrated(galpy, stars, steps=400, gigayears=4.0):
    """Return r, vr, vphi, z, vz of shape (star, time)."""
    times = np.linspace(0, gigayears / (0.9777922 * RO / VO), steps)
    with galpy.quiet():
        orbit = galpy.orbit.Orbit(np.array(natural(stars)).T)
        orbit.integrate(times, galpy.potential.MWPotential2014, method="dop853_c")
        rows = [orbit.R(times), orbit.vR(times), orbit.vT(times), orbit.z(times), orbit.vz(times)]
    return [row * scale for row, scale in zip(rows, (RO, VO, VO, RO, VO), strict=True)]


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("delta", [3.69, "table"])
def test_actions_are_constant_along_orbits(galpy, region, delta):
    sample = everything if region == "halo" else disk
    stars = sample(20_000, seed=9)
    chosen, most_jr, most_jz = REGIONS[region]
    few = np.flatnonzero(chosen(orbit_quantities(*stars)))[:12]
    along = integrated(galpy, [s[few] for s in stars])
    own = actions(*along, delta=delta)
    assert not (own["status"] & 0b11111).any()
    np.testing.assert_allclose(own["lz"], np.broadcast_to(own["lz"][:, :1], own["lz"].shape), rtol=1e-8)
    for name, most in (("jr", most_jr), ("jz", most_jz)):
        scatter = own[name].std(axis=1) / own[name].mean(axis=1)
        assert np.median(scatter) < most, (name, scatter)


def test_orbit_quantities_are_those_of_the_orbit(galpy):
    stars = disk(12, seed=10)
    own = orbit_quantities(*stars, delta="table")
    r, _, _, z, _ = integrated(galpy, stars, steps=4_000, gigayears=10.0)
    np.testing.assert_allclose(own["r_peri"], r.min(axis=1), rtol=0.01)
    np.testing.assert_allclose(own["r_apo"], np.hypot(r, z).max(axis=1), rtol=0.01)
    np.testing.assert_allclose(own["z_max"], np.abs(z).max(axis=1), rtol=0.03)


@pytest.mark.parametrize("orbits", [2, pytest.param(10, marks=pytest.mark.long)])
def test_actions_of_the_disk_are_long_averages(galpy, orbits):
    """Averages of angles and momenta along the orbit itself, with no fudge (Bovy 2014, ApJ 795, 95)."""
    stars = disk(20_000, seed=9)
    known = orbit_quantities(*stars)
    chosen = REGIONS["thin disk"][0](known) & (known["ecc"] > 0.1) & (known["ecc"] < 0.2)
    few = [s[np.flatnonzero(chosen)[:orbits]] for s in stars]
    own, model, off = actions(*few, delta="table"), galpy.potential.MWPotential2014, []
    for i, star in enumerate(np.array(natural(few)).T):
        with galpy.quiet():
            scale = float(np.median(galpy.action_angle.estimateBIsochrone(model, star[0], star[3])))
            three = []
            for factor in (0.8, 1.0, 1.25):
                method = galpy.action_angle.actionAngleIsochroneApprox(pot=model, b=factor * scale)
                three.append([float(np.ravel(j)[0]) * RO * VO for j in method(*star, 0.0)])
        settled = np.ptp(three, axis=0) < 0.01 * np.max(three, axis=0)  # else the average has not converged
        for j, name in ((0, "jr"), (2, "jz")):
            if settled[j]:
                off.append(abs(own[name][i] / three[1][j] - 1))
    assert len(off) >= 1.6 * orbits
    assert np.median(off) < 0.01
    assert max(off) < 0.03
