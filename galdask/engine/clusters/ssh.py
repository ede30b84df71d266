"""Workers on hosts that are reached by SSH: the scheduler and the workers of Dask's SSHCluster."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from galdask import events
from galdask.engine.clusters import common
from galdask.engine.clusters.ssh_hosts import Host, ask
from galdask.errors import ClusterError, ConfigError

if TYPE_CHECKING:
    from distributed import Client

    from galdask.engine.cluster import ClusterConfig

#: seconds that all workers may take to come up; that they get to close in order
LIMIT, CLOSING = 120.0, 10.0
#: what a worker without a scheduler does after this many seconds: it ends
DEATH = 60.0
_WORKER_KEYS = ("local_directory", "lifetime", "lifetime_stagger")
_ORPHAN = "galdask.engine.clusters.orphan"
_HOST = re.compile(r"[A-Za-z0-9_.:\[\]][A-Za-z0-9_.:\[\]-]*\Z")
_PYTHON = re.compile(r"[\w.@:+,/=~-]+\Z", re.ASCII)


def start(chosen: ClusterConfig, listen: events.Listener, closing: contextlib.ExitStack) -> Client:
    """Start a scheduler on the first host and workers on the others; return a client of them.

    Raises
    ------
    ConfigError
        If the file holds what a remote shell would take for more than a word.
    ClusterError
        If a host cannot be reached, is not the one that is known, refuses us, or has no galdask.
    """
    where = f"cluster {chosen.name!r}"
    common.needs("asyncssh", "ssh")
    hosts = _hosts(chosen, where)
    if any(host.connect.get("known_hosts", "") is None for host in hosts):
        text = "warning: known_hosts is null: whoever answers for a host is believed; better name a file"
        listen(events.Event("cluster", text=text))
    ask(hosts, where)
    import dask
    from distributed import Client
    from distributed.deploy.spec import SpecCluster

    options = chosen.options
    closing.enter_context(dask.config.set(_configuration(options, where)))
    scheduler, workers = _specification(options, hosts)
    listen(events.Event("cluster", text=f"starting {_number(options)} workers on {len(hosts) - 1} hosts"))
    with _heard() as lines:
        try:
            tls = common.tls(options, where)
            cluster = SpecCluster(workers, scheduler, name=chosen.name, silence_logs=50, security=tls)
            closing.callback(_end, cluster)
            common.warn_if_open(str(cluster.scheduler_address), options, listen)
            client = closing.enter_context(Client(cluster, timeout=60))
            closing.callback(_part, cluster, client)
            client.wait_for_workers(_number(options), timeout=common.seconds(options, "start_timeout", LIMIT))
        except Exception as error:  # Dask raises bare ones: "Worker failed to start"
            raise ClusterError(
                "the workers could not be started",
                where=where,
                found="\n".join([f"{type(error).__name__}: {error}", *lines]),
                todo="try `ssh HOST REMOTE_PYTHON -m distributed.cli.dask_spec --help`; see docs/clusters.md",
            ) from error
    return client


def show(chosen: ClusterConfig) -> str:
    """Return what would start on which host; nothing is started.

    Raises
    ------
    ConfigError
        If the file holds what a remote shell would take for more than a word.
    """
    hosts = _hosts(chosen, f"cluster {chosen.name!r}")
    scheduler, workers = _specification(chosen.options, hosts)
    lines = [f"scheduler by SSH on {hosts[0].name}: {hosts[0].python} -m distributed.cli.dask_spec"]
    lines += [f"  {key}: {value}" for key, value in scheduler["options"]["kwargs"].items()]
    for host, worker in zip(hosts[1:], workers.values(), strict=True):
        said = worker["options"]["kwargs"]
        lines.append(f"{said['n_workers']} worker(s) by SSH on {host.name}: {host.python} -m ...dask_spec")
        lines += [f"  {key}: {value}" for key, value in said.items() if key != "n_workers"]
    checked = all(host.connect.get("known_hosts", "") is not None for host in hosts)
    lines.append(f"keys of hosts: {'checked' if checked else 'NOT checked (known_hosts is null)'}")
    lines.append("environment of the workers:")
    lines += [f"  {name}={value}" for name, value in common.environment(chosen.options).items()]
    return "\n".join(lines)


def _hosts(chosen: ClusterConfig, where: str) -> list[Host]:
    """Return the hosts with how each is reached; the first is the scheduler's."""
    options = chosen.options
    names = [str(name) for name in options["hosts"]]
    if len(names) < 2:
        raise ConfigError(
            "an SSH cluster needs two hosts or more",
            where=f"{where}, hosts",
            expected="the scheduler's host first, then a host for each group of workers; names may repeat",
            found=", ".join(names),
        )
    found = []
    for number, name in enumerate(names):
        connect = _of_host(options.get("connect_options") or {}, number, len(names), "connect_options", where)
        python = _of_host(options.get("remote_python"), number, len(names), "remote_python", where)
        python = str(python or sys.executable)
        for key, value, pattern in (("hosts", name, _HOST), ("remote_python", python, _PYTHON)):
            if not pattern.match(value):
                raise ConfigError(
                    f"{key!r} holds characters that must not stand in a command",
                    where=where,
                    found=repr(value),
                )
        found.append(Host(name, _expanded(connect), python))
    return found


