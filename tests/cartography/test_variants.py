"""Products of other samples and ages: each is that of its own stars, and differences know shared ones."""

import numpy as np
import pytest

from galdask import rng
from galdask.cartography.atlas import finish, requests
from galdask.cartography.plan import Plan
from galdask.cartography.products import load
from galdask.cartography.variants import renamed
from galdask.errors import ConfigError
from tests.cartography.stars import PIPELINE, plan, random_stars, results, samples, section

AGAIN = {
    "age_alpha_variants": "age_alpha",
    "age_profiles_variants": "age_profiles",
    "amr_variants": "amr",
}
SWITCHED = {"age": "age_cor_ss", "log_age": "log_age_cor_ss"}


@pytest.fixture(scope="module")
def stars():
    return random_stars(4000)


def made(name, stars, text=PIPELINE):
    small = plan(text)
    return finish(small, name, results(small, stars, names=(name,)))


def differs(one, other):
    """Names of the variables of `one` that are not, but for padding, those of the other."""
    found = []
    for name in one.data_vars:
        full, own = one[name].values, other[name].values
        cut = tuple(map(slice, own.shape))
        rest = full.copy()
        rest[cut] = -1 if "star" in one[name].dims else 0
        blank = np.isnan(rest) if rest.dtype.kind == "f" else np.zeros(rest.shape, bool)
        if not np.array_equal(full[cut], own, equal_nan=own.dtype.kind == "f") or np.any(rest[~blank] > 0):
            found.append(name)
    return found


@pytest.mark.parametrize(("name", "base"), AGAIN.items())
def test_the_main_variant_is_the_product_itself(stars, name, base):
    assert differs(made(name, stars).sel(variant="main", drop=True), made(base, stars)) == []


@pytest.mark.parametrize(("name", "base"), AGAIN.items())
def test_a_variant_of_other_stars_is_the_product_of_these_stars(stars, name, base):
    high = {column: values[stars["logg"] >= 1.4] for column, values in stars.items()}
    own = made(name, stars).sel(variant="A", drop=True)
    assert differs(own, made(base, high)) == []
    assert differs(own, made(base, stars)) != []


@pytest.mark.parametrize("name", ["age_alpha_variants", "amr_variants"])
def test_a_variant_of_other_ages_is_the_product_with_these_ages(stars, name):
    switched = {**stars, **{age: stars[other] for age, other in SWITCHED.items()}}
    own = made(name, stars).sel(variant="B", drop=True)
    assert differs(own, made(AGAIN[name], switched)) == []
    assert differs(own, made(AGAIN[name], stars)) != []


def test_variants_say_what_they_are(stars):
    dataset = made("age_alpha_variants", stars)
    assert dataset["variant"].values.tolist() == ["main", "A", "B"]
    assert dataset["variant_label"].values.tolist() == ["main sample", "high log g", "corrected"]
    assert dataset.attrs["variants_lacking"] == "none"
    assert dataset.attrs["product"] == "age_alpha_variants"
    assert '"prominence": 0.1' in dataset.attrs["base_settings"]
    tables = load("age_alpha_variants").tables(dataset)
    assert set(tables["age_alpha_variants_modes"]["variant"]) == {"main", "A", "B"}
    assert len(tables["age_alpha_variants_zones"]) == dataset["n_age"].size


def test_what_the_main_variant_asks_for_is_computed_once():
    small = plan()
    for name, base in AGAIN.items():
        assert requests(small, [base]).keys() < requests(small, [name]).keys()
    slopes = requests(small, ["profiles_by_age", "age_gradients"]).keys()
    mine = requests(small, ["variant_differences"])
    own = {digest for digest, one in mine.items() if one.sample == "age"}
    assert own <= slopes
    assert {one.sample for one in mine.values()} == {"age", "A_age", "B_age"}


def test_every_reduction_of_every_product_can_be_of_other_ages():
    small = plan()
    names = [name for name in small.names if small.lacks(name) is None and name != "age_systematics"]
    for request in requests(small, names).values():
        before, after = (one.columns() for one in (request.reduction, renamed(request.reduction, SWITCHED)))
        assert not {*after} & {*SWITCHED}
        assert {SWITCHED.get(column, column) for column in before} == {*after}


@pytest.fixture(scope="module")
def away(stars):
    return made("variant_differences", stars)


def slopes(of, weights, low, high):
    """Slope of [Fe/H] against R of low-alpha stars of some ages beyond R = 2, for each column of weights."""
    near = (of["abs_z"] <= 1) & (of["r"] >= 2) & (of["population"] == 0)
    chosen = near & (of["age"] >= low) & (of["age"] < high)
    x, y, w = of["r"][chosen], of["fe_h"][chosen].astype(float), weights[chosen].astype(float)
    dx = x[:, None] - (w * x[:, None]).sum(axis=0) / w.sum(axis=0)
    return (w * dx * y[:, None]).sum(axis=0) / (w * dx**2).sum(axis=0)


