"""Clusters by configuration: what to start, and an executor on it."""

from __future__ import annotations

import contextlib
import importlib
import importlib.resources
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from galdask import config, events
from galdask.engine.clusters import settings
from galdask.engine.clusters.common import WORKER_ENVIRONMENT as WORKER_ENVIRONMENT
from galdask.engine.executor import Executor, Inline
from galdask.errors import ClusterError, ConfigError

if TYPE_CHECKING:
    from distributed import Client

#: kind -> the module of galdask.engine.clusters that starts and shows it
MODULES = {
    "local": "local",
    "ssh": "ssh",
    "slurm": "jobqueue",
    "pbs": "jobqueue",
    "kubernetes": "kubernetes",
    "address": "address",
}
#: kinds whose workers may be of other environments
STRANGERS = ("kubernetes", "address")
#: what a word must begin with to be the address of a scheduler
PROTOCOLS = ("tcp://", "tls://", "ws://", "wss://", "ucx://")


@dataclass(frozen=True, slots=True)
class ClusterConfig:
    """What a cluster file says."""

    name: str
    """Name, e.g. "laptop"."""
    kind: str
    """"inline", "local", "ssh", "slurm", "pbs", "kubernetes" or "address"."""
    options: dict[str, Any] = field(default_factory=dict)
    """Options in Dask's key names, with underscores; see `galdask.engine.clusters.settings`."""


def shipped(folder: str) -> Path:
    """Return the folder `pipelines` or `cluster_configs`, installed or in a checkout."""
    package = Path(str(importlib.resources.files("galdask")))
    for place in (package / "shipped" / folder, package.parent / folder):
        if place.is_dir():
            return place
    raise ConfigError(f"the folder {folder!r} of galdask is missing", todo="install galdask again")


def cluster_path(name_or_path: str | Path) -> Path:
    """Return the path of a cluster file, by the name of a shipped one or by path.

    Raises
    ------
    ConfigError
        If no shipped file has the name.
    """
    path = Path(name_or_path)
    if path.suffix in (".yaml", ".yml"):
        return path
    folder = shipped("cluster_configs")
    path = folder / f"{name_or_path}.yaml"
    if path.parent != folder or not path.is_file():
        known = ", ".join(sorted(p.stem for p in folder.glob("*.yaml")))
        raise ConfigError(
            f"no cluster is called {str(name_or_path)!r}",
            expected=f"{known}, the path of a YAML file, or the address of a scheduler (tcp://, tls://)",
        )
    return path


def load_cluster(name_or_path: str | Path) -> ClusterConfig:
    """Read a cluster file, by the name of a shipped one or by path; or take the address of a scheduler.

    Raises
    ------
    ConfigError
        If there is no such file, or a key is unknown.
    """
    if str(name_or_path).startswith(PROTOCOLS):
        return ClusterConfig(str(name_or_path), "address", {"address": str(name_or_path), "n_workers": 1})
    path = cluster_path(name_or_path)
    section = config.load(path)
    section.whole("galdask_cluster", low=1, high=1)
    name = section.text("name", path.stem)
    kind, options = settings.read(section)
    return ClusterConfig(name, kind, options)


def module_of(chosen: ClusterConfig) -> Any:
    """Return the module that starts and shows a kind of cluster."""
    return importlib.import_module(f"galdask.engine.clusters.{MODULES[chosen.kind]}")


def show(chosen: ClusterConfig) -> str:
    """Return the job script or what would start, without starting anything."""
    if chosen.kind == "inline":
        return f"{chosen.options.get('threads', 1)} thread(s) in this process; nothing is started"
    return str(module_of(chosen).show(chosen))


@contextlib.contextmanager
def open_executor(cluster: Any, listen: events.Listener = events.silent) -> Iterator[Executor]:
    """Start what `cluster` names and yield an executor on it.

    Parameters
    ----------
    cluster : str, path, ClusterConfig, Executor, distributed.Client or a cluster of Dask's
        An executor is passed through. A client or a cluster that is open already stays open.
    listen : callable
        Receives progress events.

    Raises
    ------
    ClusterError
        If the workers cannot be started.
    """
    if not isinstance(cluster, (str, Path, ClusterConfig)):
        with _opened(cluster, listen) as executor:
            yield executor
        return
    chosen = cluster if isinstance(cluster, ClusterConfig) else load_cluster(cluster)
    if chosen.kind == "inline":
        executor = Inline(listen=listen, **chosen.options)
    else:
        executor = _started(chosen, listen)
    try:
        yield executor
    finally:
        executor.close()


def _started(chosen: ClusterConfig, listen: events.Listener) -> Executor:
    """Start a cluster of Dask's; what was started is closed again when that fails."""
    from galdask.engine.clusters.common import link
    from galdask.engine.on_dask import OnDask

    with contextlib.ExitStack() as closing:
        client = module_of(chosen).start(chosen, listen, closing)
        executor = OnDask(client, closing.pop_all(), listen, chosen.kind in STRANGERS)
    if chosen.kind == "local" and chosen.options.get("dashboard_address", "") is None:
        executor.dashboard = None  # Dask names the page of its health, even so
    listen(events.Event("cluster", text=link(client) if executor.dashboard else "no dashboard"))
    return executor


@contextlib.contextmanager
def _opened(cluster: Any, listen: events.Listener) -> Iterator[Executor]:
    """Yield an executor on what somebody else has opened, and leave it open."""
    client = client_of(cluster)
    if client is None:
        if not callable(getattr(cluster, "run", None)):
            raise ClusterError(
                "this is not a cluster",
                expected="a name, a path, a ClusterConfig, an executor, or a client or cluster of Dask's",
                found=type(cluster).__name__,
            )
        yield cluster
        return
    from galdask.engine.clusters.agreement import require_agreement
    from galdask.engine.on_dask import OnDask

    with contextlib.ExitStack() as closing:
        if client is not cluster:
            closing.enter_context(client)
        require_agreement(client, listen)
        executor = OnDask(client, closing.pop_all(), listen, strangers=True)
    try:
        yield executor
    finally:
        executor.close()


def client_of(cluster: Any) -> Client | None:
    """Return the client of an open client or cluster of Dask's; None for anything else."""
    distributed = sys.modules.get("distributed")
    if distributed is None:
        return None
    if isinstance(cluster, distributed.Client):
        return cluster
    if isinstance(cluster, distributed.deploy.cluster.Cluster):
        return distributed.Client(cluster)
    return None
