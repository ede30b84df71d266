"""Every product of the two-disks pipeline has the same bits whatever way its stars come.

One mock release is written twice, the second time with its rows in another order. The stores have other
partitions, the runs other workers.
"""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import xarray as xr
from astropy.io import fits

import galdask
from galdask import pipeline

#: attributes that say how and when a dataset was made
NOT_COMPARED = ("provenance",)
MAIN = "allStarLite-dr17-synspec_rev1.fits"


def reordered(release, to, seed=7):
    """Write a release once more: its main table, and those that belong to it row by row, in another order."""
    shutil.copytree(release, to)
    order = np.random.default_rng(seed).permutation(len(fits.getdata(release / MAIN, 1)))
    moved = 0
    for path in sorted(release.glob("*.fits")):
        with fits.open(path) as found:
            if len(found[1].data) == order.size:
                found[1].data = found[1].data[order]
                found.writeto(to / path.name, overwrite=True)
                moved += 1
    assert moved >= 2
    return to


def results(out):
    """Return every array of every dataset of a run as bytes, with its type and shape, and the attributes."""
    found = {}
    for path in sorted([*(out / "products").glob("*.zarr"), *(out / "cubes").glob("*.zarr")]):
        with xr.open_zarr(path) as dataset:
            attrs = {key: value for key, value in dataset.attrs.items() if key not in NOT_COMPARED}
            found[path.stem, "attributes"] = attrs
            for name, one in dataset.variables.items():
                values = np.asarray(one.values)
                text = values.tolist() if values.dtype.kind in "OT" else values.tobytes()
                found[path.stem, str(name)] = (str(values.dtype), values.shape, one.dims, text, one.attrs)
    return found


def different(a, b):
    """Tell what differs in any bit."""
    return sorted(set(a) ^ set(b)) + [key for key in a if key in b and a[key] != b[key]]


def quick(folder):
    """The pipeline with fewer replicas, otherwise as it is."""
    text = pipeline.pipeline_path("two_disks").read_text(encoding="utf-8")
    assert text.count("replicas: 200") > 5
    path = folder / "two_disks.yaml"
    path.write_text(text.replace("replicas: 200", "replicas: 20"), encoding="utf-8")
    return path


def stored(folder, release, rows, name="store"):
    """The store of a release in partitions of about so many rows."""
    store = folder / f"{name}-{rows}"
    galdask.ingest("dr17", release, store, cluster="inline", partition_rows=rows)
    return store


def made(what, store, cluster, out):
    """Everything of a pipeline."""
    summary = pipeline.run(what, store, out, cluster=cluster, figures=False, cache=False)
    return summary, results(out)


@pytest.fixture(scope="module")
def releases(tmp_path_factory):
    """A release of 12,000 rows, and the same rows in another order."""
    folder = tmp_path_factory.mktemp("invariance")
    galdask.mock("dr17", folder / "release", stars=12_000, seed=3, layout="lite")
    yield folder, folder / "release", reordered(folder / "release", folder / "reordered")
    shutil.rmtree(folder)


@pytest.mark.timeout(900)
def test_products_do_not_depend_on_order_partitions_and_workers(releases, dask_executor):
    folder, release, mixed = releases
    what = quick(folder)
    summary, one = made(what, stored(folder, release, 1700), "inline", folder / "one")
    again, two = made(what, stored(folder, mixed, 5000, "mixed"), dask_executor, folder / "two")
    assert summary.kept == again.kept
    assert summary.kept["main"] > 1000
    assert {f"{name.removeprefix('cubes/')}" for name in summary.products} == {name for name, _ in one}
    assert len(summary.products) > 30
    assert set(summary.skipped) <= {"age_systematics"}
    assert not different(one, two)


def test_a_changed_star_is_seen(releases):
    """One star less changes a product, so that the comparison can fail."""
    folder, release, _ = releases
    target = folder / "changed"
    shutil.copytree(release, target)
    with fits.open(target / MAIN, mode="update") as found:
        rows = found[1].data
        first = np.flatnonzero((rows["EXTRATARG"] == 0) & (rows["LOGG"] > 1) & (rows["LOGG"] < 2))[:5]
        rows["EXTRATARG"][first] = 1
    stores, found = [], []
    for source in (release, target):
        stores.append(folder / f"store-of-{source.name}")
        galdask.ingest("dr17", source, stores[-1], cluster="inline")
        out = folder / f"out-of-{source.name}"
        pipeline.run(
            "two_disks", stores[-1], out, cluster="inline", only=["coverage"], figures=False, cache=False
        )
        found.append(results(out))
    assert different(*found)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_each_of_order_partitions_and_workers_alone(tmp_path_factory, dask_executor):
    """Four times as many stars as the stores of the quick test, and one thing changed at a time."""
    folder = tmp_path_factory.mktemp("long")
    galdask.mock("dr17", folder / "release", stars=50_000, seed=4, layout="lite")
    mixed = reordered(folder / "release", folder / "reordered")
    first = stored(folder, folder / "release", 6000)
    _, one = made("two_disks", first, "inline", folder / "one")
    ways = {
        "workers": (first, dask_executor),
        "partitions": (stored(folder, folder / "release", 17_000), "inline"),
        "order": (stored(folder, mixed, 6000, "mixed"), "inline"),
    }
    for name, (store, cluster) in ways.items():
        _, other = made("two_disks", store, cluster, folder / name)
        assert not different(one, other), name
    shutil.rmtree(folder)
