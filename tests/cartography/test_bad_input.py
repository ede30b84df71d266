"""Few stars, equal ones, none with ages, infinite values, stars on edges: what products make of them."""

import csv

import numpy as np
import pytest

from galdask.errors import GaldaskError, SampleError
from tests.cartography.hand_made import run, stars

GRADIENTS = ["radial_profiles", "radial_gradients", "vertical_profiles", "vertical_gradients"]
#: meaning of the numbers of ``reason``
GIVEN, NO_STARS, TOO_FEW, TOO_FEW_WINDOWS, NO_SPREAD = range(5)


def product(results, name, population="total"):
    dataset = results[f"products/{name}"].to_dataset()
    return dataset.sel(population=population) if "population" in dataset.dims else dataset


def test_fewer_stars_than_a_window(tmp_path):
    own = stars(20, z=0.2, mg_fe=0.0)
    _, results = run(tmp_path, own, [*GRADIENTS, "profiles_by_age", "age_profiles"])
    profile = product(results, "radial_profiles")
    assert int(profile["n_panel"][0]) == 20
    assert int(profile["n_windows"].sum()) == 0
    assert np.isnan(profile["fe_h_median"]).all()
    assert (profile["reason"] == TOO_FEW_WINDOWS).all()
    lines = product(results, "radial_gradients").isel(r_min=1)
    through, stars_line = (lines.sel(fit_to=way).isel(abs_z=0) for way in ("profile", "stars"))
    assert np.isnan(through["slope"])
    assert int(through["reason"]) == TOO_FEW_WINDOWS
    r = np.hypot(own["x"], own["y"])
    plain = np.polyfit(r, own["fe_h"].astype("float32").astype(float), 1)[0]
    assert float(stars_line["slope"]) == pytest.approx(plain, rel=1e-6)
    high = product(results, "radial_gradients", "high_alpha")
    assert (high["reason"] == NO_STARS).all()
    assert np.isnan(high["slope"]).all()


def test_a_panel_without_stars(tmp_path):
    names = ["feh_slices", "mgfe_grid", "mdf_grid", "mdf_moments", "polar_maps", "mgfe_modes", "amr_density"]
    _, results = run(tmp_path, stars(60, z=0.2), names)
    slices = product(results, "feh_slices")
    assert slices["fe_h_n_panel"].values.tolist() == [60, 0, 0]
    assert np.isnan(slices["fe_h_median"][1:]).all()
    assert (slices["fe_h_reason"][1:] == NO_STARS).all()
    grid = product(results, "mgfe_grid")
    assert (grid["n_panel"][1:] == 0).all()
    assert np.isnan(grid["level"][1:]).all()
    assert np.isnan(grid["f_distmass"][1:]).all()
    rows = product(results, "mdf_grid")
    assert np.isnan(rows[["median", "mode", "q25", "p"]].isel(abs_z=slice(1, None)).to_array()).all()
    assert (rows["reason"][1:] == NO_STARS).all()
    assert np.isnan(product(results, "polar_maps")["slope_range"][1:]).all()


def test_all_values_equal(tmp_path):
    """One place and one value: medians are that value, nothing has a slope, a skewness or two modes."""
    equal = {
        "x": -8.0,
        "y": 0.0,
        "z": 0.25,
        "fe_h": 0.0,
        "mg_fe": 0.05,
        "age": 5.0,
        "teff": 4500,
        "logg": 1.5,
    }
    names = [*GRADIENTS, "feh_slices", "mdf_moments", "adf_moments", "mgfe_modes", "kiel", "age_gradients"]
    _, results = run(tmp_path, stars(120, **equal), [*names, "cubes/xyz"])
    cell = product(results, "feh_slices").isel(abs_z=0)
    there = cell["fe_h_n"].values > 0
    assert there.sum() == 1
    for name, value in (("n", 120), ("median", 0), ("mean", 0), ("std", 0), ("median_err", 0)):
        assert cell[f"fe_h_{name}"].values[there].item() == value
    cube = results["cubes/xyz"].to_dataset().sel(population="total")
    there = cube["n_stars"].values > 0
    assert np.isnan(cube["fe_h_skewness"].values[there]).all()
    profile = product(results, "radial_profiles").isel(abs_z=0)
    assert int(profile["n_windows"]) == 7
    full = profile["n_window"] > 0
    assert (profile["r"].values[full] == 8.0).all()
    assert (profile["fe_h_median"].values[full] == 0).all()
    lines = product(results, "radial_gradients").isel(abs_z=0)
    assert np.isnan(lines["slope"]).all()
    assert (lines["reason"] == NO_SPREAD).all()
    near_sun = product(results, "vertical_gradients").sel(side="both")["near_sun_slope"]
    assert np.isnan(near_sun).all()
    row = product(results, "mdf_moments", "low_alpha").isel(r=8)
    assert (float(row["mean"]), float(row["median"]), float(row["std"])) == (0, 0, 0)
    assert np.isnan(row["skewness"])
    assert float(row["mode"]) == pytest.approx(0.025, abs=0.026)
    modes = product(results, "mgfe_modes")
    assert (int(modes["all_n_modes"]), float(modes["all_depth"])) == (1, 0.0)


