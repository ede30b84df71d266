import importlib
import json
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr

from galdask.cartography import products
from galdask.cartography.atlas import finish, requests, write
from galdask.cartography.zarr_store import open_product
from tests.cartography.stars import PIPELINE, files_of, plan, random_stars, results, samples, without_variants

NOT_IN_THE_PAPER = ("mgfe_modes", "action_map", "toomre", "eccentricity_z_max", "rotation")


@pytest.fixture(scope="module")
def small():
    return plan()


@pytest.fixture(scope="module")
def stars():
    return random_stars(6000)


@pytest.fixture(scope="module")
def tables(small, stars):
    return results(small, stars, names=tuple(small.products))


@pytest.fixture(scope="module")
def made(small, tables):
    return {name: finish(small, name, tables) for name in small.products}


def test_names_are_known_without_importing_anything_heavy():
    code = (
        "import sys; from galdask.cartography import products; assert 'kiel' in products.names();"
        "assert not {'numpy', 'numba', 'xarray', 'pandas'} & set(sys.modules), sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_product_says_what_it_is():
    for name, product in products.registry().items():
        assert product.name == name
        assert product.title
        assert product.caption.endswith(".")
        assert product.figure.startswith(("Figure", "Appendix")) or name in NOT_IN_THE_PAPER
        assert importlib.import_module(f"galdask.cartography.products.{name}").__doc__
        assert all(setting.note for setting in product.settings)


def test_requests_are_shared_by_what_they_depend_on(small):
    both = requests(small, ["radial_profiles", "radial_gradients"])
    kinds = [request.reduction.kind for request in both.values()]
    assert sorted(kinds) == ["counts", "least_squares", "least_squares", "running_medians"]
    assert requests(small, ["kiel", "kiel"]).keys() == requests(small, ["kiel"]).keys()
    other = plan(PIPELINE.replace("window: 40", "window: 50"))
    assert requests(other, ["radial_profiles"]).keys() != requests(small, ["radial_profiles"]).keys()


@pytest.mark.parametrize("name", products.names())
def test_every_variable_is_labelled_and_saved(small, made, tables, name, tmp_path):
    dataset = made[name]
    for variable in dataset.data_vars.values():
        assert variable.attrs["long_name"]
        assert "units" in variable.attrs or "flag_meanings" in variable.attrs
    for coordinate in dataset.coords.values():
        if coordinate.name in dataset.dims and "bounds" in coordinate.attrs:
            bounds = dataset[coordinate.attrs["bounds"]].values
            np.testing.assert_allclose(bounds.mean(axis=1), coordinate.values, atol=1e-12)
            np.testing.assert_array_equal(bounds[1:, 0], bounds[:-1, 1])
    written = write(small, name, tables, tmp_path, json.dumps({"made": "now"}))
    assert written[0] == tmp_path / "products" / f"{name}.zarr"
    assert all(path.exists() for path in written)
    back = open_product(written[0])
    xr.testing.assert_equal(back.load(), dataset)
    assert back.attrs["product"] == name
    assert json.loads(back.attrs["settings"]) == json.loads(json.dumps(small.settings[name]))
    assert json.loads(back.attrs["provenance"]) == {"made": "now"}
    assert back.attrs["r_sun"] == 8.3
    assert len(files_of(written[0])) < 150


def test_kiel_is_the_sample_before_the_catalogue(made, stars):
    kiel = made["kiel"]
    assert kiel["n"].dims == ("teff", "logg")
    inside = (stars["logg"] >= -0.5) & (stars["logg"] < 5.5)
    assert int(kiel["n_panel"]) == int(kiel["n_panel_catalogue"]) == inside.sum() == int(kiel["n"].sum())
    few = kiel["n"].values < 3
    np.testing.assert_array_equal(np.isnan(kiel["fe_h_median"].values), few)
    np.testing.assert_array_equal(kiel["fe_h_reason"].values == 1, kiel["n"].values == 0)
    np.testing.assert_array_equal(kiel["fe_h_reason"].values == 2, few & (kiel["n"].values > 0))


def test_kiel_without_a_catalogue_sample_is_the_sample_alone(stars):
    lean = plan(PIPELINE.replace("  catalogue: {raw: true}\n", ""))
    kiel = finish(lean, "kiel", results(lean, stars, names=("kiel",)))
    assert "n_catalogue" not in kiel
    assert "fe_h_median" in kiel


def test_coverage_counts_every_star_in_reach(made, stars):
    coverage = made["coverage"]
    inside = (np.abs(stars["x"]) < 6) & (np.abs(stars["y"]) < 6)
    assert int(coverage["n_panel_xy"][0]) == inside.sum()
    cell = (np.floor(stars["x"]) == -2) & (np.floor(stars["y"]) == 1)
    assert int(coverage["n_xy"].sel(population="total", x=-1.5, y=1.5)) == cell.sum() > 0
    assert float(coverage["r"].min()) == 0.5


def test_coverage_may_give_r_the_sign_of_x(stars):
    signed = plan(PIPELINE.replace("coverage: {step: 1", "coverage: {signed_r: true, step: 1"))
    coverage = finish(signed, "coverage", results(signed, stars, names=("coverage",)))
    assert coverage.attrs["signed_r"] == 1
    assert coverage["r"].attrs["long_name"] == "signed R"
    cell = (np.floor(stars["signed_r"]) == -3) & (np.floor(stars["z"]) == 0)
    assert int(coverage["n_rz"].sel(population="total", r=-2.5, z=0.5)) == cell.sum() > 0


def test_alpha_split_has_density_line_and_errors(made, stars):
    split = made["alpha_split"]
    assert int(split["n"][0].sum()) == int(split["n_panel"][0])
    line = split[["line_mg_fe", "line_low", "line_high"]].interp(line=0)
    np.testing.assert_allclose(line["line_high"] - line["line_low"], 0.05)
    at = {x: k for k, x in enumerate(split["line_fe_h"].values)}
    np.testing.assert_allclose(split["line_mg_fe"][at[-1.0]], 0.28)
    np.testing.assert_allclose(split["line_mg_fe"][at[0.5]], 0.15)
    low, high = split["fe_h_bin_bnds"].values[3]
    inside = (stars["fe_h"] >= low) & (stars["fe_h"] < high)
    assert int(split["n_err"][3]) == inside.sum()
    assert float(split["mg_fe_err_median"][3]) == np.median(stars["mg_fe_err"][inside].astype(float))
    assert split.attrs["population_rule"].startswith("mg_fe = 0.15 -0.13 (fe_h - 0)")


def test_alpha_split_without_error_columns_has_none(stars):
    plain = plan(PIPELINE.replace("error: fe_h_err, ", "").replace("error: mg_fe_err, ", ""))
    split = finish(plain, "alpha_split", results(plain, stars, names=("alpha_split",)))
    assert "fe_h_bin" not in split.dims


def test_global_maps_hold_exact_medians_of_each_sample(made, stars):
    maps = made["global_maps"]
    assert maps.attrs["quantities"] == "fe_h mg_fe age"
    for quantity, sample in (("fe_h", "main"), ("age", "age")):
        of = samples(stars)[sample]
        face = (np.floor(of["x"]) == -2) & (np.floor(of["y"]) == 0) & (of["abs_z"] <= 1)
        edge = (np.floor(of["signed_r"]) == -4) & (np.floor(of["z"]) == 0) & (of["population"] == 1)
        for name, chosen, where in (
            ("face", face, {"x": -1.5, "y": 0.5, "population": "total"}),
            ("edge", edge, {"r": -3.5, "z": 0.5, "population": "high_alpha"}),
        ):
            values = of[quantity][chosen].astype(float)
            assert values.size > 5
            assert float(maps[f"{name}_{quantity}_median"].sel(where)) == np.median(values)
            assert int(maps[f"{name}_{quantity}_n"].sel(where)) == values.size


def test_global_maps_show_what_the_pipeline_has(stars):
    ages = PIPELINE[PIPELINE.index("  age:   {") : PIPELINE.index("  teff:")]
    lean = plan(without_variants(PIPELINE).replace(ages, "").replace(", age]", "]"))
    maps = finish(lean, "global_maps", results(lean, stars, names=("global_maps",)))
    assert maps.attrs["quantities"] == "fe_h mg_fe"
    assert not [name for name in maps if "age" in str(name)]


def test_slices_keep_their_panels_apart(made, stars):
    slices = made["feh_slices"]
    near = (np.abs(stars["x"]) < 6) & (np.abs(stars["y"]) < 6) & (stars["abs_z"] < 1)
    assert int(slices["fe_h_n_panel"].sel(population="total", abs_z=0.5)) == near.sum()
    assert slices["fe_h_median"].dims == ("population", "abs_z", "x", "y")


def test_age_slices_are_medians_of_the_stars_with_ages(made, stars):
    slices, of = made["age_slices"], samples(stars)["age"]
    chosen = (np.floor(of["x"]) == -2) & (np.floor(of["y"]) == 1) & (of["abs_z"] >= 1) & (of["abs_z"] <= 2)
    where = {"population": "total", "x": -1.5, "y": 1.5, "abs_z": 1.5}
    values = of["age"][chosen].astype(float)
    assert int(slices["age_n"].sel(where)) == values.size > 5
    assert float(slices["age_median"].sel(where)) == np.median(values)
    assert slices.attrs["quantity"] == "age"
