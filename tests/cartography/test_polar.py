import numpy as np
import pytest

from galdask.cartography import polar, published, spiral_arms
from galdask.cartography.atlas import finish
from galdask.cartography.products import load
from galdask.errors import ProductError
from galdask.reductions import Axis, maritz_jarrett
from galdask.rng import poisson_weights
from tests.cartography.stars import PIPELINE, plan, random_stars, results

NAMES = ("polar_maps", "polar_zoom")


@pytest.fixture(scope="module")
def stars():
    return random_stars(6000)


@pytest.fixture(scope="module")
def made(stars):
    small = plan()
    tables = results(small, stars, names=NAMES)
    return {name: finish(small, name, tables) for name in NAMES}


def ring(stars, low, high):
    return (stars["abs_z"] < 1) & (stars["r"] >= low) & (stars["r"] < high)


def medians(stars, chosen, theta, least=3):
    """Number, median and standard deviation of chosen stars in bins of azimuth."""
    out = []
    for low in theta:
        v = stars["fe_h"][chosen & (stars["theta"] >= low) & (stars["theta"] < low + 30)].astype(float)
        out.append((v.size, np.median(v) if v.size >= least else np.nan, v.std() if v.size else np.nan))
    return np.array(out).T


def test_maps_hold_the_medians_of_azimuth_and_radius(made, stars):
    maps = made["polar_maps"]
    chosen = ring(stars, 3, 4) & (stars["theta"] >= 150) & (stars["theta"] < 180)
    values = np.sort(stars["fe_h"][chosen].astype(float))
    where = {"population": "total", "r": 3.5, "theta": 165.0, "abs_z": 0.5}
    assert int(maps["fe_h_n"].sel(where)) == values.size > 10
    assert float(maps["fe_h_median"].sel(where)) == np.median(values)
    assert float(maps["fe_h_median_err"].sel(where)) == maritz_jarrett.of_sorted(values)
    assert float(maps["theta"].min()) == 15.0
    assert maps.attrs["zoom_r"] == [2.0, 5.0]
    assert maps.attrs["spread"] == "text"


def test_expected_spread_in_both_readings(made, stars):
    maps = made["polar_maps"].sel(population="total", abs_z=0.5, r=4.5)
    n, median, std = medians(stars, ring(stars, 4, 5), range(0, 360, 30))
    good = n >= 3
    assert good.sum() >= 10
    text = np.sqrt(np.mean(std[good] ** 2 / n[good]))
    printed = np.sqrt(np.mean(std[good] ** 2))
    np.testing.assert_allclose(maps["expected_spread"].sel(reading="text"), text, rtol=1e-9)
    np.testing.assert_allclose(maps["expected_spread"].sel(reading="printed"), printed, rtol=1e-9)
    np.testing.assert_allclose(maps["observed_spread"], np.std(median[good]), rtol=1e-9)
    np.testing.assert_allclose(maps["fe_h_over_theta"], np.nanmedian(median[4:8]), rtol=1e-12)
    assert int(maps["n_theta"]) == good.sum()


def test_slopes_along_r_at_each_azimuth_and_their_range(made, stars):
    maps = made["polar_maps"].sel(population="total", abs_z=0.5)
    radii, bins = np.arange(2, 8), (120, 150, 180, 210)
    table = np.array([medians(stars, ring(stars, r, r + 1), bins)[1] for r in radii])

    def slopes(values):
        return np.array(
            [np.polyfit((radii + 0.5)[g], v[g], 1)[0] for v in values.T if (g := np.isfinite(v)).any()]
        )

    own = slopes(table)
    np.testing.assert_allclose(maps["slope"], own, rtol=1e-9)
    np.testing.assert_array_equal(maps["n_cells"], np.isfinite(table).sum(axis=0))
    np.testing.assert_allclose(maps["slope_range"], own.max() - own.min(), rtol=1e-9)
    weights = poisson_weights(stars["star_key"], 20, 1).T
    again = []
    for w in weights:
        many = np.full_like(table, np.nan)
        for (i, r), (j, low) in pairs(radii, bins):
            chosen = ring(stars, r, r + 1) & (stars["theta"] >= low) & (stars["theta"] < low + 30)
            values = np.repeat(stars["fe_h"][chosen].astype(float), w[chosen])
            if np.isfinite(table[i, j]) and values.size:
                many[i, j] = np.median(values)
        again.append(slopes(many))
    again = np.array(again)
    np.testing.assert_allclose(maps["slope_err"], again.std(axis=0, ddof=1), rtol=1e-7)
    reach = again.max(axis=1) - again.min(axis=1)
    np.testing.assert_allclose(maps["slope_range_err"], reach.std(ddof=1), rtol=1e-7)
    apart = again - own
    noise = apart.max(axis=1) - apart.min(axis=1)
    np.testing.assert_allclose(maps["slope_range_noise"], noise.mean(), rtol=1e-7)
    above = np.sum(noise >= own.max() - own.min())
    np.testing.assert_allclose(maps["slope_range_p"], (1 + above) / 21, rtol=1e-12)
    assert int(maps["n_rings"]) == 6


