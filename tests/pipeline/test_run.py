"""Whole runs on a mock release: the same results everywhere, what is reused, and the ledger."""

import csv
import json
import shutil

import numpy as np
import pytest
import xarray as xr

import galdask
from galdask import pipeline
from galdask.catalog.store import open_store

FEW = ["coverage", "radial_gradients", "feh_slices", "cubes/polar"]


@pytest.fixture(scope="module")
def out(mock_store, tmp_path_factory):
    """A full run, figures and report included, in this process."""
    folder = tmp_path_factory.mktemp("out")
    pipeline.run("two_disks", mock_store, folder, cluster="inline")
    return folder


def arrays(out):
    """Return every number of every dataset of a run."""
    found = {}
    for path in sorted([*(out / "products").glob("*.zarr"), *(out / "cubes").glob("*.zarr")]):
        with xr.open_zarr(path) as dataset:
            for name, values in dataset.variables.items():
                found[path.stem, name] = np.asarray(values.values)
    return found


def same(a, b):
    """Tell which arrays of two runs differ in any bit."""
    assert a.keys() == b.keys()
    return [
        key
        for key in a
        if a[key].dtype != b[key].dtype
        or not np.array_equal(a[key], b[key], equal_nan=a[key].dtype.kind == "f")
    ]


def test_everything_is_there(out):
    names = {path.stem for path in (out / "products").glob("*.zarr")}
    assert names >= {
        "kiel",
        "coverage",
        "alpha_split",
        "global_maps",
        "feh_slices",
        "radial_profiles",
        "radial_gradients",
    }
    assert {path.stem for path in (out / "cubes").glob("*.zarr")} == {"xyz", "polar"}
    for name in names:
        assert (out / "figures" / f"{name}.png").stat().st_size > 10_000
        assert (out / "figures" / f"{name}.pdf").stat().st_size > 5_000
    assert (out / "report" / "index.html").read_text().startswith("<!DOCTYPE html>")
    assert (out / "tables" / "radial_gradients.csv").exists()


def test_the_ledger_sums_to_the_input(out, mock_store):
    rows = open_store(mock_store).rows
    with open(out / "ledger.csv", newline="") as handle:
        ledger = list(csv.DictReader(handle))
    for sample in {row["sample"] for row in ledger}:
        mine = [row for row in ledger if row["sample"] == sample]
        assert int(mine[0]["remaining"]) == rows
        assert rows - sum(int(row["removed"]) for row in mine) == int(mine[-1]["remaining"])


def test_the_cube_counts_the_sample_of_the_ledger(out):
    with open(out / "ledger.csv", newline="") as handle:
        kept = next(r for r in csv.DictReader(handle) if (r["sample"], r["step"]) == ("main", "kept"))
    with xr.open_zarr(out / "cubes" / "xyz.zarr") as cube:
        inside = int(cube.n_stars.sel(population="total").sum())
        assert inside + int(cube.attrs["stars_outside"]) == int(kept["remaining"])


def test_provenance_is_in_every_dataset(out, mock_store):
    record = json.loads((out / "provenance.json").read_text())
    assert record["store"]["digest"] == open_store(mock_store).digest
    for path in [*(out / "products").glob("*.zarr"), *(out / "cubes").glob("*.zarr")]:
        with xr.open_zarr(path) as dataset:
            assert json.loads(dataset.attrs["provenance"])["run"] == record["run"]


def few_from(store, out):
    """Return every number of a few products, nothing kept of earlier runs."""
    pipeline.run("two_disks", store, out, cluster="inline", only=FEW, figures=False, cache=False)
    return arrays(out)


@pytest.fixture(scope="module")
def reference(mock_store, tmp_path_factory):
    return few_from(mock_store, tmp_path_factory.mktemp("reference"))


@pytest.mark.parametrize("rows", [100_000, 3000, 400])
def test_the_number_of_partitions_changes_no_bit(rows, mock_release, reference, tmp_path):
    galdask.ingest("dr17", mock_release, tmp_path / "store", cluster="inline", partition_rows=rows)
    assert same(few_from(tmp_path / "store", tmp_path / "out"), reference) == []


