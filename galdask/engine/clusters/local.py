"""Worker processes on this machine: Dask's LocalCluster."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import tempfile
import threading
import warnings
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from galdask import events, publish
from galdask.engine import stop
from galdask.engine.clusters import common
from galdask.errors import ClusterError

if TYPE_CHECKING:
    from distributed import Client

    from galdask.engine.cluster import ClusterConfig

#: seconds between two looks for workers that must be started anew
REVIVE = 2.0


def start(chosen: ClusterConfig, listen: events.Listener, closing: contextlib.ExitStack) -> Client:
    """Start worker processes and return a client of them.

    Raises
    ------
    ClusterError
        If they cannot be started.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise ClusterError(
            "a worker process must not start a cluster",
            todo='put the code of your script under  if __name__ == "__main__":',
        )
    import dask
    from distributed import Client, LocalCluster

    options = chosen.options
    adaptive = options.get("adapt")
    wanted = int(adaptive.get("minimum", 0) if adaptive else options["n_workers"])
    listen(events.Event("cluster", text=f"starting {wanted} workers"))
    common.warn_if_open("tcp://127.0.0.1", options, listen)
    security = common.tls(options, f"cluster {chosen.name!r}")
    scratch = options.get("local_directory") or str(
        closing.enter_context(publish.scratch("galdask-workers-"))
    )
    variables = common.environment(options)
    try:
        with _quiet_children():
            closing.enter_context(
                dask.config.set(
                    {f"distributed.nanny.pre-spawn-environ.{k}": v for k, v in variables.items()}
                    | common.scheduler_settings(options)
                    | {"temporary-directory": scratch}
                )
            )
            cluster = closing.enter_context(
                LocalCluster(
                    n_workers=wanted,
                    threads_per_worker=options.get("threads_per_worker", 1),
                    memory_limit=options.get("memory_limit", "auto"),
                    local_directory=scratch,
                    processes=True,
                    host="127.0.0.1",
                    silence_logs=50,
                    preload=[common.PRELOAD],
                    dashboard_address="127.0.0.1:0",
                    scheduler_kwargs=common.scheduler_dashboard(options),
                    security=security,
                    protocol="tls://" if security else None,
                    **_lifetime(options),
                )
            )
            if adaptive:
                cluster.adapt(**adaptive)
            client = closing.enter_context(Client(cluster, timeout=60))
            if wanted:  # an adaptive cluster may start none before there is work
                client.wait_for_workers(wanted, timeout=common.seconds(options, "start_timeout", 120))
    except (OSError, TimeoutError, ValueError, TypeError, RuntimeError) as error:
        raise ClusterError(
            "the workers could not be started",
            found=f"{type(error).__name__}: {error}",
            where=f"cluster {chosen.name!r}",
            todo="run `galdask doctor`, or try --cluster inline",
        ) from error
    closing.enter_context(stop.at_second(lambda: _kill(cluster)))
    closing.enter_context(_revived(cluster))
    return client


def show(chosen: ClusterConfig) -> str:
    """Return what would start, in words."""
    options = chosen.options
    adaptive = options.get("adapt")
    number = (
        f"{adaptive.get('minimum', 0)} to {adaptive.get('maximum')} workers, as there is work"
        if adaptive
        else f"{options['n_workers']} workers"
    )
    memory = options.get("memory_limit", "auto")
    lines = [
        f"a scheduler in this process, on 127.0.0.1; dashboard: {options.get('dashboard_address') or 'none'}",
        f"{number} on this machine, each a process with {options.get('threads_per_worker', 1)} thread(s), "
        f"memory {memory}",
        f"scratch: {options.get('local_directory') or 'a temporary folder in ' + tempfile.gettempdir()}",
        *(f"{key}: {options[key]}" for key in ("lifetime", "lifetime_stagger") if key in options),
        f"TLS: {'yes' if options.get('security') else 'no (nothing listens beyond this machine)'}",
        "environment of the workers:",
        *(f"  {name}={value}" for name, value in common.environment(options).items()),
    ]
    return "\n".join(lines)


def _lifetime(options: Mapping[str, Any]) -> dict[str, str]:
    """Return the lifetime of the workers; the nanny starts a new one."""
    found = {key: options[key] for key in ("lifetime", "lifetime_stagger") if key in options}
    return found | {"lifetime_restart": True} if found else {}


@contextlib.contextmanager
def _revived(cluster: Any) -> Iterator[None]:
    """Start others for workers that died while they started: their nannies gave up."""
    from distributed import Status
    from tornado.ioloop import PeriodicCallback

    def look() -> None:
        dead = [name for name, one in cluster.workers.items() if one.status in (Status.closed, Status.failed)]
        if dead and cluster.status == Status.running:
            for name in dead:
                del cluster.workers[name]
            cluster.scale(len(cluster.worker_spec))

    looking = PeriodicCallback(look, 1000 * REVIVE)
    cluster.loop.add_callback(looking.start)
    try:
        yield
    finally:
        cluster.loop.add_callback(looking.stop)


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
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Port .* is already in use")
            yield
    finally:
        signal.signal(signal.SIGINT, before)