def test_cells_of_few_stars_enter_no_slope(stars):
    small = plan()
    maps = finish(small, "polar_maps", results(small, stars, names=("polar_maps",)))
    one = maps.sel(population="total", abs_z=1.5)
    cells = one.sel(theta=one["theta_shown"].values, r=slice(2, 8))
    enough = cells["fe_h_n"] >= 10
    assert 0 < enough.sum() < (cells["fe_h_n"] >= 3).sum()
    np.testing.assert_array_equal(one["n_cells"], enough.sum("r"))


def test_the_range_is_of_lines_through_the_same_rings():
    """A bent profile has other slopes through other rings; that is no variation with azimuth."""
    radii = Axis.regular("r", "r", 0.0, 6.0, 1.0)
    profile = np.array([0.0, 1.0, 2.0, 2.0, 2.0, 2.0])
    median = np.repeat(profile[:, None], 3, axis=1)
    median[4:, 1] = np.nan
    replicas = median[..., None] + np.random.default_rng(1).normal(0, 0.1, (6, 3, 40))
    found = polar.slope_variables(plan(), "fe_h", radii, median[None, None], replicas[None, None])
    slope = found["slope"][1][0, 0]
    assert slope[1] > slope[0] + 0.2
    assert found["n_rings"][1].item() == 4
    assert abs(found["slope_range"][1].item()) < 1e-12
    assert found["slope_range_p"][1].item() == 1.0
    median[:, 2] = np.nan  # an azimuth without a line takes no ring from the others
    found = polar.slope_variables(plan(), "fe_h", radii, median[None, None], replicas[None, None])
    assert found["n_rings"][1].item() == 4


def test_chances_are_shares_of_replicas():
    noise = np.arange(1.0, 100.0)
    found = polar.chance(np.array([0.0, 50.0, 1000.0, np.nan]), np.tile(noise, (4, 1)))
    np.testing.assert_allclose(found, [1.0, 0.51, 0.01, np.nan])


def pairs(first, second):
    return [((i, a), (j, b)) for i, a in enumerate(first) for j, b in enumerate(second)]


def test_an_injected_azimuthal_amplitude_is_found_and_none_is_not():
    stars = random_stars(40_000, seed=3)
    text = PIPELINE.replace("fit_r: [2, 8]", "fit_r: [2, 6]")
    small, found = plan(text), {}
    for amplitude in (0.0, 0.05):
        turned = np.radians(stars["theta"] - 180.0)
        slope = -0.06 + amplitude * np.clip(turned, -1, 1)
        changed = stars | {"fe_h": (slope * (stars["r"] - 4) + 0.2 * scatter(stars)).astype(np.float32)}
        one = finish(small, "polar_maps", results(small, changed, names=("polar_maps",)))
        one = one.sel(population="total", abs_z=0.5)
        found[amplitude] = {n: float(one[f"slope_range{n}"]) for n in ("", "_err", "_noise")}
    assert found[0.0][""] < 2 * found[0.0]["_noise"]
    expected = 0.05 * np.radians(90)
    assert abs(found[0.05][""] - expected) < 4 * found[0.05]["_err"]
    assert found[0.05][""] > 3 * found[0.05]["_noise"]


def scatter(stars):
    return np.random.default_rng(8).normal(0, 1, stars["r"].size)


