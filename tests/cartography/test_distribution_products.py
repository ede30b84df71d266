"""Distributions in rows of R, made from random stars by the reductions themselves."""

import numpy as np
import pytest
from scipy import stats as scipy_stats
from scipy.ndimage import gaussian_filter1d

from galdask.cartography.atlas import finish
from galdask.errors import ProductError
from tests.cartography.stars import PIPELINE, plan, random_stars, results, samples

CODES = {"total": None, "low_alpha": 0, "high_alpha": 1}


@pytest.fixture(scope="module")
def stars():
    return random_stars(6000)


def made(name, stars, text=PIPELINE):
    small = plan(text)
    return finish(small, name, results(small, stars, names=(name,)))


@pytest.fixture(scope="module")
def moments(stars):
    return made("mdf_moments", stars)


def row(of, r, z, population, quantity="fe_h", low=-1.5, high=0.8):
    """Values of the stars of one row within the bins."""
    inside = (of["r"] >= r[0]) & (of["r"] < r[1]) & (of["abs_z"] >= z[0]) & (of["abs_z"] < z[1])
    inside &= (of[quantity] >= low) & (of[quantity] < high)
    code = CODES[population]
    return of[quantity][inside if code is None else inside & (of["population"] == code)].astype(float)


@pytest.mark.parametrize("population", CODES)
def test_mdf_grid_is_a_histogram_of_each_row(stars, population):
    grid = made("mdf_grid", stars)
    assert grid["p"].dims == ("population", "abs_z", "r", "fe_h")
    own = grid.sel(population=population).isel(abs_z=0, r=3)
    values = row(stars, (3, 4), (0, 0.5), population)
    counts, _ = np.histogram(values, np.round(np.arange(-1.5, 0.81, 0.1), 10))
    np.testing.assert_array_equal(own["n"], counts)
    np.testing.assert_allclose(own["p"], counts / counts.sum())
    np.testing.assert_allclose(own["p_err"], np.sqrt(own["p"] * (1 - own["p"]) / counts.sum()))
    assert int(own["n_row"]) == values.size
    for name, q in (("q25", 0.25), ("median", 0.5), ("q75", 0.75)):
        assert float(own[name]) == np.quantile(values, q)
        assert 0.1 < float(own[f"{name}_err"]) * np.sqrt(values.size) / np.std(values) < 3
    smooth = gaussian_filter1d(counts.astype(float), 1.5, mode="reflect")
    assert abs(float(own["mode"]) - (-1.45 + 0.1 * smooth.argmax())) <= 0.05
    assert grid.attrs["every"] == 3


@pytest.mark.parametrize("population", CODES)
def test_moments_are_exact_with_errors_of_a_bootstrap(stars, moments, population):
    own = moments.sel(population=population).isel(r=3)
    values = row(stars, (3, 4), (0, 0.5), population)
    assert int(own["n_row"]) == values.size > 100
    assert float(own["mean"]) == pytest.approx(values.mean(), abs=1e-7)
    assert float(own["std"]) == pytest.approx(values.std(), rel=1e-6)
    assert float(own["skewness"]) == pytest.approx(scipy_stats.skew(values), abs=1e-5)
    assert float(own["median"]) == np.median(values)
    rng = np.random.default_rng(3)
    draws = rng.choice(values, (400, values.size))
    for name, theirs in (
        ("mean", draws.mean(axis=1)),
        ("median", np.median(draws, axis=1)),
        ("std", draws.std(axis=1)),
        ("skewness", scipy_stats.skew(draws, axis=1)),
    ):
        assert float(own[f"{name}_err"]) == pytest.approx(theirs.std(), rel=0.35), name


def test_errors_of_the_mode_are_those_of_a_bootstrap(stars, moments):
    own = moments.sel(population="total").isel(r=3)
    values = row(stars, (3, 4), (0, 0.5), "total")
    rng = np.random.default_rng(4)
    edges = np.round(np.arange(-1.5, 0.81, 0.05), 10)
    peaks = []
    for _ in range(300):
        counts, _ = np.histogram(rng.choice(values, values.size), edges)
        smooth = gaussian_filter1d(counts.astype(float), 1.5, mode="reflect")
        k = smooth.argmax()
        a, b, c = smooth[k - 1 : k + 2]
        peaks.append(edges[k] + 0.025 + 0.025 * (a - c) / (a - 2 * b + c))
    assert float(own["mode_err"]) == pytest.approx(np.std(peaks), rel=0.3)


def test_gradients_of_mean_median_and_mode(moments):
    slope = moments["slope"].sel(population="total")
    good = moments["n_row"].sel(population="total").values >= 50
    at, n = moments["r"].values[good], moments["n_row"].sel(population="total").values[good]
    for name in ("mean", "median", "mode"):
        values = moments[name].sel(population="total").values[good]
        expected = np.polyfit(at, values, 1, w=np.sqrt(n))[0]
        assert float(slope.sel(estimator=name)) == pytest.approx(expected)
        error = float(moments["slope_err"].sel(population="total", estimator=name))
        assert abs(float(slope.sel(estimator=name)) + 0.06) < 4 * error < 0.05