def _of_host(said: Any, number: int, hosts: int, key: str, where: str) -> Any:
    """Return one value for all hosts, or one of a list."""
    if not isinstance(said, list):
        return said
    if len(said) != hosts:
        raise ConfigError(
            f"{key!r} is a list of another length than hosts", where=where, expected=hosts, found=len(said)
        )
    return said[number]


def _expanded(connect: Mapping[str, Any]) -> dict[str, Any]:
    """Return options of asyncssh, with ~ in names of files written out."""
    found = dict(connect)
    for key in ("known_hosts", "client_keys", "config"):
        value = found.get(key)
        if isinstance(value, str):
            found[key] = str(Path(value).expanduser())
        elif isinstance(value, list):
            found[key] = [str(Path(str(one)).expanduser()) for one in value]
    return found


def _specification(options: Mapping[str, Any], hosts: list[Host]) -> tuple[dict[str, Any], dict[int, Any]]:
    """Return scheduler and workers as Dask's SSHCluster would have them."""
    from distributed.deploy.ssh import Scheduler, Worker

    bound = {"interface", "host"}
    protocol = {"protocol": "tls"} if options.get("security") else {}
    dashboard = options.get("dashboard_address")
    inner = {
        "dashboard": dashboard is not None,
        "dashboard_address": dashboard or "127.0.0.1:0",
        **protocol,
        **options.get("scheduler_options", {}),
    }
    said = {
        "nthreads": 1,
        "n_workers": 1,
        "dashboard_address": "127.0.0.1:0",
        "death_timeout": DEATH,
        **protocol,
        **{
            key: options[key] for key in ("local_directory", "lifetime", "lifetime_stagger") if key in options
        },
        **({"lifetime_restart": True} if "lifetime" in options else {}),
        **options.get("worker_options", {}),
    }
    inner["preload"] = [_ORPHAN, *_listed(options.get("scheduler_options", {}).get("preload"))]
    said["preload"] = [common.PRELOAD, *_listed(options.get("worker_options", {}).get("preload"))]
    for key, one in (("scheduler_options", inner), ("worker_options", said)):
        if "'" in json.dumps(one):
            raise ConfigError(f"{key!r} holds an apostrophe, which ends a word of the remote shell")

    def reach(host: Host, kwargs: dict[str, Any]) -> dict[str, Any]:
        # each listens on the address by which it is known, not on all of its host's
        own = {} if bound & set(kwargs) else {"host": host.name}
        return {
            "address": host.name,
            "connect_options": host.connect,
            "kwargs": kwargs | own,
            "remote_python": host.python,
        }

    workers = {i: {"cls": Worker, "options": reach(host, said)} for i, host in enumerate(hosts[1:])}
    return {"cls": Scheduler, "options": reach(hosts[0], inner)}, workers


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _number(options: Mapping[str, Any]) -> int:
    return (len(options["hosts"]) - 1) * int(options.get("worker_options", {}).get("n_workers", 1))


def _configuration(options: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return what Dask's configuration gets; Dask hands it on to the hosts."""
    found: dict[str, Any] = {
        f"distributed.nanny.pre-spawn-environ.{name}": value
        for name, value in common.environment(options).items()
    }
    found |= common.scheduler_settings(options)
    if options.get("security") is True:
        raise ClusterError(
            "certificates for one run would be seen by everyone on the hosts, in the list of processes",
            where=f"{where}, security",
            todo="name files of certificates that all hosts can read; docs/clusters.md says how to make them",
        )
    security: Any = common.tls(options, where)
    if security is not None:
        found["distributed.comm.require-encryption"] = True
        found["distributed.comm.tls.ca-file"] = security.tls_ca_file
        for role in ("scheduler", "worker", "client"):
            for part in ("cert", "key"):
                found[f"distributed.comm.tls.{role}.{part}"] = getattr(security, f"tls_{role}_{part}")
    return found


def _end(cluster: Any) -> None:
    """Close a cluster; where its scheduler does not answer any more, end the processes."""
    try:
        cluster.close()
    except (OSError, RuntimeError):
        for process in [*cluster.workers.values(), cluster.scheduler]:
            with contextlib.suppress(OSError, RuntimeError):
                cluster.sync(process.close)


def _part(cluster: Any, client: Client) -> None:
    """Let the workers close in order, before the processes are ended by SSH."""
    with contextlib.suppress(OSError, RuntimeError, ValueError):
        client.retire_workers(list(client.nthreads()), close_workers=True)
        deadline = time.monotonic() + CLOSING
        running = [worker.proc for worker in cluster.workers.values() if worker.proc is not None]
        while time.monotonic() < deadline and any(one.exit_status is None for one in running):
            time.sleep(0.05)


@contextlib.contextmanager
def _heard() -> Iterator[deque[str]]:
    """Keep the last lines that the hosts wrote: Dask notes them and forgets them."""
    lines: deque[str] = deque(maxlen=12)

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    logger, keep = logging.getLogger("distributed.deploy.ssh"), Keep()
    before = logger.level, logger.propagate
    logger.addHandler(keep)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield lines
    finally:
        logger.removeHandler(keep)
        logger.level, logger.propagate = before
