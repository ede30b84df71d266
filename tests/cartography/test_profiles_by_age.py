import numpy as np
import pytest

from galdask.cartography import trends
from galdask.cartography.atlas import finish, requests
from galdask.cartography.products import load
from tests.cartography.stars import plan, random_stars, results, samples

NAME = "profiles_by_age"


@pytest.fixture(scope="module")
def stars():
    return random_stars(8000)


@pytest.fixture(scope="module")
def made(stars):
    small = plan()
    return finish(small, NAME, results(small, stars, names=(NAME,)))


def chosen(of, along):
    inside = (of["age"] >= 4) & (of["age"] < 8) & (of["population"] == 0)
    if along == "r":
        return inside & (of["abs_z"] <= 1)
    return inside & (of["r"] >= 2) & (of["r"] < 5)


@pytest.mark.parametrize(("along", "prefix"), [("r", "radial_"), ("z", "vertical_")])
def test_profiles_are_running_medians_of_one_age(made, stars, along, prefix):
    of = samples(stars)["age"]
    rows = chosen(of, along)
    x, value = of[along][rows].astype(np.float32).astype(float), of["fe_h"][rows].astype(float)
    order = np.argsort(x, kind="stable")
    cut = [order[s : s + 40] for s in range(0, x.size - 39, 20)]
    mine = made.sel(population="low_alpha", age=6.0)
    assert int(mine[f"{prefix}n_panel"]) == rows.sum()
    assert int(mine[f"{prefix}n_windows"]) == len(cut) > 5
    for name, values in ((f"{prefix}{along}", x), (f"{prefix}fe_h_median", value)):
        np.testing.assert_array_equal(mine[name][: len(cut)], [np.median(values[c]) for c in cut])
    places = np.array([[np.median(x[c]), np.median(value[c])] for c in cut]).T
    points = {"profile": places, "stars": (of[along][rows], value)}
    for way, (at, y) in points.items():
        at = at if along == "r" else np.abs(at)
        keep = at >= 2 if along == "r" else at <= 1.5
        slope, intercept = np.polyfit(at[keep], y[keep], 1)
        line = mine.sel(fit_to=way)
        np.testing.assert_allclose(line[f"{prefix}slope"], slope, rtol=1e-6)
        np.testing.assert_allclose(line[f"{prefix}intercept"], intercept, rtol=1e-6, atol=1e-9)
        assert float(line[f"{prefix}slope_err"]) > 0
        assert int(line[f"{prefix}line_n_windows"]) == (keep.sum() if way == "profile" else -1)


def test_all_numbers_are_of_the_stars_with_ages():
    small = plan()
    assert {request.sample for request in requests(small, (NAME,)).values()} == {"age"}


def test_steepness_is_a_weighted_line_with_the_sign_of_the_slopes():
    rng = np.random.default_rng(2)
    x, err = np.array([1.0, 3, 5, 7]), np.array([0.1, 0.2, 0.1, 0.3])
    slope = np.array([[-1.0, -0.8, -0.5, 0.1], [1.0, 0.8, 0.5, -0.1], [-1, np.nan, np.nan, -1]])
    replicas = slope[..., None] + rng.normal(0, 0.1, (3, 4, 50))
    trend, spread = trends.steepness(x, slope, np.broadcast_to(err, slope.shape), replicas)
    expected = np.polyfit(x, -slope[0], 1, w=1 / err)[0]
    np.testing.assert_allclose(trend[:2], expected)
    again = [np.polyfit(x, one, 1, w=1 / err)[0] for one in replicas[0].T]
    np.testing.assert_allclose(spread[0], np.std(again, ddof=1))
    assert np.isnan(trend[2])
    assert np.isnan(spread[2])


@pytest.mark.parametrize("flattens", [True, False])
def test_whether_slopes_become_flatter_with_age(flattens):
    stars = random_stars(20_000, seed=4)
    slope = -0.06 + (0.004 * stars["age"] if flattens else 0.0)
    noise = np.random.default_rng(5).normal(0, 0.1, stars["r"].size)
    stars["fe_h"] = (0.3 + slope * (stars["r"] - 2) + noise).astype(np.float32)
    small = plan()
    found = finish(small, NAME, results(small, stars, names=(NAME,))).sel(population="low_alpha")
    expected = -0.004 if flattens else 0.0
    for way in ("profile", "stars"):
        one = found.sel(fit_to=way)
        assert abs(float(one["radial_trend"]) - expected) < 4 * float(one["radial_trend_err"])
        assert int(one["radial_falls"]) == flattens
    assert found["radial_trend"].attrs["units"] == "dex/kpc/Gyr"


def test_tables_have_slopes_and_trends(made):
    tables = load(NAME).tables(made)
    assert len(tables[f"{NAME}_radial"]) == made["radial_slope"].size
    assert len(tables[f"{NAME}_vertical"]) == made["vertical_slope"].size
    assert list(tables[f"{NAME}_trends"].columns[:4]) == [
        "fit_to",
        "population",
        "radial_trend",
        "radial_trend_err",
    ]
    assert tables[f"{NAME}_radial"].attrs["units"]["age_low"] == "Gyr"


def test_few_stars_have_no_trend():
    few = random_stars(120)
    small = plan()
    made = finish(small, NAME, results(small, few, names=(NAME,)))
    assert np.isnan(made["radial_trend"].sel(fit_to="profile")).all()
    assert (made["radial_falls"].sel(fit_to="profile") == 0).all()
    assert set(np.unique(made["radial_slope_reason"].sel(fit_to="profile"))) <= {1, 3}
