"""Cluster files: shipped ones load, wrong ones are refused with their line."""

import socket

import pytest

from galdask.engine.cluster import load_cluster, open_executor
from galdask.engine.executor import Inline
from galdask.errors import ClusterError, ConfigError


@pytest.mark.parametrize(("name", "kind"), [("inline", "inline"), ("laptop", "local")])
def test_shipped_clusters_load(name, kind):
    chosen = load_cluster(name)
    assert (chosen.name, chosen.kind) == (name, kind)


def test_shipped_dashboards_bind_to_loopback():
    assert load_cluster("laptop").options["dashboard_address"].startswith("127.0.0.1:")


def test_an_unknown_name_lists_the_known():
    with pytest.raises(ConfigError, match="laptop"):
        load_cluster("palmtop")


def test_a_name_is_not_a_way_out_of_the_folder():
    with pytest.raises(ConfigError, match="no cluster is called"):
        load_cluster("../pipelines/two_disks")


def test_an_unknown_key_names_its_line(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text("galdask_cluster: 1\ntype: local\nn_workers: 2\nworkers: 3\n")
    with pytest.raises(ConfigError) as caught:
        load_cluster(path)
    assert "line 4" in caught.value.where
    assert "n_workers" in caught.value.todo


def test_an_executor_is_passed_through():
    mine = Inline()
    with open_executor(mine) as executor:
        assert executor is mine


def test_a_taken_dashboard_port_is_no_obstacle(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        path = tmp_path / "c.yaml"
        path.write_text(
            f"galdask_cluster: 1\ntype: local\nn_workers: 1\ndashboard_address: 127.0.0.1:{port}\n"
        )
        with open_executor(path) as executor:
            assert executor.dashboard.startswith("http://127.0.0.1:")
            assert f":{port}/" not in executor.dashboard


def test_an_impossible_cluster_is_one_clear_error(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text("galdask_cluster: 1\ntype: local\nn_workers: 1\nmemory_limit: plenty\n")
    with pytest.raises(ClusterError, match="could not be started"), open_executor(path):
        pass