def test_errors_of_differences_come_from_one_weight_of_a_star_in_both_samples(stars, away):
    views = samples(stars)
    many = {}
    for name in ("age", "A_age"):
        of = views[name]
        once = np.ones((of["r"].size, 1))
        many[name] = [
            slopes(of, once, 4, 8)[0],
            slopes(of, rng.poisson_weights(of["star_key"], 40, 1), 4, 8),
        ]
    own = away.sel(variant="A", fit_to="stars", population="low_alpha", age=6.0)
    expected = many["A_age"][0] - many["age"][0]
    spread = np.std(many["A_age"][1] - many["age"][1], ddof=1)
    assert float(own["feh_radial_difference"]) == pytest.approx(expected, rel=1e-6)
    assert float(own["feh_radial_difference_err"]) == pytest.approx(spread, rel=1e-6)
    apart = np.hypot(float(own["feh_radial_slope_err"]), float(own["feh_radial_main_slope_err"]))
    assert spread < 0.85 * apart, "A shares two thirds of its stars with the main sample"


def test_mean_differences_are_weighted_and_have_errors(away):
    own = away.sel(variant="A", fit_to="stars", population="total")
    each, err, main = (own[f"feh_radial_{n}"].values for n in ("difference", "slope_err", "main_slope_err"))
    mean = np.average(each, weights=1 / (err**2 + main**2))
    assert float(own["feh_radial_mean_difference"]) == pytest.approx(mean)
    spread = own["feh_radial_difference_err"].values
    assert 0.3 * spread.min() < float(own["feh_radial_mean_difference_err"]) < spread.max()
    assert away["age_radial_difference"].attrs["units"] == "Gyr/kpc"
    assert float(away["age_radial_published"]) == 0.03
    assert float(away["feh_radial_published"]) == 0.001
    assert np.isnan(away["feh_vertical_published"])


def test_the_same_stars_with_the_same_ages_do_not_differ(stars):
    same = {**stars, **{other: stars[age] for age, other in SWITCHED.items()}}
    own = made("variant_differences", same).sel(variant="B")
    for family in ("feh_radial", "feh_vertical", "age_radial"):
        assert (own[f"{family}_slope_err"].sel(population="total", fit_to="stars") > 0).all()
        for name in ("difference", "difference_err", "mean_difference", "mean_difference_err"):
            values = own[f"{family}_{name}"].sel(population="total", fit_to="stars")
            np.testing.assert_array_equal(values, 0.0)


def test_differences_have_tables(away):
    tables = load("variant_differences").tables(away)
    assert len(tables["variant_differences"]) == 2 * 2 * 3
    assert set(tables["variant_differences"]["feh_radial_published"]) == {0.001}
    assert len(tables["variant_differences_feh_radial"]) == away["feh_radial_difference"].size
    assert tables["variant_differences_age_radial"].attrs["units"]["age_radial_difference"] == "Gyr/kpc"


def test_a_variant_without_its_ages_is_left_out_with_a_reason(stars):
    derived = {c for c in stars if c not in ("age_cor_ss", "log_age_cor_ss")}
    small = Plan.from_section(section(), derived, {"catalogue", "main", "age", "all_gravities", "A", "A_age"})
    dataset = finish(small, "amr_variants", results(small, stars, names=("amr_variants",)))
    assert dataset["variant"].values.tolist() == ["main", "A"]
    assert dataset.attrs["variants_lacking"] == "B: the store has no age_cor_ss, log_age_cor_ss"
    few = Plan.from_section(section(), derived, {"catalogue", "main", "age", "all_gravities"})
    assert few.lacks("age_profiles_variants") == "variant A: there is no sample A, A_age"
    assert few.lacks("amr_variants").startswith("variant A: there is no sample A, A_age; variant B: ")


def test_a_pipeline_without_variants_says_so():
    text = PIPELINE[: PIPELINE.index("variants:")] + PIPELINE[PIPELINE.index("grids:") :]
    lean = plan(text.replace("{variants: [A]}", "{}").replace("{variants: [A, B]}", "{}"))
    assert lean.lacks("age_profiles_variants") == "variant A: it is not in the pipeline"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "age_profiles_variants: {variants: [A]}",
            "age_profiles_variants: {variants: [D]}",
            "unknown variant 'D'",
        ),
        ("stars: A, ages: A_age}", "stars: A, ages: A_ages}", "A_ages"),
        ("columns: {age: age_cor_ss", "columns: {age: age_cor", "age_cor"),
        ("columns: {age: age_cor_ss", "columns: {ages: age_cor_ss", "unknown quantity 'ages'"),
        ("A: {label: high log g", "A: {lable: high log g", "lable"),
    ],
)
def test_what_is_wrong_with_a_variant_is_named(old, new, says):
    assert old in PIPELINE
    with pytest.raises(ConfigError, match=says) as error:
        plan(PIPELINE.replace(old, new, 1))
    assert "small.yaml, line" in str(error.value.where)