def test_the_published_range_stands_beside_the_same_slice(stars):
    small = plan(
        PIPELINE.replace("slices: [0, 1, 2]\n    theta_shown", "slices: [0, 0.5, 1]\n    theta_shown")
    )
    maps = finish(small, "polar_maps", results(small, stars, names=("polar_maps",)))
    known = maps["published_slope_range"]
    assert float(known.sel(population="total", abs_z=0.25)) == 0.026
    assert int(np.isfinite(known).sum()) == 1
    assert "section 3.3" in maps.attrs["published_source"]
    tables = load("polar_maps").tables(maps)
    assert len(tables["polar_slopes"]) == 3 * 2 * 4
    assert len(tables["polar_slope_ranges"]) == 3 * 2
    assert set(tables["polar_spreads"]["reading"]) == {"text", "printed"}


def test_parts_of_an_axis_are_whole_bins():
    axis = Axis.regular("theta", "theta", 0, 360, 10)
    part = polar.part_of(axis, "theta_shown", (125, 236))
    assert part.edges[0] == 130
    assert part.edges[-1] == 230
    assert polar.within(axis, part) == slice(13, 23)


def test_windows_of_the_zoom_overlap(made, stars):
    zoom = made["polar_zoom"]
    np.testing.assert_allclose(zoom["r"], np.arange(2.5, 4.51, 0.5))
    np.testing.assert_allclose(zoom["theta"], np.arange(135, 226, 10))
    near = stars["abs_z"] <= 0.5
    for r, theta in ((2.5, 135.0), (3.0, 185.0), (4.5, 225.0)):
        inside = near & (np.abs(stars["r"] - r) < 0.5) & (np.abs(stars["theta"] - theta) < 15)
        values = np.sort(stars["fe_h"][inside].astype(float))
        mine = zoom.sel(population="total").sel(r=r, theta=theta, method="nearest")
        assert int(mine["fe_h_n"]) == values.size > 3
        assert float(mine["fe_h_median"]) == np.median(values)
        assert float(mine["fe_h_median_err"]) == maritz_jarrett.of_sorted(values)
    region = near & (stars["r"] >= 2) & (stars["r"] < 5) & (stars["theta"] >= 120) & (stars["theta"] < 240)
    assert int(zoom["n_panel"][0]) == region.sum()
    assert int(zoom["fe_h_n"].sel(population="total").sum()) > region.sum()


def test_a_window_is_a_whole_number_of_steps():
    small = plan(PIPELINE.replace("    window_r: 1\n", "    window_r: 0.7\n"))
    with pytest.raises(ProductError, match="whole number of steps"):
        load("polar_zoom").requests(small)


def test_a_reading_that_is_not_known_is_refused():
    from galdask.errors import ConfigError

    with pytest.raises(ConfigError, match="did you mean 'printed'"):
        plan(PIPELINE.replace("    fit_r: [2, 8]", "    spread: printd\n    fit_r: [2, 8]"))


def test_spiral_arms_keep_their_places_around_the_sun():
    arms = {
        row["arm"]: {k: float(v) for k, v in row.items() if k != "arm"}
        for row in published.rows("spiral_arms")
    }
    assert spiral_arms.radius(arms["Perseus"], np.array([40.0])) == 8.87
    turned = spiral_arms.radius(arms["Local"], np.array([9.0, 10.0]))
    assert np.log(turned[0] / turned[1]) == pytest.approx(np.radians(1) * np.tan(np.radians(11.4)))
    for r_sun in (8.15, 8.3):
        for sense, sign in (("toward_rotation", -1), ("against_rotation", 1)):
            places = spiral_arms.places({"r_sun": r_sun, "theta": sense}, (160.0, 200.0))
            k = list(places["arm"][1]).index("Local")
            r, theta = places["arm_r"][1][k], places["arm_theta"][1][k]
            # where the arm crosses the line from the centre through the Sun, 0.37 kpc beyond the Sun
            at = int(np.argmin(np.abs(theta - 180)))
            beyond = spiral_arms.radius(arms["Local"], np.zeros(1))[0] - 8.15
            assert r[at] - r_sun == pytest.approx(beyond, abs=1e-9)
            # a trailing arm: farther out against the sense of rotation
            ahead = r[np.argmin(np.abs(theta - (180 + sign * 10)))]
            assert ahead < r[at]
            assert set(np.unique(places["arm_seen"][1])) == {0, 1}
