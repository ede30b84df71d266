import errno
import warnings

import numpy as np
import pytest
import xarray as xr

from galdask.cartography.zarr_store import open_product, published_folder, save
from galdask.errors import InputError, OutputError


def small() -> xr.Dataset:
    return xr.Dataset(
        {
            "median": (("population", "x"), np.array([[1.5, np.nan], [0.25, 2.0]]), {"units": "dex"}),
            "n": (("population", "x"), np.array([[1, 0], [2, 3]], dtype=np.int32)),
            "n_panel": ((), np.int64(6)),
        },
        {
            "population": np.array(["total", "low_alpha"]),
            "x": ("x", np.array([-0.5, 0.5]), {"bounds": "x_bnds"}),
            "x_bnds": (("x", "bnds"), np.array([[-1.0, 0.0], [0.0, 1.0]])),
        },
        {"title": "small", "min_n": 3},
    )


def test_what_is_saved_comes_back(tmp_path):
    dataset = small()
    save(dataset, tmp_path / "small.zarr", {"provenance": "{}"})
    for back in (open_product(tmp_path / "small.zarr"), xr.open_zarr(tmp_path / "small.zarr")):
        assert back.attrs == {"title": "small", "min_n": 3, "provenance": "{}"}
        assert set(back.data_vars) == {"median", "n", "n_panel"}
        assert [str(p) for p in back.population.values] == ["total", "low_alpha"]
        for name in ("median", "n", "n_panel", "x_bnds"):
            np.testing.assert_array_equal(back[name].values, dataset[name].values)
            assert back[name].dtype == dataset[name].dtype
        assert back["median"].attrs["units"] == "dex"
        assert float(back["median"].sel(population="low_alpha").isel(x=1)) == 2.0


def test_plain_xarray_opens_it_from_one_metadata_file_without_a_warning(tmp_path):
    save(small(), tmp_path / "small.zarr")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        xr.open_zarr(tmp_path / "small.zarr", consolidated=True).load()


def test_a_saved_dataset_replaces_an_old_one(tmp_path):
    save(small(), tmp_path / "small.zarr")
    save(small().assign_attrs(title="new"), tmp_path / "small.zarr")
    assert open_product(tmp_path / "small.zarr").attrs["title"] == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["small.zarr"]


def fill_half(path) -> None:
    with published_folder(path) as folder:
        folder.mkdir()
        (folder / "half").write_text("written")
        raise OSError(errno.ENOSPC, "No space left on device")


def test_nothing_is_left_of_a_folder_that_could_not_be_filled(tmp_path):
    with pytest.raises(OutputError, match="the disk is full"):
        fill_half(tmp_path / "a.zarr")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_product_is_named(tmp_path):
    with pytest.raises(InputError, match="no saved product"):
        open_product(tmp_path / "absent.zarr")
