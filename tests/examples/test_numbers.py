"""Gradients and rotation of real stars, against numbers found outside of galdask."""

import numpy as np
import pytest

import galdask
from galdask.reductions import Axis, Key, OrderStatistics
from tests.examples.listing import EXAMPLES, README

#: pipeline, population -> slope, error (dex/kpc) and stars; plain least squares over stars with |Z| < 1 kpc
LINES = {
    ("apo_k2", "total"): (-0.017, 0.003, 4797),
    ("apo_k2", "low_alpha"): (-0.070, 0.003, 3349),
    ("apo_k2_ages", "low_alpha"): (-0.064, 0.004, 1717),
    ("inner_galaxy", "low_alpha"): (-0.029, 0.002, 4698),
}
#: km/s in R of 0-1, 1-2, ... 4-5 kpc
ROTATION = (40, 72, 114, 154, 182)


def sample(run, pipeline, name, columns):
    return galdask.sample(run.store, EXAMPLES / f"{pipeline}.yaml", name, columns).compute()


@pytest.mark.parametrize(("pipeline", "population"), LINES)
def test_gradient(pipeline, population, made):
    slope, error, stars = LINES[pipeline, population]
    gradients = made(pipeline).results["products/radial_gradients"].to_dataset()
    assert gradients["abs_z_bnds"].values[0].tolist() == [0, 1]
    found = gradients.isel(r_min=0, abs_z=0).sel(fit_to="stars", population=population)
    assert round(float(found["slope"]), 3) == slope
    assert round(float(found["slope_err_naive"]), 3) == error
    assert abs(float(found["slope_err"]) - error) < 0.0008
    assert int(found["n"]) == stars
    assert f"{slope:.3f} ± {error:.3f} dex/kpc (N = {stars:,})" in README.read_text()


def test_the_flag_as_a_cut_and_as_a_population(made):
    run = made("apo_k2")
    stars = sample(run, "apo_k2", "alpha_poor", ["r", "abs_z", "fe_h", "population", "alpha_flag"])
    assert (stars["alpha_flag"] == 0).all()
    assert (stars["population"] == "low_alpha").all()
    near = stars[(stars["abs_z"] < 1) & (stars["r"] >= 4)]
    assert len(near) == LINES["apo_k2", "low_alpha"][2]
    gradients = run.results["products/radial_gradients"].to_dataset()
    found = gradients["slope"].isel(r_min=0, abs_z=0).sel(fit_to="stars", population="low_alpha")
    plain = np.polyfit(near["r"], near["fe_h"].astype("float64"), 1)[0]
    np.testing.assert_allclose(float(found), plain, rtol=1e-6)


def test_parallaxes_that_give_no_distance(made):
    run = made("apo_k2")
    catalogue = galdask.to_dask(run.store, ["parallax", "parallax_err", "fe_h"]).compute()
    assert (catalogue["parallax"] <= 0).sum() == 7
    bad = ~(catalogue["parallax_err"] <= 0.2 * catalogue["parallax"])
    assert len(catalogue) - bad.sum() == run.summary.kept["main"] == 7612


def test_rotation_of_the_inner_galaxy(made):
    stars = sample(made("inner_galaxy"), "inner_galaxy", "main", ["r", "vphi"])
    axis = Axis.regular("r", "r", 0, 5, 1)
    order = OrderStatistics(Key((axis,)), "vphi", q=(0.5,), median_err=True)
    columns = {"r": stars["r"].to_numpy(), "vphi": stars["vphi"].to_numpy(dtype="float32")}
    table = order.finalize([order.map(columns)])
    np.testing.assert_allclose(table.values["median"], ROTATION, atol=0.55)
    assert (table.values["median_err"] < 5).all()
    by_hand = stars.groupby(np.floor(stars["r"]))["vphi"].median()
    np.testing.assert_allclose(table.values["median"], by_hand, rtol=1e-6)
    assert ", ".join(map(str, ROTATION)) + " km/s" in README.read_text()


def test_rotation_product_of_the_inner_galaxy(made):
    results = made("inner_galaxy_kinematics").results
    rotation = results["products/rotation"].to_dataset().sel(population="total")
    np.testing.assert_allclose(rotation["vphi_median"], ROTATION, atol=0.55)
    assert int(rotation["n"].sum()) == 18_271
    assert (rotation["vphi_median_err"] < 4).all()
    # angular momentum has the sign of the rotation
    actions = results["products/action_map"].to_dataset().sel(population="total")
    assert actions["n"].where(actions["lz"] > 0, 0).sum() > 0.8 * actions["n"].sum()
    assert int(actions["n_panel"] + actions["n_outside"]) == 18_271