def test_no_star_has_an_age(tmp_path):
    """Products with ages are made of no stars; the rest does not change by a bit."""
    names = [
        "feh_slices",
        "radial_gradients",
        "age_slices",
        "adf_grid",
        "amr",
        "profiles_by_age",
        "age_completeness",
    ]
    summary, results = run(tmp_path / "none", stars(120, age=np.nan), names)
    _, others = run(tmp_path / "all", stars(120), names)
    assert summary.kept == {"main": 120, "age": 0, "catalogue": 120}
    assert summary.skipped == {}
    for name in ("feh_slices", "radial_gradients"):
        assert results[f"products/{name}"].to_dataset().equals(others[f"products/{name}"].to_dataset())
    assert np.isnan(results["products/age_slices/age_median"]).all()
    assert int(product(results, "adf_grid")["n_age"].sum()) == 0
    assert results["products/amr"].sizes["star"] == 0
    assert np.isnan(results["products/profiles_by_age/radial_slope"]).all()
    fractions = product(results, "age_completeness")
    assert int(fractions["n_age_xy"].sum()) == 0
    assert float(fractions["zone_f_distmass"].max()) == 0
    with open(tmp_path / "none" / "out" / "ledger.csv", newline="") as handle:
        flow = {(row["sample"], row["step"]): row for row in csv.DictReader(handle)}
    assert flow["age", "aged"]["removed"] == flow["age", "aged"]["missing"] == "120"


def test_infinite_values_are_missing(tmp_path):
    """Infinite numbers count as no number, as if the field were empty."""
    names = ["feh_slices", "age_slices", "mgfe_grid", "radial_gradients", "kiel", "amr_density", "cubes/xyz"]
    rows = {
        "fe_h": (0, 8),
        "age": (10, 15),
        "x": (20, 22),
        "mg_fe": (30, 33),
        "teff": (40, 42),
        "fe_h_err": (50, 52),
    }
    infinite, empty = stars(120), stars(120)
    for name, (first, last) in rows.items():
        infinite[name] = np.array(infinite[name])
        empty[name] = np.array(empty[name])
        infinite[name][first:last] = [np.inf, -np.inf] * ((last - first) // 2) + [np.inf] * (
            (last - first) % 2
        )
        empty[name][first:last] = np.nan
    summary, results = run(tmp_path / "infinite", infinite, names)
    again, others = run(tmp_path / "empty", empty, names)
    assert summary.kept == again.kept == {"main": 110, "age": 105, "catalogue": 120}
    for path in (group for group in results.groups if group.count("/") == 2):
        one, other = (tree[path].to_dataset() for tree in (results, others))
        assert one.equals(other), path


def test_nothing_but_infinite_values_leaves_no_star(tmp_path):
    with pytest.raises(SampleError, match="no star is left in the sample 'main'") as caught:
        run(tmp_path, stars(50, fe_h=np.inf), ["feh_slices"])
    assert "'metals'" in caught.value.where
    assert not (tmp_path / "out" / "current").exists()


def test_azimuths_at_the_wrap(tmp_path):
    """theta is in [0, 360): just below the X axis is the last bin, on it and above the first."""
    y = np.repeat([-1e-9, -1e-30, 0.0, 1e-9], 3)
    _, results = run(tmp_path, stars(12, x=3.5, y=y, z=0.1), ["polar_maps", "polar_zoom", "cubes/polar"])
    cube = results["cubes/polar"]["n_stars"].sel(population="total").sum(["r", "z"]).values
    assert cube[-1] + cube[0] == cube.sum() == 12
    # an angle of -3e-31 is 360 to the last digit of a float, which is 0
    assert (cube[-1], cube[0]) == (3, 9)
    cells = product(results, "polar_maps")["fe_h_n"].isel(abs_z=0).sum("r").values
    np.testing.assert_array_equal(cells, cube)


