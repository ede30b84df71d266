"""Lazy tables: the store and its samples as dask.dataframes."""

import shutil

import numpy as np
import pandas as pd
import pytest
from dask.base import tokenize

import galdask
from galdask import config
from galdask.catalog.store import open_store, read_partition
from galdask.errors import SampleError, StoreError
from galdask.pipeline import pipeline_path
from galdask.stars.populations import CLASSES
from galdask.stars.recipe import Recipe

FEW = ["star_id", "ra", "fe_h", "gaia_id", "extratarg", "star_key"]


@pytest.fixture(scope="module")
def store(mock_store):
    return open_store(mock_store)


@pytest.fixture(scope="module")
def recipe(store):
    return Recipe.from_section(config.load(pipeline_path("two_disks")), store)


@pytest.fixture
def copied(mock_store, tmp_path):
    """A store that may be spoiled."""
    shutil.copytree(mock_store, tmp_path / "store")
    return tmp_path / "store"


def computed(frame):
    return frame.compute(scheduler="sync")


def plain(values):
    """Return a column of a partition; one of masked integers as objects, missing as None."""
    if not isinstance(values, np.ma.MaskedArray):
        return values
    objects = values.data.astype(object)
    objects[np.ma.getmaskarray(values)] = None
    return objects


def test_types_are_true(store):
    frame = galdask.to_dask(store, FEW)
    assert list(frame.columns) == FEW
    said = {name: str(kind) for name, kind in frame.dtypes.items()}
    assert said == {
        "star_id": "string",
        "ra": "float64",
        "fe_h": "float32",
        "gaia_id": "Int64",
        "extratarg": "Int32",
        "star_key": "uint64",
    }
    assert frame.dtypes["star_id"].storage == "pyarrow"
    for part in range(frame.npartitions):
        found = computed(frame.partitions[part])
        assert (found.dtypes == frame.dtypes).all()
        assert found.index.dtype == frame.index.dtype


def test_every_scalar_column_equals_the_store(store):
    frame = galdask.to_dask(store)
    assert frame.npartitions == len(store.partitions) > 3
    names = [name for name, column in store.columns.items() if not column.shape]
    found = computed(frame)
    assert list(found.columns) == names
    parts = [read_partition(store.part(i, names)) for i in range(len(store.partitions))]
    for name in names:
        expected = np.concatenate([plain(part[name]) for part in parts])
        values = found[name]
        assert values.isna().sum() == store.columns[name].missing
        there = ~values.isna().to_numpy()
        np.testing.assert_array_equal(values.to_numpy(dtype=object)[there], expected[there], err_msg=name)
        if expected.dtype == object:
            assert [value is None for value in expected[~there]] == [True] * np.count_nonzero(~there)


def test_a_large_integer_keeps_its_last_digit(store):
    ids = computed(galdask.to_dask(store, ["gaia_id"]))["gaia_id"]
    assert ids.isna().any()
    assert ids.max() > 2**53  # as a float it would lose digits
    parts = [read_partition(store.part(i, ["gaia_id"]))["gaia_id"] for i in range(len(store.partitions))]
    assert ids.dropna().tolist() == [number for part in parts for number in np.ma.compressed(part).tolist()]


def test_rows_are_the_index(store):
    frame = galdask.to_dask(store, ["fe_h"])
    assert frame.known_divisions
    assert frame.divisions == (*(part.row_start for part in store.partitions), store.rows - 1)
    assert computed(frame).index.tolist() == list(range(store.rows))
    row = store.partitions[2].row_start
    first = read_partition(store.part(2, ["fe_h"]))["fe_h"][0]
    assert computed(frame.loc[row])["fe_h"].to_numpy() == pytest.approx(first, nan_ok=True)
    assert len(computed(galdask.to_dask(store, []))) == store.rows


def test_an_unknown_column_names_the_nearest(store):
    with pytest.raises(StoreError, match="'fe_hh'") as caught:
        galdask.to_dask(store, ["ra", "fe_hh"])
    assert "'fe_h'" in caught.value.todo
    assert caught.value.exit_code == 2


def test_a_column_of_arrays_is_refused(mock_release, tmp_path):
    galdask.ingest("dr17", mock_release, tmp_path, cluster="inline", columns="all")
    opened = open_store(tmp_path)
    name = next(name for name, column in opened.columns.items() if column.shape)
    with pytest.raises(StoreError, match="array") as caught:
        galdask.to_dask(opened, ["ra", name])
    assert name in str(caught.value)
    frame = galdask.to_dask(opened)
    assert name not in frame.columns
    assert len(frame.columns) > 150
    assert len(frame.partitions[0].head(3, compute=False).compute(scheduler="sync")) == 3


