"""A mock release, written, ingested and run: the gradients of its stars, and the true ones."""

from __future__ import annotations

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import Galactocentric, SkyCoord
from astropy.io import fits

from galdask.cartography import atlas
from tests.statistics import estimators
from tests.statistics.rules import PROBABLE, finite, p_value

BINS = [(population, height) for population in range(3) for height in range(8)]


@pytest.fixture(scope="module")
def from_files(end_to_end):
    """R, |Z|, [Fe/H] and population of the sample, by astropy alone, from the files of the release."""
    table = end_to_end.release / "allStarLite-dr17-synspec_rev1.fits"
    with fits.open(table) as main, fits.open(next(end_to_end.release.glob("*DistMass*"))) as companion:
        star, distance = main[1].data, np.array(companion[1].data["WEIGHTED_DIST"], dtype=float)
        bad = (star["ASPCAPFLAG"] & (1 << 23 | 1 << 27)) != 0
        keep = (star["EXTRATARG"] == 0) & ~bad & (star["LOGG"] >= 1) & (star["LOGG"] <= 2)
        keep &= np.isfinite(star["FE_H"]) & np.isfinite(star["MG_FE"]) & (distance > 0)
        keep &= (star["FE_H"] >= -3.0) & (star["FE_H"] <= 1.5)
        fe_h, mg_fe, ra, dec = (np.array(star[c][keep], dtype=float) for c in ("FE_H", "MG_FE", "RA", "DEC"))
    frame = Galactocentric(
        galcen_coord=SkyCoord(266.4051 * u.deg, -28.936175 * u.deg),
        galcen_distance=8.3 * u.kpc,
        z_sun=27 * u.pc,
    )
    place = SkyCoord(ra * u.deg, dec * u.deg, distance[keep] * u.pc).transform_to(frame).cartesian
    x, y, z = place.xyz.to_value(u.kpc)
    above = mg_fe - np.where(fe_h <= 0, 0.15 - 0.13 * fe_h, 0.15)
    population = np.where(abs(above) <= 0.025, 0, np.where(above < 0, 1, 2))
    return {"r": np.hypot(x, y), "abs_z": abs(z), "fe_h": fe_h, "population": population}


def of_bin(stars, population, height):
    """R and [Fe/H] of a bin's stars in the order of R."""
    here = np.floor(stars["abs_z"] / 0.25) == height
    if population:
        here &= stars["population"] == population
    order = np.argsort(stars["r"][here], kind="stable")
    return stars["r"][here][order], stars["fe_h"][here][order]


@pytest.mark.parametrize("name", ["radial_gradients", "radial_profiles"])
def test_the_run_equals_the_reductions_of_all_stars_at_once(end_to_end, name):
    plan = estimators.plan()
    requests = atlas.requests(plan, [name])
    tables = {key: r.reduction.finalize([r.reduction.map(end_to_end.stars)]) for key, r in requests.items()}
    direct, run = atlas.finish(plan, name, tables), end_to_end.products[name]
    assert set(direct.variables) == set(run.variables)
    for variable in direct.variables:
        np.testing.assert_array_equal(run[variable].values, direct[variable].values, err_msg=str(variable))
    assert end_to_end.stars["r"].size == end_to_end.kept > 8000


@pytest.mark.parametrize("r_min", [7.0, 0.0])
def test_the_run_has_the_lines_through_stars_read_by_astropy(end_to_end, from_files, r_min):
    assert from_files["r"].size == pytest.approx(end_to_end.kept, abs=20)  # [Fe/H] out of range is kept
    run = end_to_end.products["radial_gradients"].sel(fit_to="stars", r_min=r_min)
    for population, height in BINS:
        r, fe_h = of_bin(from_files, population, height)
        far = r >= r_min
        slope, intercept = np.polyfit(r[far], fe_h[far], 1)
        mine = run.isel(population=population, abs_z=height)
        assert int(mine["n"]) == far.sum()
        np.testing.assert_allclose([mine["slope"], mine["intercept"]], [slope, intercept], rtol=1e-6)


def test_the_run_has_the_profiles_of_stars_read_by_astropy(end_to_end, from_files):
    gradients = end_to_end.products["radial_gradients"].sel(fit_to="profile", r_min=7.0)
    lines = 0
    for population, height in BINS:
        r, fe_h = of_bin(from_files, population, height)
        starts = range(0, r.size - 199, 100)
        windows = np.array([[np.median(v[i : i + 200]) for v in (r, fe_h)] for i in starts]).reshape(-1, 2)
        profile = end_to_end.products["radial_profiles"].isel(population=population, abs_z=height)
        found = np.stack([profile["r"], profile["fe_h_median"]], axis=1)[: len(windows)]
        np.testing.assert_allclose(found, windows, rtol=1e-6, atol=1e-7)
        assert int(profile["n_windows"]) == len(windows)
        far = windows[windows[:, 0] >= 7.0]
        slope = np.polyfit(*far.T, 1)[0] if len(far) >= 3 else np.nan
        lines += len(far) >= 3
        np.testing.assert_allclose(
            gradients["slope"].isel(population=population, abs_z=height), slope, rtol=1e-5
        )
    assert lines >= 8


@pytest.mark.parametrize("fit_to", ["profile", "stars"])
@pytest.mark.parametrize("r_min", [7.0, 0.0])
def test_the_run_finds_the_true_low_alpha_gradient(end_to_end, small_truth, fit_to, r_min):
    """Truth is the same estimator on an independent mock a hundred times larger; see `truth`."""
    pulls = small_truth.pulls(end_to_end.products["radial_gradients"])
    one = finite(pulls.sel(fit_to=fit_to, r_min=r_min, population="low_alpha"))
    assert one.size >= (4 if fit_to == "profile" else 7)
    assert p_value(one) > PROBABLE
    steeper = small_truth.pulls(end_to_end.products["radial_gradients"] * 1.3)
    assert p_value(steeper.sel(fit_to=fit_to, r_min=r_min, population="low_alpha")) < PROBABLE
