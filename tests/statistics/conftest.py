"""One mock release through the whole pipeline, its stars, and the truth for a sample of that size."""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

import galdask
from galdask import config, pipeline
from galdask.catalog.store import open_store, read_partition
from galdask.mocks import draw_sample
from galdask.stars.recipe import Recipe
from tests.statistics import estimators, truth

PRODUCTS = ("radial_profiles", "radial_gradients")
COLUMNS = ("star_key", "population", "r", "abs_z", "fe_h")


def pytest_collection_modifyitems(config, items):
    """Long tests take minutes: the limit of quick ones is not theirs."""
    if config.pluginmanager.hasplugin("timeout"):
        for item in items:
            if item.get_closest_marker("long") and "statistics" in item.path.parts:
                item.add_marker(pytest.mark.timeout(7200))


def stars_of(path):
    """The stars of the main sample, all partitions together."""
    store = open_store(path)
    recipe = Recipe.from_section(config.load(pipeline.pipeline_path("two_disks")), store)
    parts = [store.part(k, recipe.columns_read) for k in range(len(store.partitions))]
    views = [recipe.derive(read_partition(part)).view("main") for part in parts]
    return {name: np.concatenate([view[name] for view in views]) for name in COLUMNS}


@pytest.fixture(scope="session")
def end_to_end(tmp_path_factory):
    """A release of 100,000 rows, its store, the run's products, and the stars of its sample as arrays."""
    folder = tmp_path_factory.mktemp("statistics")
    galdask.mock("dr17", folder / "release", stars=100_000, seed=1, layout="lite")
    store, out = folder / "store", folder / "out"
    galdask.ingest("dr17", folder / "release", store, cluster="inline", partition_rows=15_000)
    summary = pipeline.run(
        "two_disks", store, out, cluster="inline", only=PRODUCTS, figures=False, cache=False
    )
    products = {}
    for name in PRODUCTS:
        with xr.open_zarr(out / "products" / f"{name}.zarr") as dataset:
            products[name] = dataset.load()
    yield SimpleNamespace(
        release=folder / "release",
        kept=summary.kept["main"],
        products=products,
        stars=stars_of(store),
    )
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def small_truth(end_to_end):
    """Truth for samples of the release's size."""
    return truth.truth(end_to_end.kept, cells=estimators.CELLS[1:])


@pytest.fixture(scope="session")
def small_mocks(end_to_end):
    """Slopes and medians of mocks of that size, seeds 1 to 6."""
    made = []
    for seed in range(1, 7):
        one = estimators.Pass(estimators.plan(), [estimators.GRADIENTS, *estimators.CELLS[1:]])
        one.push(draw_sample(end_to_end.kept, seed))
        tables = one.tables()
        made.append((one.gradients(tables), one.medians(tables)))
    slopes = xr.concat([gradients for gradients, _ in made], "seed", join="exact")
    return SimpleNamespace(slopes=slopes, medians=[medians for _, medians in made])
