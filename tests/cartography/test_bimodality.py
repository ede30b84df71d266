"""Modes of [Mg/Fe] and the valley between them: against scipy, on made-up stars with known truth."""

import numpy as np
import pytest
from scipy import ndimage, signal

from galdask.cartography import bimodality
from galdask.cartography.atlas import finish
from galdask.reductions import Axis
from tests.cartography.stars import PIPELINE, plan, random_stars, results

AXIS = Axis.regular("mg_fe", "mg_fe", -0.2, 0.5, 0.02)
SETTINGS = {"smooth": 1.5, "prominence": 0.1}


def mixture(seed, apart, stars=4000):
    rng = np.random.default_rng(seed)
    return np.where(
        rng.random(stars) < 0.4, 0.05 + 0.03 * rng.standard_normal(stars), 0.05 + apart
    ) + 0.03 * rng.standard_normal(stars)


def histogram(values):
    return np.histogram(values, AXIS.edge_array)[0]


def replicas(values, number=200):
    rng = np.random.default_rng(3)
    return np.stack(
        [np.histogram(values, AXIS.edge_array, weights=rng.poisson(1, values.size))[0] for _ in range(number)]
    )


@pytest.mark.parametrize("apart", [0.15, 0.2, 0.25])
def test_the_valley_against_scipy(apart):
    n = histogram(mixture(1, apart))
    found = bimodality.shape(n, AXIS, SETTINGS, 50)
    density = ndimage.gaussian_filter1d(n.astype(float), 1.5, mode="reflect")
    peaks, _ = signal.find_peaks(density, prominence=0.1 * density.max())
    assert found.modes.size == peaks.size == 2
    np.testing.assert_allclose(found.modes, AXIS.centres[peaks], atol=0.011)
    np.testing.assert_allclose(found.modes, [0.05, 0.05 + apart], atol=0.012)
    lowest = density[peaks[0] : peaks[1] + 1].min()
    assert found.depth == pytest.approx(1 - lowest / density[peaks].min(), abs=1e-12)
    assert density[AXIS.bins_numpy(np.array([found.valley]))[0]] == lowest


def test_one_mode_has_no_valley_and_few_stars_have_nothing():
    one = bimodality.shape(histogram(mixture(1, 0.0)), AXIS, SETTINGS, 50)
    assert (one.modes.size, one.depth, np.isnan(one.valley)) == (1, 0.0, True)
    none = bimodality.shape(histogram(mixture(1, 0.2, 49)), AXIS, SETTINGS, 50)
    assert none.modes.size == 0
    assert np.isnan([none.depth, none.valley]).all()


def test_errors_are_the_scatter_of_new_samples():
    depths = [bimodality.shape(histogram(mixture(k, 0.15)), AXIS, SETTINGS, 50).depth for k in range(60)]
    values = mixture(100, 0.15)
    found = bimodality.variables(histogram(values), replicas(values), AXIS, SETTINGS, ())
    assert float(found["depth_err"][1]) == pytest.approx(np.std(depths), rel=0.35)
    assert abs(float(found["depth"][1]) - np.mean(depths)) < 3 * np.std(depths)
    assert float(found["p_modes"][1]) == 1.0


def test_the_product_counts_its_stars():
    small, stars = plan(PIPELINE), random_stars(6000)
    dataset = finish(small, "mgfe_modes", results(small, stars, names=("mgfe_modes",)))
    edges = dataset["fe_h_bin_bnds"].values
    inside = (stars["abs_z"] <= 2.0) & (stars["r"] < 25.0)
    for i, (low, high) in enumerate(edges):
        own = inside & (stars["fe_h"] >= np.float32(low)) & (stars["fe_h"] < np.float32(high))
        wanted = histogram(stars["mg_fe"][own].astype(float))
        np.testing.assert_allclose(dataset["n"].values[i], wanted, atol=1)
    assert int(dataset["all_n_panel"]) == int(dataset["n_panel"].sum())
