"""The same stars on worker processes, in other partitions, and without the optional file."""

import galdask
from galdask import pipeline as wiring
from galdask.catalog.store import open_store
from tests.examples.listing import EXAMPLES


def same(one, other):
    names = [path for path in one.groups if path.count("/") == 2]
    assert len(names) >= 7
    return [path for path in names if not one[path].to_dataset().equals(other[path].to_dataset())]


def contents(store):
    """Digests of the release's columns in every partition; groups of orbits aside."""
    return [{k: v for k, v in part.digests.items() if ":" not in k} for part in open_store(store).partitions]


def test_worker_processes_give_the_same_bits(made, real, tmp_path, dask_executor):
    run, store = made("inner_galaxy"), tmp_path / "store"
    galdask.ingest(EXAMPLES / "inner_galaxy_release.yaml", real, store, cluster=dask_executor)
    assert contents(store) == contents(run.store)
    pipeline, out = EXAMPLES / "inner_galaxy.yaml", tmp_path / "out"
    wiring.run(pipeline, store, out, cluster=dask_executor, figures=False)
    assert same(run.results, wiring.open_results(out)) == []


def test_other_partitions_give_the_same_bits(made, real, tmp_path):
    run, store = made("apo_k2"), tmp_path / "store"
    release = EXAMPLES / "apo_k2_release.yaml"
    galdask.ingest(release, real, store, cluster="inline", partition_rows=700)
    assert len(open_store(store).partitions) > 4
    (tmp_path / "occam").symlink_to(run.store.parent / "occam")
    wiring.run(EXAMPLES / "apo_k2.yaml", store, tmp_path / "out", cluster="inline", figures=False)
    assert same(run.results, wiring.open_results(tmp_path / "out")) == []


def test_without_the_file_of_ages(real, tmp_path):
    (tmp_path / "apo_k2_public_catalog.csv").symlink_to(real / "apo_k2_public_catalog.csv")
    store, out = tmp_path / "store", tmp_path / "out"
    galdask.ingest(EXAMPLES / "apo_k2_release.yaml", tmp_path, store, cluster="inline")
    assert "age_rgb" not in open_store(store).columns
    summary = wiring.run(EXAMPLES / "apo_k2.yaml", store, out, cluster="inline", figures=False)
    assert summary.skipped["age_slices"] == "the store has no age"
    assert "age" not in summary.kept
    results = wiring.open_results(out)
    assert results["products/global_maps"].attrs["quantities"] == "fe_h alpha_m"
    assert "age_n" not in results["cubes/xyz"]
