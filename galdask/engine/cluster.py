"""Clusters by configuration: what to start, and an executor on it."""

from __future__ import annotations

import contextlib
import importlib.resources
import multiprocessing
import os
import signal
import socket
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from galdask import config, events
from galdask.engine import stop
from galdask.engine.executor import Executor, Inline
from galdask.errors import ClusterError, ConfigError

#: set in the workers before they start: one thread a kernel, memory given back to the system
WORKER_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "MALLOC_TRIM_THRESHOLD_": "65536",
    "MALLOC_ARENA_MAX": "2",
}


@dataclass(frozen=True, slots=True)
class ClusterConfig:
    """What a cluster file says."""

    name: str
    """Name, e.g. "laptop"."""
    kind: str
    """"inline" or "local"."""
    options: dict[str, Any] = field(default_factory=dict)
    """Options in Dask's key names."""


def shipped(folder: str) -> Path:
    """Return the folder `pipelines` or `cluster_configs`, installed or in a checkout."""
    package = Path(str(importlib.resources.files("galdask")))
    for place in (package / "shipped" / folder, package.parent / folder):
        if place.is_dir():
            return place
    raise ConfigError(f"the folder {folder!r} of galdask is missing", todo="install galdask again")


def load_cluster(name_or_path: str | Path) -> ClusterConfig:
    """Read a cluster file, by the name of a shipped one or by path.

    Raises
    ------
    ConfigError
        If there is no such file, or a key is unknown.
    """
    path = Path(name_or_path)
    if path.suffix not in (".yaml", ".yml"):
        folder = shipped("cluster_configs")
        path = folder / f"{name_or_path}.yaml"
        if path.parent != folder or not path.is_file():
            known = ", ".join(sorted(p.stem for p in folder.glob("*.yaml")))
            raise ConfigError(
                f"no cluster is called {str(name_or_path)!r}", expected=f"{known}, or the path of a YAML file"
            )
    section = config.load(path)
    section.whole("galdask_cluster", low=1, high=1)
    name = section.text("name", path.stem)
    kind = section.text("type", choices=("inline", "local"))
    options: dict[str, Any] = {}
    if kind == "inline":
        options["threads"] = section.whole("threads", 1, low=1, high=1024)
    else:
        options["n_workers"] = section.whole("n_workers", low=1, high=10_000)
        options["threads_per_worker"] = section.whole("threads_per_worker", 1, low=1, high=1024)
        options["memory_limit"] = section.value("memory_limit", "auto")
        options["dashboard_address"] = section.value("dashboard_address", "127.0.0.1:8787")
        options["local_directory"] = section.value("local_directory", None)
    section.done()
    return ClusterConfig(name, kind, options)


@contextlib.contextmanager
def open_executor(
    cluster: str | Path | ClusterConfig | Executor, listen: events.Listener = events.silent
) -> Iterator[Executor]:
    """Start what `cluster` names and yield an executor on it; an executor is passed through.

    Raises
    ------
    ClusterError
        If the workers cannot be started.
    """
    if not isinstance(cluster, (str, Path, ClusterConfig)):
        yield cluster
        return
    chosen = cluster if isinstance(cluster, ClusterConfig) else load_cluster(cluster)
    if chosen.kind == "inline":
        executor: Executor = Inline(listen=listen, **chosen.options)
    else:
        executor = _start_local(chosen, listen)
    try:
        yield executor
    finally:
        executor.close()


def _start_local(chosen: ClusterConfig, listen: events.Listener) -> Executor:
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise ClusterError(
            "a worker process must not start a cluster",
            todo='put the code of your script under  if __name__ == "__main__":',
        )
    listen(events.Event("cluster", text=f"starting {chosen.options['n_workers']} workers"))
    import dask
    from distributed import Client, LocalCluster

    from galdask.engine.on_dask import OnDask

    options = dict(chosen.options)
    closing = contextlib.ExitStack()
    if options["local_directory"] is None:
        options["local_directory"] = closing.enter_context(
            tempfile.TemporaryDirectory(prefix="galdask-workers-", ignore_cleanup_errors=True)
        )
    options["dashboard_address"] = _free_address(options["dashboard_address"])
    try:
        with _quiet_children():
            closing.enter_context(
                dask.config.set(
                    {f"distributed.nanny.pre-spawn-environ.{k}": v for k, v in WORKER_ENVIRONMENT.items()}
                    # a worker that is just being started again after this time would be given up for good
                    | {"distributed.deploy.lost-worker-timeout": "1000 h"}
                )
            )
            cluster = closing.enter_context(
                LocalCluster(
                    processes=True,
                    host="127.0.0.1",
                    silence_logs=50,
                    preload=["galdask.engine.preload"],
                    **options,
                )
            )
            client = closing.enter_context(Client(cluster, timeout=60))
            client.wait_for_workers(options["n_workers"], timeout=120)
    except (OSError, TimeoutError, ValueError, TypeError, RuntimeError) as error:
        closing.close()
        raise ClusterError(
            "the workers could not be started",
            found=f"{type(error).__name__}: {error}",
            where=f"cluster {chosen.name!r}",
            todo="run `galdask doctor`, or try --cluster inline",
        ) from error
    closing.enter_context(stop.at_second(lambda: _kill(cluster)))
    executor = OnDask(client, closing, listen)
    listen(events.Event("cluster", text=_link(executor.dashboard)))
    return executor


def _link(dashboard: str | None) -> str:
    if not dashboard:
        return "no dashboard (the package bokeh is missing)"
    port = dashboard.rsplit(":", 1)[-1].split("/")[0]
    return f"dashboard at {dashboard}  (from afar: ssh -L {port}:127.0.0.1:{port} {socket.gethostname()})"


def _kill(cluster: Any) -> None:
    for worker in cluster.workers.values():
        process = getattr(getattr(worker, "process", None), "process", None)
        if process is not None and process.pid:
            os.kill(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def _quiet_children() -> Iterator[None]:
    """Start children that ignore SIGINT: a process-wide Ctrl-C is the client's to handle."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _free_address(wanted: str | None) -> str | None:
    """Return the wanted dashboard address, or one with a free port where it is taken."""
    if wanted is None:
        return None
    host, _, port = str(wanted).rpartition(":")
    host = host or "127.0.0.1"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError:
            return f"{host}:0"
    return f"{host}:{port}"