def test_windows_of_azimuth_end_at_the_wrap(tmp_path):
    """A window lies within its region: none reaches across 0/360, and no star is counted twice by that."""
    y = 3.5 * np.tan(np.radians(np.r_[[-4.0] * 5, [4.0] * 5]))
    _, results = run(tmp_path, stars(10, x=3.5, y=y, z=0.1), ["polar_zoom"])
    zoom = product(results, "polar_zoom")
    assert (float(zoom["theta"][0]), float(zoom["theta"][-1])) == (10, 350)
    n = zoom["fe_h_n"].max("r").sel(theta=[10, 20, 340, 350])
    assert n.values.tolist() == [5, 0, 0, 5]
    assert int(zoom["n_panel"]) == 10


def test_stars_on_the_axis(tmp_path):
    """R = 0: azimuth 0, the first bin of R and the cell right above zero; nothing is lost."""
    names = ["coverage", "polar_maps", "radial_gradients", "global_maps", "cubes/xyz", "cubes/polar"]
    _, results = run(tmp_path, stars(15, x=0.0, y=0.0, z=0.0), names)
    for cube in ("xyz", "polar"):
        tree = results[f"cubes/{cube}"]
        assert (tree.attrs["stars_inside"], tree.attrs["stars_outside"]) == (15, 0)
    cell = results["cubes/polar"]["n_stars"].sel(population="total").isel(r=0, theta=0)
    assert cell.sel(z=0.5).item() == 15
    cell = results["cubes/xyz"]["n_stars"].sel(population="total", x=0.5, y=0.5, z=0.5)
    assert cell.item() == 15
    edge = product(results, "global_maps")["edge_fe_h_n"]
    assert int(edge.sel(r=slice(0, None)).sum()) == 15
    assert np.isnan(product(results, "radial_gradients")["slope"]).all()


def test_stars_exactly_on_edges(tmp_path):
    """A star on an edge is in the bin above it; on the closed end of slices in the last one."""
    z = np.repeat([0.0, 0.5, 1.0, 2.0, -0.5, -2.0], 4)
    own = stars(24, x=-8.0, y=0.0, z=z, fe_h=0.1)
    _, results = run(
        tmp_path, own, ["feh_slices", "coverage", "cubes/xyz", "radial_profiles", "vertical_gradients"]
    )
    slices = product(results, "feh_slices")
    assert slices["fe_h_n_panel"].values.tolist() == [4, 8, 12]
    cells = slices["fe_h_n"].sum("abs_z")
    assert int(cells.sel(x=-7.75, y=0.25)) == 24
    cube = results["cubes/xyz"]
    by_z = cube["n_stars"].sel(population="total").sum(["x", "y"])
    # 2.0 is the end of the grid in Z, which is open; -2.0 its beginning, which is closed
    assert by_z.values.tolist() == [4, 4, 8, 4]
    assert (cube.attrs["stars_inside"], cube.attrs["stars_outside"]) == (20, 4)
    heights = product(results, "radial_profiles")["n_panel"]
    assert heights.values.tolist() == [12, 4]
    folded = product(results, "vertical_gradients").sel(fit_to="stars")
    assert folded["near_sun_n"].sel(side="both").item() == 24


@pytest.mark.parametrize("number", [0, 1])
def test_no_star_and_one_star(number, tmp_path):
    names = ["feh_slices", "radial_gradients", "mdf_moments", "amr", "chemical_tagging"]
    if number == 0:
        with pytest.raises(GaldaskError):
            run(tmp_path, stars(0), names)
        return
    summary, results = run(tmp_path, stars(1, x=-8.0, y=0.0, z=0.1, fe_h=0.05, age=3.0), names)
    assert summary.kept["main"] == 1
    slices = product(results, "feh_slices")
    assert int(slices["fe_h_n"].sum()) == 1
    assert int((slices["fe_h_reason"] == TOO_FEW).sum()) == 1
    assert results["products/amr"].sizes["star"] == 1