def test_partitions_differ_in_the_test_before(mock_release, tmp_path):
    counts = []
    for rows in (100_000, 3000, 400):
        galdask.ingest("dr17", mock_release, tmp_path / str(rows), cluster="inline", partition_rows=rows)
        counts.append(len(open_store(tmp_path / str(rows)).partitions))
    assert counts[0] == 1
    assert counts[1] >= 2
    assert counts[2] >= 7


def test_states_merged_in_a_tree_change_no_bit(mock_release, reference, tmp_path, monkeypatch):
    from galdask.engine import reduce

    galdask.ingest("dr17", mock_release, tmp_path / "store", cluster="inline", partition_rows=400)
    assert len(open_store(tmp_path / "store").partitions) > reduce.FAN_IN
    monkeypatch.setattr(reduce, "DIRECT", 0)
    assert same(few_from(tmp_path / "store", tmp_path / "out"), reference) == []


def test_workers_change_no_bit(dask_executor, mock_store, reference, tmp_path):
    pipeline.run(
        "two_disks", mock_store, tmp_path, cluster=dask_executor, only=FEW, figures=False, cache=False
    )
    assert same(arrays(tmp_path), reference) == []


def test_an_unchanged_rerun_has_nothing_to_do(mock_store, tmp_path):
    pipeline.run("two_disks", mock_store, tmp_path, cluster="inline", only=["coverage"], figures=False)
    again = pipeline.run(
        "two_disks", mock_store, tmp_path, cluster="inline", only=["coverage"], figures=False
    )
    assert again.unchanged
    assert "nothing has changed" in again.text()


def test_a_wider_run_computes_only_what_is_new(mock_store, tmp_path):
    first = pipeline.run(
        "two_disks", mock_store, tmp_path, cluster="inline", only=["coverage"], figures=False
    )
    wider = pipeline.run(
        "two_disks", mock_store, tmp_path, cluster="inline", only=["coverage", "feh_slices"], figures=False
    )
    assert first.states_computed > 0
    assert wider.tables_reused >= 2  # the ledger and the counts of coverage
    partitions = len(open_store(mock_store).partitions)
    assert wider.partitions_read == partitions
    alone = pipeline.run(
        "two_disks", mock_store, tmp_path / "b", cluster="inline", only=["feh_slices"], figures=False
    )
    assert wider.states_computed == alone.states_computed - partitions  # all but the ledger's


def test_a_killed_run_is_resumed_from_its_states(mock_store, tmp_path):
    pipeline.run("two_disks", mock_store, tmp_path, cluster="inline", only=FEW, figures=False)
    whole = arrays(tmp_path)
    shutil.rmtree(tmp_path / ".runs")
    shutil.rmtree(tmp_path / ".cache" / "tables")
    packs = sorted((tmp_path / ".cache" / "states").rglob("*.pack"))
    packs[0].unlink()
    packs[1].write_bytes(packs[1].read_bytes()[:500])
    again = pipeline.run("two_disks", mock_store, tmp_path, cluster="inline", only=FEW, figures=False)
    assert again.partitions_read == 2
    assert again.states_reused > 0
    assert same(arrays(tmp_path), whole) == []


def test_python_gets_a_lazy_tree(mock_store, tmp_path):
    tree = galdask.run(
        "two_disks", mock_store, tmp_path, cluster="inline", only=["coverage", "cubes/polar"], figures=False
    )
    assert set(tree.children) == {"products", "cubes"}
    assert tree["products/coverage"]["n_xy"].sum() > 0
    assert tree["cubes/polar"]["fe_h_median"].dims == ("population", "r", "theta", "z")


def test_runs_leave_nothing_behind(mock_store, tmp_path):
    pipeline.run("two_disks", mock_store, tmp_path, cluster="inline", only=["coverage"], figures=False)
    assert [p.name for p in (tmp_path / ".runs").iterdir() if p.name.endswith(".tmp")] == []
    assert not list((tmp_path / "current").resolve().glob("scratch*"))
