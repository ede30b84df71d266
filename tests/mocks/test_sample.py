from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from galdask.errors import ConfigError
from galdask.mocks import draw_sample, sky
from galdask.mocks.components import HIGH_ALPHA, LOW_ALPHA
from galdask.mocks.sample import classify
from galdask.mocks.truth import mean_fe_h, mean_mg_fe, sample_blocks

N = 60_000


@pytest.fixture(scope="module")
def noisy():
    return draw_sample(N, 3)


@pytest.fixture(scope="module")
def true():
    return draw_sample(N, 3, noise=False)


def test_the_sample_is_the_same_for_a_seed_and_a_longer_one_begins_with_it(noisy):
    again = draw_sample(1000, 3)
    for name, values in again.items():
        np.testing.assert_array_equal(values, noisy[name][:1000], err_msg=name)
    assert not np.array_equal(draw_sample(1000, 4)["r"], again["r"])
    assert np.unique(noisy["star_key"]).size == N
    assert noisy["fe_h"].dtype == np.float32


def test_blocks_are_the_sample_in_pieces(noisy):
    pieces = list(sample_blocks(N, 3))
    assert len(pieces) > 2
    np.testing.assert_array_equal(np.concatenate([piece["fe_h"] for piece in pieces]), noisy["fe_h"])


def test_noise_moves_the_very_same_stars(noisy, true):
    np.testing.assert_array_equal(noisy["star_key"], true["star_key"])
    np.testing.assert_array_equal(noisy["disk"], true["disk"])
    for name in ("fe_h", "mg_fe"):
        pull = (noisy[name] - true[name]) / noisy[f"{name}_err"]
        assert pull.mean() == pytest.approx(0.0, abs=0.02)
        assert pull.std() == pytest.approx(1.0, abs=0.02)
    error = np.log(noisy["distance"] / true["distance"])
    assert error.std() == pytest.approx(0.085, abs=0.02)
    seen = noisy["has_age"]
    age = np.log10(noisy["age"] / true["age"])[seen & (true["age"] < 6)]
    assert age.std() == pytest.approx(0.15, abs=0.01)


def test_columns_belong_together(noisy):
    np.testing.assert_allclose(noisy["r"], np.hypot(noisy["x"], noisy["y"]))
    np.testing.assert_allclose(np.abs(noisy["signed_r"]), noisy["r"])
    np.testing.assert_allclose(noisy["log_age"], 9 + np.log10(noisy["age"]), atol=1e-5)
    toward = np.hypot(noisy["x"] - sky.SUN[0], noisy["y"] - sky.SUN[1])
    np.testing.assert_allclose(np.hypot(toward, noisy["z"] - sky.SUN[2]), noisy["distance"], rtol=1e-9)
    near = noisy["distance"] < 1.0
    assert np.median(noisy["theta"][near]) == pytest.approx(180, abs=2)
    assert ((noisy["logg"] >= 1) & (noisy["logg"] <= 2)).all()


def test_the_sample_lies_where_the_published_one_does(noisy):
    assert (noisy["z"] >= 0).mean() == pytest.approx(38_031 / 66_496, abs=0.02)
    assert (noisy["r"] <= 8.3).mean() == pytest.approx(36_317 / 66_496, abs=0.02)
    assert noisy["has_age"].mean() == pytest.approx(57_756 / 66_496, abs=0.02)
    assert np.percentile(noisy["r"], 1) < 1.0
    assert np.percentile(noisy["r"], 99) > 18.0
    assert np.percentile(noisy["abs_z"], 99) > 2.5
    solar = (noisy["r"] > 6) & (noisy["r"] < 12) & (noisy["abs_z"] < 1)
    far = (noisy["r"] > 15) | (noisy["abs_z"] > 1)
    assert noisy["has_age"][solar].mean() > 0.94 > noisy["has_age"][far].mean()


