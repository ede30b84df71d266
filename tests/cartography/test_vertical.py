import numpy as np
import pytest

from galdask.cartography import published
from galdask.cartography.atlas import finish
from galdask.cartography.products import load
from galdask.rng import poisson_weights
from tests.cartography.stars import PIPELINE, plan, random_stars, results

NAMES = ("vertical_profiles", "vertical_gradients")
WINDOW, STEP, REACH = 40, 20, 1.5


@pytest.fixture(scope="module")
def stars():
    return random_stars(3000)


@pytest.fixture(scope="module")
def made(stars):
    small = plan()
    tables = results(small, stars, names=NAMES)
    return {name: finish(small, name, tables) for name in NAMES}


def inside(stars, low, high, population):
    chosen = (stars["r"] >= low) & (stars["r"] < high)
    return chosen & (stars["population"] == population - 1) if population else chosen


def windows(z, value):
    """Median Z and median value of each window of stars that are sorted by Z."""
    cut = [slice(s, s + WINDOW) for s in range(0, z.size - WINDOW + 1, STEP)]
    return np.array([[np.median(z[c]), np.median(value[c])] for c in cut]).reshape(-1, 2).T


def slopes(z, value, least=3):
    """Slopes against |Z| of both sides together, above and below."""
    found = []
    for x, keep in (
        (np.abs(z), np.abs(z) <= REACH),
        (z, (z >= 0) & (z <= REACH)),
        (-z, (z <= 0) & (z >= -REACH)),
    ):
        found.append(np.polyfit(x[keep], value[keep], 1)[0] if keep.sum() >= least else np.nan)
    return np.array(found)


def by_height(stars, chosen):
    z, value = stars["z"][chosen].astype(np.float32).astype(float), stars["fe_h"][chosen].astype(float)
    order = np.argsort(z, kind="stable")
    return stars["star_key"][chosen][order], z[order], value[order]


@pytest.mark.parametrize("population", [0, 1, 2])
def test_profiles_are_running_medians_by_signed_height(made, stars, population):
    profiles = made["vertical_profiles"].isel(population=population).sel(r=3.0)
    chosen = inside(stars, 2, 4, population)
    _, z, value = by_height(stars, chosen)
    place, median = windows(z, value)
    count = place.size
    assert int(profiles["n_panel"]) == chosen.sum()
    assert int(profiles["n_windows"]) == count > 3
    assert place[0] < 0 < place[-1]
    np.testing.assert_array_equal(profiles["z"][:count], place)
    np.testing.assert_array_equal(profiles["fe_h_median"][:count], median)
    assert np.isnan(profiles["z"][count:]).all()


@pytest.mark.parametrize(("prefix", "low", "high"), [("", 2, 4), ("near_sun_", 3, 5)])
@pytest.mark.parametrize("population", [0, 1])
def test_gradients_above_below_and_folded(made, stars, population, prefix, low, high):
    gradients = made["vertical_gradients"].isel(population=population)
    at = {"near_sun": 4.0} if prefix else {"r": 3.0}
    assert gradients.attrs["max_abs_z"] == REACH
    star, z, value = by_height(stars, inside(stars, low, high, population))
    weights = poisson_weights(star, 40, 1).T
    for way, expected, replicas in (
        ("profile", slopes(*windows(z, value)), [slopes(*windows(*doubled(z, value, w))) for w in weights]),
        ("stars", slopes(z, value), [slopes(*doubled(z, value, w)) for w in weights]),
    ):
        mine = gradients.sel(fit_to=way, **at)
        np.testing.assert_allclose(
            mine[f"{prefix}slope"].sel(side=["both", "above", "below"]), expected, rtol=1e-6
        )
        errors = np.nanstd(replicas, axis=0, ddof=1)
        np.testing.assert_allclose(mine[f"{prefix}slope_err"], errors, rtol=1e-5)
        np.testing.assert_allclose(mine[f"{prefix}asymmetry"], expected[1] - expected[2], rtol=1e-5)
        apart = np.array(replicas)[:, 1] - np.array(replicas)[:, 2]
        np.testing.assert_allclose(mine[f"{prefix}asymmetry_err"], np.nanstd(apart, ddof=1), rtol=1e-5)


