"""What products save beside their numbers: errors with their oracles, and regions that hold what they say."""

import numpy as np
import pytest
from scipy import stats

from galdask.cartography import age_modes, modes, polar, trends
from galdask.cartography.atlas import finish
from tests.cartography.stars import plan, random_stars, results, samples

#: variables that need no error of their own: what is drawn, published or itself a statement of an error
WITHOUT = (
    "density",
    "level",
    "point_",
    "line_",
    "published_",
    "arm_",
    "p_modes",
    "pdf",
    "intercept",
    "difference",
    "_err_median",
    "_low_median",
    "_up_median",
    "expected_spread",
    "q16",
    "q84",
    "over_theta",
    "_noise",
    "_p",
    "line_intercept",
)
#: places of windows along profiles
ALONG = ("r", "z", "vertical_z", "radial_r")


@pytest.fixture(scope="module")
def stars():
    return random_stars(2500)


@pytest.fixture(scope="module")
def made(stars):
    small = plan()
    names = tuple(name for name in small.products if small.lacks(name) is None)
    tables = results(small, stars, names=names)
    return {name: finish(small, name, tables) for name in names}


def test_every_number_of_every_product_has_an_error_and_a_count(made):
    for name, dataset in made.items():
        variables = [str(v) for v in dataset.data_vars]
        for variable in variables:
            plain = variable not in ALONG and not variable.endswith(("_err", "_err_naive", "_published"))
            if dataset[variable].dtype.kind != "f" or not plain or any(w in variable for w in WITHOUT):
                continue
            assert f"{variable}_err" in variables, (name, variable)
            assert dataset[f"{variable}_err"].dims == dataset[variable].dims
        whole = [v for v in variables if dataset[v].dtype.kind in "iu"]
        assert any(v.startswith("n") or "_n" in v for v in whole), name


@pytest.mark.parametrize("product", ["global_maps", "feh_slices"])
def test_errors_of_means_and_standard_deviations_in_cells(made, stars, product):
    prefix, more = ("face_", {}) if product == "global_maps" else ("", {"abs_z": 0.5})
    dataset, of = made[product], samples(stars)["main"]
    where = {"population": "total", "x": -1.5, "y": 0.5, **more}
    inside = (np.floor(of["x"]) == -2) & (np.floor(of["y"]) == 0) & (of["abs_z"] <= 1.0)
    inside &= (of["abs_z"] < 1.0) | (product == "global_maps")
    values = of["fe_h"][inside].astype(float)
    cell = {v: float(dataset[f"{prefix}fe_h_{v}"].sel(where)) for v in ("n", "mean_err", "std_err")}
    assert cell["n"] == values.size > 30
    assert cell["mean_err"] == pytest.approx(stats.sem(values), rel=1e-5)
    drawn = np.random.default_rng(1).normal(0, values.std(ddof=1), (20_000, values.size))
    assert cell["std_err"] == pytest.approx(drawn.std(axis=1).std(), rel=0.03)


def test_a_cell_of_one_star_has_no_error(made):
    alone = made["global_maps"]["face_fe_h_n"].values == 1
    assert alone.any()
    for name in ("mean_err", "std_err"):
        assert np.isnan(made["global_maps"][f"face_fe_h_{name}"].values[alone]).all()


@pytest.mark.parametrize(
    "name",
    ["mgfe_grid", "mgfe_by_radius", "amr_density", "age_alpha", "chemical_tagging", "age_alpha_variants"],
)
def test_saved_regions_hold_the_saved_fractions(made, name):
    dataset, checked = made[name], 0
    plane = [d for d in dataset["density"].dims if d not in dataset["level"].dims]
    density = dataset["density"].transpose(..., *plane).values.astype(float)
    for place in np.argwhere(np.isfinite(dataset["level"].values)):
        *at, k = place
        own, level = density[tuple(at)], float(dataset["level"].values[tuple(place)])
        fraction = float(dataset["fraction"][k])
        share = [own[own > level * (1 + s * 1e-5)].sum() / own.sum() for s in (1, -1)]
        rest = own[own <= level * (1 + 1e-5)]
        assert share[0] <= fraction + 1e-4
        assert share[1] + (rest.max() if rest.size else 0.0) / own.sum() >= fraction - 1e-4
        checked += 1
    assert checked >= 5


def test_the_spread_over_azimuth_has_the_error_that_errors_of_medians_give():
    rng, small = np.random.default_rng(4), plan()
    middle, err = rng.normal(0, 0.1, 30), rng.uniform(0.01, 0.04, 30)

    def spread(median):
        names, one = ("population", "abs_z", "r", "theta"), np.ones((1, 1, 1, 30))
        cells = {"n": 50 * one, "std": 0.2 * one, "median": median * one, "median_err": err * one}
        found = {f"fe_h_{name}": (names, values, {}) for name, values in cells.items()}
        made = polar.spreads(small, "fe_h", found, 3, slice(0, 30))
        return [float(made[name][1][0, 0, 0]) for name in ("observed_spread", "observed_spread_err")]

    drawn = [spread(middle + err * rng.normal(size=30))[0] for _ in range(2000)]
    assert spread(middle)[0] == pytest.approx(np.std(middle))
    assert spread(middle)[1] == pytest.approx(np.std(drawn), rel=0.1)


def test_trends_of_slopes_are_weighted_lines_with_the_spread_of_their_replicas():
    rng = np.random.default_rng(3)
    x, err = np.array([1.0, 3.0, 5.0, 9.0]), np.array([0.01, 0.02, 0.01, 0.03])
    slope = -0.06 + 0.003 * x + err * rng.normal(size=4)
    replicas = slope[:, None] + err[:, None] * rng.normal(size=(4, 300))
    found, spread = trends.steepness(x, slope, err, replicas)
    lines = np.polyfit(x, np.column_stack([slope, replicas]), 1, w=1 / err)[0]
    assert found == pytest.approx(-lines[0])
    assert spread == pytest.approx(lines[1:].std(ddof=1))


def test_errors_of_modes_are_those_of_a_plain_bootstrap(made, stars):
    dataset, of = made["age_alpha"], samples(stars)["age"]
    zone = (of["r"] >= 2) & (of["r"] < 4) & (of["abs_z"] < 0.5) & (of["population"] == 0)
    settings = {"mode_bin": {"low": 8.0, "high": 10.4, "step": 0.05}, "mode_smooth": 1.5, "prominence": 0.1}
    axis = age_modes.axis_of(settings)
    ages = of["log_age"][zone].astype(float)
    rng, edges = np.random.default_rng(5), axis.edge_array
    own = dataset.isel(abs_z=0, r=1)
    oldest = float(own["mode_log_age"][int(own["n_modes"]) - 1])
    nearest = []
    for _ in range(400):
        counts = np.histogram(rng.choice(ages, ages.size), edges)[0]
        found = modes.peaks(counts, axis.centres, 1.5, 0.1, 1)
        nearest.append(found[np.argmin(np.abs(found - oldest))])
    stated = float(own["mode_log_age_err"][int(own["n_modes"]) - 1])
    # twenty replicas: their spread is known to a sixth
    assert stated == pytest.approx(np.std(nearest), rel=0.5)
