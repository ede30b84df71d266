"""Products in zones of R and |Z|, made from random stars by the reductions themselves."""

import numpy as np
import pytest
from scipy.stats import binomtest

from galdask.cartography import contours
from galdask.cartography.atlas import finish, requests
from tests.cartography.stars import PIPELINE, plan, random_stars, results, samples, without_variants


@pytest.fixture(scope="module")
def stars():
    return random_stars(6000)


@pytest.fixture(scope="module")
def aged(stars):
    return samples(stars)["age"]


def made(name, stars, text=PIPELINE):
    small = plan(text)
    return finish(small, name, results(small, stars, names=(name,)))


def zone(of, r, z, population=None):
    """Which stars are in the zone 2 <= R < 4, 0.5 <= |Z| <= 2 and others of the small pipeline."""
    inside = (of["r"] >= r[0]) & (of["r"] < r[1]) & (of["abs_z"] >= z[0])
    inside &= (of["abs_z"] < z[1]) | ((of["abs_z"] == z[1]) & (z[1] == 2))
    return inside if population is None else inside & (of["population"] == population)


def test_mgfe_grid_is_a_histogram_in_each_zone(stars, aged):
    grid = made("mgfe_grid", stars)
    assert grid["n"].dims == ("population", "abs_z", "r", "fe_h", "mg_fe")
    inside = zone(stars, (2, 4), (0.5, 2))
    own = grid.isel(abs_z=1, r=1)
    expected, *_ = np.histogram2d(
        stars["fe_h"][inside], stars["mg_fe"][inside], [np.arange(-10, 11) / 10, np.arange(-8, 13) / 20]
    )
    np.testing.assert_array_equal(own["n"].sel(population="total"), expected)
    assert int(own["n_panel"].sel(population="total")) == expected.sum() < inside.sum()
    for population, code in (("total", None), ("low_alpha", 0), ("high_alpha", 1)):
        assert int(own["n_all"].sel(population=population)) == zone(stars, (2, 4), (0.5, 2), code).sum()
        assert int(own["n_age"].sel(population=population)) == zone(aged, (2, 4), (0.5, 2), code).sum()
    part = zone(aged, (2, 4), (0.5, 2)).sum() / inside.sum()
    assert float(own["f_distmass"][0]) == part
    both = int(zone(aged, (2, 4), (0.5, 2)).sum()), int(inside.sum())
    low, high = binomtest(*both).proportion_ci(confidence_level=0.6826894921370859, method="wilson")
    assert float(own["f_distmass_err"][0]) == pytest.approx(0.5 * (high - low))


def test_contours_of_mgfe_grid_enclose_what_they_say(stars):
    grid = made("mgfe_grid", stars)
    n, density = grid["n"].values, grid["density"].values
    np.testing.assert_allclose(density, contours.smoothed(n, 1.0), rtol=1e-6, atol=1e-6)
    assert (n.sum(axis=(-2, -1)) >= 50).all()
    for place in np.ndindex(*n.shape[:3]):
        for fraction, level in zip(grid["fraction"].values, grid["level"].values[place], strict=True):
            inside = density[place][density[place] > level].sum() / density[place].sum()
            assert inside == pytest.approx(fraction, abs=0.05)
    every, _, _ = np.histogram2d(
        stars["fe_h"], stars["mg_fe"], [np.arange(-10, 11) / 10, np.arange(-8, 13) / 20]
    )
    np.testing.assert_allclose(grid["behind_density"], contours.smoothed(every, 1.0), rtol=1e-6, atol=1e-6)
    border = float(grid["behind_level"])
    whole = grid["behind_density"].values
    assert whole[whole > border].sum() / whole.sum() == pytest.approx(0.9, abs=0.01)
    assert grid["behind_level"].attrs["fraction"] == 0.9


def test_panels_of_few_stars_have_no_contour(stars):
    few = {name: values[:300] for name, values in stars.items()}
    grid = made("mgfe_grid", few)
    sparse = grid["n_panel"].values < 50
    assert 0 < sparse.sum() < sparse.size
    np.testing.assert_array_equal(np.isnan(grid["level"].values).any(axis=-1), sparse)


def test_zones_without_ages_count_all_stars_alone(stars):
    text = without_variants(PIPELINE)
    ages = text[text.index("  age:   {") : text.index("  teff:")]
    products = text[text.index("  mgfe_grid:") :]
    lean = text.replace(ages, "").split("products:")[0] + "products:\n" + products
    grid = made("mgfe_grid", stars, lean.replace(", age]", "]"))
    assert "n_age" not in grid
    assert int(grid["n_all"].sum()) > 0


