import numpy as np
import pytest
from scipy import stats as scipy_stats

from galdask.cartography import contours
from galdask.cartography.atlas import finish
from tests.cartography.stars import PIPELINE, plan, random_stars, results, samples


def made(stars, text=PIPELINE):
    small = plan(text)
    return finish(small, "chemical_tagging", results(small, stars, names=("chemical_tagging",)))


@pytest.fixture(scope="module")
def stars():
    return random_stars(8000)


@pytest.fixture(scope="module")
def tagging(stars):
    return made(stars)


def chosen(of, low, high, population=None):
    """Stars of solar metallicity in a bin of log10 age."""
    inside = (np.abs(of["fe_h"].astype(float)) <= 0.1) & (of["log_age"] >= np.float32(low))
    inside &= of["log_age"] < np.float32(high)
    return inside if population is None else inside & (of["population"] == population)


def test_centres_are_exact_medians(stars, tagging):
    aged = samples(stars)["age"]
    for population, code in (("total", None), ("low_alpha", 0), ("high_alpha", 1)):
        inside = chosen(aged, 9.8, 9.9, code)
        own = tagging.sel(population=population).sel(log_age=9.85, method="nearest")
        assert int(own["n_age"]) == inside.sum() > 20
        assert float(own["r_median"]) == np.median(aged["r"][inside].astype(np.float32).astype(float))
        mg_fe = aged["mg_fe"][inside].astype(float)
        assert float(own["mg_fe_median"]) == np.nanmedian(mg_fe)
        err = float(own["r_median_err"])
        assert 0.3 < err * np.sqrt(inside.sum()) / np.std(aged["r"][inside]) < 3


def test_contours_are_those_of_the_smoothed_histogram(stars, tagging):
    aged = samples(stars)["age"]
    inside = chosen(aged, 9.9, 10.0)
    bins = [np.arange(0, 20.1, 0.5), np.round(np.linspace(-0.2, 0.5, 36), 10)]
    counts, *_ = np.histogram2d(aged["r"][inside], aged["mg_fe"][inside].astype(float), bins)
    own = tagging.sel(population="total").sel(log_age=9.95, method="nearest")
    np.testing.assert_array_equal(own["n"], counts)
    density = contours.smoothed(counts, 1.0)
    level = contours.level(density, 0.75)
    assert float(own["level"][0]) == pytest.approx(level)
    low, high = contours.extent(density, level, 0.25 + np.arange(40) * 0.5, 0)
    assert (float(own["r_low"]), float(own["r_high"])) == pytest.approx((low, high), abs=1e-4)
    np.testing.assert_array_equal(np.isnan(tagging["r_low"]), tagging["n_panel"] < 50)


def test_reach_of_a_gaussian_and_its_error():
    """75 % of a round Gaussian lie within sqrt(-2 ln 0.25) = 1.665 sigma; bootstrap against new samples."""

    def disk(seed):
        out, rng = random_stars(6000, seed), np.random.default_rng(seed + 50)
        out["r"] = rng.normal(9.0, 1.5, 6000)
        out["mg_fe"] = rng.normal(0.1, 0.06, 6000).astype(np.float32)
        out["fe_h"][:] = 0.0
        out["log_age"][:] = 9.55
        return made(out).sel(population="total").sel(log_age=9.55, method="nearest")

    ends = np.array([[float(one["r_low"]), float(one["r_high"])] for one in map(disk, range(12))])
    reach = scipy_stats.chi2(2).ppf(0.75) ** 0.5 * np.hypot(1.5, 0.5)
    np.testing.assert_allclose(ends.mean(axis=0), [9 - reach, 9 + reach], atol=0.25)
    stated = float(disk(0)["r_high_err"])
    assert 0.5 < stated / ends[:, 1].std(ddof=1) < 2.5


def test_without_solar_stars_there_is_nothing(stars):
    poor = {name: values.copy() for name, values in stars.items()}
    poor["fe_h"][:] = -0.4
    tagging = made(poor)
    assert int(tagging["n_age"].sum()) == int(tagging["n"].sum()) == 0
    for name in ("level", "r_median", "r_low", "r_high_err"):
        assert np.isnan(tagging[name]).all()