def doubled(z, value, weights):
    return np.repeat(z, weights), np.repeat(value, weights)


def test_a_gradient_that_is_the_same_on_both_sides_folds(stars):
    """A line through signed Z would give zero."""
    steep = {k: v.copy() for k, v in stars.items()}
    steep["fe_h"] = (-0.3 * np.abs(steep["z"]) + 0.01 * stars["mg_fe"].clip(-1, 1)).astype(np.float32)
    steep["fe_h"][np.isnan(steep["fe_h"])] = -0.3
    small = plan()
    gradients = finish(small, "vertical_gradients", results(small, steep, names=NAMES))
    slope = gradients["slope"].sel(population="total", r=3.0, fit_to="profile")
    np.testing.assert_allclose(slope.sel(side=["above", "below"]), -0.3, atol=0.03)
    np.testing.assert_allclose(slope.sel(side="both"), -0.3, atol=0.03)


def test_the_published_slopes_stand_beside_equal_bins(stars):
    text = PIPELINE.replace(
        "{max_abs_z: 1.5, near_sun: [3, 5], replicas: 40}", "{near_sun: [7.3, 9.3], replicas: 3}"
    ).replace("{r_max: 6, window: 40", "{r_max: 10, window: 40")
    small = plan(text)
    gradients = finish(small, "vertical_gradients", results(small, stars, names=NAMES))
    assert float(gradients["published_slope"].sel(population="low_alpha", r=5.0)) == -0.753
    near = gradients.sel(near_sun=8.3, population="high_alpha")
    assert float(near["near_sun_published_slope"]) == -0.112
    assert "very flat" in gradients.attrs["published_note"]
    assert "-0.315" in gradients.attrs["published_note"]
    one = gradients.sel(fit_to="stars", side="both", population="total", r=3.0)
    away = (one["slope"] + 0.471) / np.hypot(one["slope_err"], 0.015)
    np.testing.assert_allclose(one["difference"], away)
    compared = load("vertical_gradients").tables(gradients)["table2_comparison"]
    row = compared[(compared.fit_to == "stars") & (compared.population == "total")]
    assert list(row["r_low"]) == [0, 2, 4, 6, 8, 7.3]
    assert row["published_slope"].iloc[-1] == -0.315
    assert row["slope"].iloc[1] == float(one["slope"])


def test_other_reaches_are_not_compared(made):
    gradients = made["vertical_gradients"]
    assert float(gradients["published_slope"].sel(population="total", r=3.0)) == -0.471
    assert np.isnan(gradients["difference"]).all()
    assert np.isnan(gradients["near_sun_published_slope"]).all()


def test_tables_have_a_row_around_the_sun(made):
    gradients = made["vertical_gradients"]
    tables = load("vertical_gradients").tables(gradients)
    table = tables["vertical_gradients"]
    assert len(table) == gradients["slope"].size + gradients["near_sun_slope"].size
    near = table[(table.r_low == 3) & (table.r_high == 5)]
    assert len(near) == 2 * 3 * 3
    assert table.attrs["units"]["r_low"] == "kpc"
    sides = tables["vertical_gradients_sides"]
    assert list(sides.columns) == ["fit_to", "population", "r_low", "r_high", "asymmetry", "asymmetry_err"]


def test_few_stars_give_reasons():
    few = random_stars(60)
    small = plan()
    gradients = finish(small, "vertical_gradients", results(small, few, names=NAMES))
    assert set(np.unique(gradients["reason"].sel(fit_to="profile"))) <= {1, 3}
    assert np.isnan(gradients["asymmetry"].sel(fit_to="profile")).all()
    assert np.isnan(gradients["asymmetry_err"].sel(fit_to="profile")).all()


def test_a_published_table_may_have_remarks():
    assert published.note("table1") == ""
    assert "Figure 16" in published.note("table2")
