"""A scheduler that runs already, by its address: whoever started it, it stays when we leave."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from galdask import events
from galdask.engine.clusters import common
from galdask.engine.clusters.agreement import require_agreement
from galdask.errors import ClusterError

if TYPE_CHECKING:
    from distributed import Client
    from distributed.security import Security

    from galdask.engine.cluster import ClusterConfig

#: Dask's own port of a scheduler
PORT = 8786
#: seconds for a connection, for an answer through it, and to wait for workers
CONNECT, GREET, WORKERS = 5.0, 15.0, 30.0


def start(chosen: ClusterConfig, listen: events.Listener, closing: contextlib.ExitStack) -> Client:
    """Connect to the scheduler and return a client; nothing is started.

    Raises
    ------
    ClusterError
        If no scheduler answers, it asks for certificates that are not given or refuses those that are, it has
        too few workers, or they have other versions than this process.
    """
    where = f"cluster {chosen.name!r}"
    address = scheduler_address(chosen)
    security = common.tls(chosen.options, where)
    _before(address, security)
    client = closing.enter_context(_connect(address, security))
    common.warn_if_open(address, {}, listen)
    _wait(client, address, chosen.options, listen)
    require_agreement(client, listen)
    return client


def show(chosen: ClusterConfig) -> str:
    """Return what would be done, in words."""
    options = chosen.options
    said = options.get("security")
    place = options.get("address") or f"the address in {options['scheduler_file']}"
    patience = options.get("start_timeout", f"{WORKERS:.0f} s")
    lines = [
        f"a client of the scheduler at {place}; nothing is started, and nothing is closed at the end",
        f"waits up to {patience} for {options.get('n_workers', 1)} worker(s)",
        "TLS: "
        + (", ".join(f"{key} {value}" for key, value in said.items()) if isinstance(said, dict) else "no"),
        "start its workers so that they work as galdask's own do:",
        "  " + " ".join(f"{name}={value}" for name, value in common.WORKER_ENVIRONMENT.items()) + " \\",
        f"  dask worker ADDRESS --nthreads 1 {' '.join(common.worker_arguments({}))}",
    ]
    return "\n".join(lines)


def scheduler_address(chosen: ClusterConfig) -> str:
    """Return the address that a cluster file, or a scheduler's own file, says.

    Raises
    ------
    ClusterError
        If the scheduler's file is missing or says no address.
    """
    if "address" in chosen.options:
        address = str(chosen.options["address"])
        return address if "://" in address else f"tcp://{address}"
    path = Path(chosen.options["scheduler_file"]).expanduser()
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["address"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ClusterError(
            "the file of the scheduler says no address",
            where=path,
            found=f"{type(error).__name__}: {error}",
            todo="start the scheduler with  dask scheduler --scheduler-file FILE",
        ) from error


def _before(address: str, security: Security | None) -> None:
    """Find out in seconds, and in words, why a connection cannot be: Dask would try for long."""
    protocol, _, rest = address.partition("://")
    if protocol in ("tls", "wss") and security is None:
        raise ClusterError(
            "the scheduler asks for certificates, and none are given",
            where=address,
            todo="a cluster file of type address with  security: {tls_ca_file: , tls_cert: , tls_key: }",
        )
    if protocol not in ("tcp", "tls"):
        return
    place = _place(rest, address)
    try:
        spoken = _first_word(place, security if protocol == "tls" else None)
    except ssl.SSLError as error:
        raise _explained(address, error) from error
    except ConnectionRefusedError as error:
        raise _nobody(address, "nothing listens there") from error
    except TimeoutError as error:
        if protocol == "tcp" and _speaks_tls(place):
            raise ClusterError(
                "the scheduler speaks TLS alone",
                where=address,
                todo=f"write tls://{rest} and give `security:` in a cluster file of type address",
            ) from error
        raise _nobody(address, f"no answer within {CONNECT:.0f} s") from error
    except ConnectionResetError as error:
        raise _hung_up(address) from error
    except OSError as error:
        raise _nobody(address, str(error)) from error
    if not spoken:
        raise _hung_up(address)


def _first_word(place: tuple[str, int], security: Security | None) -> bytes:
    """Return the first byte that a scheduler says; it speaks first, with TLS after the handshake."""
    with socket.create_connection(place, timeout=CONNECT) as line:
        line.settimeout(CONNECT)
        if security is None:
            return line.recv(1)
        context: ssl.SSLContext = security.get_connection_args("client")["ssl_context"]
        with context.wrap_socket(line, server_hostname=place[0]) as closed:
            return closed.recv(1)


def _place(rest: str, address: str) -> tuple[str, int]:
    host, colon, port = rest.rstrip("/").rpartition(":")
    if not colon:
        host, port = port, str(PORT)
    if not host or not port.isdigit() or int(port) > 65535:
        raise ClusterError(
            "this is not the address of a scheduler",
            found=address,
            expected="tcp://HOST:PORT or tls://HOST:PORT",
            todo="dask scheduler  prints it when it starts",
        )
    return host.strip("[]"), int(port)


def _speaks_tls(place: tuple[str, int]) -> bool:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection(place, timeout=CONNECT) as line, context.wrap_socket(line):
            return True
    except OSError:
        return False


def _hung_up(address: str) -> ClusterError:
    if address.startswith("tls"):
        return _explained(address, ssl.SSLError("SSL: it hangs up"))
    return _nobody(address, "what listens there hangs up")


def _nobody(address: str, found: str) -> ClusterError:
    return ClusterError(
        "no scheduler answers",
        where=address,
        found=found,
        todo="start one with  dask scheduler  and workers with  dask worker, or look at the address",
    )


def _connect(address: str, security: Security | None) -> Client:
    """Return a client; every way to fail becomes one clear error."""
    import distributed

    said: dict[str, Any] = {} if security is None else {"security": security}
    try:
        with warnings.catch_warnings():  # versions are compared in words of our own
            warnings.simplefilter("ignore", distributed.versions.VersionMismatchWarning)
            return distributed.Client(address, timeout=GREET, **said)
    except (OSError, ValueError, TypeError, AssertionError, RuntimeError) as error:
        raise _explained(address, error) from error


def _explained(address: str, error: BaseException) -> ClusterError:
    text = f"{error} {error.__cause__ or ''}"
    if "not idle" in text or "WRONG_VERSION" in text or "RECORD_LAYER" in text:
        return ClusterError(
            "the scheduler speaks without TLS",
            where=address,
            todo="start it with certificates; or write tcp:// and leave security out, where all are trusted",
        )
    if "certificate does not match" in text or "CERTIFICATE_VERIFY_FAILED" in text:
        return ClusterError(
            "the scheduler's certificate is not signed by the authority of tls_ca_file",
            where=address,
            found=text.strip(),
            todo="take the ca.pem that the scheduler was started with",
        )
    if "SSL" in text or "ALERT" in text.upper():
        return ClusterError(
            "the scheduler refuses this certificate",
            where=address,
            found=text.strip(),
            todo="take a certificate that the scheduler's authority signed, and that has not expired",
        )
    return _nobody(address, f"{type(error).__name__}: {error}")


def _wait(client: Client, address: str, options: dict[str, Any], listen: events.Listener) -> None:
    """Wait until there are workers enough."""
    wanted = int(options.get("n_workers", 1))
    limit = common.seconds(options, "start_timeout", WORKERS)
    deadline = time.monotonic() + limit
    if len(client.nthreads()) < wanted:
        listen(
            events.Event("cluster", text=f"waiting up to {limit:.0f} s for {wanted} worker(s) at {address}")
        )
    while (there := len(client.nthreads())) < wanted:
        if time.monotonic() > deadline:
            raise ClusterError(
                "the scheduler has no workers" if not there else "the scheduler has too few workers",
                where=address,
                expected=f"{wanted} within {limit:.0f} s (n_workers, start_timeout)",
                found=there,
                todo=f"start workers:  dask worker {address} --nthreads 1 --preload {common.PRELOAD}",
            )
        time.sleep(0.2)
