"""The hosts of an SSH cluster: whether each can be reached, is the one that is known, and has galdask."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from galdask.errors import ClusterError

#: seconds that one host may take to answer
PATIENCE = 60.0
_PROBE = "import distributed, galdask; print(distributed.__version__, galdask.__version__)"


@dataclass(frozen=True)
class Host:
    """One host, and how it is reached."""

    name: str
    """Name or address."""
    connect: dict[str, Any] = field(default_factory=dict)
    """Options of asyncssh."""
    python: str = "python"
    """Python there."""


def ask(hosts: list[Host], where: str) -> None:
    """Log in to every host and import galdask there.

    Raises
    ------
    ClusterError
        At the first host with which this does not work.
    """
    apart: list[Host] = []
    for host in hosts:
        if host not in apart:
            apart.append(host)

    async def all_of_them() -> list[BaseException | None]:
        return await asyncio.gather(*(_one(host, where) for host in apart), return_exceptions=True)

    # a thread of its own: this one may have a running event loop (notebooks do)
    with ThreadPoolExecutor(1) as pool:
        for error in pool.submit(asyncio.run, all_of_them()).result():
            if error is not None:
                raise error


async def _one(host: Host, where: str) -> None:
    import asyncssh

    place = f"{where}, host {host.name}"
    try:
        async with asyncio.timeout(PATIENCE), asyncssh.connect(host.name, **host.connect) as connection:
            done = await connection.run(f"{host.python} -c '{_PROBE}'")
    except asyncssh.HostKeyNotVerifiable as error:
        raise ClusterError(
            "the host is not one that is known: its key is new, or another one answers for it",
            where=place,
            expected=f"a key of {host.connect.get('known_hosts', '~/.ssh/known_hosts')}",
            found=error.reason,
            todo="log in once by hand with ssh and compare the key with what the host's owner says",
        ) from error
    except asyncssh.PermissionDenied as error:
        raise ClusterError(
            "the host does not let us in",
            where=place,
            found=error.reason,
            todo="name username and client_keys in connect_options, or load your key into ssh-agent",
        ) from error
    except (OSError, TimeoutError, asyncssh.Error, TypeError, ValueError) as error:
        raise ClusterError(
            "the host cannot be reached by SSH",
            where=place,
            found=f"{type(error).__name__}: {error}",
            todo=f"does `ssh {host.name}` work from here? see connect_options in the cluster file",
        ) from error
    if done.exit_status != 0:
        raise ClusterError(
            "the host has no Python that can import galdask",
            where=place,
            expected=f"{host.python} with galdask and distributed",
            found=str(done.stderr or "").strip().rpartition("\n")[2] or f"exit {done.exit_status}",
            todo="install galdask there, or name the right Python with remote_python",
        )
