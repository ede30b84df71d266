"""Pods of a Kubernetes cluster, by Dask's operator: what is asked of it is one manifest of a DaskCluster."""

from __future__ import annotations

import contextlib
import json
import re
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from galdask import events
from galdask.engine.clusters import common
from galdask.engine.clusters.agreement import require_agreement
from galdask.engine.clusters.settings import TARGET
from galdask.errors import ClusterError

if TYPE_CHECKING:
    from distributed import Client

    from galdask.engine.cluster import ClusterConfig

#: ports of the scheduler, of its dashboard and of a worker's own page, as the operator expects them
SCHEDULER, DASHBOARD, WORKER = 8786, 8787, 8788
#: the operator's autoscaler asks the scheduler how many workers it wants
PACE = {"DASK_DISTRIBUTED__ADAPTIVE__TARGET_DURATION": TARGET}
#: letters that a name may have: the operator adds its own to it
NAME = 40
#: seconds until the pods run
PATIENCE = 600.0


def start(chosen: ClusterConfig, listen: events.Listener, closing: contextlib.ExitStack) -> Client:
    """Ask the operator for a cluster, and return a client of it; its pods end with it.

    Raises
    ------
    ClusterError
        If the package is missing, no cluster answers, or the pods do not run in time.
    """
    kubecluster = common.needs("dask_kubernetes.operator", "kubernetes").KubeCluster
    from distributed import Client

    options = chosen.options
    asked = manifest(chosen, secrets.token_hex(3))
    adaptive = options.get("adapt")
    wanted = int(adaptive.get("minimum", 0) if adaptive else options["n_workers"])
    limit = common.seconds(options, "start_timeout", PATIENCE)
    listen(events.Event("cluster", text=f"asking for {wanted} workers as {asked['metadata']['name']}"))
    try:
        cluster = closing.enter_context(
            kubecluster(
                custom_cluster_spec=asked,
                namespace=options.get("namespace", "default"),
                resource_timeout=int(limit),
                shutdown_on_close=True,
                quiet=True,
            )
        )
        if adaptive:
            cluster.adapt(minimum=adaptive.get("minimum", 0), maximum=adaptive["maximum"])
        client = closing.enter_context(Client(cluster, timeout=60))
        if wanted:  # an adaptive cluster may start none before there is work
            client.wait_for_workers(wanted, timeout=limit)
    except ClusterError:
        raise
    except Exception as error:  # the packages below have errors of their own, without a common base
        raise ClusterError(
            "the pods could not be started",
            where=f"cluster {chosen.name!r}, namespace {options.get('namespace', 'default')!r}",
            found=f"{type(error).__name__}: {error}",
            todo="kubectl get daskclusters,pods  and  kubectl describe pod NAME  say why",
        ) from error
    require_agreement(client, listen)
    return client


def show(chosen: ClusterConfig) -> str:
    """Return the manifest, as `kubectl apply` would take it."""
    import yaml

    plain = json.loads(json.dumps(manifest(chosen)))  # every part by itself: no anchors
    return str(yaml.safe_dump(plain, sort_keys=False)).rstrip()


def manifest(chosen: ClusterConfig, mark: str = "") -> dict[str, Any]:
    """Return the DaskCluster of the operator.

    Parameters
    ----------
    chosen : ClusterConfig
        The cluster file.
    mark : str
        Ending of the name, so that two runs do not meet.

    Raises
    ------
    ClusterError
        If the file's own manifest has no name.
    """
    options = chosen.options
    own = options.get("custom_cluster_spec")
    if own is not None:
        if not isinstance(own.get("metadata"), Mapping) or "name" not in own["metadata"]:
            raise ClusterError(
                "custom_cluster_spec has no metadata.name", where=f"cluster {chosen.name!r}", todo="add it"
            )
        return dict(own)
    name = re.sub(r"[^a-z0-9]+", "-", chosen.name.lower()).strip("-")[:NAME].rstrip("-") or "galdask"
    name = f"{name}-{mark}" if mark else name
    adaptive = options.get("adapt")
    workers = adaptive.get("minimum", 0) if adaptive else options["n_workers"]
    return {
        "apiVersion": "kubernetes.dask.org/v1",
        "kind": "DaskCluster",
        "metadata": {"name": name, "namespace": options.get("namespace", "default")},
        "spec": {
            "idleTimeout": options.get("idle_timeout", 0),
            "worker": {"replicas": workers, "spec": _pod(options, "worker")},
            "scheduler": {"spec": _pod(options, "scheduler"), "service": _service(name, options)},
        },
    }


def _pod(options: Mapping[str, Any], role: str) -> dict[str, Any]:
    """Return the pod of the scheduler or of a worker."""
    variables = PACE | common.environment(options) | options.get("env", {})
    container: dict[str, Any] = {
        "name": role,
        "image": options["image"],
        "args": _words(options) if role == "worker" else ["dask", "scheduler", "--host", "0.0.0.0"],
        "env": [{"name": name, "value": value} for name, value in variables.items()],
        "ports": [_port("http-dashboard", WORKER if role == "worker" else DASHBOARD)],
    }
    if role == "scheduler":
        container["ports"].insert(0, _port("tcp-comm", SCHEDULER))
        health = {"httpGet": {"port": "http-dashboard", "path": "/health"}}
        container["readinessProbe"] = {**health, "periodSeconds": 1, "timeoutSeconds": 300}
        container["livenessProbe"] = {**health, "initialDelaySeconds": 15, "periodSeconds": 20}
        return {"containers": [container]}
    if "resources" in options:
        asked = options["resources"]  # the operator takes texts alone: "1", not 1
        container["resources"] = {k: {n: str(v) for n, v in one.items()} for k, one in asked.items()}
    if "volumes" not in options:
        return {"containers": [container]}
    container["volumeMounts"] = options.get("volume_mounts", [])
    return {"containers": [container], "volumes": options["volumes"]}


def _words(options: Mapping[str, Any]) -> list[str]:
    """Return the command of a worker."""
    words = list(options.get("worker_command", ["dask", "worker"]))
    words += ["--name", "$(DASK_WORKER_NAME)", "--nthreads", "1", *common.worker_arguments(options)]
    if "local_directory" in options:
        words += ["--local-directory", str(options["local_directory"])]
    return [*words, "--dashboard", "--dashboard-address", str(WORKER)]


def _port(name: str, number: int) -> dict[str, Any]:
    return {"name": name, "containerPort": number, "protocol": "TCP"}


def _service(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    ports = {"tcp-comm": SCHEDULER, "http-dashboard": DASHBOARD}
    return {
        "type": options.get("scheduler_service_type", "ClusterIP"),
        "selector": {"dask.org/cluster-name": name, "dask.org/component": "scheduler"},
        "ports": [{"name": n, "protocol": "TCP", "port": p, "targetPort": n} for n, p in ports.items()],
    }