def test_orbits_of_the_inner_galaxy(made):
    columns = ["r", "vphi", "lz", "lz_p16", "lz_p50", "lz_p84", "jr", "ecc", "r_guide", "r_peri", "r_apo"]
    stars = sample(made("inner_galaxy_kinematics"), "inner_galaxy_kinematics", "main", columns)
    np.testing.assert_allclose(stars["lz"], stars["r"] * stars["vphi"], rtol=1e-9)
    inside = (stars["lz_p16"] <= stars["lz_p50"]) & (stars["lz_p50"] <= stars["lz_p84"])
    assert inside.all()
    assert ((stars["lz"] > stars["lz_p16"]) & (stars["lz"] < stars["lz_p84"])).mean() > 0.95
    assert (stars["jr"] >= 0).all()
    assert (stars["r_peri"] <= stars["r_apo"] * (1 + 1e-12)).all()
    assert stars["ecc"].between(0, 1).all()
    # stars of the file lie within 5 kpc, and so do nearly all guiding radii
    assert (stars["r_guide"] < 5.5).mean() > 0.98


def test_velocities_against_astropy(real, made):
    import astropy.units as u
    import pandas as pd
    from astropy.coordinates import CartesianDifferential, Galactocentric, SkyCoord

    table = pd.read_csv(real / "APOGEE_all_feh8_SNRc_tagged.txt", sep=r"\s+")[:500]
    lonlat = (table["l[deg]"].to_numpy() * u.deg, table["b[deg]"].to_numpy() * u.deg)
    sky = SkyCoord(
        *lonlat,
        frame="galactic",
        distance=table["dist[kpc]"].to_numpy() * u.kpc,
        pm_l_cosb=table["pml[masyr]"].to_numpy() * u.mas / u.yr,
        pm_b=table["pmb[masyr]"].to_numpy() * u.mas / u.yr,
        radial_velocity=table["vlos[kms]"].to_numpy() * u.km / u.s,
    )
    there = sky.transform_to(
        Galactocentric(
            galcen_coord=SkyCoord(266.4051 * u.deg, -28.936175 * u.deg, frame="icrs"),
            galcen_distance=8.178 * u.kpc,
            z_sun=20.8 * u.pc,
            galcen_v_sun=CartesianDifferential([12.9, 245.6, 7.78] * u.km / u.s),
        )
    )
    stars = sample(made("inner_galaxy"), "inner_galaxy", "main", ["x", "y", "z", "vx", "vy", "vz"])[:500]
    for name in ("x", "y", "z"):
        np.testing.assert_allclose(stars[name], getattr(there, name).to_value(u.kpc), atol=1e-9)
        np.testing.assert_allclose(
            stars[f"v{name}"], getattr(there, f"v_{name}").to_value(u.km / u.s), atol=1e-7
        )


def published(real):
    """Middles of the ages, slopes and errors of Anders et al. 2023 (|Z| < 0.3 kpc); the last row is empty."""
    with np.load(real / "anders2023_radial_gradients_by_age_Z_lt_0p3.npz", allow_pickle=False) as file:
        ages, slopes = file["agebins"][:-1], file["marr"][:-1]
    return ages + 0.25, slopes[:, 0], slopes[:, 1:].mean(axis=1)


def test_gradients_by_age_against_the_published_ones(real, made):
    """Within 2 sigma and 0.01 dex/kpc where both are of the thin disk, 3 sigma and 0.02 for old stars."""
    dataset = made("apo_k2").results["products/profiles_by_age"].to_dataset().sel(fit_to="stars")
    ages, slopes, errors = published(real)
    for population, young, sigmas, more in (("low_alpha", True, 2, 0.01), ("total", False, 3, 0.02)):
        part = dataset.sel(population=population)
        for k, (low, high) in enumerate(dataset["age_bnds"].values):
            if not (2 <= low < 6 if young else low >= 8):
                continue
            own = (ages > low) & (ages < high)
            slope, error = (float(part[f"radial_{name}"][k]) for name in ("slope", "slope_err"))
            both = np.hypot(error, errors[own].mean())
            assert abs(slope - slopes[own].mean()) < sigmas * both + more, (population, low)
    text = README.read_text()
    for k, words in ((1, "-0.073 ± 0.007"), (2, "-0.066 ± 0.010")):
        one = dataset.sel(population="low_alpha").isel(age=k)
        assert f"{float(one['radial_slope']):.3f} ± {float(one['radial_slope_err']):.3f}" == words
        assert words in text


