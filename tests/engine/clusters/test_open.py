"""A client, or a cluster of Dask's, that a user has open already: used, and left open."""

import time

import pytest
from distributed import Client, LocalCluster

import galdask
from galdask.engine import cluster_check, plan_memory
from galdask.engine.cluster import open_executor
from galdask.errors import ClusterError
from tests.engine.clusters.processes import own, slow
from tests.engine.work import double


@pytest.fixture(scope="module")
def cluster():
    with LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        memory_limit="1GiB",
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
    ) as made:
        yield made


@pytest.fixture(scope="module")
def client(cluster):
    with Client(cluster) as made:
        yield made


def test_a_run_on_an_open_client(client, mock_store, tmp_path):
    galdask.run("two_disks", mock_store, tmp_path / "out", cluster=client, only=["kiel"], figures=False)
    assert (tmp_path / "out" / "products" / "kiel.zarr").is_dir()
    assert client.status == "running"
    assert client.submit(double, 4).result() == 8


def test_a_client_and_a_cluster_stay_open(client, cluster):
    for given in (client, cluster):
        with open_executor(given) as executor:
            assert list(executor.run(double, [3], step="test")) == [(0, 6)]
    assert client.status == "running"
    assert client.submit(double, 5).result() == 10


def test_the_memory_of_a_worker_is_the_open_clusters(client, cluster):
    for given in (client, cluster):
        assert plan_memory.limit(given).bytes == 1 << 30


def test_something_else_is_no_cluster():
    with pytest.raises(ClusterError, match="not a cluster"), open_executor(42):
        pass


@pytest.mark.long
def test_workers_of_this_machine_with_certificates_that_end_and_come_again(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(
        "galdask_cluster: 1\ntype: local\nn_workers: 1\nmemory_limit: 1GiB\ndashboard_address: null\n"
        "security: true\nlifetime: 2 s\nlifetime-stagger: 0 s\nenvironment: {OF_THE_FILE: here}\n"
        "distributed: {worker: {memory: {pause: 0.77}}}\n"
    )
    with open_executor(path) as executor:
        assert executor.client.scheduler.address.startswith("tls://127.0.0.1:")
        assert executor.dashboard is None
        first = executor.client.run(own)
        assert {tuple(one[1:]) for one in first.values()} == {("here", "1", 0.77)}
        for _ in range(400):
            later = executor.client.run(own)
            if later and not {one[0] for one in first.values()} & {one[0] for one in later.values()}:
                break
            time.sleep(0.1)
        else:
            raise AssertionError("the worker has outlived its lifetime")
        assert sorted(executor.run(double, [1, 2], step="test")) == [(0, 2), (1, 4)]


def verdict(executor):
    return cluster_check.check(executor)[0].verdict


@pytest.mark.long
def test_an_adaptive_cluster_starts_workers_as_there_is_work(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(
        "galdask_cluster: 1\ntype: local\nadapt: {minimum: 0, maximum: 2}\n"
        "memory_limit: 1GiB\ndashboard_address: 127.0.0.1:0\n"
    )
    with open_executor(path) as executor:
        assert verdict(executor) == "ok"
        assert len(set(dict(executor.run(slow, list(range(40)), step="test")).values())) == 2