def test_mgfe_age_grid_has_exact_medians_of_the_stars_with_ages(stars, aged):
    grid = made("mgfe_age_grid", stars)
    assert grid["age_median"].dims == ("abs_z", "r", "fe_h", "mg_fe")
    inside = zone(aged, (2, 4), (0, 0.5))
    for name, low, high in (("fe_h", -0.1, 0.0), ("mg_fe", 0.1, 0.15)):
        inside &= (aged[name] >= low) & (aged[name] < high)
    values = aged["age"][inside].astype(float)
    own = grid.isel(abs_z=0, r=1).sel(fe_h=-0.05, mg_fe=0.125, method="nearest")
    assert int(own["age_n"]) == values.size > 5
    assert float(own["age_median"]) == np.median(values)
    assert 0 < float(own["age_median_err"]) < 5
    few = grid["age_n"].values < 3
    np.testing.assert_array_equal(np.isnan(grid["age_median"].values), few)
    np.testing.assert_array_equal(grid["age_reason"].values == 2, few & (grid["age_n"].values > 0))
    part = zone(aged, (2, 4), (0, 0.5)).sum() / zone(stars, (2, 4), (0, 0.5)).sum()
    assert float(grid["f_distmass"].isel(abs_z=0, r=1, population=0)) == part


def test_mgfe_by_radius_has_medians_of_each_population(stars):
    rings = made("mgfe_by_radius", stars)
    for population, code in (("total", None), ("low_alpha", 0), ("high_alpha", 1)):
        inside = zone(stars, (2, 4), (0, 0.5), code) & (stars["fe_h"] >= 0.1) & (stars["fe_h"] < 0.2)
        values = stars["mg_fe"][inside & np.isfinite(stars["mg_fe"])].astype(float)
        own = rings.sel(population=population).isel(r=1).sel(fe_h_bin=0.15, method="nearest")
        assert int(own["mg_fe_n"]) == values.size > 5
        assert float(own["mg_fe_median"]) == np.median(values)
    assert rings["level"].dims == ("population", "r", "fraction")
    assert rings["fraction"].values.tolist() == [0.75]
    assert int(rings["n_all"].sel(population="total").isel(r=1)) == zone(stars, (2, 4), (0, 0.5)).sum()


def test_the_shift_between_rings_is_found(stars):
    moved = {name: values.copy() for name, values in stars.items()}
    moved["mg_fe"] = moved["mg_fe"] + np.where(moved["r"] < 2, np.float32(0.03), np.float32(0.0))
    before, after = made("mgfe_by_radius", stars), made("mgfe_by_radius", moved)
    for population in ("total", "low_alpha", "high_alpha"):
        shifts = [float(one["shift"].sel(population=population)) for one in (before, after)]
        errors = [float(one["shift_err"].sel(population=population)) for one in (before, after)]
        assert abs(shifts[0]) < 4 * errors[0]
        assert shifts[1] - shifts[0] == pytest.approx(0.03, abs=1e-3)
    own = before.sel(population="total")
    away = own["mg_fe_median"][0] - own["mg_fe_median"][2]
    n = own["mg_fe_n"].values.astype(float)
    good = (n[0] >= 10) & (n[2] >= 10)
    assert 3 < good.sum() < (np.isfinite(away.values)).sum()
    weight = n[0][good] * n[2][good] / (n[0] + n[2])[good]
    expected = np.average(away.values[good], weights=weight)
    assert float(own["shift"]) == pytest.approx(expected)
    variance = (own["mg_fe_median_err"][0] ** 2 + own["mg_fe_median_err"][2] ** 2).values[good]
    assert float(own["shift_err"]) == pytest.approx(np.sqrt(np.sum((weight / weight.sum()) ** 2 * variance)))
    outside = PIPELINE.replace("compare_r: [1, 5]", "compare_r: [1, 50]")
    assert np.isnan(made("mgfe_by_radius", stars, outside)["shift"]).all()


def test_zones_are_asked_for_once():
    small = plan()
    alone = requests(small, ["mgfe_grid"])
    assert sorted(one.reduction.kind for one in alone.values()) == ["counts"] * 4 + ["order_statistics"] * 2
