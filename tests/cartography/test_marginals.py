"""Maps are reductions of their own; they must agree with the cubes wherever both say the same thing."""

from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr

from galdask.cartography import cell_statistics as cs
from galdask.cartography.atlas import asked, finish, write_cube
from galdask.reductions.cells import add
from galdask.reductions.key import CLASSES, Key
from tests.cartography.stars import plan, random_stars, results, states


@pytest.fixture(scope="module")
def small():
    return plan()


@pytest.fixture(scope="module")
def stars():
    return random_stars(20_000)


@pytest.fixture(scope="module")
def made(small, stars):
    return states(small, stars)


@pytest.fixture(scope="module")
def tables(small, stars):
    return results(small, stars)


def marginal(state: dict, key: Key, target: Key, place: Callable[..., np.ndarray]) -> dict:
    """Sums over cells of `key`: `place` gives the index along each axis of `target`, -1 outside."""
    cells = np.asarray(state["cells"])
    spot, kind = np.divmod(cells, len(CLASSES))
    index = place(*np.unravel_index(spot, key.shape))
    inside = np.all([(i >= 0) & (i < n) for i, n in zip(index, target.shape, strict=True)], axis=0)
    new = np.ravel_multi_index([i[inside] for i in index], target.shape) * len(CLASSES) + kind[inside]
    rest = {name: np.asarray(a)[inside] for name, a in state.items() if name != "cells"}
    order = np.argsort(new, kind="stable")
    single = [{"cells": new[[i]], **{name: a[[i]] for name, a in rest.items()}} for i in order]
    return add(single)


def whole(request, parts: list[dict]) -> dict:
    total = request.reduction.identity()
    for part in parts:
        total = request.reduction.combine(total, part)
    return total


#: product and request, cube and request, how a cube's cell falls on the map (x, y, z or r, theta, z)
PAIRS = [
    (
        "feh_slices",
        "fe_h/moments",
        "xyz",
        "fe_h/moments",
        lambda x, y, z: (np.where(z < 2, 1 - z, z - 2), x, y),
    ),
    (
        "global_maps",
        "face_fe_h/moments",
        "xyz",
        "fe_h/moments",
        lambda x, y, z: (np.where((z == 1) | (z == 2), 0, -1), x, y),
    ),
    (
        "global_maps",
        "face_age/moments",
        "xyz",
        "age/moments",
        lambda x, y, z: (np.where((z == 1) | (z == 2), 0, -1), x, y),
    ),
    ("coverage", "rz", "polar", "stars", lambda r, theta, z: (r, z)),
]


@pytest.mark.parametrize(("product", "word", "cube", "cube_word", "place"), PAIRS)
def test_maps_are_the_marginals_of_the_cubes(small, made, product, word, cube, cube_word, place):
    of_map = asked(small, product)[word]
    of_cube = asked(small, f"cubes/{cube}")[cube_word]
    fine = whole(of_cube, made[of_cube.id])
    coarse = whole(of_map, made[of_map.id])
    summed = marginal(fine, of_cube.reduction.key, of_map.reduction.key, place)
    assert set(summed) == set(coarse)
    for name in coarse:
        np.testing.assert_array_equal(summed[name], coarse[name], err_msg=name)
    one, other = of_map.reduction.finalize([summed]), of_map.reduction.finalize(made[of_map.id])
    np.testing.assert_array_equal(one.cells, other.cells)
    assert one.values["n"].sum() > 10_000
    for name in other.values:
        np.testing.assert_array_equal(one.values[name], other.values[name], err_msg=name)


def test_a_map_cell_that_is_one_cube_cell_has_its_numbers(small, tmp_path):
    stars = random_stars(20_000, seed=2)
    stars["z"] = np.abs(stars["z"])  # above the plane a slice of |Z| is a layer of the cube
    tables = results(small, stars, names=("feh_slices", "cubes/xyz"))
    slices = finish(small, "feh_slices", tables)
    cube = xr.open_zarr(write_cube(small, "xyz", tables, tmp_path / "xyz.zarr"))
    layers = cube.isel(z=[2, 3]).transpose("population", "z", "x", "y", ...).load()
    for statistic in ("n", "mean", "std", "median", "median_err"):
        mine = slices[f"fe_h_{statistic}"].values
        theirs = layers[f"fe_h_{statistic}"].values
        np.testing.assert_array_equal(mine.astype(theirs.dtype), theirs, err_msg=statistic)
    assert np.isfinite(slices["fe_h_median"].values).sum() > 200


def test_populations_are_parted_and_total_holds_them_all(small, tables, stars):
    cube = tables[asked(small, "cubes/xyz")["stars"].id]
    n = cs.dense(cube, "n", small.grids["xyz"].axes)
    inside = (np.abs(stars["x"]) < 6) & (np.abs(stars["y"]) < 6) & (np.abs(stars["z"]) < 2)
    assert n[0].sum() == inside.sum()
    assert n[1].sum() == (inside & (stars["population"] == 0)).sum()
    assert n[2].sum() == (inside & (stars["population"] == 1)).sum()
