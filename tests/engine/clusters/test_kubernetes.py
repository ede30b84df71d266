"""The manifest of a DaskCluster against the schema of Dask's operator. Nothing here runs on Kubernetes."""

import json
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from galdask.engine.cluster import ClusterConfig, load_cluster, open_executor, show
from galdask.engine.clusters.common import WORKER_ENVIRONMENT
from galdask.errors import ClusterError, ConfigError

SOURCE = json.loads(Path(__file__).with_name("daskcluster.json").read_text())


def strict(node):
    """Refuse keys that a schema does not know, as the server does when it is asked to be strict."""
    if isinstance(node, dict):
        made = {key: strict(value) for key, value in node.items()}
        if "properties" in node and "additionalProperties" not in node:
            made["additionalProperties"] = False
        return made
    return [strict(one) for one in node] if isinstance(node, list) else node


def validate(manifest):
    schema = strict(SOURCE["openAPIV3Schema"])
    for key in ("apiVersion", "kind", "metadata"):
        schema["properties"].setdefault(key, {})
    jsonschema.validate(manifest, schema)
    assert manifest["apiVersion"] == f"{SOURCE['group']}/{SOURCE['version']}"
    assert manifest["kind"] == SOURCE["kind"]


def shown(path):
    text = show(load_cluster(path))
    assert "&id" not in text
    return yaml.safe_load(text)


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "pods.yaml"
        path.write_text("galdask_cluster: 1\ntype: kubernetes\n" + text)
        return path

    return write


def test_the_shipped_file_is_what_the_operator_takes():
    validate(shown("kubernetes"))


def test_every_option_is_what_the_operator_takes(written):
    path = written(
        "name: My Pods!\nimage: x/y:1\nadapt: {minimum: 2, maximum: 9}\nnamespace: stars\nlifetime: 2 h\n"
        "lifetime-stagger: 5 min\nresources: {limits: {cpu: 1, memory: 2Gi}}\nenv: {A: 1}\n"
        "environment: {B: two}\nscheduler-service-type: LoadBalancer\nidle_timeout: 60\n"
        "distributed: {worker: {memory: {spill: false}}}\n"
        "volumes: [{name: v, nfs: {server: s, path: /p}}]\nvolume-mounts: [{name: v, mountPath: /p}]\n"
    )
    made = shown(path)
    validate(made)
    assert made["metadata"] == {"name": "my-pods", "namespace": "stars"}
    worker = made["spec"]["worker"]
    assert worker["replicas"] == 2
    container = worker["spec"]["containers"][0]
    variables = {one["name"]: one["value"] for one in container["env"]}
    assert variables.items() >= (WORKER_ENVIRONMENT | {"A": "1", "B": "two"}).items()
    assert variables["DASK_DISTRIBUTED__WORKER__MEMORY__SPILL"] == "False"
    words = " ".join(container["args"])
    assert "--preload galdask.engine.preload" in words
    assert "--lifetime 2h --lifetime-stagger 5min" in words


def test_a_wrong_manifest_would_be_noticed():
    made = shown("kubernetes")
    made["spec"]["worker"]["spec"]["containers"][0]["memory"] = "4Gi"
    with pytest.raises(jsonschema.ValidationError, match="memory"):
        validate(made)


def test_an_own_manifest_is_taken_as_it_is(written):
    own = {"apiVersion": "kubernetes.dask.org/v1", "kind": "DaskCluster", "metadata": {"name": "mine"}}
    path = written(f"n_workers: 1\ncustom_cluster_spec: {json.dumps(own)}\n")
    assert shown(path) == own
    path = written("n_workers: 1\ncustom_cluster_spec: {kind: DaskCluster}\n")
    with pytest.raises(ClusterError, match=r"metadata\.name"):
        shown(path)


def test_an_image_is_needed(written):
    with pytest.raises(ConfigError, match="'image' is missing"):
        load_cluster(written("n_workers: 1\n"))


@pytest.mark.parametrize(
    ("package", "kind", "extra"),
    [
        ("dask_kubernetes", "kubernetes", "kubernetes"),
        ("dask_jobqueue", "slurm", "jobqueue"),
        ("asyncssh", "ssh", "ssh"),
    ],
)
def test_an_absent_package_names_its_extra(package, kind, extra, monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)  # an import of it fails, as where it is not installed
    with pytest.raises(ClusterError, match=rf"galdask\[{extra}\]"), open_executor(kind):
        pass


def test_a_cluster_is_shown_without_the_packages(monkeypatch):
    monkeypatch.setitem(sys.modules, "dask_kubernetes", None)
    chosen = ClusterConfig("k", "kubernetes", {"image": "i", "n_workers": 1})
    assert "kind: DaskCluster" in show(chosen)
