import numpy as np
import pytest

from galdask.cartography.atlas import finish, requests
from galdask.cartography.products import load
from galdask.reductions import maritz_jarrett
from tests.cartography.stars import plan, random_stars, results, samples

NAMES = ("age_profiles", "age_gradients")


@pytest.fixture(scope="module")
def stars():
    return random_stars(3000)


@pytest.fixture(scope="module")
def made(stars):
    small = plan()
    tables = results(small, stars, names=NAMES)
    return {name: finish(small, name, tables) for name in NAMES}


@pytest.mark.parametrize(
    ("along", "across", "low", "high", "where", "names"),
    [
        ("r", "abs_z", 1, 2, {"abs_z": 1.5}, ("r", "age_median")),
        ("z", "r", 2, 4, {"r_bin": 3.0}, ("vertical_z", "vertical_age_median")),
    ],
)
def test_profiles_are_running_medians_of_the_stars_with_ages(
    made, stars, along, across, low, high, where, names
):
    of = samples(stars)["age"]
    chosen = (of[across] >= low) & (of[across] < high) & (of["population"] == 0)
    x, age = of[along][chosen].astype(np.float32).astype(float), of["age"][chosen].astype(float)
    order = np.argsort(x, kind="stable")
    cut = [order[s : s + 40] for s in range(0, x.size - 39, 20)]
    mine = made["age_profiles"].sel(population="low_alpha", **where)
    for name, values in zip(names, (x, age), strict=True):
        np.testing.assert_array_equal(mine[name][: len(cut)], [np.median(values[c]) for c in cut])
        assert np.isnan(mine[name][len(cut) :]).all()
    assert int(mine["n_panel" if along == "r" else "vertical_n_panel"]) == chosen.sum()


def test_the_median_age_of_each_population(made, stars):
    of = samples(stars)["age"]
    ages = np.sort(of["age"][of["population"] == 1].astype(float))
    mine = made["age_profiles"].sel(population="high_alpha")
    assert float(mine["all_age_median"]) == np.median(ages)
    assert float(mine["all_age_median_err"]) == maritz_jarrett.of_sorted(ages)
    assert int(mine["all_age_n"]) == ages.size
    assert "8.5 Gyr" in mine.attrs["published_note"]


def test_slopes_are_in_gyr_per_kpc_both_ways(made, stars):
    gradients, of = made["age_gradients"], samples(stars)["age"]
    near = (of["abs_z"] < 1) & (of["r"] >= 3)
    slope = np.polyfit(of["r"][near], of["age"][near].astype(float), 1)[0]
    mine = gradients["slope"].sel(fit_to="stars", population="total", abs_z=0.5, r_min=3.0)
    np.testing.assert_allclose(mine, slope, rtol=1e-6)
    ring = (of["r"] >= 2) & (of["r"] < 4) & (of["z"] <= 0) & (of["z"] >= -1.5)
    slope = np.polyfit(of["abs_z"][ring], of["age"][ring].astype(float), 1)[0]
    mine = gradients["vertical_slope"].sel(fit_to="stars", population="total", r_bin=3.0, side="below")
    np.testing.assert_allclose(mine, slope, rtol=1e-6)
    for name in ("slope", "vertical_slope", "vertical_asymmetry_err"):
        assert gradients[name].attrs["units"] == "Gyr/kpc"


def test_profile_and_gradient_share_their_medians():
    small = plan()
    shared = requests(small, NAMES)
    kinds = [request.reduction.kind for request in shared.values()]
    assert kinds.count("running_medians") == 2
    assert {request.sample for request in shared.values()} == {"age"}


def test_tables_have_a_row_a_window_and_a_slope(made):
    tables = load("age_profiles").tables(made["age_profiles"])
    assert len(tables["age_profiles"]) == int(made["age_profiles"]["n_windows"].sum())
    assert len(tables["age_profiles_vertical"]) == int(made["age_profiles"]["vertical_n_windows"].sum())
    assert len(tables["age_profiles_medians"]) == 3
    tables = load("age_gradients").tables(made["age_gradients"])
    assert len(tables["age_gradients_vertical"]) == made["age_gradients"]["vertical_slope"].size
    assert tables["age_gradients_vertical"].attrs["units"]["vertical_slope"] == "Gyr/kpc"
