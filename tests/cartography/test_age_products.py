"""Products of ages, made from random stars by the reductions themselves."""

import numpy as np
import pytest
from scipy import stats as scipy_stats

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


def test_age_errors_are_histograms_with_exact_medians(stars, aged):
    errors = made("age_errors", stars)
    assert errors["n"].dims == ("side", "population", "age_err")
    for side, name in (("lower", "age_err_low"), ("upper", "age_err_up")):
        own = errors.sel(side=side)
        values = aged[name].astype(float)
        expected, _ = np.histogram(values, np.arange(51) * 0.01)
        np.testing.assert_array_equal(own["n"].sel(population="total"), expected)
        assert float(own["median"].sel(population="total")) == np.median(values)
        high = values[aged["population"] == 1]
        median = scipy_stats.mstats.mquantiles_cimj(high, prob=[0.5], alpha=2 * scipy_stats.norm.sf(1))
        half = (median[1] - median[0])[0] / 2
        assert float(own["median_err"].sel(population="high_alpha")) == pytest.approx(half, rel=0.02)
    assert int(errors["n_all"].sel(population="total")) == 6000
    assert int(errors["n_age"].sel(population="total")) == aged["x"].size
    assert errors["age_err"].attrs["units"] == "dex"


def test_age_errors_are_skipped_with_a_reason_without_their_columns():
    lean = plan(PIPELINE.replace("  age_err_up: {column", "  age_err_other: {column"))
    assert lean.lacks("age_errors") == "the pipeline has no age_err_up"


def test_age_systematics_compare_every_age_with_the_seismic_one(stars):
    compared = made("age_systematics", stars)
    assert compared["catalogue"].values.tolist() == ["age", "age_cor_ss", "age_nn"]
    inside = (stars["logg"] >= 1.5) & (stars["age_apokasc"] >= 6) & (stars["age_apokasc"] < 7)
    for name in ("age", "age_cor_ss", "age_nn"):
        own = compared.sel(catalogue=name).isel(logg=1).sel(age_apokasc=6.5)
        values = stars[name][inside].astype(float)
        assert int(own["n"]) == values.size > 50
        assert float(own["median"]) == np.median(values)
        assert float(own["q84"]) == np.quantile(values, 0.84)
        half = stars["logg"] >= 1.5
        slope = np.polyfit(stars["age_apokasc"][half].astype(float), stars[name][half].astype(float), 1)[0]
        line = compared.sel(catalogue=name).isel(logg=1)
        assert float(line["line_slope"]) == pytest.approx(slope, rel=1e-6)
        assert 0 < float(line["line_slope_err"]) < 0.05
    assert float(compared["line_slope"].sel(catalogue="age_nn").max()) < 0.65, "compressed ages"
    assert compared.sizes["star"] == 300
    medians = compared["age_apokasc_err_median"]
    assert float(medians[1]) == np.median(stars["age_apokasc_err"][stars["logg"] >= 1.5].astype(float))


def test_age_systematics_need_seismic_ages():
    line = next(line for line in PIPELINE.splitlines() if line.startswith("  age_apokasc"))
    lean = plan(PIPELINE.replace(line + "\n", ""))
    assert lean.lacks("age_systematics") == "the pipeline has no age_apokasc"


def test_ages_that_the_pipeline_lacks_are_left_out(stars):
    line = next(line for line in PIPELINE.splitlines() if line.startswith("  age_nn"))
    compared = made("age_systematics", stars, PIPELINE.replace(line + "\n", ""))
    assert compared["catalogue"].values.tolist() == ["age", "age_cor_ss"]


def test_the_age_that_all_products_show_is_not_compared_twice(stars):
    lines = "  age_uncor_ss: {column: age, unit: Gyr, label: Age (SS), low: 0, high: 40, sample: age}\n"
    own = {**stars, "age_uncor_ss": stars["age"]}
    compared = made("age_systematics", own, PIPELINE.replace("  age_nn: {", lines + "  age_nn: {"))
    assert compared["catalogue"].values.tolist() == ["age_uncor_ss", "age_cor_ss", "age_nn"]