def test_all_low_alpha_stars_against_the_published_gradient(real, made):
    ages, slopes, _ = published(real)
    gradients = made("apo_k2").results["products/radial_gradients"].to_dataset()
    mine = gradients["slope"].isel(r_min=0, abs_z=0).sel(fit_to="stars", population="low_alpha")
    assert abs(float(mine) - slopes[ages < 6].mean()) < 0.01


def test_published_slopes_are_points_of_the_figure(real, made):
    dataset = made("apo_k2").results["products/profiles_by_age"].to_dataset()
    there = [
        dataset[f"overlay_anders2023_{name}"].values for name in ("age", "radial_slope", "radial_slope_err")
    ]
    for mine, theirs in zip(there, published(real), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=6e-5)


def test_clusters_over_the_stars(real, made):
    from astropy.table import Table

    results = made("apo_k2").results
    dataset = results["products/radial_profiles"].to_dataset()
    r, fe_h, error = (dataset[f"overlay_clusters_{name}"].values for name in ("r", "fe_h", "fe_h_err"))
    table = Table.read(real / "occam_cluster-DR16.fits")
    chosen = table[(table["QUAL"] > 0) & (table["R_GC_BAILER_JONES"] <= 14)]
    for mine, column in ((r, "R_GC_BAILER_JONES"), (fe_h, "FE_H"), (error, "FE_H_ERR")):
        np.testing.assert_array_equal(np.sort(mine), np.sort(chosen[column]))
    (slope, _), cov = np.polyfit(r, fe_h, 1, cov=True)
    assert f"{slope:.3f} ± {cov[0, 0] ** 0.5:.3f} dex/kpc (N = {r.size})" in README.read_text()
    gradients = results["products/radial_gradients"].to_dataset().isel(r_min=0, abs_z=0)
    stars = gradients.sel(fit_to="stars", population="low_alpha")
    assert abs(float(stars["slope"]) - slope) < 2 * np.hypot(float(stars["slope_err"]), cov[0, 0] ** 0.5)


def test_two_sequences_of_the_inner_galaxy(made):
    from scipy.ndimage import gaussian_filter1d
    from scipy.signal import find_peaks

    run = made("inner_galaxy")
    found = run.results["products/mgfe_modes"].to_dataset()
    stars = sample(run, "inner_galaxy", "main", ["r", "abs_z", "fe_h", "mg_fe"])
    low, high = found["fe_h_bin_bnds"].values[[0, -1], [0, 1]]
    own = stars[(stars["abs_z"] <= 1) & (stars["r"] < 5) & stars["fe_h"].between(low, high)]["mg_fe"]
    centres = found["mg_fe"].values
    n, _ = np.histogram(own, np.append(found["mg_fe_bnds"].values[:, 0], found["mg_fe_bnds"].values[-1, 1]))
    assert abs(int(found["all_n_panel"]) - n.sum()) <= 2
    density = gaussian_filter1d(n.astype(float), 1.0, mode="reflect")
    peaks, _ = find_peaks(density, prominence=0.1 * density.max())
    modes = found["all_mode"].values[: int(found["all_n_modes"])]
    assert modes.size == peaks.size == 2
    np.testing.assert_allclose(modes, centres[peaks], atol=0.011)
    depth = 1 - density[peaks[0] : peaks[1]].min() / density[peaks].min()
    assert float(found["all_depth"]) == pytest.approx(depth, abs=0.005)
    assert float(found["all_p_modes"]) == 1.0
    text, error = README.read_text(), float(found["all_depth_err"])
    assert f"{float(found['all_depth']):.2f} ± {error:.2f} (N = {int(found['all_n_panel']):,})" in text
    for k in range(2):
        assert f"{modes[k]:.3f} ± {float(found['all_mode_err'][k]):.3f}" in text
    assert (found["n_modes"].values == 1).all()
