"""A scheduler by its address: real processes on loopback, with certificates and without."""

import json
import socket
import time

import pytest

import galdask
from galdask.engine.cluster import ClusterConfig, open_executor
from galdask.errors import ClusterError
from tests.engine.clusters import processes
from tests.engine.work import double


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("address")


@pytest.fixture(scope="module")
def certificates(folder):
    return processes.authority(folder / "ours")


@pytest.fixture(scope="module")
def closed(folder, certificates):
    """A scheduler that speaks TLS alone, with one worker."""
    with (
        processes.scheduler(folder, certificates) as address,
        processes.worker(folder, address, "one", certificates, ("--preload", "galdask.engine.preload")),
    ):
        yield address


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A scheduler without TLS and without workers."""
    with processes.scheduler(tmp_path_factory.mktemp("plain")) as address:
        yield address


def cluster_file(folder, address, tls=None, **more):
    lines = ["galdask_cluster: 1", "type: address", f"address: {address}"]
    lines += [f"{key}: {value}" for key, value in more.items()]
    if tls:
        lines += ["security:", f"  tls-ca-file: {tls / 'ca.pem'}", f"  tls_cert: {tls / 'cert.pem'}"]
        lines += [f"  tls_key: {tls / 'key.pem'}"]
    path = folder / "cluster.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


def refused(path, within=20.0):
    began = time.monotonic()
    with pytest.raises(ClusterError) as caught, open_executor(path):
        pass
    assert time.monotonic() - began < within
    assert caught.value.todo
    return str(caught.value)


def products(out):
    """Bytes of every table and array of the results."""
    found = {}
    for place in ("products", "cubes", "tables"):
        root = (out / place).resolve()
        found |= {str(p.relative_to(root.parent)): p.read_bytes() for p in root.rglob("*")
                  if p.is_file() and p.name not in ("zarr.json", ".zattrs")}  # fmt: skip
    return found


def test_a_run_over_tls_equals_the_inline_run(closed, certificates, mock_store, tmp_path):
    path = cluster_file(tmp_path, closed, certificates)
    only = ["kiel", "global_maps"]
    for name, cluster in (("here", "inline"), ("there", path)):
        galdask.run("two_disks", mock_store, tmp_path / name, cluster=cluster, only=only, figures=False)
    here, there = products(tmp_path / "here"), products(tmp_path / "there")
    assert len(here) > 10
    assert here == there


def test_the_scheduler_stays_when_we_leave(closed, certificates, tmp_path):
    path = cluster_file(tmp_path, closed, certificates)
    for _ in range(2):
        with open_executor(path) as executor:
            assert sorted(executor.run(double, [1, 2], step="test")) == [(0, 2), (1, 4)]


def test_without_a_certificate_the_client_is_refused(closed, tmp_path):
    assert "certificates, and none are given" in refused(cluster_file(tmp_path, closed), 3)
    bare = closed.replace("tls://", "tcp://")
    assert "speaks TLS alone" in refused(cluster_file(tmp_path, bare))


def test_a_certificate_of_somebody_else_is_refused(closed, certificates, tmp_path):
    other = processes.authority(tmp_path / "other")
    assert "not signed by the authority" in refused(cluster_file(tmp_path, closed, other))
    (other / "ca.pem").write_bytes((certificates / "ca.pem").read_bytes())
    assert "refuses this certificate" in refused(cluster_file(tmp_path, closed, other))


def test_a_missing_certificate_is_named(closed, certificates, tmp_path):
    path = cluster_file(tmp_path, closed, certificates)
    path.write_text(path.read_text().replace("cert.pem", "no-such.pem"))
    assert "no-such.pem" in refused(path)


def test_a_key_of_another_certificate_is_refused(closed, certificates, tmp_path):
    other = processes.authority(tmp_path / "other")
    path = cluster_file(tmp_path, closed, certificates)
    text = path.read_text()
    path.write_text(text.replace(str(certificates / "key.pem"), str(other / "key.pem")))
    assert "certificates cannot be used" in refused(path, 3)
    path.write_text(
        "\n".join(line for line in text.splitlines() if "key.pem" not in line and "cert.pem" not in line)
    )
    assert "no tls_cert and tls_key" in refused(path, 3)


def test_tls_towards_a_plain_scheduler(plain, certificates, tmp_path):
    path = cluster_file(tmp_path, plain.replace("tcp://", "tls://"), certificates)
    assert "speaks without TLS" in refused(path)


def test_a_scheduler_without_workers(plain, tmp_path):
    text = refused(cluster_file(tmp_path, plain, start_timeout="1 s"))
    assert "has no workers" in text
    assert f"dask worker {plain}" in text


def test_too_few_workers(closed, certificates, tmp_path):
    text = refused(cluster_file(tmp_path, closed, certificates, n_workers=3, start_timeout="1 s"))
    assert "3 within 1 s" in text


def test_nobody_there(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert "nothing listens there" in refused(f"tcp://127.0.0.1:{port}", 3)
    assert "not the address" in refused("tcp://127.0.0.1:many", 3)


def test_something_else_listens_there():
    with socket.create_server(("127.0.0.1", 0)) as other:
        text = refused(f"tcp://127.0.0.1:{other.getsockname()[1]}", 15)
    assert "no scheduler answers" in text


def test_a_file_of_the_scheduler(plain, tmp_path):
    said = tmp_path / "scheduler.json"
    said.write_text(json.dumps({"address": plain, "workers": {}}))
    chosen = ClusterConfig("site", "address", {"scheduler_file": str(said), "start_timeout": "1 s"})
    assert "has no workers" in refused(chosen)
    said.write_text("{}")
    assert "says no address" in refused(chosen)


@pytest.mark.long
def test_a_scheduler_of_another_version(tmp_path):
    other = tmp_path / "other" / "distributed-2099.1.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: distributed\nVersion: 2099.1\n")
    with (
        processes.scheduler(tmp_path, PYTHONPATH=str(other.parent)) as address,
        processes.worker(tmp_path, address, "same"),
    ):
        text = refused(address)
    assert "the scheduler has other versions" in text
    assert "distributed 2099.1, here" in text
