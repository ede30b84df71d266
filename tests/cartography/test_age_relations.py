"""Relations of abundances with age, made from random stars by the reductions themselves."""

import numpy as np
import pytest

from galdask.cartography.atlas import finish
from tests.cartography.stars import PIPELINE, plan, random_stars, results, samples


@pytest.fixture(scope="module")
def stars():
    return random_stars(6000)


@pytest.fixture(scope="module")
def aged(stars):
    return samples(stars)["age"]


def made(name, stars, text=PIPELINE):
    small = plan(text)
    return finish(small, name, results(small, stars, names=(name,)))


def zone(of, r=(2, 4), z=(0, 0.5)):
    return (of["r"] >= r[0]) & (of["r"] < r[1]) & (of["abs_z"] >= z[0]) & (of["abs_z"] < z[1])


def test_amr_trend_is_exact_and_of_the_age_sample(stars, aged):
    amr = made("amr", stars).isel(abs_z=0, r=1)
    own = amr.sel(log_age_bin=9.85, method="nearest")
    inside = zone(aged) & (aged["log_age"] >= np.float32(9.8)) & (aged["log_age"] < np.float32(9.9))
    values = aged["fe_h"][inside].astype(float)
    assert int(own["fe_h_n"]) == values.size > 20
    assert float(own["fe_h_median"]) == np.median(values)
    assert float(own["fe_h_std"]) == pytest.approx(values.std(), rel=1e-6)
    assert int(amr["n_all"].sel(population="total")) == zone(stars).sum()
    assert int(amr["n_age"].sel(population="total")) == zone(aged).sum()


def test_amr_points_are_a_fair_sample_in_their_zones(stars, aged):
    amr = made("amr", stars)
    assert amr.sizes["star"] == 500
    known = {
        (a, f): k
        for k, (a, f) in enumerate(zip(aged["log_age"].tolist(), aged["fe_h"].tolist(), strict=True))
    }
    edges = (0, 2, 4, 8)
    for age, fe_h, mg_fe, row, column in zip(
        *(amr[f"point_{name}"].values.tolist() for name in ("log_age", "fe_h", "mg_fe", "row", "column")),
        strict=True,
    ):
        star = known[age, fe_h]
        assert float(aged["mg_fe"][star]) == mg_fe
        assert edges[column] <= aged["r"][star] < edges[column + 1]
        assert (aged["abs_z"][star] >= 0.5) == (row == 1)
    share = np.mean(amr["point_row"].values == 0)
    complete = np.isfinite(aged["mg_fe"]) & (aged["abs_z"] <= 2) & (aged["r"] < 8)
    assert share == pytest.approx(np.mean(aged["abs_z"][complete] < 0.5), abs=0.08)


@pytest.mark.parametrize("name", ["amr", "amr_density"])
def test_zones_have_the_median_error_of_a_star(stars, aged, name):
    own = made(name, stars).isel(abs_z=0, r=1)
    for column in ("age_err_low", "age_err_up", "fe_h_err"):
        assert float(own[f"{column}_median"]) == np.median(aged[column][zone(aged)].astype(float))
        assert own[f"{column}_median"].attrs["units"] == "dex"


def test_errors_that_the_pipeline_lacks_are_left_out(stars):
    lines = [line for line in PIPELINE.splitlines() if not line.startswith(("  age_err", "  age_errors"))]
    density = made("amr_density", stars, "\n".join(lines).replace("error: fe_h_err, ", ""))
    assert not [name for name in density if "err_median" in name]


def test_amr_density_is_a_histogram_of_ages_and_metallicities(stars, aged):
    density = made("amr_density", stars)
    assert density["n"].dims == ("population", "abs_z", "r", "log_age", "fe_h")
    expected, *_ = np.histogram2d(
        aged["log_age"][zone(aged)].astype(float),
        aged["fe_h"][zone(aged)].astype(float),
        [np.round(np.linspace(8.0, 10.4, 49), 10), np.round(np.linspace(-2.0, 0.8, 71), 10)],
    )
    np.testing.assert_array_equal(density["n"].sel(population="total").isel(abs_z=0, r=1), expected)


def test_age_alpha_is_a_histogram_over_the_region_of_all_ages(stars, aged):
    plane = made("age_alpha", stars)
    good = np.isfinite(aged["mg_fe"])
    columns = [aged[name].astype(float) for name in ("log_age", "mg_fe")]
    bins = [np.round(np.linspace(8.0, 10.4, 49), 10), np.round(np.linspace(-0.3, 0.6, 46), 10)]
    inside = zone(aged) & good
    expected, *_ = np.histogram2d(*(c[inside] for c in columns), bins)
    np.testing.assert_array_equal(plane["n"].sel(population="total").isel(abs_z=0, r=1), expected)
    every, *_ = np.histogram2d(*(c[good] for c in columns), bins)
    assert float(plane["behind_density"].sum()) == pytest.approx(every.sum(), rel=1e-6)
    assert float(plane["mg_fe_err_median"].isel(abs_z=0, r=1)) == np.median(
        aged["mg_fe_err"][zone(aged)].astype(float)
    )


def bursts(stars, seed=9):
    """Stars whose low-alpha ages have two bursts between R = 2 and 4 near the plane, and one elsewhere."""
    out = {name: values.copy() for name, values in stars.items()}
    rng = np.random.default_rng(seed)
    n = out["r"].size
    late = rng.random(n) < 0.4
    two = np.where(late, rng.normal(9.35, 0.07, n), rng.normal(9.85, 0.09, n))
    one = rng.normal(9.7, 0.1, n)
    out["log_age"] = np.where(zone(out), two, one).astype(np.float32)
    return out


def test_two_bursts_are_two_modes():
    plane = made("age_alpha", bursts(random_stars(20_000)))
    own = plane.isel(abs_z=0, r=1)
    assert int(own["n_modes"]) == 2
    np.testing.assert_allclose(own["mode_log_age"][:2], [9.35, 9.85], atol=0.05)
    assert np.isnan(own["mode_log_age"][2:]).all()
    assert float(own["p_modes"]) > 0.9
    assert ((own["mode_log_age_err"][:2] > 0.002) & (own["mode_log_age_err"][:2] < 0.06)).all()
    other = plane.isel(abs_z=1, r=1)
    assert int(other["n_modes"]) == 1
    assert float(other["mode_log_age"][0]) == pytest.approx(9.7, abs=0.05)


def test_few_stars_have_no_mode(stars):
    plane = made("age_alpha", {name: values[:100] for name, values in stars.items()})
    assert int(plane["n_modes"].sum()) == 0
    assert np.isnan(plane["mode_log_age"]).all()
    assert np.isnan(plane["p_modes"]).all()
