"""Products of motions and orbits against numpy on the same stars."""

from __future__ import annotations

import numpy as np
import pytest

from galdask.cartography.products import names
from tests.cartography.motions import NAMES, made, moving_stars, pipeline
from tests.cartography.stars import plan

CODES = {"total": None, "low_alpha": 0, "high_alpha": 1}


@pytest.fixture(scope="module")
def stars():
    return moving_stars()


def among(stars, population):
    code = CODES[population]
    return np.ones(stars["r"].size, bool) if code is None else stars["population"] == code


def test_they_are_registered():
    assert set(NAMES) <= set(names())


@pytest.mark.parametrize("population", CODES)
def test_action_map_counts_stars(stars, population):
    found = made("action_map", stars).sel(population=population)
    use = among(stars, population) & np.isfinite(stars["jr"])
    edges = np.arange(-3000, 5001, 50.0), np.arange(0, 45.01, 0.5)
    counts, *_ = np.histogram2d(stars["lz"][use], np.sqrt(stars["jr"][use]), edges)
    np.testing.assert_array_equal(found["n"].transpose("lz", "sqrt_jr"), counts)
    np.testing.assert_allclose(found["sqrt_jr_bnds"][:, 0], edges[1][:-1], atol=1e-12)
    assert int(found["n_panel"]) == counts.sum()
    assert int(found["n_panel"] + found["n_outside"]) == use.sum()


def test_stars_outside_are_counted(stars):
    found = made("action_map", stars, "lz: {low: 0, high: 1000, step: 100}")
    assert int(found["n_outside"][0]) == np.sum(
        np.isfinite(stars["jr"]) & ((stars["lz"] < 0) | (stars["lz"] >= 1000))
    )
    assert (found["n_outside"] > 0).all()


@pytest.mark.parametrize("v_circ", [230.0, 212.5])
def test_toomre_counts_from_the_circular_speed(stars, v_circ):
    found = made("toomre", stars, f"v_circ: {v_circ}, speeds: [50, 70]").sel(population="total")
    v = stars["vphi"] - v_circ
    counts, *_ = np.histogram2d(v, stars["v_perp"], (np.arange(-600, 251, 5.0), np.arange(0, 501, 5.0)))
    np.testing.assert_array_equal(found["n"].transpose("v", "v_perp"), counts)
    assert found["speed"].values.tolist() == [50, 70]
    assert found.attrs["v_circ"] == v_circ
    # stars against the rotation lie left of -v_circ
    retrograde = found["n"].sel(v=slice(None, -v_circ - 2.5)).sum()
    assert int(retrograde) == np.sum(stars["vphi"] < 0) > 20


@pytest.mark.parametrize("population", CODES)
def test_eccentricities_by_height(stars, population):
    found = made("eccentricity_z_max", stars).sel(population=population)
    ecc, z_max = stars["ecc"].astype(np.float32).astype(float), stars["z_max"]
    use = among(stars, population) & (z_max >= 0.5) & (z_max < 0.75)
    own = found.sel(z_max_bin=0.625)
    assert int(own["n_bin"]) == use.sum() > 50
    np.testing.assert_array_equal(
        [float(own[f"ecc_{name}"]) for name in ("q16", "median", "q84")],
        np.quantile(ecc[use], [0.16, 0.5, 0.84]),
    )
    counts, *_ = np.histogram2d(
        stars["ecc"][among(stars, population)],
        z_max[among(stars, population)],
        (np.linspace(0, 1, 51), np.linspace(0, 10, 101)),
    )
    assert int(found["n_panel"]) == counts.sum() == found["n"].sum()


@pytest.mark.parametrize("population", CODES)
def test_rotation_is_the_median_in_rings(stars, population):
    found = made("rotation", stars, "max_abs_z: 0.8, min_n: 5").sel(population=population)
    vphi = stars["vphi"].astype(np.float32).astype(float)
    for r in (0.5, 3.5, 6.5, 15.5):
        use = among(stars, population) & (stars["abs_z"] <= 0.8) & (np.floor(stars["r"]) == np.floor(r))
        own = found.sel(r=r)
        assert int(own["n"]) == use.sum()
        if use.sum() < 5:
            assert np.isnan(own["vphi_median"])
            continue
        values = [float(own[f"vphi_{name}"]) for name in ("q16", "median", "q84")]
        np.testing.assert_array_equal(values, np.quantile(vphi[use], [0.16, 0.5, 0.84]))
        error = float(own["vphi_median_err"]) * np.sqrt(use.sum()) / np.std(vphi[use])
        assert 0.4 < error < 3


def test_hot_stars_lag_and_all_rotate_with_the_galaxy(stars):
    found = made("rotation", stars).sel(r=slice(2, 6))
    assert (found["vphi_median"] > 100).all()
    lag = found["vphi_median"].sel(population="low_alpha") - found["vphi_median"].sel(population="high_alpha")
    assert (lag > 0).all()


def test_tables(stars):
    from galdask.cartography.products import eccentricity_z_max, rotation

    frame = rotation.tables(made("rotation", stars))["rotation"]
    assert (frame["n"] > 0).all()
    assert {"r_low", "r_high", "population", "vphi_median", "vphi_median_err"} <= set(frame)
    assert frame.attrs["units"]["vphi_median"] == "km/s"
    frame = eccentricity_z_max.tables(made("eccentricity_z_max", stars))["eccentricity_z_max"]
    assert {"z_max_bin_low", "ecc_median"} <= set(frame)


@pytest.mark.parametrize("name", NAMES)
def test_empty_samples_give_empty_products(name):
    none = {column: values[:0] for column, values in moving_stars(300).items()}
    found = made(name, none)
    assert int(found["n"].sum()) == 0
    for variable in found.data_vars.values():
        if variable.dtype.kind == "f" and "bnds" not in variable.dims:
            assert np.isnan(variable).all()


def test_what_is_lacking_is_named():
    full = {name: plan(pipeline(name)).lacks(name) for name in NAMES}
    assert full == dict.fromkeys(NAMES)
    still = {name: plan(pipeline(name, velocity=False, orbits=False)).lacks(name) for name in NAMES}
    assert still["rotation"] == "the pipeline has no velocities, which give vphi"
    assert still["toomre"] == "the pipeline has no velocities, which give vphi, v_perp"
    moving = {name: plan(pipeline(name, orbits=False)).lacks(name) for name in NAMES}
    assert moving["rotation"] is moving["toomre"] is None
    assert (
        moving["action_map"]
        == "the pipeline has no orbits, which give jr (section orbits, command 'galdask orbits')"
    )
    assert "which give ecc, z_max" in moving["eccentricity_z_max"]
