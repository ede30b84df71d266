"""What every kind of cluster needs: the workers' environment, TLS, the words at the start."""

from __future__ import annotations

import importlib
import importlib.util
import socket
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from galdask import events
from galdask.errors import ClusterError

if TYPE_CHECKING:
    from distributed import Client
    from distributed.security import Security

#: set in the workers before they start: one thread a kernel, memory given back to the system
WORKER_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "MALLOC_TRIM_THRESHOLD_": "65536",
    "MALLOC_ARENA_MAX": "2",
}
#: settings of a scheduler in this process: a worker that is silent for so long is given up, looked for as
#: often; so many workers may die under a task before it is blamed; workers that come back late are welcome
SCHEDULER = {
    "distributed.scheduler.worker-ttl": "30s",
    "distributed.scheduler.allowed-failures": 9,
    "distributed.deploy.lost-worker-timeout": "1000 h",
}
#: what every worker process does first
PRELOAD = "galdask.engine.preload"
LOOPBACK = ("127.", "localhost", "::1", "[::1]")


def needs(package: str, extra: str) -> Any:
    """Return a package that only some kinds of cluster need.

    Raises
    ------
    ClusterError
        If it is not installed: says how.
    """
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise ClusterError(
            f"this kind of cluster needs the package {package.replace('_', '-')}",
            found=str(error),
            todo=f"pip install 'galdask[{extra}]'",
        ) from error


def environment(options: Mapping[str, Any]) -> dict[str, str]:
    """Return the environment of the workers: ours, Dask's settings of the file, then the file's own."""
    return (
        WORKER_ENVIRONMENT | dask_variables(options.get("distributed", {})) | options.get("environment", {})
    )


def dask_variables(settings: Mapping[str, Any], above: str = "DASK_DISTRIBUTED") -> dict[str, str]:
    """Return a block `distributed:` as the variables that Dask reads on its own in every process."""
    found: dict[str, str] = {}
    for key, value in settings.items():
        name = f"{above}__{str(key).replace('-', '_').upper()}"
        if isinstance(value, Mapping):
            found |= dask_variables(value, name)
        else:
            found[name] = str(value)
    return found


def scheduler_settings(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings for a scheduler that starts in this process: ours, then the file's own."""
    return SCHEDULER | dict(_flat(options.get("distributed", {}), "distributed"))


def _flat(settings: Mapping[str, Any], above: str) -> Iterator[tuple[str, Any]]:
    for key, value in settings.items():
        name = f"{above}.{str(key).replace('_', '-')}"
        if isinstance(value, Mapping):
            yield from _flat(value, name)
        else:
            yield name, value


def worker_arguments(options: Mapping[str, Any]) -> list[str]:
    """Return words for `dask worker`: the preload and, where the file has them, the lifetime."""
    words = ["--preload", PRELOAD]
    for key in ("lifetime", "lifetime_stagger"):
        if key in options:
            words += [f"--{key.replace('_', '-')}", str(options[key]).replace(" ", "")]
    return words


def seconds(options: Mapping[str, Any], key: str, default: float) -> float:
    """Return a time of the options in seconds."""
    from dask.utils import parse_timedelta

    return float(parse_timedelta(options[key], "s")) if key in options else default


def tls(options: Mapping[str, Any], where: str) -> Security | None:
    """Return the certificates that a cluster file names; None without TLS.

    Raises
    ------
    ClusterError
        If a file is missing or is not a certificate.
    """
    said = options.get("security")
    if not said:
        return None
    from distributed.security import Security

    if said is True:
        needs("cryptography", "jobqueue")
        return Security.temporary()
    for key, value in said.items():
        if key != "tls_ciphers" and not Path(value).is_file():
            raise ClusterError(
                "a file of TLS is missing",
                where=f"{where}, {key}",
                found=value,
                todo="docs/clusters.md says how it is made; names are taken from the cluster file's folder",
            )
    names = {key: value for key, value in said.items() if key not in ("tls_cert", "tls_key")}
    for role in ("client", "scheduler", "worker"):
        for part in ("cert", "key"):
            if f"tls_{part}" in said:
                names.setdefault(f"tls_{role}_{part}", said[f"tls_{part}"])
    made = Security(require_encryption=True, **names)
    try:
        usable = made.get_connection_args("client").get("ssl_context") is not None
        found = "no tls_cert and tls_key"
    except OSError as error:  # ssl.SSLError, too
        usable, found = False, str(error)
    if not usable:
        raise ClusterError(
            "the certificates cannot be used",
            where=where,
            found=found,
            todo="name a certificate and its own key, both in PEM; docs/clusters.md says how they are made",
        )
    return made


def is_loopback(address: str) -> bool:
    """Return whether an address, with or without protocol and port, is this machine's own."""
    return address.rpartition("://")[2].startswith(LOOPBACK)


def warn_if_open(scheduler: str, options: Mapping[str, Any], listen: events.Listener) -> None:
    """Say in one line what can be reached from other machines, and what to do about it."""
    if not is_loopback(scheduler) and not scheduler.startswith(("tls://", "wss://")):
        listen(
            events.Event(
                "cluster",
                text=f"warning: whoever reaches {scheduler} can run code as you; add `security:` (TLS) "
                "to the cluster file, or use a network of trusted machines",
            )
        )
    dashboard = options.get("dashboard_address")
    if dashboard and not is_loopback(dashboard):
        listen(
            events.Event(
                "cluster",
                text=f"warning: the dashboard at {dashboard} can be read from other machines; 127.0.0.1 and "
                "`ssh -L` keep it to yourself",
            )
        )


def few(names: Iterable[str], between: str = ", ") -> str:
    """Return the first names of a list, and how many more there are."""
    listed = list(names)
    return between.join(listed[:3]) + (f"{between}and {len(listed) - 3} more" if len(listed) > 3 else "")


def link(client: Client) -> str:
    """Return the sentence that says where the dashboard is, also from afar."""
    dashboard = client.dashboard_link
    if importlib.util.find_spec("bokeh") is None:
        return "no dashboard: the package bokeh is missing (pip install bokeh); lines tell the progress"
    if not dashboard:
        return "no dashboard"
    host, _, port = dashboard.split("://", 1)[-1].split("/")[0].rpartition(":")
    return f"dashboard at {dashboard}  (from afar: ssh -L {port}:{host}:{port} {socket.gethostname()})"


def free_address(wanted: str) -> str:
    """Return the wanted address, or one with a free port where it is taken."""
    host, _, port = str(wanted).rpartition(":")
    host = host or "127.0.0.1"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError:
            return f"{host}:0"
    return f"{host}:{port}"


def scheduler_dashboard(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the dashboard's options of a scheduler that runs in this process.

    A scheduler always serves its own health by HTTP; without a dashboard that, too, stays on this machine.
    """
    wanted = options.get("dashboard_address")
    if wanted is None:
        return {"dashboard": False, "dashboard_address": "127.0.0.1:0"}
    return {"dashboard": True, "dashboard_address": free_address(wanted)}