def skewed_stars(n=30_000, zero=4.5, seed=8):
    """Stars whose [Fe/H] is skewed to one side inside a radius and to the other outside."""
    out = random_stars(n, seed)
    rng = np.random.default_rng(seed + 1000)
    shape = scipy_stats.skewnorm(2.0 * (out["r"] - zero))
    value = (shape.rvs(n, random_state=rng) - shape.mean()) / shape.std()
    out["fe_h"] = (-0.2 + 0.2 * value).astype(np.float32)
    return out


def test_where_the_skewness_changes_sign():
    of = skewed_stars()
    moments = made("mdf_moments", of).sel(population="total")
    zero, err = float(moments["skewness_zero"]), float(moments["skewness_zero_err"])
    assert abs(zero - 4.5) < 3 * err < 1.5
    inside = moments["mode_minus_median"].where(moments["r"] < 8).max()
    assert float(moments["mode_minus_median_max"]) == float(inside) > 0
    assert float(moments["mode_minus_median_max_err"]) > 0


def test_no_sign_change_is_none(stars):
    of = {name: values.copy() for name, values in stars.items()}
    of["fe_h"] = (-0.2 + 0.1 * scipy_stats.skewnorm(20).rvs(6000, random_state=5)).astype(np.float32)
    moments = made("mdf_moments", of).sel(population="total")
    assert np.isnan(moments["skewness_zero"])
    assert np.isnan(moments["skewness_zero_err"])


def test_rows_of_few_or_equal_stars_are_defined(stars):
    few = {name: values[:1000] for name, values in stars.items()}
    few["fe_h"] = np.full(1000, -0.3, np.float32)
    moments = made("mdf_moments", few).sel(population="total")
    enough = moments["n_row"].values >= 50
    assert 0 < enough.sum() < enough.size
    np.testing.assert_array_equal(np.isfinite(moments["mode"]), enough)
    assert np.isnan(moments["skewness"]).all()
    some = moments["n_row"].values >= 3
    np.testing.assert_allclose(moments["std"].values[some], 0.0, atol=1e-7)
    np.testing.assert_allclose(moments["mean"].values[some], -0.3, atol=1e-6)
    nobody = {name: values[:0] for name, values in stars.items()}
    empty = made("mdf_moments", nobody)
    assert np.isnan(empty["mean"]).all()
    assert int(empty["n_row"].sum()) == 0
    assert samples(nobody)["age"]["x"].size == 0


@pytest.mark.parametrize("logarithmic", [False, True])
def test_ages_are_those_of_the_age_sample_on_either_axis(stars, logarithmic):
    text = PIPELINE.replace("adf_grid: {", f"adf_grid: {{logarithmic: {str(logarithmic).lower()}, ")
    name, low, high = ("log_age", 8.0, 10.4) if logarithmic else ("age", 0.0, 20.0)
    grid = made("adf_grid", stars, text)
    assert grid.attrs["quantity"] == name
    assert grid[name].attrs["units"] == ("log(yr)" if logarithmic else "Gyr")
    values = row(samples(stars)["age"], (6, 8), (0, 0.5), "total", name, low, high)
    own = grid.sel(population="total").isel(abs_z=0, r=3)
    counts, _ = np.histogram(values, np.round(np.linspace(low, high, grid.sizes[name] + 1), 10))
    np.testing.assert_array_equal(own["n"], counts)
    assert float(own["median"]) == np.median(values)
    assert int(own["n_age"]) == values.size < int(own["n_all"])


def test_a_logarithmic_axis_needs_log_ages(stars):
    line = next(line for line in PIPELINE.splitlines() if line.startswith("  log_age:"))
    text = (
        PIPELINE.replace(line + "\n", "")
        .replace(", log_age: log_age_cor_ss}", "}")
        .replace("adf_moments: {", "adf_moments: {logarithmic: true, ")
    )
    with pytest.raises(ProductError, match="no log_age"):
        made("adf_moments", stars, text)


def test_moments_of_ages(stars):
    moments = made("adf_moments", stars)
    values = row(samples(stars)["age"], (2, 4), (0, 0.5), "low_alpha", "age", 0.0, 20.0)
    own = moments.sel(population="low_alpha").isel(r=1)
    assert float(own["mean"]) == pytest.approx(values.mean(), abs=1e-6)
    assert float(own["skewness"]) == pytest.approx(scipy_stats.skew(values), abs=1e-5)
    assert moments.attrs["shown"] == "total"
    assert moments["slope"].attrs["units"] == "Gyr/kpc"
