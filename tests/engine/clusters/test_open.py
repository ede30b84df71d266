"""A client, or a cluster of Dask's, that a user has open already: used, and left open."""

import pytest
from distributed import Client, LocalCluster

import galdask
from galdask.engine import plan_memory
from galdask.engine.cluster import open_executor
from galdask.errors import ClusterError
from tests.engine.work import double


@pytest.fixture(scope="module")
def cluster():
    with LocalCluster(
        n_workers=1, threads_per_worker=1, memory_limit="1GiB", host="127.0.0.1", dashboard_address=None
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
