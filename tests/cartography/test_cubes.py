import json
import warnings

import numpy as np
import pytest
import xarray as xr

from galdask.cartography import cubes
from galdask.cartography.atlas import write_cube
from tests.cartography.stars import files_of, plan, random_stars, results, samples


@pytest.fixture(scope="module")
def small():
    return plan()


@pytest.fixture(scope="module")
def stars():
    return random_stars(4000)


@pytest.fixture(scope="module")
def saved(small, stars, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cubes")
    tables = results(small, stars, names=("cubes/xyz", "cubes/polar"))
    note = {"provenance": json.dumps({"made": "now"})}
    return {name: write_cube(small, name, tables, folder / f"{name}.zarr", note) for name in ("xyz", "polar")}


def test_plain_xarray_opens_a_cube_without_a_warning(saved):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cube = xr.open_zarr(saved["xyz"], consolidated=True)
    assert dict(cube.sizes) == {"population": 3, "x": 12, "y": 12, "z": 4, "bnds": 2}
    assert cube["fe_h_median"].dims == ("population", "x", "y", "z")
    statistics = ("n", *cubes.STATISTICS)
    assert set(cube.data_vars) == {"n_stars"} | {f"{q}_{s}" for q in ("fe_h", "age") for s in statistics}
    assert cube["n_stars"].dtype == cube["age_n"].dtype == np.int32
    assert cube["age_q84"].dtype == np.float32
    assert cube["fe_h_median"].chunks[0] == (1, 1, 1)
    assert json.loads(cube.attrs["provenance"]) == {"made": "now"}


def test_coordinates_have_bounds_units_and_names(saved):
    cube = xr.open_zarr(saved["polar"])
    assert cube["fe_h_mean"].dims == ("population", "r", "theta", "z")
    assert cube["theta"].attrs == {"units": "deg", "long_name": "azimuth", "bounds": "theta_bnds"}
    np.testing.assert_array_equal(cube["theta_bnds"][1], [45, 90])
    assert float(cube["theta"][1]) == 67.5
    assert cube["fe_h_median_err"].attrs["units"] == "dex"
    assert cube["fe_h_q16"].attrs["long_name"] == "16% quantile of [Fe/H]"


@pytest.mark.parametrize("population", [0, 1, 2])
def test_cells_hold_what_numpy_says(saved, stars, population):
    cube = xr.open_zarr(saved["xyz"]).load()
    for quantity, sample in (("fe_h", "main"), ("age", "age")):
        columns = samples(stars)[sample]
        chosen = (
            np.full(columns["x"].size, True) if population == 0 else columns["population"] == population - 1
        )
        for i, j, k in [(5, 5, 1), (6, 6, 2), (4, 8, 2), (0, 0, 0)]:
            inside = chosen.copy()
            for name, low in (("x", i - 6), ("y", j - 6), ("z", k - 2)):
                inside &= (columns[name] >= low) & (columns[name] < low + 1)
            values = columns[quantity][inside].astype(np.float64)
            cell = cube.isel(population=population, x=i, y=j, z=k)
            assert int(cell[f"{quantity}_n"]) == values.size
            if values.size:
                assert cell[f"{quantity}_median"] == np.float32(np.median(values))
                assert cell[f"{quantity}_q84"] == np.float32(np.quantile(values, 0.84))
                np.testing.assert_allclose(cell[f"{quantity}_mean"], values.mean(), rtol=1e-5)
                np.testing.assert_allclose(cell[f"{quantity}_std"], values.std(), rtol=1e-5)
            else:
                assert np.isnan(cell[f"{quantity}_median"])
            if values.size < 3:
                assert np.isnan(cell[f"{quantity}_median_err"])


def test_stars_outside_the_grid_are_counted(saved, stars):
    cube = xr.open_zarr(saved["polar"])
    inside = (stars["r"] < 8) & (np.abs(stars["z"]) < 2)
    assert cube.attrs["stars_inside"] == inside.sum() == cube["n_stars"][0].sum()
    assert cube.attrs["stars_outside"] == (~inside).sum() > 0


def test_a_cube_is_few_files_and_a_large_one_has_a_file_a_population(
    small, stars, saved, tmp_path, monkeypatch
):
    assert len(files_of(saved["xyz"])) <= 2 * (1 + 2 * 10 + 7) + 1
    monkeypatch.setattr(cubes, "SHARD_BYTES", 0)
    tables = results(small, stars, names=("cubes/polar",))
    large = write_cube(small, "polar", tables, tmp_path / "polar.zarr")
    chunks = [p for p in files_of(large / "fe_h_median") if p.name != "zarr.json"]
    assert len(chunks) == 3
    assert xr.open_zarr(large).drop_attrs().identical(xr.open_zarr(saved["polar"]).drop_attrs())


def test_cells_with_few_stars_are_empty_where_that_is_asked(stars, tmp_path):
    from tests.cartography.stars import PIPELINE

    strict = plan(PIPELINE.replace("quantities: [fe_h]}", "quantities: [fe_h], min_n: 5}"))
    tables = results(strict, stars, names=("cubes/polar",))
    cube = xr.open_zarr(write_cube(strict, "polar", tables, tmp_path / "polar.zarr"))
    given = np.isfinite(cube["fe_h_median"].values)
    np.testing.assert_array_equal(given, cube["fe_h_n"].values >= 5)
    assert 0 < given.sum() < (cube["fe_h_n"].values > 0).sum()