def test_the_sample_is_that_of_the_written_files(release, noisy):
    star, age = release.star, release.age
    sample = (star("EXTRATARG") == 0) & (star("ASPCAPFLAG") & (1 << 23 | 1 << 27) == 0)
    sample &= (
        (star("LOGG") >= 1) & (star("LOGG") <= 2) & np.isfinite(star("FE_H")) & np.isfinite(star("MG_FE"))
    )
    x, y, z = sky.position(star("RA")[sample], star("DEC")[sample], age("WEIGHTED_DIST")[sample] / 1e3)
    written = {
        "r": np.hypot(x, y), "z": z, "fe_h": star("FE_H")[sample], "mg_fe": star("MG_FE")[sample],
        "logg": star("LOGG")[sample], "teff": star("TEFF")[sample],
        "log_age": np.log10(age("AGE_UNCOR_SS")[sample]), "fe_h_err": star("FE_H_ERR")[sample],
    }  # fmt: skip
    for name, values in written.items():
        assert stats.ks_2samp(values, noisy[name]).pvalue > 1e-3, name


@pytest.mark.parametrize("population", [LOW_ALPHA, HIGH_ALPHA])
def test_truth_is_recovered_from_stars_without_noise(true, population: int):
    here = (true["disk"] == population) & (true["abs_z"] < 0.25) & (true["r"] > 7) & (true["r"] < 15)
    r, fe_h = true["r"][here], true["fe_h"][here].astype(float)
    known = mean_fe_h(population, r, true["abs_z"][here], true["age"][here].astype(float))
    found, covariance = np.polyfit(r, fe_h, 1, cov=True)
    expected = np.polyfit(r, known, 1)
    assert abs(found[0] - expected[0]) < 4 * np.sqrt(covariance[0, 0])
    assert expected[0] == pytest.approx(-0.064 if population == LOW_ALPHA else -0.006, abs=0.006)
    scatter = (fe_h - known).std()
    assert 0.1 < scatter < 0.21
    mg = mean_mg_fe(population, r, true["abs_z"][here], true["age"][here].astype(float))
    assert (true["mg_fe"][here] - mg).mean() == pytest.approx(0.0, abs=0.003)


def test_vertical_truth_is_recovered(true):
    here = (true["disk"] == LOW_ALPHA) & (true["r"] > 4) & (true["r"] < 6) & (true["abs_z"] < 2)
    z, fe_h = true["abs_z"][here], true["fe_h"][here].astype(float)
    known = mean_fe_h(LOW_ALPHA, true["r"][here], z, true["age"][here].astype(float))
    found, covariance = np.polyfit(z, fe_h, 1, cov=True)
    assert abs(found[0] - np.polyfit(z, known, 1)[0]) < 4 * np.sqrt(covariance[0, 0])
    assert found[0] < -0.4


def test_the_mdf_turns_from_negative_to_positive_skewness(true, noisy):
    seen = (noisy["population"] == 0) & (noisy["abs_z"] < 0.5) & (noisy["fe_h"] > -1.2)
    inner, outer = (
        float(stats.skew(noisy["fe_h"][seen & (noisy["r"] > r) & (noisy["r"] < r + 2)])) for r in (4, 13)
    )
    assert inner < -0.2
    assert outer > 0.1
    low = (true["disk"] == LOW_ALPHA) & (true["abs_z"] < 0.5)
    skewness = [
        float(stats.skew(true["fe_h"][low & (true["r"] > a) & (true["r"] <= a + 2)]))
        for a in (3, 5, 8.5, 12, 14)
    ]
    assert skewness[0] < -0.2
    assert skewness[-1] > 0.2
    assert skewness == sorted(skewness)


def test_populations_are_bimodal_and_of_different_age(noisy):
    low, high = noisy["population"] == 0, noisy["population"] == 1
    assert 0.6 < low.mean() < 0.75
    assert 0.2 < high.mean() < 0.35
    assert (noisy["population"] == 2).mean() < 0.1
    seen = noisy["has_age"]
    assert np.median(noisy["age"][seen & high]) == pytest.approx(8.5, abs=0.3)
    inner, outer = (
        np.median(noisy["age"][seen & low & (noisy["abs_z"] < 0.5) & (noisy["r"] > a) & (noisy["r"] < b)])
        for a, b in ((1, 4), (11, 15))
    )
    assert inner > 6.0
    assert outer < 4.5
    assert (noisy["population"] == classify(noisy["fe_h"], noisy["mg_fe"])).all()


@pytest.mark.parametrize(("n", "seed"), [(0, 1), (10, -1), (10, 2**32)])
def test_impossible_samples_are_refused(n: int, seed: int):
    with pytest.raises(ConfigError):
        draw_sample(n, seed)