def test_building_reads_no_data(copied):
    (copied / "data").rename(copied / "moved")
    frame = galdask.to_dask(copied, FEW)
    giants = galdask.sample(copied)
    mean = frame["fe_h"].mean(), giants["fe_h"].mean()
    with pytest.raises(StoreError):
        mean[0].compute(scheduler="sync")
    with pytest.raises(StoreError):
        mean[1].compute(scheduler="sync")
    (copied / "moved").rename(copied / "data")
    assert np.isfinite(mean[0].compute(scheduler="sync"))
    assert np.isfinite(mean[1].compute(scheduler="sync"))


def test_only_the_columns_that_are_needed_are_read(store, monkeypatch):
    from galdask.engine import lazy

    read = set()

    def spy(part, verify=True):
        read.update(column.name for column in part.columns)
        return read_partition(part, verify)

    monkeypatch.setattr(lazy, "read_partition", spy)
    frame = galdask.to_dask(store)
    assert frame["fe_h"].count().compute(scheduler="sync") == store.rows - store.columns["fe_h"].missing
    assert read == {"fe_h"}
    read.clear()
    giants = galdask.sample(store, name="main")
    giants["mg_fe"].mean().compute(scheduler="sync")
    assert read == {"extratarg", "aspcapflag", "logg", "fe_h", "mg_fe", "distance"}


def test_a_changed_store_has_other_names(store, copied, mock_release):
    same = galdask.to_dask(store, ["fe_h"])
    assert tokenize(same) == tokenize(galdask.to_dask(store, ["fe_h"]))
    assert tokenize(same) != tokenize(galdask.to_dask(store, ["mg_fe"]))
    before = tokenize(galdask.to_dask(copied, ["fe_h"]))
    shutil.rmtree(copied)
    galdask.ingest("dr17", mock_release, copied, cluster="inline", partition_rows=3000)
    assert tokenize(galdask.to_dask(copied, ["fe_h"])) != before


@pytest.mark.parametrize("name", ["main", "age", "catalogue"])
def test_a_sample_equals_its_recipe(name, store, recipe):
    frame = galdask.sample(store, "two_disks", name)
    assert tuple(frame.columns) == recipe.columns_of(name)
    for index, part in enumerate(store.partitions):
        block = recipe.derive(read_partition(store.part(index, recipe.columns_read)))
        view = block.view(name)
        found = computed(frame.partitions[index])
        assert (found.dtypes == frame.dtypes).all()
        np.testing.assert_array_equal(
            found.index, part.row_start + np.flatnonzero(block.fates[name] == 0), strict=False
        )
        for column in recipe.columns_of(name):
            values = found[column]
            if column == "population":
                values = values.cat.codes
            np.testing.assert_array_equal(values.to_numpy(), view[column], strict=True)


def test_populations_have_names(store):
    giants = galdask.sample(store, columns=["population", "mg_fe"])
    assert tuple(giants["population"].cat.categories) == CLASSES
    found = computed(giants)
    mean = found.groupby("population", observed=True)["mg_fe"].mean()
    assert mean["high_alpha"] > mean["low_alpha"] + 0.1


def test_columns_of_a_sample_may_be_chosen(store):
    few = galdask.sample(store, columns=["r", "fe_h"])
    assert list(few.columns) == ["r", "fe_h"]
    found = computed(few)
    pd.testing.assert_frame_equal(found, computed(galdask.sample(store))[["r", "fe_h"]])
    assert ((found.r > 0) & (found.r < 40)).all()


def test_a_sample_joins_its_catalogue(store):
    giants = galdask.sample(store, columns=["fe_h"])
    both = computed(giants.join(galdask.to_dask(store, ["fe_h", "star_id"]), rsuffix="_stored"))
    assert len(both) == len(computed(giants))
    np.testing.assert_array_equal(both["fe_h"], both["fe_h_stored"])


@pytest.mark.parametrize(
    ("words", "says"),
    [({"name": "mian"}, "main"), ({"columns": ["feh"]}, "fe_h"), ({"columns": ["r", "snr"]}, "'snr'")],
)
def test_what_a_sample_has_not_is_named(words, says, store):
    with pytest.raises(SampleError, match=says):
        galdask.sample(store, **words)


def test_on_workers(store, dask_executor):
    client = dask_executor.client
    stars = galdask.to_dask(store, ["star_id", "fe_h", "gaia_id"])
    giants = galdask.sample(store, columns=["population", "fe_h", "r"])
    found = client.compute([stars, giants], sync=True)
    pd.testing.assert_frame_equal(found[0], computed(stars))
    pd.testing.assert_frame_equal(found[1], computed(giants))
    assert client.compute(giants["fe_h"].mean()).result() == pytest.approx(found[1]["fe_h"].mean())
