import numpy as np
import pytest

from galdask.cartography.atlas import finish
from galdask.cartography.products import load
from galdask.cartography.published import table
from tests.cartography.stars import PIPELINE, plan, random_stars, results

NAMES = ("radial_profiles", "radial_gradients")


@pytest.fixture(scope="module")
def stars():
    return random_stars(3000)


@pytest.fixture(scope="module")
def made(stars):
    small = plan()
    tables = results(small, stars, names=NAMES)
    return {name: finish(small, name, tables) for name in NAMES}


def expected_windows(stars, low, high, population, window=40, step=20):
    chosen = (stars["abs_z"] >= low) & (stars["abs_z"] < high)
    if population:
        chosen &= stars["population"] == population - 1
    r, v = stars["r"][chosen].astype(np.float32).astype(float), stars["fe_h"][chosen].astype(float)
    order = np.argsort(r, kind="stable")
    starts = range(0, r.size - window + 1, step)
    cut = [order[s : s + window] for s in starts]
    return chosen.sum(), np.array([[np.median(r[c]), np.median(v[c])] for c in cut]).reshape(-1, 2)


@pytest.mark.parametrize("population", [0, 1, 2])
@pytest.mark.parametrize("height", [0, 1])
def test_profiles_are_running_medians(made, stars, height, population):
    profiles = made["radial_profiles"].isel(population=population, abs_z=height)
    n, expected = expected_windows(stars, height, height + 1, population)
    count = len(expected)
    assert int(profiles["n_panel"]) == n
    assert int(profiles["n_windows"]) == count > 3
    np.testing.assert_array_equal(profiles["r"][:count], expected[:, 0])
    np.testing.assert_array_equal(profiles["fe_h_median"][:count], expected[:, 1])
    assert np.isnan(profiles["r"][count:]).all()
    np.testing.assert_array_equal(
        profiles["n_window"], np.where(np.arange(profiles.sizes["window"]) < count, 40, 0)
    )


def test_gradients_of_profile_and_of_stars_are_straight_lines(made, stars):
    gradients = made["radial_gradients"]
    assert gradients["slope"].dims == ("fit_to", "r_min", "population", "abs_z")
    _, windows = expected_windows(stars, 0, 1, 1)
    far = windows[windows[:, 0] >= 3.0]
    mine = gradients.sel(fit_to="profile", r_min=3.0, population="low_alpha").isel(abs_z=0)
    slope, intercept = np.polyfit(far[:, 0], far[:, 1], 1)
    np.testing.assert_allclose([mine["slope"], mine["intercept"]], [slope, intercept], rtol=1e-9)
    assert int(mine["n_windows"]) == len(far)
    chosen = (stars["abs_z"] < 1) & (stars["population"] == 0)
    for r_min in (3.0, 0.0):
        fit = chosen & (stars["r"] >= r_min)
        mine = gradients.sel(fit_to="stars", r_min=r_min, population="low_alpha").isel(abs_z=0)
        slope, intercept = np.polyfit(stars["r"][fit], stars["fe_h"][fit].astype(float), 1)
        np.testing.assert_allclose([mine["slope"], mine["intercept"]], [slope, intercept], rtol=1e-6)
        assert int(mine["n"]) == fit.sum()
        assert int(mine["n_windows"]) == -1
    for name in ("slope_err", "slope_err_naive"):
        assert (gradients[name].isel(population=0) > 0).all()
    assert (gradients["reason"].isel(population=0) == 0).all()


def test_slopes_that_cannot_be_given_say_why():
    stars = random_stars(300)
    stars["abs_z"] = np.where(np.arange(300) < 2, 1.5, 0.5)
    stars["population"][:] = 0
    small = plan()
    gradients = finish(small, "radial_gradients", results(small, stars, names=NAMES))
    slope, reason = gradients["slope"].isel(r_min=1), gradients["reason"].isel(r_min=1)
    flags = {
        ("profile", "total", 0): 0,
        ("profile", "total", 1): 3,
        ("stars", "total", 1): 2,
        ("stars", "high_alpha", 0): 1,
        ("profile", "high_alpha", 0): 1,
    }
    for (fit_to, population, height), flag in flags.items():
        where = {"fit_to": fit_to, "population": population}
        assert int(reason.sel(where)[height]) == flag, where
        assert bool(np.isnan(slope.sel(where)[height])) == (flag != 0)
    profiles = finish(small, "radial_profiles", results(small, stars, names=NAMES))
    assert int(profiles["reason"].sel(population="total")[1]) == 3


def test_the_published_table_stands_beside_equal_bins(stars):
    small = plan(
        PIPELINE.replace("{z_step: 1, z_max: 2, window: 40", "{z_step: 0.25, z_max: 1, window: 40").replace(
            "r_min: [3.0, 0.0]", "r_min: [7.0]"
        )
    )
    tables = results(small, stars, names=NAMES)
    gradients = finish(small, "radial_gradients", tables)
    assert float(gradients["published_slope"].sel(population="low_alpha", abs_z=0.375)) == -0.064
    assert "Table 1" in gradients.attrs["published_source"]
    one = gradients.isel(fit_to=1, r_min=0, population=0, abs_z=0)
    expected = (one["slope"] + 0.056) / np.hypot(one["slope_err"], 0.001)
    np.testing.assert_allclose(one["difference"], expected)
    compared = load("radial_gradients").tables(gradients)["table1_comparison"]
    row = compared[
        (compared.fit_to == "stars") & (compared.population == "low_alpha") & (compared.abs_z_low == 0.25)
    ]
    assert row["published_slope"].item() == -0.064
    assert row["slope"].item() == float(gradients["slope"].isel(fit_to=1, r_min=0, population=1, abs_z=1))


def test_other_bins_and_other_limits_are_not_compared(made):
    gradients = made["radial_gradients"]
    assert np.isnan(gradients["published_slope"]).all()
    assert np.isnan(gradients["difference"]).all()


@pytest.mark.parametrize(
    ("name", "file"), [("table1", "table1_radial_feh_gradients"), ("table2", "table2_vertical_feh_gradients")]
)
def test_the_published_table_is_the_paper_s(shared, name, file):
    source, columns = table(name)
    lines = (shared / "reference" / f"imig2023_{file}.csv").read_text().splitlines()
    rows = [line.split(",") for line in lines if not line.startswith("#")][1:]
    given = np.array([[cell or "nan" for cell in row] for row in rows], dtype=float)
    edges = columns.pop("abs_z_high" if name == "table1" else "r_high")
    np.testing.assert_array_equal(np.array(list(columns.values())).T, given)
    np.testing.assert_array_equal(edges, given[:, 0] + given[1, 0])
    assert source.startswith(f"Imig et al. 2023, Table {name[-1]}")


def test_tables_have_one_row_a_window_and_a_slope(made):
    profiles = load("radial_profiles").tables(made["radial_profiles"])["radial_profiles"]
    assert len(profiles) == int(made["radial_profiles"]["n_windows"].sum())
    assert list(profiles.columns[:4]) == ["population", "abs_z_low", "abs_z_high", "window"]
    gradients = load("radial_gradients").tables(made["radial_gradients"])["radial_gradients"]
    assert len(gradients) == made["radial_gradients"]["slope"].size
    assert gradients.attrs["units"]["slope"] == "dex/kpc"
